//! What is sent, and what comes back.

use goalpost_core::usage::Usage;
use goalpost_plugins::llm::settings::Api;
use goalpost_plugins::llm::{LlmFailure, LlmMessage, LlmRequest, LlmRole, LlmStop};
use goalpost_scripted_model::{Reply, Step};
use serde_json::{Value, json};

use crate::{BOTH, KEY, LONG, Service, question};

#[tokio::test]
async fn an_answer_has_text_usage_with_cached_tokens_apart_and_its_price() {
    for api in BOTH {
        let service = Service::start(api, vec![Step::say("Yes.").using(100, 20, 40)]);
        let answer = service.ask(question(), LONG).await.unwrap();
        assert_eq!(answer.text, "Yes.");
        assert_eq!(answer.model, "test/priced", "the name that the grant has");
        assert_eq!(answer.stop, LlmStop::Finished);
        let micro_usd = Some(100 * 3 + 40 / 2 + 20 * 15);
        assert_eq!(
            answer.usage,
            Usage { input_tokens: 100, output_tokens: 20, cached_tokens: 40, micro_usd },
            "{api:?}"
        );
    }
}

#[tokio::test]
async fn without_a_price_no_money_is_claimed() {
    for api in BOTH {
        let service = Service::start(api, vec![Step::say("Yes.")]);
        let answer = service.ask(LlmRequest { model: "test/other".into(), ..question() }, LONG).await.unwrap();
        assert_eq!(answer.usage.micro_usd, None);
        assert_eq!(service.model.requests()[0].model(), "other", "the provider's name is not sent");
    }
}

#[tokio::test]
async fn tokens_written_to_the_cache_are_read_anew() {
    let body = json!({
        "content": [{ "type": "text", "text": "Yes." }],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 5, "output_tokens": 1, "cache_creation_input_tokens": 70, "cache_read_input_tokens": 9,
        },
    });
    let raw = Step::Raw { code: 200, headers: Default::default(), body: body.to_string() };
    let service = Service::start(Api::Anthropic, vec![raw]);
    let usage = service.ask(question(), LONG).await.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.cached_tokens, usage.output_tokens), (75, 9, 1));
}

#[tokio::test]
async fn an_answer_that_was_cut_at_the_limit_says_so() {
    for api in BOTH {
        let reply = Reply { text: "Half of".into(), cut_short: true, ..Reply::default() };
        let service = Service::start(api, vec![Step::Reply(reply)]);
        assert_eq!(service.ask(question(), LONG).await.unwrap().stop, LlmStop::MaxTokens, "{api:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_from_an_answer() {
    let refused = json!({ "choices": [{
        "message": { "role": "assistant", "content": null, "refusal": "I won't." }, "finish_reason": "stop",
    }] });
    let raw = |body: Value| Step::Raw { code: 200, headers: Default::default(), body: body.to_string() };
    let service = Service::start(Api::OpenAi, vec![raw(refused)]);
    let answer = service.ask(question(), LONG).await.unwrap();
    assert_eq!((answer.stop, answer.text.as_str()), (LlmStop::Refused, "I won't."));

    let service = Service::start(Api::Anthropic, vec![raw(json!({ "content": [], "stop_reason": "refusal" }))]);
    assert_eq!(service.ask(question(), LONG).await.unwrap().stop, LlmStop::Refused);
}

#[tokio::test]
async fn json_that_is_no_answer_of_the_protocol_is_not_asked_for_again() {
    for api in BOTH {
        let raw = Step::Raw { code: 200, headers: Default::default(), body: "{}".to_owned() };
        let service = Service::always(api, raw);
        let failure = service.ask(question(), LONG).await.unwrap_err();
        assert!(matches!(failure, LlmFailure::InvalidAnswer(_)), "{failure}");
        assert_eq!(service.asked(), 1);
    }
}

#[tokio::test]
async fn the_whole_conversation_is_sent_in_each_protocol() {
    let said = |role, content: &str| LlmMessage { role, content: content.to_owned() };
    let request = || LlmRequest {
        system: Some("Be strict.".into()),
        messages: vec![
            said(LlmRole::User, "Is it done?"),
            said(LlmRole::Assistant, "No."),
            said(LlmRole::User, "And now?"),
        ],
        temperature: Some(1.5),
        ..question()
    };
    let turns = json!([
        { "role": "user", "content": "Is it done?" },
        { "role": "assistant", "content": "No." },
        { "role": "user", "content": "And now?" },
    ]);

    let service = Service::start(Api::OpenAi, vec![Step::say("Yes.")]);
    service.ask(request(), LONG).await.unwrap();
    let sent = &service.model.requests()[0];
    assert_eq!(sent.path, "/v1/chat/completions");
    assert_eq!(sent.body["messages"][0], json!({ "role": "system", "content": "Be strict." }));
    assert_eq!(sent.body["messages"].as_array().unwrap()[1..], turns.as_array().unwrap()[..]);
    assert_eq!((&sent.body["max_tokens"], &sent.body["temperature"]), (&json!(300), &json!(1.5)));

    let service = Service::start(Api::Anthropic, vec![Step::say("Yes.")]);
    service.ask(request(), LONG).await.unwrap();
    let sent = &service.model.requests()[0];
    assert_eq!(sent.path, "/v1/messages");
    assert_eq!((&sent.body["system"], &sent.body["messages"]), (&json!("Be strict."), &turns));
    assert_eq!((&sent.body["max_tokens"], &sent.body["temperature"]), (&json!(300), &json!(1.0)), "1 is its highest");
    assert_eq!(sent.headers["anthropic-version"], "2023-06-01");
}

#[tokio::test]
async fn the_key_is_in_the_header_that_the_protocol_has_for_it() {
    let service = Service::start(Api::OpenAi, vec![Step::say("Yes.")]);
    service.ask(question(), LONG).await.unwrap();
    let sent = &service.model.requests()[0];
    assert_eq!(sent.headers["authorization"], format!("Bearer {KEY}"));
    assert!(!sent.headers.contains_key("x-api-key"));

    let service = Service::start(Api::Anthropic, vec![Step::say("Yes.")]);
    service.ask(question(), LONG).await.unwrap();
    let sent = &service.model.requests()[0];
    assert_eq!(sent.headers["x-api-key"], KEY);
    assert!(!sent.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_schema_is_passed_on_to_openai_and_told_to_anthropic() {
    let schema = json!({ "type": "object", "required": ["verdict"] });
    let request =
        || LlmRequest { system: Some("Be strict.".into()), response_schema: Some(schema.clone()), ..question() };

    let service = Service::start(Api::OpenAi, vec![Step::say("{}")]);
    service.ask(request(), LONG).await.unwrap();
    let format = &service.model.requests()[0].body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["schema"]), (&json!("json_schema"), &schema));

    let service = Service::start(Api::Anthropic, vec![Step::say("{}")]);
    service.ask(request(), LONG).await.unwrap();
    let system = service.model.requests()[0].body["system"].as_str().unwrap().to_owned();
    assert!(system.starts_with("Be strict.\n\n"), "{system}");
    assert!(system.ends_with(&schema.to_string()), "{system}");
}
