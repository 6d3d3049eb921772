//! Recordings of calls: everything that a plugin learned in a call, so that the call can be repeated anywhere.
//!
//! ```text
//! header      the plugin by digest, its grants, limits and config, the seed of its random numbers, its input
//! exchange    what it asked (a tree, a check, a model, a web service, an agent, who was first, the clock) and what it was
//!             answered, in order
//! log         what it logged
//! end         what it concluded, and what that took
//! ```
//!
//! A plugin learns nothing but through its [`CallContext`](crate::CallContext): a [`Recorder`] wraps every part of one, and
//! a [`Player`] answers in place of every part. A recording is JSON lines, at most [`RECORDING_BYTES`], and all of it passes
//! the redactor: it may be sent to the plugin's author. The component is not in it.

mod asked;
mod file;
mod player;
mod recorder;
mod redacted;

use std::collections::BTreeMap;
use std::fmt;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::Evidence;
use goalpost_core::ids::{Digest, TreeId};
use goalpost_core::plugin_state::Remembered;
use goalpost_core::verdict::Verdict;
use serde::{Deserialize, Serialize};

use crate::call::{CallError, CallStats};
use crate::exchange::{GateAnswer, Subject, Turn, TurnSummary};
pub use asked::Question;
pub use file::RecordingError;
pub use player::{Player, Replayed, replay};
pub use recorder::Recorder;

/// The version of the format. A reader refuses any other.
pub const FORMAT: u32 = 1;

/// Bytes of exchanges and log that a recording keeps. What is longer is marked as incomplete, and can't be replayed.
pub const RECORDING_BYTES: usize = 16 << 20;

/// Bytes of a recording's text: what is longer was not written by a [`Recorder`].
pub const TEXT_BYTES: u64 = 4 * RECORDING_BYTES as u64;

/// What was put before the plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// An evaluator's.
    Evidence(Box<Evidence>),
    /// A gate's.
    Subject(Box<Subject>),
    /// A workflow's.
    Turn(Box<Turn>),
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub goalpost_recording: u32,
    /// The contract that host and plugin spoke.
    pub contract: String,
    /// Where the plugin came from.
    pub plugin: String,
    /// SHA-256 of its component.
    pub digest: Digest,
    /// What it was granted.
    pub grants: Grants,
    /// What it could use.
    pub limits: Limits,
    /// What it was told.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// Of its random numbers, in hexadecimal digits.
    pub seed: String,
    /// Names of the agents that it could spawn.
    #[serde(default)]
    pub agents: Vec<String>,
    /// The trees of the folders that it could read, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folders: BTreeMap<String, TreeId>,
    /// What it remembered when it was asked; none where it remembers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Remembered>,
    /// What was put before it.
    pub input: Input,
}

/// Something that happened in the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It asked, and was answered.
    Exchange {
        /// What it asked.
        ask: Question,
        /// What it was answered, as JSON.
        answer: serde_json::Value,
    },
    /// It logged.
    Log {
        /// `trace` to `error`.
        level: String,
        /// The text.
        message: String,
    },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// An evaluator's answer.
    Verdict(Verdict),
    /// A gate's answer.
    Gate(GateAnswer),
    /// A workflow's answer.
    Turn(TurnSummary),
    /// There was none, and why.
    Broke(String),
}

/// What a call used, as far as a repetition could tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// Calls of host functions.
    pub host_calls: u32,
    /// Bytes over all linear memories and tables.
    pub peak_memory: u64,
    /// Wall time.
    pub duration_us: u64,
    /// Tokens of its model.
    pub llm_tokens: u64,
}

/// A recorded call.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Who was asked what.
    pub header: Header,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it took.
    pub used: Used,
    /// Whether everything is in it.
    pub complete: bool,
}

impl Outcome {
    /// One word and the reason, for people.
    pub fn line(&self) -> String {
        match self {
            Self::Verdict(verdict) => format!("{}: {}", word(&verdict.outcome), verdict.reason),
            Self::Gate(gate) => format!("{}: {}", if gate.passed { "passed" } else { "failed" }, gate.summary),
            Self::Turn(turn) => format!("{}: {}", word(&turn.end), turn.text),
            Self::Broke(why) => format!("broke: {why}"),
        }
    }

    /// What decides: two outcomes with the same conclusion have the same effect on a goal.
    pub fn conclusion(&self) -> String {
        match self {
            Self::Verdict(verdict) => word(&verdict.outcome),
            Self::Gate(gate) => if gate.passed { "passed" } else { "failed" }.to_owned(),
            Self::Turn(turn) => word(&turn.end),
            Self::Broke(_) => "broke".to_owned(),
        }
    }
}

/// The first word of what serialises as an enumeration.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(verdict)
    }
}

impl From<GateAnswer> for Outcome {
    fn from(answer: GateAnswer) -> Self {
        Self::Gate(answer)
    }
}

impl From<TurnSummary> for Outcome {
    fn from(summary: TurnSummary) -> Self {
        Self::Turn(summary)
    }
}

impl From<&CallError> for Outcome {
    fn from(error: &CallError) -> Self {
        Self::Broke(error.to_string())
    }
}

impl From<&CallStats> for Used {
    fn from(stats: &CallStats) -> Self {
        Self {
            host_calls: stats.host_calls,
            peak_memory: stats.peak_memory,
            duration_us: u64::try_from(stats.duration.as_micros()).unwrap_or(u64::MAX),
            llm_tokens: stats.llm_usage.billable_tokens(),
        }
    }
}
