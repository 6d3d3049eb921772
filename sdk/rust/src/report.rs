//! Reading what the host says of a gate.

use crate::types::{GateReport, GateStatus};

impl GateReport {
    /// The only status that lets a required gate through.
    pub fn passed(&self) -> bool {
        self.status == GateStatus::Passed
    }
}

impl GateStatus {
    /// As the contract spells it: `timed-out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Refused => "refused",
            Self::NotRun => "not-run",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// As a word within a sentence: "the gate `tests` *failed*".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "ran out of time",
            Self::Refused => "was refused",
            Self::NotRun => "did not run",
            Self::Inconclusive => "broke",
        }
    }
}
