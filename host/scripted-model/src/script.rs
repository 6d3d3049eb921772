//! What the model answers.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::request::Request;

/// Tokens of one answer, as the server counts them; each protocol's own arithmetic is applied to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read anew: not those of `cached`.
    pub input: u64,
    /// Written.
    pub output: u64,
    /// Read from the provider's cache.
    #[serde(default)]
    pub cached: u64,
}

impl Default for Tokens {
    /// 100 in, 20 out, none cached.
    fn default() -> Self {
        Self { input: 100, output: 20, cached: 0 }
    }
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The tool, by a name that the request offers.
    pub name: String,
    /// An object; a string for an OpenAI custom tool, which takes plain text.
    #[serde(default)]
    pub arguments: Value,
}

/// A whole answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What it says, before it calls.
    #[serde(default)]
    pub text: String,
    /// What it calls.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// What it cost.
    #[serde(default)]
    pub tokens: Tokens,
    /// It stopped at the request's limit of output tokens.
    #[serde(default)]
    pub cut_short: bool,
}

/// What becomes of one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The model answers.
    Reply(Reply),
    /// The provider refuses. An empty body becomes the provider's own kind of error document.
    Status {
        /// HTTP status.
        code: u16,
        /// The response's body.
        #[serde(default)]
        body: String,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Exactly these bytes.
    Raw {
        /// HTTP status.
        code: u16,
        /// Response headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The response's body.
        body: String,
    },
    /// Waits before it goes on.
    Delay {
        /// Milliseconds.
        ms: u64,
        /// What follows.
        then: Box<Step>,
    },
    /// Accepts the request and never answers.
    Hang,
    /// Answers 200 with a document, or a stream, that is broken JSON.
    Malformed,
    /// Sends about half of the answer, then closes the connection.
    Cut(Reply),
    /// Sends about half of the answer, then nothing more.
    Stall(Reply),
}

impl Step {
    /// Says `text` and ends its turn.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Reply(Reply { text: text.into(), ..Reply::default() })
    }

    /// Calls one tool.
    pub fn tool(name: impl Into<String>, arguments: Value) -> Self {
        Self::Reply(Reply { calls: vec![Call { name: name.into(), arguments }], ..Reply::default() })
    }

    /// Refuses. With an empty `body`, in the provider's own words.
    pub fn status(code: u16, body: impl Into<String>) -> Self {
        Self::Status { code, body: body.into(), retry_after: None }
    }

    /// Waits, then does this.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Self {
        Self::Delay { ms, then: Box::new(self) }
    }

    /// Sets `Retry-After` of a [`Step::Status`]; nothing on other steps.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Self::Status { retry_after, .. } = &mut self {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Sets the tokens of an answer; nothing on other steps. `input` leaves out the cached ones.
    #[must_use]
    pub fn using(mut self, input: u64, output: u64, cached: u64) -> Self {
        if let Self::Reply(reply) | Self::Cut(reply) | Self::Stall(reply) = &mut self {
            reply.tokens = Tokens { input, output, cached };
        }
        self
    }
}

/// Steps in order: each request of the model takes one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// One a request. After the last, requests are refused with status 400, which no client tries again.
    pub steps: VecDeque<Step>,
    /// Answers requests that offer no tools, without taking a step. Agents ask such questions beside their work (a title for
    /// the session, say), in an order that can't be foreseen.
    #[serde(default)]
    pub aside: Option<Step>,
}

/// Where answers come from: a list of steps, a [`Script`], or any `FnMut(&Request) -> Step`.
pub trait Source: Send + 'static {
    /// The answer to `request`.
    fn answer(&mut self, request: &Request) -> Step;
}

impl<F: FnMut(&Request) -> Step + Send + 'static> Source for F {
    fn answer(&mut self, request: &Request) -> Step {
        self(request)
    }
}

impl Source for Script {
    fn answer(&mut self, request: &Request) -> Step {
        match &self.aside {
            Some(aside) if request.tool_names().is_empty() => aside.clone(),
            _ => self.steps.pop_front().unwrap_or_else(|| Step::status(400, "")),
        }
    }
}

impl Source for Vec<Step> {
    fn answer(&mut self, _request: &Request) -> Step {
        if self.is_empty() { Step::status(400, "") } else { self.remove(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_from_json() {
        let script: Script = serde_json::from_value(serde_json::json!({
            "steps": [
                { "status": { "code": 429, "retry_after": 1 } },
                { "delay": { "ms": 5, "then": "hang" } },
                { "reply": { "calls": [{ "name": "bash", "arguments": { "command": "ls" } }] } },
                { "reply": { "text": "Done.", "tokens": { "input": 7, "output": 3, "cached": 2 } } },
                "malformed"
            ],
            "aside": { "reply": { "text": "A title" } }
        }))
        .expect("the documented form");
        assert_eq!(script.steps[0], Step::status(429, "").retry_after(1));
        assert_eq!(script.steps[1], Step::Hang.after_ms(5));
        assert_eq!(script.steps[3], Step::say("Done.").using(7, 3, 2));
        assert_eq!(script.aside, Some(Step::say("A title")));
    }
}
