//! What a gate says of the work as it was when the goal started. A gate that passes already can't tell whether the goal is
//! achieved, and the tests that ran then are the tests that must run later.

use serde::{Deserialize, Serialize};

use crate::evidence::GateStatus;
use crate::inventory::Inventory;

/// One gate's run on the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineRun {
    /// The gate.
    pub gate: String,
    /// What became of it.
    pub status: GateStatus,
    /// One line.
    pub summary: String,
    /// The tests that it ran, without their messages; none where no known format was found.
    pub inventory: Option<Inventory>,
    /// Wall time.
    pub duration_ms: u64,
}

/// What a run on the baseline showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineResult {
    /// The gate did not pass: it can tell the baseline from work that is done.
    Red,
    /// It passed.
    Green,
    /// It was not run on the baseline, or could not be.
    #[default]
    NotRun,
}

impl BaselineResult {
    /// The word that reports and receipts use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::NotRun => "not-run",
        }
    }
}

impl std::fmt::Display for BaselineResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl BaselineRun {
    /// Red, green, or neither where the gate itself did not come to run.
    pub fn result(&self) -> BaselineResult {
        match self.status {
            GateStatus::Passed => BaselineResult::Green,
            GateStatus::Failed | GateStatus::TimedOut => BaselineResult::Red,
            GateStatus::Refused | GateStatus::NotRun | GateStatus::Inconclusive => BaselineResult::NotRun,
        }
    }

    /// What a person reads beside the word: `3 of 12 fail`, or how the command ended.
    pub fn detail(&self) -> String {
        match self.inventory.as_ref().map(|inventory| (inventory.counts, inventory.counts.ran())) {
            Some((counts, ran)) if counts.failed > 0 => format!("{} of {ran} fail", counts.failed),
            Some((_, 1)) => "1 test".to_owned(),
            Some((_, ran)) if self.status == GateStatus::Passed => format!("{ran} tests"),
            _ if self.status == GateStatus::Passed => String::new(),
            _ => self.summary.clone(),
        }
    }
}
