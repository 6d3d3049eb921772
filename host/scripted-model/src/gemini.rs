//! Gemini `generateContent` and `streamGenerateContent`.

use serde_json::{Value, json};

use crate::request::Request;
use crate::script::Reply;
use crate::sse::{data, pieces};

fn response(request: &Request, parts: Vec<Value>, finish: Value, turn: usize) -> Value {
    json!({
        "candidates": [{ "content": { "role": "model", "parts": parts }, "finishReason": finish, "index": 0 }],
        "modelVersion": request.model(),
        "responseId": format!("response-{turn}"),
    })
}

fn usage(reply: &Reply) -> Value {
    // `promptTokenCount` counts the cached ones too.
    let prompt = reply.tokens.input + reply.tokens.cached;
    json!({
        "promptTokenCount": prompt,
        "candidatesTokenCount": reply.tokens.output,
        "totalTokenCount": prompt + reply.tokens.output,
        "cachedContentTokenCount": reply.tokens.cached,
    })
}

fn calls(reply: &Reply) -> Vec<Value> {
    let part = |call: &crate::script::Call| json!({ "functionCall": { "name": call.name, "args": call.arguments } });
    reply.calls.iter().map(part).collect()
}

fn finish(reply: &Reply) -> Value {
    if reply.cut_short { "MAX_TOKENS".into() } else { "STOP".into() }
}

/// The answer as one document.
pub(crate) fn document(request: &Request, reply: &Reply, turn: usize) -> Value {
    let mut parts = Vec::new();
    if !reply.text.is_empty() {
        parts.push(json!({ "text": reply.text }));
    }
    parts.extend(calls(reply));
    let mut whole = response(request, parts, finish(reply), turn);
    whole["usageMetadata"] = usage(reply);
    whole
}

/// The answer as events, or as the pieces of a JSON array where the request does not ask for `alt=sse`.
pub(crate) fn events(request: &Request, reply: &Reply, turn: usize) -> Vec<String> {
    let mut documents: Vec<Value> = pieces(&reply.text)
        .into_iter()
        .map(|piece| response(request, vec![json!({ "text": piece })], Value::Null, turn))
        .collect();
    documents.extend(calls(reply).into_iter().map(|call| response(request, vec![call], Value::Null, turn)));
    let mut last = response(request, vec![json!({ "text": "" })], finish(reply), turn);
    last["usageMetadata"] = usage(reply);
    documents.push(last);
    if request.path.contains("alt=sse") {
        return documents.iter().map(data).collect();
    }
    vec![Value::Array(documents).to_string()]
}

/// The provider's error document.
pub(crate) fn error(code: u16, message: &str) -> Value {
    let status = match code {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    };
    json!({ "error": { "code": code, "message": message, "status": status } })
}
