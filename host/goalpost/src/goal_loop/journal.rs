//! Where events go: to the store, where a goal has one, and to the person.

use std::sync::Arc;

use anyhow::Result;
use goalpost_core::event::{Event, Stamped};
use goalpost_core::ids::{FencingToken, GoalId};
use goalpost_core::redact::Redactor;

use crate::report::Reporter;
use crate::store::{Store, now_ms};

/// The stream of one goal's events.
pub(crate) struct Journal {
    goal: GoalId,
    /// None for a verification, which leaves no trace in the store.
    kept: Option<(Store, FencingToken)>,
    reporter: Reporter,
    redactor: Arc<Redactor>,
}

impl Journal {
    /// A journal that only shows.
    pub(crate) fn shown(goal: GoalId, reporter: Reporter, redactor: Arc<Redactor>) -> Self {
        Self { goal, kept: None, reporter, redactor }
    }

    /// From now on events are kept for the goal, with the token of its owner.
    pub(crate) fn keep(&mut self, store: Store, token: FencingToken) {
        self.kept = Some((store, token));
    }

    /// Whether its events are kept: those of a goal that is run, and not only looked at.
    pub(super) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Keeps an event, unless it is a passing one, and shows it.
    ///
    /// # Errors
    /// The store's: a goal whose events can't be kept must not go on.
    pub(crate) fn emit(&self, event: Event) -> Result<()> {
        let event = self.redactor.event(event);
        let stamped = match &self.kept {
            Some((store, token)) if !event.is_transient() => store.append_events(&self.goal, *token, &[event])?,
            _ => vec![Stamped { seq: 0, time_ms: now_ms(), goal: self.goal.clone(), event }],
        };
        self.show(&stamped);
        Ok(())
    }

    /// Shows events that are kept already.
    pub(crate) fn show(&self, events: &[Stamped]) {
        for event in events {
            self.reporter.show(event);
        }
    }
}
