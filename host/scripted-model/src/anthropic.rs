//! Anthropic Messages.

use serde_json::{Value, json};

use crate::request::Request;
use crate::script::Reply;
use crate::sse::{named, pieces};

fn blocks(reply: &Reply, turn: usize) -> Vec<Value> {
    let mut blocks = Vec::new();
    if !reply.text.is_empty() {
        blocks.push(json!({ "type": "text", "text": reply.text }));
    }
    blocks.extend(reply.calls.iter().enumerate().map(|(index, call)| {
        json!({
            "type": "tool_use",
            "id": format!("toolu_{turn}_{index}"),
            "name": call.name,
            "input": call.arguments,
        })
    }));
    blocks
}

fn stop_reason(reply: &Reply) -> &'static str {
    match (reply.cut_short, reply.calls.is_empty()) {
        (true, _) => "max_tokens",
        (false, true) => "end_turn",
        (false, false) => "tool_use",
    }
}

/// The answer as one document.
pub(crate) fn document(request: &Request, reply: &Reply, turn: usize) -> Value {
    json!({
        "id": format!("msg_{turn}"),
        "type": "message",
        "role": "assistant",
        "model": request.model(),
        "content": blocks(reply, turn),
        "stop_reason": stop_reason(reply),
        "stop_sequence": null,
        // `input_tokens` leaves the cached ones out.
        "usage": {
            "input_tokens": reply.tokens.input,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": reply.tokens.cached,
            "output_tokens": reply.tokens.output,
        },
    })
}

/// The answer as events.
pub(crate) fn events(request: &Request, reply: &Reply, turn: usize) -> Vec<String> {
    let mut begun = document(request, reply, turn);
    begun["content"] = json!([]);
    begun["stop_reason"] = Value::Null;
    // The count of output tokens follows with `message_delta`, which overrides this one.
    begun["usage"]["output_tokens"] = 1.into();

    let mut events =
        vec![named(&json!({ "type": "message_start", "message": begun })), named(&json!({ "type": "ping" }))];
    for (index, block) in blocks(reply, turn).into_iter().enumerate() {
        let mut started = block.clone();
        let mut deltas = Vec::new();
        if block["type"] == "text" {
            started["text"] = "".into();
            let text = block["text"].as_str().unwrap_or_default();
            deltas.extend(pieces(text).into_iter().map(|piece| json!({ "type": "text_delta", "text": piece })));
        } else {
            started["input"] = json!({});
            deltas.push(json!({ "type": "input_json_delta", "partial_json": block["input"].to_string() }));
        }
        events.push(named(&json!({ "type": "content_block_start", "index": index, "content_block": started })));
        events.extend(
            deltas.into_iter().map(|d| named(&json!({ "type": "content_block_delta", "index": index, "delta": d }))),
        );
        events.push(named(&json!({ "type": "content_block_stop", "index": index })));
    }
    events.push(named(&json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(reply), "stop_sequence": null },
        "usage": { "output_tokens": reply.tokens.output },
    })));
    events.push(named(&json!({ "type": "message_stop" })));
    events
}

/// The provider's error document.
pub(crate) fn error(code: u16, message: &str) -> Value {
    let kind = match code {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_scripted" })
}
