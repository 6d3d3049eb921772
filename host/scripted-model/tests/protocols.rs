//! Each protocol as a client meets it, over a real connection.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use goalpost_scripted_model::{Api, Script, ScriptedModel, Step};
use serde_json::{Value, json};

struct Answer {
    status: u16,
    head: String,
    body: String,
    whole: bool,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn events(&self) -> Vec<Value> {
        self.body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }
}

fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = body.to_string();
    // HTTP/1.0: the server then neither keeps the connection nor splits the body into chunks.
    let head = format!("POST {path} HTTP/1.0\r\ncontent-length: {}\r\nx-api-key: fake\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut raw = Vec::new();
    let read = stream.read_to_end(&mut raw);
    let text = String::from_utf8(raw).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|n| n.parse().unwrap());
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
        whole: read.is_ok() && length.is_none_or(|length: usize| length == body.len()),
    }
}

fn steps() -> Vec<Step> {
    vec![
        Step::say("All is done.").using(7, 3, 2),
        Step::tool("edit", json!({ "path": "a" })).using(7, 3, 2),
        Step::say("All is done.").using(7, 3, 2),
        Step::tool("edit", json!({ "path": "a" })).using(7, 3, 2),
    ]
}

#[test]
fn chat_completions_says_and_calls() {
    let model = ScriptedModel::start(steps()).unwrap();
    let ask = |stream: bool| {
        let body = json!({ "model": "m", "stream": stream, "stream_options": { "include_usage": true },
            "messages": [{ "role": "user", "content": "go" }] });
        post(model.address(), "/v1/chat/completions", &body)
    };
    let said = ask(false).json();
    assert_eq!(said["choices"][0]["message"]["content"], "All is done.");
    assert_eq!(said["usage"]["prompt_tokens"], 9);
    assert_eq!(said["usage"]["prompt_tokens_details"]["cached_tokens"], 2);
    let called = ask(false).json();
    assert_eq!(called["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"], r#"{"path":"a"}"#);
    assert_eq!(called["choices"][0]["finish_reason"], "tool_calls");
    let streamed = ask(true);
    let text: String = streamed.events().iter().filter_map(|e| e["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, "All is done.");
    assert!(streamed.body.ends_with("data: [DONE]\n\n"));
    assert_eq!(streamed.events().last().unwrap()["usage"]["completion_tokens"], 3);
    let name = &ask(true).events()[1]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"];
    assert_eq!(name, "edit");
}

#[test]
fn responses_says_and_calls() {
    let model = ScriptedModel::start(steps()).unwrap();
    let ask =
        |stream: bool| post(model.address(), "/responses", &json!({ "model": "m", "stream": stream, "input": "go" }));
    assert_eq!(ask(false).json()["output"][0]["content"][0]["text"], "All is done.");
    assert_eq!(ask(false).json()["output"][0]["arguments"], r#"{"path":"a"}"#);
    let streamed = ask(true).events();
    let text: String = streamed
        .iter()
        .filter(|e| e["type"] == "response.output_text.delta")
        .filter_map(|e| e["delta"].as_str())
        .collect();
    assert_eq!(text, "All is done.");
    let last = streamed.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_eq!(last["response"]["usage"]["input_tokens"], 9);
    let item = ask(true).events().into_iter().find(|e| e["type"] == "response.output_item.done").unwrap();
    assert_eq!(item["item"]["type"], "function_call");
}

#[test]
fn messages_says_and_calls() {
    let model = ScriptedModel::start(steps()).unwrap();
    let ask = |stream: bool| {
        let body = json!({ "model": "m", "stream": stream, "messages": [{ "role": "user", "content": "go" }] });
        post(model.address(), "/v1/messages?beta=true", &body)
    };
    let said = ask(false).json();
    assert_eq!(said["content"][0]["text"], "All is done.");
    assert_eq!(said["usage"]["input_tokens"], 7, "Anthropic leaves the cached ones out");
    assert_eq!(ask(false).json()["content"][0]["input"], json!({ "path": "a" }));
    let streamed = ask(true).events();
    let text: String = streamed.iter().filter_map(|e| e["delta"]["text"].as_str()).collect();
    assert_eq!(text, "All is done.");
    assert_eq!(streamed.first().unwrap()["type"], "message_start");
    assert_eq!(streamed.last().unwrap()["type"], "message_stop");
    let called = ask(true).events();
    let partial: String = called.iter().filter_map(|e| e["delta"]["partial_json"].as_str()).collect();
    assert_eq!(partial, r#"{"path":"a"}"#);
}

#[test]
fn gemini_says_and_calls() {
    let model = ScriptedModel::start(steps()).unwrap();
    let ask = |method: &str| {
        let path = format!("/v1beta/models/gemini-x:{method}");
        post(model.address(), &path, &json!({ "contents": [{ "role": "user", "parts": [{ "text": "go" }] }] }))
    };
    let said = ask("generateContent").json();
    assert_eq!(said["candidates"][0]["content"]["parts"][0]["text"], "All is done.");
    assert_eq!(said["usageMetadata"]["promptTokenCount"], 9);
    let called = ask("generateContent").json();
    assert_eq!(called["candidates"][0]["content"]["parts"][0]["functionCall"]["name"], "edit");
    let text: String = ask("streamGenerateContent?alt=sse")
        .events()
        .iter()
        .filter_map(|e| e["candidates"][0]["content"]["parts"][0]["text"].as_str())
        .collect();
    assert_eq!(text, "All is done.");
    assert_eq!(ask("streamGenerateContent").json().as_array().unwrap().len(), 2, "without alt=sse, an array");
    assert_eq!(model.requests()[0].model(), "gemini-x");
}

#[test]
fn a_refusal_speaks_the_providers_language() {
    let model = ScriptedModel::start(|_: &_| Step::status(429, "").retry_after(3)).unwrap();
    for path in ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/m:generateContent"] {
        let answer = post(model.address(), path, &json!({}));
        assert_eq!(answer.status, 429);
        assert!(answer.head.contains("retry-after: 3"), "{}", answer.head);
        assert!(answer.json()["error"]["message"].is_string());
    }
}

#[test]
fn a_broken_answer_is_broken() {
    let model = ScriptedModel::start(|request: &goalpost_scripted_model::Request| match request.model() {
        "malformed" => Step::Malformed,
        _ => Step::Cut(goalpost_scripted_model::Reply { text: "one two three".into(), ..Default::default() }),
    })
    .unwrap();
    let ask = |name: &str| post(model.address(), "/v1/chat/completions", &json!({ "model": name }));
    assert!(serde_json::from_str::<Value>(&ask("malformed").body).is_err());
    let cut = ask("cut");
    assert!(!cut.whole && !cut.body.is_empty());
}

#[test]
fn a_script_that_is_over_refuses_and_asides_take_no_step() {
    let script = Script { steps: [Step::say("work")].into(), aside: Some(Step::say("title")) };
    let model = ScriptedModel::start(script).unwrap();
    let ask = |tools: Value| post(model.address(), "/v1/messages", &json!({ "model": "m", "tools": tools }));
    assert_eq!(ask(json!([])).json()["content"][0]["text"], "title");
    assert_eq!(ask(json!([{ "name": "edit" }])).json()["content"][0]["text"], "work");
    assert_eq!(ask(json!([{ "name": "edit" }])).status, 400);
}

#[test]
fn requests_are_kept_for_assertions() {
    let model = ScriptedModel::start(|_: &_| Step::say("ok")).unwrap();
    let body = json!({
        "model": "m",
        "system": "be brief",
        "tools": [{ "name": "edit" }],
        "messages": [{ "role": "user", "content": [
            { "type": "text", "text": "hello" },
            { "type": "tool_result", "tool_use_id": "t", "content": "42" },
        ] }],
    });
    post(model.address(), "/v1/messages", &body);
    assert_eq!(post(model.address(), "/v1/messages/count_tokens", &body).json()["input_tokens"], 4);
    let requests = model.requests();
    assert_eq!((requests.len(), model.all_requests().len()), (1, 2));
    assert_eq!(requests[0].api, Api::Messages);
    assert_eq!(requests[0].text(), "be brief\nhello\n42\n");
    assert_eq!(requests[0].tool_names(), ["edit"]);
    assert_eq!(requests[0].tool_results(), 1);
    assert_eq!(requests[0].key(), Some("fake"));
}

#[test]
fn dropping_the_server_ends_a_request_that_hangs() {
    let model = ScriptedModel::start(vec![Step::Hang]).unwrap();
    let address = model.address();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    while model.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(model);
    let mut rest = Vec::new();
    // End of file, or a reset: closed either way, not a time-out.
    match stream.read_to_end(&mut rest) {
        Ok(_) => assert!(rest.is_empty()),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert!(TcpStream::connect(address).is_err());
}
