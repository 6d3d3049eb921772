//! How the program ends: documented in the README, and stable.

use goalpost_core::state::GoalState;

/// What the exit code says. 1 is never used: it is what a shell or a loader gives when the program did not run at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The goal is achieved, the verification satisfied, or the command did what it was asked.
    Achieved,
    /// Not achieved. 2 is what the stop hooks of coding agents take for "go on", with the reason on standard error.
    NotAchieved,
    /// The goal waits for a person: paused or stuck. Of a verification: inconclusive.
    Waiting,
    /// The command line or `goalpost.toml` is wrong.
    Usage,
    /// Goalpost or the machine failed.
    Internal,
    /// Ended by Ctrl-C or SIGTERM; a goal can be resumed.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Achieved => 0,
            Self::NotAchieved => 2,
            Self::Waiting => 3,
            Self::Usage => 64,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<GoalState> for Exit {
    fn from(state: GoalState) -> Self {
        match state {
            GoalState::Achieved => Self::Achieved,
            GoalState::Running | GoalState::Paused | GoalState::Stuck => Self::Waiting,
            GoalState::MaxTurns | GoalState::BudgetExceeded | GoalState::Blocked | GoalState::Cancelled => {
                Self::NotAchieved
            }
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// An error that the person at the command line can mend: wrong usage, wrong configuration. Everything else is `Internal`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// Nothing could be told, and nothing was run: the machine lacks what the goal demands.
#[derive(Debug, thiserror::Error)]
#[error("inconclusive: {0}")]
pub(crate) struct Inconclusive(pub(crate) String);
