//! OpenAI Chat Completions.

use serde_json::{Value, json};

use crate::request::Request;
use crate::script::{Reply, Tokens};
use crate::sse::{data, pieces};

fn usage(tokens: Tokens) -> Value {
    // `prompt_tokens` counts the cached ones too.
    let prompt = tokens.input + tokens.cached;
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": tokens.output,
        "total_tokens": prompt + tokens.output,
        "prompt_tokens_details": { "cached_tokens": tokens.cached },
    })
}

fn finish_reason(reply: &Reply) -> &'static str {
    match (reply.cut_short, reply.calls.is_empty()) {
        (true, _) => "length",
        (false, true) => "stop",
        (false, false) => "tool_calls",
    }
}

fn calls(reply: &Reply, turn: usize) -> Vec<Value> {
    let call = |(index, call): (usize, &crate::script::Call)| {
        json!({
            "index": index,
            "id": format!("call_{turn}_{index}"),
            "type": "function",
            "function": { "name": call.name, "arguments": call.arguments.to_string() },
        })
    };
    reply.calls.iter().enumerate().map(call).collect()
}

/// The answer as one document.
pub(crate) fn document(request: &Request, reply: &Reply, turn: usize) -> Value {
    let mut message = json!({ "role": "assistant", "content": reply.text });
    if !reply.calls.is_empty() {
        message["tool_calls"] = calls(reply, turn).into();
        if reply.text.is_empty() {
            message["content"] = Value::Null;
        }
    }
    json!({
        "id": format!("chatcmpl-{turn}"),
        "object": "chat.completion",
        "created": 0,
        "model": request.model(),
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(reply) }],
        "usage": usage(reply.tokens),
    })
}

/// The answer as events.
pub(crate) fn events(request: &Request, reply: &Reply, turn: usize) -> Vec<String> {
    let chunk = |choices: Value, usage: Value| {
        data(&json!({
            "id": format!("chatcmpl-{turn}"),
            "object": "chat.completion.chunk",
            "created": 0,
            "model": request.model(),
            "choices": choices,
            "usage": usage,
        }))
    };
    let delta = |delta: Value, finish: Value| {
        chunk(json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]), Value::Null)
    };
    let mut events = vec![delta(json!({ "role": "assistant", "content": "" }), Value::Null)];
    events.extend(pieces(&reply.text).into_iter().map(|piece| delta(json!({ "content": piece }), Value::Null)));
    events.extend(calls(reply, turn).into_iter().map(|call| delta(json!({ "tool_calls": [call] }), Value::Null)));
    events.push(delta(json!({}), finish_reason(reply).into()));
    if request.body["stream_options"]["include_usage"].as_bool().unwrap_or(false) {
        events.push(chunk(json!([]), usage(reply.tokens)));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// The provider's error document; Responses has the same.
pub(crate) fn error(code: u16, message: &str) -> Value {
    let kind = match code {
        401 | 403 => "invalid_api_key",
        429 => "rate_limit_exceeded",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    };
    json!({ "error": { "message": message, "type": kind, "param": null, "code": kind } })
}
