//! What is final, and how it is said.

use std::collections::BTreeMap;
use std::time::Duration;

use goalpost_plugins::llm::client::HttpProvider;
use goalpost_plugins::llm::settings::Api;
use goalpost_plugins::llm::{LlmFailure, LlmProvider};
use goalpost_scripted_model::{Reply, Step};

use crate::{BOTH, LONG, ONE_ATTEMPT, Service, endpoint, question, told};

#[tokio::test]
async fn a_request_that_is_wrong_is_sent_once_and_its_reason_shown() {
    for api in BOTH {
        let body = r#"{ "error": { "message": "the model `priced` is not known" } }"#;
        let service = Service::always(api, Step::status(400, body));
        let told = told(service.ask(question(), LONG).await);
        assert_eq!(told, "the provider failed: HTTP 400 Bad Request: the model `priced` is not known");
        assert_eq!(service.asked(), 1);
    }
}

#[tokio::test]
async fn a_reason_is_one_line_of_bounded_text() {
    let service = Service::always(Api::OpenAi, Step::status(400, format!("\u{1b}[2J\n{}", "x".repeat(10_000))));
    let told = told(service.ask(question(), LONG).await);
    assert!(told.len() < 400 && !told.contains(char::is_control), "{told:?}");

    let raw = Step::Raw { code: 404, headers: BTreeMap::new(), body: String::new() };
    let service = Service::always(Api::OpenAi, raw);
    let told = crate::told(service.ask(question(), LONG).await);
    assert_eq!(told, "the provider failed: HTTP 404 Not Found: no reason given");
}

#[tokio::test]
async fn a_service_that_hangs_ends_at_the_deadline() {
    for api in BOTH {
        let stall = Step::Stall(Reply { text: "Half of an answer.".into(), ..Reply::default() });
        for step in [Step::Hang, stall] {
            let service = Service::always(api, step);
            let failure = service.ask(question(), Duration::from_millis(200)).await.unwrap_err();
            assert_eq!(failure, LlmFailure::Timeout);
            assert_eq!(service.asked(), 1);
        }
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_said_plainly() {
    // Port 1 is reserved: no program that a test could meet listens there.
    let nobody = endpoint(Api::OpenAi, "http://127.0.0.1:1/v1".to_owned());
    let provider = HttpProvider::new(BTreeMap::from([("test".to_owned(), nobody)])).unwrap();
    let told = told(provider.complete(question(), ONE_ATTEMPT).await);
    assert!(told.contains("http://127.0.0.1:1/v1") && told.contains("Connection refused"), "{told}");
    assert!(told.ends_with("(1 attempt)"), "{told}");
}

#[tokio::test]
async fn an_address_that_is_none_is_not_tried_again() {
    let nowhere = endpoint(Api::OpenAi, "http://127.0.0.1:99999".to_owned());
    let provider = HttpProvider::new(BTreeMap::from([("test".to_owned(), nowhere)])).unwrap();
    let failure = provider.complete(question(), LONG).await.unwrap_err();
    assert!(matches!(failure, LlmFailure::NotConfigured(_)), "{failure}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    for code in [200, 500] {
        let raw = Step::Raw { code, headers: BTreeMap::new(), body: "x".repeat((8 << 20) + 1) };
        let service = Service::always(Api::OpenAi, raw);
        let told = told(service.ask(question(), LONG).await);
        assert_eq!(told, "the provider failed: an answer of over 8388608 bytes");
        assert_eq!(service.asked(), 1);
    }
}
