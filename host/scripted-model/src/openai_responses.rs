//! OpenAI Responses.

use serde_json::{Value, json};

use crate::request::Request;
use crate::script::Reply;
use crate::sse::{named, pieces};

fn items(request: &Request, reply: &Reply, turn: usize) -> Vec<Value> {
    let mut items = Vec::new();
    if !reply.text.is_empty() || reply.calls.is_empty() {
        items.push(json!({
            "type": "message",
            "id": format!("msg_{turn}"),
            "status": "completed",
            "role": "assistant",
            "content": [{ "type": "output_text", "text": reply.text, "annotations": [] }],
        }));
    }
    for (index, call) in reply.calls.iter().enumerate() {
        let call_id = format!("call_{turn}_{index}");
        items.push(if request.is_custom_tool(&call.name) {
            json!({
                "type": "custom_tool_call",
                "id": format!("ctc_{turn}_{index}"),
                "status": "completed",
                "call_id": call_id,
                "name": call.name,
                "input": call.arguments.as_str().unwrap_or_default(),
            })
        } else {
            json!({
                "type": "function_call",
                "id": format!("fc_{turn}_{index}"),
                "status": "completed",
                "call_id": call_id,
                "name": call.name,
                "arguments": call.arguments.to_string(),
            })
        });
    }
    items
}

/// The answer as one document.
pub(crate) fn document(request: &Request, reply: &Reply, turn: usize) -> Value {
    // `input_tokens` counts the cached ones too.
    let input = reply.tokens.input + reply.tokens.cached;
    json!({
        "id": format!("resp_{turn}"),
        "object": "response",
        "created_at": 0,
        "status": if reply.cut_short { "incomplete" } else { "completed" },
        "incomplete_details": if reply.cut_short { json!({ "reason": "max_output_tokens" }) } else { Value::Null },
        "error": null,
        "model": request.model(),
        "output": items(request, reply, turn),
        "usage": {
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": reply.tokens.cached },
            "output_tokens": reply.tokens.output,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": input + reply.tokens.output,
        },
    })
}

/// The answer as events.
pub(crate) fn events(request: &Request, reply: &Reply, turn: usize) -> Vec<String> {
    let whole = document(request, reply, turn);
    let mut begun = whole.clone();
    begun["status"] = "in_progress".into();
    begun["output"] = json!([]);
    begun["usage"] = Value::Null;

    let mut documents = vec![
        json!({ "type": "response.created", "response": begun }),
        json!({ "type": "response.in_progress", "response": begun }),
    ];
    for (index, item) in items(request, reply, turn).into_iter().enumerate() {
        documents.extend(item_events(index, item));
    }
    let last = if reply.cut_short { "response.incomplete" } else { "response.completed" };
    documents.push(json!({ "type": last, "response": whole }));

    let number = |(sequence, mut document): (usize, Value)| {
        document["sequence_number"] = sequence.into();
        named(&document)
    };
    documents.into_iter().enumerate().map(number).collect()
}

fn item_events(index: usize, item: Value) -> Vec<Value> {
    let id = item["id"].clone();
    let mut started = item.clone();
    started["status"] = "in_progress".into();
    let mut events = Vec::new();
    match item["type"].as_str() {
        Some("message") => {
            let part = item["content"][0].clone();
            let text = part["text"].as_str().unwrap_or_default();
            started["content"] = json!([]);
            let at = |kind: &str, key: &str, value: Value| json!({ "type": kind, "item_id": id, "output_index": index, "content_index": 0, key: value });
            let empty = json!({ "type": "output_text", "text": "", "annotations": [] });
            events.push(at("response.content_part.added", "part", empty));
            events
                .extend(pieces(text).into_iter().map(|piece| at("response.output_text.delta", "delta", piece.into())));
            events.push(at("response.output_text.done", "text", text.into()));
            events.push(at("response.content_part.done", "part", part.clone()));
        }
        Some("custom_tool_call") => started["input"] = "".into(),
        _ => {
            let arguments = item["arguments"].clone();
            started["arguments"] = "".into();
            let at =
                |kind: &str, key: &str| json!({ "type": kind, "item_id": id, "output_index": index, key: arguments });
            events.push(at("response.function_call_arguments.delta", "delta"));
            events.push(at("response.function_call_arguments.done", "arguments"));
        }
    }
    events.insert(0, json!({ "type": "response.output_item.added", "output_index": index, "item": started }));
    events.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
    events
}
