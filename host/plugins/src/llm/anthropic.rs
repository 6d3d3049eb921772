//! Anthropic's Messages, as <https://docs.anthropic.com/en/api/messages> has it.

use goalpost_core::usage::Usage;
use serde_json::{Value, json};

use super::client::{Call, Endpoint};
use super::{LlmCompletion, LlmFailure, LlmRequest, LlmRole, LlmStop};

/// The version of the protocol that the bodies below are written to.
const VERSION: &str = "2023-06-01";

pub(super) fn call(endpoint: &Endpoint, model: &str, request: &LlmRequest) -> Call {
    let messages: Vec<Value> = request
        .messages
        .iter()
        .map(|message| {
            let role = match message.role {
                LlmRole::User => "user",
                LlmRole::Assistant => "assistant",
            };
            json!({ "role": role, "content": message.content })
        })
        .collect();
    let mut body = json!({ "model": model, "max_tokens": request.max_tokens, "messages": messages });
    // Not every service that speaks this protocol can be held to a schema: all can be told of it.
    let schema = request.response_schema.as_ref().map(|schema| {
        format!("Answer with one JSON document and nothing else. It must satisfy this JSON Schema:\n{schema}")
    });
    let system: Vec<&str> = [request.system.as_deref(), schema.as_deref()].into_iter().flatten().collect();
    if !system.is_empty() {
        body["system"] = system.join("\n\n").into();
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature.min(1.0));
    }
    let mut headers = vec![("anthropic-version", VERSION.to_owned())];
    headers.extend(endpoint.key.iter().map(|key| ("x-api-key", key.clone())));
    Call { path: "/v1/messages", headers, body }
}

pub(super) fn completion(body: &Value) -> Result<LlmCompletion, LlmFailure> {
    let content =
        body["content"].as_array().ok_or_else(|| LlmFailure::InvalidAnswer("it has no content".to_owned()))?;
    let text = content.iter().filter(|block| block["type"] == "text").filter_map(|b| b["text"].as_str()).collect();
    let stop = match body["stop_reason"].as_str() {
        Some("max_tokens" | "model_context_window_exceeded") => LlmStop::MaxTokens,
        Some("refusal") => LlmStop::Refused,
        _ => LlmStop::Finished,
    };
    let count = |name: &str| body["usage"][name].as_u64().unwrap_or(0);
    Ok(LlmCompletion {
        text,
        model: String::new(),
        stop,
        usage: Usage {
            // What is written to the cache is read anew, and is not in `input_tokens`.
            input_tokens: count("input_tokens").saturating_add(count("cache_creation_input_tokens")),
            output_tokens: count("output_tokens"),
            cached_tokens: count("cache_read_input_tokens"),
            micro_usd: None,
        },
    })
}
