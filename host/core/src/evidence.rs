//! What is known of a turn, in the words of the plugin contract (`wit/types.wit`): the records that gates, evaluators,
//! receipts and people read.

use serde::{Deserialize, Serialize};

use crate::ids::{Digest, GoalId, TreeId};
use crate::isolation::IsolationLevel;
use crate::usage::Usage;

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Info,
    /// Should be looked at.
    Warning,
    /// The work should not count as done with it.
    Error,
    /// Wrong and dangerous.
    Critical,
}

/// One thing that a gate or an evaluator found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Stable kebab-case name of the rule.
    pub code: Option<String>,
    /// Relative to the workspace.
    pub path: Option<String>,
    /// Counted from 1.
    pub line: Option<u32>,
    /// For people and for the worker.
    pub message: String,
    /// What in the evidence supports it.
    pub evidence: Option<String>,
}

/// How a path differs between two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Only in the second tree.
    Added,
    /// Other content.
    Modified,
    /// Only in the first tree.
    Deleted,
    /// Another path, same or similar content.
    Renamed,
    /// Another kind of entry.
    TypeChanged,
}

/// Lines of a change, as a unified diff counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCount {
    /// Lines only in the second version.
    pub added: u32,
    /// Lines only in the first version.
    pub removed: u32,
}

/// One path that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The path in the second tree, or in the first where it was deleted.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
    /// The path in the first tree, for a rename.
    pub old_path: Option<String>,
    /// None for binary content, links and submodules.
    pub lines: Option<LineCount>,
}

/// How a protected path was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TamperKind {
    /// Other content.
    Edited,
    /// Gone.
    Deleted,
    /// A new path that would take part in a protected role.
    Added,
    /// Moved away.
    Renamed,
    /// Became another kind of entry.
    TypeChanged,
    /// Reached through, or replaced by, a link.
    Redirected,
}

/// A change to a protected path. The sealed tree has the baseline's version again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tamper {
    /// Relative to the workspace.
    pub path: String,
    /// How it was touched.
    pub kind: TamperKind,
    /// For people.
    pub detail: String,
}

/// What a worker changed in a file that is otherwise out of its reach, such as the dependencies of a manifest. It stays as
/// the worker made it, and is no tampering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Relative to the workspace.
    pub path: String,
    /// For people, one phrase for each part.
    pub parts: Vec<String>,
}

/// The [`Fact`] that tells gates and evaluators of kept changes; none where there are none.
pub fn kept_fact(kept: &[Kept]) -> Option<Fact> {
    // Serialising plain strings into memory has no way to fail.
    let json = serde_json::to_string(kept).unwrap_or_default();
    (!kept.is_empty()).then(|| Fact { name: "manifest-changes".to_owned(), json })
}

/// What became of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateStatus {
    /// The only status that lets a required gate through.
    Passed,
    /// It ran and said no.
    Failed,
    /// It was ended at its time limit.
    TimedOut,
    /// The host would not run it.
    Refused,
    /// An earlier required gate did not pass.
    NotRun,
    /// The gate itself broke; says nothing of the work.
    Inconclusive,
}

/// One failed test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFailure {
    /// As the runner names it.
    pub name: String,
    /// Bounded.
    pub message: String,
}

/// The tests that a gate ran, where the format of its output is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSummary {
    /// `cargo-test`, `pytest`, ...
    pub format: String,
    /// Counts.
    pub passed: u32,
    /// Counts.
    pub failed: u32,
    /// Counts, ignored tests included.
    pub skipped: u32,
    /// The first failures, bounded.
    pub failures: Vec<TestFailure>,
    /// Ran in the baseline, did not run now.
    pub missing: Vec<String>,
    /// Ran in the baseline, skipped now.
    pub newly_skipped: Vec<String>,
}

/// How the host ran a gate's command. Plugins are not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFacts {
    /// The walls that this very run had.
    pub isolation: IsolationLevel,
    /// The gate's cached folders that were there from an earlier turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warm: Vec<String>,
}

/// What the host says of one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReport {
    /// As in `goalpost.toml`.
    pub name: String,
    /// Whether it sets the ceiling.
    pub required: bool,
    /// Run by the host as a native command, so that `achieved` may be `verified`.
    pub native: bool,
    /// What became of it.
    pub status: GateStatus,
    /// One line.
    pub summary: String,
    /// Of a native gate that ended by itself.
    pub exit_code: Option<i32>,
    /// Redacted, head and tail.
    pub output: String,
    /// Whether the middle of `output` is missing.
    pub output_truncated: bool,
    /// Wall time.
    pub duration_ms: u64,
    /// Where the format is known.
    pub tests: Option<TestSummary>,
    /// Of a gate plugin, or of the host about the gate.
    pub findings: Vec<Finding>,
    /// Of a native gate that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunFacts>,
}

impl GateReport {
    /// The report of a required native gate of which nothing else is to be said.
    pub fn new(name: impl Into<String>, status: GateStatus) -> Self {
        Self {
            name: name.into(),
            required: true,
            native: true,
            status,
            summary: String::new(),
            exit_code: None,
            output: String::new(),
            output_truncated: false,
            duration_ms: 0,
            tests: None,
            findings: Vec::new(),
            run: None,
        }
    }
}

/// What is to be achieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoalText {
    /// The goal's id.
    pub id: GoalId,
    /// The author's words.
    pub objective: String,
    /// Globs; empty for everywhere.
    pub scope: Vec<String>,
    /// Sentences that must be true at the end.
    pub criteria: Vec<String>,
}

/// The trees that a verdict is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeIds {
    /// When the goal started.
    pub baseline: TreeId,
    /// When the worker's turn ended.
    pub candidate: TreeId,
    /// What was verified.
    pub sealed: TreeId,
}

/// One call of a tool by the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The tool.
    pub name: String,
    /// Redacted and cut.
    pub arguments: String,
    /// None where the stream does not say.
    pub ok: Option<bool>,
}

/// What is known of the worker's turn: all of it the worker's own word. By default, nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerReport {
    /// Preset, `command`, `workflow` or `none`.
    pub agent: String,
    /// None when it was ended, or never ran.
    pub exit_code: Option<i32>,
    /// Its last message.
    pub final_text: String,
    /// The end of its transcript.
    pub transcript: String,
    /// Whether the start of `transcript` is missing.
    pub transcript_truncated: bool,
    /// The last calls, oldest first.
    pub tool_calls: Vec<ToolCall>,
    /// As its own stream reports it.
    pub usage: Usage,
}

/// An earlier turn of the same goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastTurn {
    /// Counted from 1.
    pub turn: u32,
    /// What was verified then.
    pub sealed: TreeId,
    /// The verdict's word.
    pub outcome: crate::verdict::Outcome,
    /// Why.
    pub reason: String,
    /// Names of the gates that did not pass.
    pub failing: Vec<String>,
}

/// A named JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// The document.
    pub json: String,
}

/// Everything that the host puts before an evaluator: assembled once a turn, the same for every evaluator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is to be achieved.
    pub goal: GoalText,
    /// Counted from 1.
    pub turn: u32,
    /// The goal's limit.
    pub max_turns: u32,
    /// The trees of the turn.
    pub trees: TreeIds,
    /// Baseline against candidate.
    pub changes: Vec<Change>,
    /// The same as a unified diff, bounded.
    pub diff: String,
    /// Whether the diff was cut.
    pub diff_truncated: bool,
    /// In the order of the configuration.
    pub gates: Vec<GateReport>,
    /// Changes to protected paths.
    pub tampering: Vec<Tamper>,
    /// The worker's own word.
    pub worker: WorkerReport,
    /// Oldest first, bounded.
    pub history: Vec<PastTurn>,
    /// What has no field of its own.
    pub facts: Vec<Fact>,
}

impl Evidence {
    /// SHA-256 of the evidence as compact JSON with its fields in the order above: the content address that a verdict names.
    pub fn digest(&self) -> Digest {
        // Serialising plain records of strings and numbers into memory has no way to fail.
        Digest::of(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Evidence with its content address, computed once for all who are shown it.
#[derive(Debug, Clone)]
pub struct Addressed<'a> {
    evidence: &'a Evidence,
    digest: Digest,
}

impl<'a> Addressed<'a> {
    /// What is addressed.
    pub fn evidence(&self) -> &'a Evidence {
        self.evidence
    }

    /// As [`Evidence::digest`] computes it.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl<'a> From<&'a Evidence> for Addressed<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        Self { evidence, digest: evidence.digest() }
    }
}

impl<'a> From<&Addressed<'a>> for Addressed<'a> {
    fn from(addressed: &Addressed<'a>) -> Self {
        addressed.clone()
    }
}
