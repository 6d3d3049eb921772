//! The states of a goal and the moves between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalState {
    /// Has an owner, or had one that died: `resume` continues it.
    Running,
    /// Waits for a person to resume it: interrupted, or a judge stayed inconclusive.
    Paused,
    /// No progress over several turns; a person may resume it, with a hint.
    Stuck,
    /// Verified or attested.
    Achieved,
    /// All turns used.
    MaxTurns,
    /// Tokens spent.
    BudgetExceeded,
    /// The worker or a judge said that it can't be done as it stands.
    Blocked,
    /// Stopped by a person.
    Cancelled,
}

impl GoalState {
    /// Every state, in the order of the enumeration.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Paused,
        Self::Stuck,
        Self::Achieved,
        Self::MaxTurns,
        Self::BudgetExceeded,
        Self::Blocked,
        Self::Cancelled,
    ];

    /// The word for it, as stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stuck => "stuck",
            Self::Achieved => "achieved",
            Self::MaxTurns => "max_turns",
            Self::BudgetExceeded => "budget_exceeded",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
        }
    }

    /// Nothing follows a terminal state.
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Running | Self::Paused | Self::Stuck)
    }

    /// Whether a goal in this state may become `next`. Every move out of a terminal state is refused, and a goal that
    /// waits for a person goes on only by running again, or ends by being cancelled.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Running => next != Self::Running,
            Self::Paused | Self::Stuck => matches!(next, Self::Running | Self::Cancelled),
            _ => false,
        }
    }

    /// `next`, when the move is allowed.
    ///
    /// # Errors
    /// [`InvalidTransition`] names both states.
    pub fn transition(self, next: Self) -> Result<Self, InvalidTransition> {
        if self.may_become(next) { Ok(next) } else { Err(InvalidTransition { from: self, to: next }) }
    }
}

impl fmt::Display for GoalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for GoalState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownState::new(text))
    }
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a state of a goal")]
pub struct UnknownState(String);

impl UnknownState {
    /// The text comes from outside: enough of it to recognise, never a page.
    fn new(text: &str) -> Self {
        Self(text.chars().take(80).flat_map(char::escape_default).collect())
    }
}

/// A move that the state machine does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a goal that is `{from}` can't become `{to}`")]
pub struct InvalidTransition {
    /// The state it is in.
    pub from: GoalState,
    /// The state that was asked for.
    pub to: GoalState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_a_terminal_state() {
        for from in GoalState::ALL.into_iter().filter(|s| s.is_terminal()) {
            for to in GoalState::ALL {
                assert!(from.transition(to).is_err(), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn a_waiting_goal_goes_on_only_by_running_or_ends_cancelled() {
        for from in [GoalState::Paused, GoalState::Stuck] {
            let next: Vec<_> = GoalState::ALL.into_iter().filter(|to| from.may_become(*to)).collect();
            assert_eq!(next, [GoalState::Running, GoalState::Cancelled]);
        }
    }

    #[test]
    fn words_round_trip() {
        for state in GoalState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).ok(), Some(state.as_str().into()));
        }
    }
}
