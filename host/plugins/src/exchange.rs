//! What is put before gate plugins and workflows, and what they answer. (What evaluators read and answer is
//! [`Evidence`](goalpost_core::evidence::Evidence) and [`Verdict`](goalpost_core::verdict::Verdict).)

use goalpost_core::evidence::{Change, Fact, Finding, GoalText, Tamper, TestSummary, TreeIds};
use serde::{Deserialize, Serialize};

/// What a gate plugin is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What is to be achieved.
    pub goal: GoalText,
    /// Counted from 1.
    pub turn: u32,
    /// The trees of the turn.
    pub trees: TreeIds,
    /// Baseline against candidate.
    pub changes: Vec<Change>,
    /// Changes to protected paths.
    pub tampering: Vec<Tamper>,
    /// What has no field of its own.
    pub facts: Vec<Fact>,
}

/// What a gate plugin answers; the host makes its report of it. Texts are bounded and cleaned, not yet redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateAnswer {
    /// Yes or no.
    pub passed: bool,
    /// One line.
    pub summary: String,
    /// Details.
    pub findings: Vec<Finding>,
    /// Longer text; may be empty.
    pub output: String,
    /// The tests that it ran, if it ran any.
    pub tests: Option<TestSummary>,
}

/// One turn for a workflow to drive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What is to be achieved.
    pub goal: GoalText,
    /// Counted from 1.
    pub turn: u32,
    /// The goal's limit.
    pub max_turns: u32,
    /// What a single worker would have been told, feedback included and framed.
    pub prompt: String,
    /// Why the last turn was not enough, framed.
    pub feedback: Option<String>,
    /// The names that it may spawn.
    pub agents: Vec<String>,
}

/// How a workflow ended its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnEnd {
    /// The work is ready to be verified.
    Finished,
    /// The goal can't be reached as it stands, and why.
    Blocked(String),
}

/// What a workflow says of its turn. Texts are bounded and cleaned, not yet redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnSummary {
    /// How it ended.
    pub end: TurnEnd,
    /// What was done.
    pub text: String,
    /// What it set with `set-result`: the worker's final text.
    pub result: Option<String>,
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// JSON Schema of its `config`; empty for a plugin that takes none.
    pub config_schema: String,
}
