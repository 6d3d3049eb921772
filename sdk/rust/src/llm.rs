//! Asking a language model. Grant: `llm`. The endpoint and its key stay in the host.
//!
//! ```no_run
//! use goalpost_sdk::llm;
//!
//! let answer = llm::ask("Answer with one word.", "What colour is the sky?");
//! ```

use std::fmt;

use serde::de::DeserializeOwned;

pub use crate::bindings::imports::goalpost::plugin::llm::{
    Completion, LlmError, Message, Request, Role, StopReason, complete, models,
};

/// Tokens to answer with, where nothing else is said.
const MAX_TOKENS: u32 = 2_048;

/// Asks the grant's first model and gives its whole answer.
///
/// # Errors
/// As [`Ask::send`].
pub fn ask(system: &str, prompt: &str) -> Result<String, AskError> {
    Ask::new(prompt).system(system).send().map(|completion| completion.text)
}

/// A question to a model.
#[derive(Debug, Clone)]
pub struct Ask(Request);

impl Ask {
    /// A question to the grant's first model.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self(Request {
            model: None,
            system: None,
            messages: vec![Message { role: Role::User, content: prompt.into() }],
            max_tokens: MAX_TOKENS,
            temperature: None,
            response_schema: None,
        })
    }

    /// What the model is told first.
    #[must_use]
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.0.system = Some(text.into());
        self
    }

    /// Another of the granted models.
    #[must_use]
    pub fn model(mut self, name: Option<String>) -> Self {
        self.0.model = name;
        self
    }

    /// The most tokens to answer with.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.0.max_tokens = tokens;
        self
    }

    /// How much chance there is in the answer.
    #[must_use]
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.0.temperature = Some(temperature);
        self
    }

    /// A JSON Schema that the answer must satisfy.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.0.response_schema = Some(schema.into());
        self
    }

    /// Asks.
    ///
    /// # Errors
    /// What the host says, and an answer that was cut or refused: half an answer is none.
    pub fn send(&self) -> Result<Completion, AskError> {
        let completion = complete(&self.0).map_err(AskError::Host)?;
        match completion.stop {
            StopReason::Finished => Ok(completion),
            StopReason::MaxTokens => Err(AskError::Cut(self.0.max_tokens)),
            StopReason::Refused => Err(AskError::Refused),
        }
    }

    /// Asks for an answer of the form that a JSON Schema describes, and reads it.
    ///
    /// # Errors
    /// As [`send`](Self::send), and an answer that does not fit `T`.
    pub fn json<T: DeserializeOwned>(self, schema: &str) -> Result<T, AskError> {
        let text = self.schema(schema).send()?.text;
        serde_json::from_str(&text).map_err(|error| AskError::Unfit(error.to_string()))
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum AskError {
    /// The host could not, or would not.
    Host(LlmError),
    /// The answer was longer than so many tokens.
    Cut(u32),
    /// The model would not answer.
    Refused,
    /// The answer satisfied the schema, and is not what the plugin reads: the two say different things.
    Unfit(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(error) => match error {
                LlmError::NotConfigured(text) => write!(f, "no model is configured: {text}"),
                LlmError::ModelNotGranted(text) => write!(f, "the model is not granted: {text}"),
                LlmError::BudgetExhausted(text) => write!(f, "the grant for models is spent: {text}"),
                LlmError::InvalidAnswer(text) => write!(f, "the model's answer is not of the form asked for: {text}"),
                LlmError::Provider(text) => write!(f, "the model's provider failed: {text}"),
                LlmError::Timeout => write!(f, "the model did not answer in time"),
            },
            Self::Cut(tokens) => write!(f, "the model's answer was cut at {tokens} tokens"),
            Self::Refused => write!(f, "the model refused to answer"),
            Self::Unfit(why) => write!(f, "the model's answer does not fit: {why}"),
        }
    }
}

impl std::error::Error for AskError {}
