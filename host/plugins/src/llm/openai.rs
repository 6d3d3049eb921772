//! OpenAI's Chat Completions, as <https://platform.openai.com/docs/api-reference/chat> has it, and as other services speak it.

use goalpost_core::usage::Usage;
use serde_json::{Value, json};

use super::client::{Call, Endpoint};
use super::{LlmCompletion, LlmFailure, LlmRequest, LlmRole, LlmStop};

pub(super) fn call(endpoint: &Endpoint, model: &str, request: &LlmRequest) -> Call {
    let mut messages = Vec::new();
    if let Some(system) = &request.system {
        messages.push(json!({ "role": "system", "content": system }));
    }
    for message in &request.messages {
        let role = match message.role {
            LlmRole::User => "user",
            LlmRole::Assistant => "assistant",
        };
        messages.push(json!({ "role": role, "content": message.content }));
    }
    let mut body = json!({ "model": model, "messages": messages });
    // OpenAI's reasoning models refuse the older name; most other services know only that.
    let limit = if endpoint.base_url.contains("://api.openai.com") { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = request.max_tokens.into();
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(schema) = &request.response_schema {
        // Not `strict`: that takes only a part of JSON Schema, and the answer is checked anyway.
        body["response_format"] =
            json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
    }
    let headers = endpoint.key.iter().map(|key| ("authorization", format!("Bearer {key}"))).collect();
    Call { path: "/chat/completions", headers, body }
}

pub(super) fn completion(body: &Value) -> Result<LlmCompletion, LlmFailure> {
    let choice = body.pointer("/choices/0").ok_or_else(|| LlmFailure::InvalidAnswer("it has no choices".to_owned()))?;
    let message = &choice["message"];
    let refusal = message["refusal"].as_str().filter(|r| !r.is_empty());
    let stop = match choice["finish_reason"].as_str() {
        Some("length") => LlmStop::MaxTokens,
        Some("content_filter") => LlmStop::Refused,
        _ if refusal.is_some() => LlmStop::Refused,
        _ => LlmStop::Finished,
    };
    let text = message["content"].as_str().or(refusal).unwrap_or_default().to_owned();
    let usage = &body["usage"];
    let count = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let cached = count("/prompt_tokens_details/cached_tokens");
    Ok(LlmCompletion {
        text,
        model: String::new(),
        stop,
        usage: Usage {
            input_tokens: count("/prompt_tokens").saturating_sub(cached),
            output_tokens: count("/completion_tokens"),
            cached_tokens: cached,
            micro_usd: None,
        },
    })
}
