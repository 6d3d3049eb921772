//! What the store keeps, as values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use goalpost_core::config::GoalConfig;
use goalpost_core::event::Event;
use goalpost_core::evidence::{GateReport, GateStatus, Kept, PastTurn, Tamper, TreeIds, WorkerReport};
use goalpost_core::ids::{Digest, FencingToken, GoalId, TreeId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;
use goalpost_core::tools::Tools;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::{Assurance, Opinion, TurnVerdict};
use serde::{Deserialize, Serialize};

use crate::goal_loop::CanaryRecord;
use crate::receipt::Receipt;

/// A goal that is about to start. It is `running` and owned from the moment it is stored.
#[derive(Debug, Clone)]
pub(crate) struct NewGoal {
    pub(crate) id: GoalId,
    /// The workspace's top folder.
    pub(crate) workspace: PathBuf,
    /// The folder of `goalpost.toml` below the workspace; empty for the top.
    pub(crate) prefix: String,
    /// Frozen.
    pub(crate) config: GoalConfig,
    /// SHA-256 of the frozen configuration.
    pub(crate) config_digest: Digest,
    /// The workspace when the goal started.
    pub(crate) baseline: TreeId,
    /// The level that gates reach on this machine.
    pub(crate) isolation: IsolationLevel,
    /// The digests of the plugins, by the names that the goal gives them.
    pub(crate) plugins: BTreeMap<String, Digest>,
    /// Whose signatures they had to come with, likewise.
    pub(crate) signers: BTreeMap<String, Signer>,
    /// The programs of gates, checks and setups.
    pub(crate) tools: Tools,
}

/// A goal as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GoalRecord {
    pub(crate) id: GoalId,
    pub(crate) workspace: PathBuf,
    pub(crate) prefix: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) created_ms: u64,
    /// When the state, or the number of finished turns, last changed.
    pub(crate) updated_ms: u64,
    pub(crate) state: GoalState,
    /// With `Achieved`.
    pub(crate) assurance: Option<Assurance>,
    /// Why it is in this state; empty while it runs.
    pub(crate) reason: String,
    pub(crate) config: GoalConfig,
    pub(crate) config_digest: Digest,
    pub(crate) baseline: TreeId,
    pub(crate) isolation: IsolationLevel,
    pub(crate) plugins: BTreeMap<String, Digest>,
    /// Likewise; none in a goal of an older version.
    pub(crate) signers: BTreeMap<String, Signer>,
    pub(crate) tools: Tools,
    /// Finished turns.
    pub(crate) turns: u32,
    /// The turn that began and has not finished.
    pub(crate) open_turn: Option<u32>,
    /// Everything that was spent, by finished and by lost turns.
    pub(crate) spent: Usage,
    /// Whether the user was warned of the budget.
    pub(crate) budget_warned: bool,
    /// Wall time of the finished turns.
    pub(crate) duration_ms: u64,
    /// What the person said when the goal was last resumed.
    pub(crate) hint: Option<String>,
    pub(crate) fence: FencingToken,
    /// What a person asked of the running loop.
    pub(crate) wanted: Option<Wanted>,
}

/// What a person asks of a goal that another process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Pause,
    Cancel,
}

impl Wanted {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Cancel => "cancel",
        }
    }
}

/// How far a turn came. Each phase follows the one before it and none is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// The worker may be running.
    Started,
    /// The worker ended: it is never run again for this turn.
    WorkerDone,
    /// The workspace was taken and sealed: the worker's files may change without harm.
    Candidate,
    /// Judged and committed.
    Finished,
}

impl Phase {
    pub(super) const ALL: [Self; 4] = [Self::Started, Self::WorkerDone, Self::Candidate, Self::Finished];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::WorkerDone => "worker_done",
            Self::Candidate => "candidate",
            Self::Finished => "finished",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The worker of a turn and all of its processes ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkerDone {
    pub(crate) report: WorkerReport,
    pub(crate) duration_ms: u64,
    /// Why the goal can't be reached, when the worker said so.
    pub(crate) blocked: Option<String>,
    /// SHA-256 of what a workflow remembers from this turn on, by its use, where it changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) remembered: BTreeMap<String, Digest>,
}

/// The workspace of a turn was taken and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub(crate) trees: TreeIds,
    pub(crate) tampering: Vec<Tamper>,
    /// What the worker changed in manifests and keeps.
    #[serde(default)]
    pub(crate) kept: Vec<Kept>,
    /// Paths that differ from the baseline.
    pub(crate) changed: u32,
}

/// What a turn was judged to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TurnResult {
    /// In the order of the configuration.
    pub(crate) gates: Vec<GateReport>,
    /// The required gates once more; empty when the turn would not have ended the goal.
    pub(crate) clean_room: Vec<GateReport>,
    /// Whether the gates of the clean room can fail on this work; empty where that was not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) canaries: Vec<CanaryRecord>,
    pub(crate) opinions: Vec<Opinion>,
    /// Evaluators that were not asked, because the others had settled it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spared: Vec<String>,
    pub(crate) verdict: TurnVerdict,
    /// SHA-256 of the evidence that the verdict was made from.
    pub(crate) evidence: Digest,
    /// SHA-256 of what plugins remember from this turn on, by their uses, where it changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) remembered: BTreeMap<String, Digest>,
    /// Of the worker and the plugins in this turn.
    pub(crate) usage: Usage,
    pub(crate) duration_ms: u64,
}

/// Everything that ends a turn, stored at once or not at all.
#[derive(Debug, Clone)]
pub(crate) struct FinishedTurn {
    pub(crate) turn: u32,
    pub(crate) result: TurnResult,
    /// What plugins remember from this turn on, by their uses, where it changed.
    pub(crate) remembered: BTreeMap<String, Remembered>,
    pub(crate) receipt: Receipt,
    /// What to add to the goal's spent tokens: what [`super::Store::spend`] has already counted is left out.
    pub(crate) spent: Usage,
    /// Whether this turn's end warned the user of the budget.
    pub(crate) budget_warned: bool,
    /// None while the goal goes on.
    pub(crate) next: Option<NextState>,
    pub(crate) events: Vec<Event>,
}

/// What a goal becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextState {
    pub(crate) state: GoalState,
    /// With `Achieved`.
    pub(crate) assurance: Option<Assurance>,
    pub(crate) reason: String,
}

/// A turn as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TurnRecord {
    /// Counted from 1.
    pub(crate) turn: u32,
    /// Counted from 1: how often the worker was started, because the owner died while it ran.
    pub(crate) attempt: u32,
    /// When the last attempt began.
    pub(crate) started_ms: u64,
    /// From [`Phase::WorkerDone`] on.
    pub(crate) worker: Option<WorkerDone>,
    /// From [`Phase::Candidate`] on.
    pub(crate) candidate: Option<Candidate>,
    /// When [`Phase::Finished`].
    pub(crate) result: Option<TurnResult>,
    /// The receipt's digest, when finished.
    pub(crate) receipt: Option<Digest>,
}

impl TurnRecord {
    /// How far it came.
    pub(crate) fn phase(&self) -> Phase {
        match (&self.worker, &self.candidate, &self.result) {
            (_, _, Some(_)) => Phase::Finished,
            (_, Some(_), _) => Phase::Candidate,
            (Some(_), _, _) => Phase::WorkerDone,
            _ => Phase::Started,
        }
    }

    /// What later turns' evaluators are told of it; none before it is finished.
    pub(crate) fn past(&self) -> Option<PastTurn> {
        let (candidate, result) = (self.candidate.as_ref()?, self.result.as_ref()?);
        Some(PastTurn {
            turn: self.turn,
            sealed: candidate.trees.sealed.clone(),
            outcome: result.verdict.outcome,
            reason: result.verdict.reason.clone(),
            failing: result.gates.iter().filter(|g| g.status != GateStatus::Passed).map(|g| g.name.clone()).collect(),
        })
    }
}
