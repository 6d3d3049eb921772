//! A key goes to the endpoint that it is configured for, and nowhere else.

use std::collections::BTreeMap;

use goalpost_plugins::llm::client::{Endpoint, HttpProvider};
use goalpost_plugins::llm::settings::Api;
use goalpost_plugins::llm::{LlmFailure, LlmProvider};
use goalpost_scripted_model::Step;

use crate::{BOTH, KEY, LONG, Service, endpoint, question, serve, told};

#[tokio::test]
async fn a_redirect_is_refused_and_its_target_never_asked() {
    for api in BOTH {
        for code in [301, 302, 307, 308] {
            let target = serve(vec![Step::say("Give me that key.")]);
            let location = format!("{}/v1/chat/completions", target.url());
            let headers = BTreeMap::from([("location".to_owned(), location)]);
            let service = Service::always(api, Step::Raw { code, headers, body: String::new() });
            let told = told(service.ask(question(), LONG).await);
            assert!(told.contains(&code.to_string()) && told.contains("redirects are not followed"), "{told}");
            assert_eq!((service.asked(), target.all_requests().len()), (1, 0));
        }
    }
}

#[tokio::test]
async fn a_refused_key_is_said_without_the_key() {
    for api in BOTH {
        for code in [401, 403] {
            // Some services quote what they were sent.
            let body = format!(r#"{{ "error": {{ "message": "Incorrect API key: {KEY}" }} }}"#);
            let service = Service::always(api, Step::status(code, body));
            let failure = service.ask(question(), LONG).await.unwrap_err();
            assert!(matches!(failure, LlmFailure::NotConfigured(_)), "{failure}");
            let told = told(Err(failure));
            assert!(told.contains("refused the key") && told.contains("Incorrect API key: [the key]"), "{told}");
            assert_eq!(service.asked(), 1, "not tried again");
        }
    }
}

#[tokio::test]
async fn no_failure_quotes_the_key() {
    for code in [400, 500] {
        // Where the quote is long, it is cut: not through the key, so that a part of it stays.
        for body in [KEY.to_owned(), format!("{}{KEY}", " ".repeat(300 - KEY.len() / 2))] {
            let service = Service::always(Api::OpenAi, Step::status(code, body).retry_after(0));
            let told = told(service.ask(question(), LONG).await);
            assert!(!told.contains(&KEY[..8]), "{told}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_without_a_key_is_sent_none_and_may_want_one() {
    let model = serve(vec![Step::say("Yes."), Step::status(401, "")]);
    let open = Endpoint { key: None, ..endpoint(Api::OpenAi, model.url()) };
    let provider = HttpProvider::new(BTreeMap::from([("test".to_owned(), open)])).unwrap();
    provider.complete(question(), LONG).await.unwrap();
    assert_eq!(model.requests()[0].key(), None);
    let told = told(provider.complete(question(), LONG).await);
    assert!(told.contains("wants a key") && told.contains("key_env"), "{told}");
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_said_once() {
    let service = serve(vec![Step::say("Yes.")]);
    let broken = Endpoint { key: Some(format!("{KEY}\n")), ..endpoint(Api::OpenAi, service.url()) };
    let provider = HttpProvider::new(BTreeMap::from([("test".to_owned(), broken)])).unwrap();
    let told = told(provider.complete(question(), LONG).await);
    assert!(told.contains("characters that can't be sent"), "{told}");
    assert!(service.all_requests().is_empty());
}

#[test]
fn an_endpoint_is_shown_without_its_key() {
    let shown = format!("{:?}", endpoint(Api::OpenAi, "http://127.0.0.1:1".to_owned()));
    assert!(shown.contains("127.0.0.1") && !shown.contains(KEY), "{shown}");
}
