//! From gate reports and evaluators' answers to the one verdict of a turn.
//!
//! ```text
//! gate reports ── ceiling() ──┐
//!                             ├── decide(): the lower of the two ── TurnVerdict
//! opinions ─────── panel() ───┘
//! ```
//!
//! From low to high: blocked, unsatisfied, inconclusive, satisfied. Unsatisfied is lower than inconclusive because the
//! worker has something to do, whatever else could not be told.

mod ceiling;
mod decide;
mod panel;

pub use ceiling::ceiling;
pub use decide::decide;
pub use panel::{panel, settled};

use serde::{Deserialize, Serialize};

use crate::evidence::Finding;
use crate::ids::Digest;

/// What an evaluator, or the host, concludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing is missing.
    Satisfied,
    /// Something is missing; the reason goes back to the worker.
    Unsatisfied,
    /// A person must act.
    Blocked,
    /// Nobody could tell, for a reason that is not the work's.
    Inconclusive,
    /// Not this evaluator's business.
    Abstain,
}

impl Outcome {
    /// The place of an outcome from low to high. An abstention holds nothing back.
    fn height(self) -> u8 {
        match self {
            Self::Blocked => 0,
            Self::Unsatisfied => 1,
            Self::Inconclusive => 2,
            Self::Satisfied | Self::Abstain => 3,
        }
    }

    /// The lower of two.
    fn lower(self, other: Self) -> Self {
        if other.height() < self.height() { other } else { self }
    }
}

/// One evaluator's answer, as the plugin contract has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The conclusion.
    pub outcome: Outcome,
    /// What the worker is told.
    pub reason: String,
    /// Details.
    pub findings: Vec<Finding>,
    /// 0 to 1.
    pub score: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
}

/// One evaluator of the panel and what it answered. A broken one has an `Inconclusive` verdict whose reason says how it broke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// The evaluator's name in the goal.
    pub evaluator: String,
    /// SHA-256 of the component that answered.
    pub plugin: Digest,
    /// What it said.
    pub verdict: Verdict,
    /// Calls that were made, retries included.
    pub attempts: u32,
    /// Wall time over all attempts.
    pub duration_ms: u64,
    /// What its calls of a model cost.
    pub usage: crate::usage::Usage,
    /// What it counts for in a weighted panel.
    #[serde(default)]
    pub weight: Weight,
    /// On trial: asked and shown, and never counted or told to the worker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

/// What an evaluator counts for in a panel with [`PanelRule::Weighted`]: 1 to 1,000, and 1 when not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Weight(pub u32);

impl Default for Weight {
    fn default() -> Self {
        Self(1)
    }
}

impl Weight {
    /// Whether it is what holds for an evaluator that says nothing.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How much `achieved` is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Evaluators only: visibly weaker.
    Attested,
    /// At least one required gate that the host ran itself passed on the sealed tree.
    Verified,
}

/// What the required gates allow at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ceiling", rename_all = "kebab-case")]
pub enum Ceiling {
    /// Every required gate passed: the goal may be achieved, and counts for this much.
    Open {
        /// `Verified` when a required native gate is among them.
        assurance: Assurance,
        /// Whether there was a required gate at all: without one, only an evaluator can attest anything.
        gated: bool,
    },
    /// A required gate did not pass: the goal is not achieved, whatever anyone says.
    Held {
        /// `Unsatisfied` for bad work, `Inconclusive` where the gate itself broke, was refused or did not run.
        outcome: Outcome,
        /// Names the gates.
        reason: String,
        /// Names of the required gates that did not pass, in order.
        failing: Vec<String>,
    },
}

/// How the evaluators' answers are combined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum PanelRule {
    /// Every evaluator that doesn't abstain is satisfied.
    #[default]
    All,
    /// One is.
    Any,
    /// This many are.
    AtLeast {
        /// 1 or more.
        n: u32,
    },
    /// Those that are have this weight together.
    Weighted {
        /// 1 or more.
        threshold: u32,
    },
}

/// What the panel says together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelResult {
    /// `Satisfied` for an empty panel: it has nothing to hold back.
    pub outcome: Outcome,
    /// The reasons of those that decided it.
    pub reason: String,
    /// Whether any evaluator that counts was satisfied: an empty panel and one of abstainers attest nothing.
    pub attested: bool,
}

/// The one verdict of a turn: the lower of ceiling and panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnVerdict {
    /// Never `Abstain`.
    pub outcome: Outcome,
    /// Only with `Satisfied`.
    pub assurance: Option<Assurance>,
    /// Becomes the worker's feedback.
    pub reason: String,
    /// Names of the required gates that did not pass.
    pub failing: Vec<String>,
}
