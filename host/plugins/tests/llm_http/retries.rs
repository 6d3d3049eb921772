//! What is tried again, how long it waits, and when it ends.

use std::time::{Duration, Instant};

use goalpost_plugins::llm::LlmFailure;
use goalpost_plugins::llm::settings::Api;
use goalpost_scripted_model::{Reply, Step};

use crate::{BOTH, LONG, ONE_ATTEMPT, Service, question, told};

#[tokio::test]
async fn too_many_requests_is_tried_again_when_the_service_says() {
    let service = Service::start(Api::OpenAi, vec![Step::status(429, "").retry_after(1), Step::say("Yes.")]);
    let start = Instant::now();
    assert_eq!(service.ask(question(), LONG).await.unwrap().text, "Yes.");
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_service_in_trouble_is_asked_again_after_a_wait() {
    for code in [500, 529] {
        let service = Service::start(Api::Anthropic, vec![Step::status(code, ""), Step::say("Yes.")]);
        let start = Instant::now();
        assert_eq!(service.ask(question(), LONG).await.unwrap().text, "Yes.");
        assert!(start.elapsed() >= Duration::from_millis(500), "{code}: {:?}", start.elapsed());
        assert_eq!(service.asked(), 2);
    }
}

#[tokio::test]
async fn the_wait_doubles() {
    // Half a second, then a second: the third attempt would come after 1.5 s at the earliest, and is not waited for.
    let service = Service::always(Api::OpenAi, Step::status(503, ""));
    let told = told(service.ask(question(), Duration::from_millis(1450)).await);
    assert!(told.contains("HTTP 503 Service Unavailable") && told.ends_with("(2 attempts)"), "{told}");
    assert_eq!(service.asked(), 2);
}

#[tokio::test]
async fn attempts_end_and_are_counted() {
    for api in BOTH {
        let service = Service::always(api, Step::status(529, "").retry_after(0));
        let told = told(service.ask(question(), LONG).await);
        assert_eq!(told, "the provider failed: HTTP 529: the script says 529 (5 attempts)");
        assert_eq!(service.asked(), 5);
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let service = Service::always(Api::OpenAi, Step::status(429, "").retry_after(20));
    let failure = service.ask(question(), Duration::from_secs(10)).await.unwrap_err();
    // Not `Timeout`: the service did answer, and its reason is worth more.
    assert!(matches!(&failure, LlmFailure::Provider(why) if why.contains("(1 attempt)")), "{failure}");
}

#[tokio::test]
async fn a_page_in_place_of_json_is_asked_for_again() {
    for api in BOTH {
        let service = Service::start(api, vec![Step::Malformed, Step::say("Yes.")]);
        assert_eq!(service.ask(question(), LONG).await.unwrap().text, "Yes.");
    }
    let service = Service::always(Api::OpenAi, Step::Malformed);
    let told = told(service.ask(question(), ONE_ATTEMPT).await);
    assert!(told.contains("HTTP 200 OK whose body is not JSON"), "{told}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let cut = Step::Cut(Reply { text: "Half of an answer.".into(), ..Reply::default() });
    let service = Service::start(Api::OpenAi, vec![cut, Step::say("Yes.")]);
    assert_eq!(service.ask(question(), LONG).await.unwrap().text, "Yes.");
}
