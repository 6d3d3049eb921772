//! Asking a language model: what a provider's client is to the rest of the plugin host.
//!
//! A provider sends one request and tells what came back. Which plugin may ask which model, and what it may spend, is
//! decided before a provider is called (`capabilities/llm.rs`); a provider knows no plugins.

mod anthropic;
pub mod client;
mod openai;
pub mod settings;

use std::time::Duration;

use goalpost_core::ports::BoxFuture;
use goalpost_core::usage::Usage;
use serde::{Deserialize, Serialize};

use self::settings::Api;

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LlmRole {
    /// The plugin.
    User,
    /// The model, earlier in the conversation.
    Assistant,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LlmMessage {
    /// Who said it.
    pub role: LlmRole,
    /// The text.
    pub content: String,
}

/// One question to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LlmRequest {
    /// `provider/model`, such as `anthropic/claude-haiku`: one that the plugin was granted.
    pub model: String,
    /// The system prompt.
    pub system: Option<String>,
    /// At least one, oldest first.
    pub messages: Vec<LlmMessage>,
    /// The most tokens to answer with; at least 1.
    pub max_tokens: u32,
    /// 0 to 2; none for the provider's own.
    pub temperature: Option<f32>,
    /// A JSON Schema for the answer, already parsed. A provider passes it on where the service can be held to one, and
    /// otherwise ignores it: the answer is checked by the caller.
    pub response_schema: Option<serde_json::Value>,
    /// The most that it may cost, in millionths of a US dollar; none where money is not limited. A question that may cost more
    /// is not sent. It is the host's own word, and no part of what a plugin asked.
    #[serde(skip)]
    pub most_micro_usd: Option<u64>,
}

impl LlmRequest {
    /// About as many tokens as the question has: text and code have 3 to 4 bytes for each.
    pub(crate) fn tokens(&self) -> u64 {
        let schema = self.response_schema.as_ref().map_or(0, |schema| schema.to_string().len());
        let texts = self.messages.iter().map(|message| message.content.len());
        texts.chain(self.system.iter().map(String::len)).chain([schema]).map(|bytes| (bytes as u64).div_ceil(3)).sum()
    }
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LlmStop {
    /// It had said what it had to say.
    Finished,
    /// It met `max_tokens`.
    MaxTokens,
    /// It would not answer.
    Refused,
}

/// What the model answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LlmCompletion {
    /// The answer's text.
    pub text: String,
    /// The model that answered, as `provider/model`.
    pub model: String,
    /// Why it stopped.
    pub stop: LlmStop,
    /// What it cost, attempts that failed after tokens were spent included. `micro_usd` is none where no price is known.
    pub usage: Usage,
}

/// What a service that speaks `api` answered; without its model and its price.
pub(crate) fn completion(api: Api, body: &serde_json::Value) -> Result<LlmCompletion, LlmFailure> {
    match api {
        Api::Anthropic => anthropic::completion(body),
        Api::OpenAi => openai::completion(body),
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum LlmFailure {
    /// The provider of that model has no endpoint or key on this machine; the text says how to configure one.
    #[error("{0}")]
    NotConfigured(String),
    /// The answer can't be used, for example no text in it where a schema asked for JSON.
    #[error("the model's answer can't be used: {0}")]
    InvalidAnswer(String),
    /// The service would not, after the provider's own retries.
    #[error("the provider failed: {0}")]
    Provider(String),
    /// The deadline came first.
    #[error("the model did not answer in time")]
    Timeout,
    /// It may cost more than is left of what may be spent.
    #[error("{0}")]
    TooDear(String),
}

/// Sends questions to language models.
pub trait LlmProvider: Send + Sync {
    /// Asks once, retrying what the service calls temporary for as long as `deadline` allows. Dropping the future ends
    /// the request.
    fn complete<'a>(
        &'a self,
        request: LlmRequest,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>>;
}
