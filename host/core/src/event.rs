//! What happens to a goal, as it happens: the one stream that the store keeps, `events --follow` prints and the terminal
//! draws. A reader can rebuild everything shown from it.

use serde::{Deserialize, Serialize};

use crate::baseline::BaselineResult;
use crate::evidence::{GateStatus, Kept, Tamper};
use crate::ids::{Digest, GoalId, TreeId};
use crate::isolation::IsolationLevel;
use crate::state::GoalState;
use crate::usage::Usage;
use crate::verdict::{Assurance, Outcome};

/// An event with its place in the goal's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Counted from 1 within the goal, without gaps. 0 for an event that is shown and not kept.
    pub seq: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Whose it is.
    pub goal: GoalId,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// The steps of a turn that take time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The worker or workflow runs.
    Worker,
    /// The workspace is written as a tree, and sealed.
    Seal,
    /// `[[setup]]` commands.
    Setup,
    /// Gates on the sealed tree.
    Gates,
    /// The panel.
    Evaluators,
    /// The required gates once more, in a fresh sandbox.
    CleanRoom,
    /// Once more again, with tests that must fail.
    Canaries,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Waits for the workspace, which another goal owns. Not kept.
    Waiting {
        /// A sentence that names the owner.
        owner: String,
    },
    /// The goal is frozen and owned.
    GoalStarted {
        /// The author's words.
        objective: String,
        /// The workspace's top folder.
        workspace: String,
        /// When it started.
        baseline: TreeId,
        /// The limit.
        max_turns: u32,
        /// None for no limit.
        budget: Option<u64>,
        /// What drives a turn, for people.
        worker: String,
        /// The level that gates reach on this machine.
        isolation: IsolationLevel,
    },
    /// A waiting or abandoned goal goes on.
    GoalResumed {
        /// What it was.
        from: GoalState,
        /// What the person said.
        hint: Option<String>,
    },
    /// A gate began to run on the baseline.
    BaselineStarted {
        /// Its name.
        gate: String,
    },
    /// What a gate says of the baseline is known.
    BaselineFinished {
        /// Its name.
        gate: String,
        /// Red: it can tell the baseline from work that is done.
        result: BaselineResult,
        /// For people, such as `3 of 12 fail`; may be empty.
        detail: String,
        /// Wall time of the run.
        duration_ms: u64,
        /// Whether the run is an earlier one's.
        cached: bool,
    },
    /// Something that the person should know before work begins.
    Notice {
        /// A sentence.
        text: String,
    },
    /// A turn began.
    TurnStarted {
        /// Counted from 1.
        turn: u32,
        /// The limit.
        max_turns: u32,
    },
    /// A step of the turn began.
    StepStarted {
        /// The turn.
        turn: u32,
        /// The step.
        step: Step,
    },
    /// A workflow named a phase.
    Phase {
        /// The turn.
        turn: u32,
        /// The workflow's words.
        title: String,
    },
    /// What the worker says or does right now. Not kept.
    WorkerActivity {
        /// The turn.
        turn: u32,
        /// One line.
        text: String,
        /// The turn's tokens so far.
        tokens: u64,
    },
    /// The worker ended, and all of its processes.
    WorkerFinished {
        /// The turn.
        turn: u32,
        /// None when it was ended.
        exit_code: Option<i32>,
        /// Wall time.
        duration_ms: u64,
        /// As its stream reports it.
        usage: Usage,
        /// The first line of its last message.
        message: String,
    },
    /// The candidate was taken and sealed.
    Sealed {
        /// The turn.
        turn: u32,
        /// The workspace as the worker left it.
        candidate: TreeId,
        /// What is verified.
        sealed: TreeId,
        /// Paths that differ from the baseline.
        changed: u32,
        /// Changes to protected paths.
        tampering: Vec<Tamper>,
        /// What the worker changed in manifests and keeps.
        #[serde(default)]
        kept: Vec<Kept>,
    },
    /// A gate began.
    GateStarted {
        /// The turn.
        turn: u32,
        /// Its name.
        gate: String,
    },
    /// A gate ended.
    GateFinished {
        /// The turn.
        turn: u32,
        /// Its name.
        gate: String,
        /// Whether it sets the ceiling.
        required: bool,
        /// What became of it.
        status: GateStatus,
        /// One line.
        summary: String,
        /// Wall time.
        duration_ms: u64,
    },
    /// An evaluator answered, or broke.
    EvaluatorFinished {
        /// The turn.
        turn: u32,
        /// Its name.
        evaluator: String,
        /// What it concluded.
        outcome: Outcome,
        /// Why.
        reason: String,
        /// Wall time.
        duration_ms: u64,
        /// On trial: not counted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shadow: bool,
    },
    /// An evaluator was not asked: the others had settled it.
    EvaluatorSpared {
        /// The turn.
        turn: u32,
        /// Its name.
        evaluator: String,
    },
    /// A plugin wrote to its log.
    PluginLog {
        /// The turn.
        turn: u32,
        /// Its name in the goal.
        plugin: String,
        /// `trace` to `error`.
        level: String,
        /// Bounded, without control characters.
        message: String,
    },
    /// The budget's warning threshold was crossed. Once a goal.
    BudgetWarning {
        /// Tokens.
        spent: u64,
        /// Tokens.
        total: u64,
    },
    /// The turn was judged and committed.
    TurnFinished {
        /// The turn.
        turn: u32,
        /// The verdict.
        outcome: Outcome,
        /// With `Satisfied`.
        assurance: Option<Assurance>,
        /// Why.
        reason: String,
        /// Wall time.
        duration_ms: u64,
        /// The turn's tokens, plugins included.
        tokens: u64,
        /// SHA-256 of the turn's receipt.
        receipt: Digest,
    },
    /// The goal ended, or waits for a person.
    GoalStopped {
        /// What it became.
        state: GoalState,
        /// With `Achieved`.
        assurance: Option<Assurance>,
        /// Why.
        reason: String,
        /// Finished turns.
        turns: u32,
        /// Wall time over all turns.
        duration_ms: u64,
        /// Tokens over all turns.
        tokens: u64,
    },
}

impl Event {
    /// Whether the event is only shown, never stored.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::WorkerActivity { .. })
    }
}
