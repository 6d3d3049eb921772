//! The goal loop: a turn is a list of steps, each committed before the next one starts, so that a loop that is killed
//! anywhere goes on where it stood.

mod agents;
mod boxes;
mod checks;
mod evidence;
mod frozen;
mod gates;
mod history;
mod host;
mod journal;
mod panel;
mod pinned;
mod plugins;
mod programs;
mod reach;
mod redacted;
mod replay;
mod setup;
mod start;
mod tools;
mod turn;
mod verification;
mod warm;
mod worker;

use std::sync::Arc;

use anyhow::Result;
use goalpost_core::budget::Budget;
use goalpost_core::event::Event;
use goalpost_core::evidence::PastTurn;
use goalpost_core::ids::FencingToken;
use goalpost_core::state::GoalState;
use goalpost_core::verdict::Assurance;

pub(crate) use frozen::Frozen;
pub(crate) use host::Host;
pub(crate) use journal::Journal;
pub(crate) use replay::replay;
pub(crate) use start::{FILE, Interrupted, resume, start, verify_once};

use crate::store::{NextState, Wanted};

/// A goal that this process owns.
pub(crate) struct GoalLoop {
    host: Arc<Host>,
    goal: Arc<Frozen>,
    journal: Arc<Journal>,
    token: FencingToken,
    budget: Budget,
    /// Finished turns, oldest first.
    history: Vec<PastTurn>,
    /// How many of them a person has looked at: a resumed goal is not stuck for what it did before.
    seen_stuck: usize,
    /// What the person said, until a turn was told of it.
    hint: Option<String>,
    /// Held for as long as the goal runs, and by each worker for as long as any of its processes lives.
    lease: agents::Lease,
}

/// Why the loop ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) state: GoalState,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) reason: String,
    /// The user pressed Ctrl-C.
    pub(crate) interrupted: bool,
}

impl GoalLoop {
    /// Runs turns until the goal ends or waits for a person.
    ///
    /// # Errors
    /// The machine's or the store's. The goal then still counts as running, without an owner: it can be resumed.
    pub(crate) async fn run(mut self) -> Result<Stop> {
        loop {
            let stop = match self.asked_to_stop()? {
                Some(stop) => Some(self.stop(stop)?),
                None => self.turn().await?,
            };
            if let Some(stop) = stop {
                if stop.state.is_terminal() {
                    warm::forget(&self.host, &self.goal);
                }
                return Ok(stop);
            }
        }
    }

    /// Whether the user, here or from another terminal, wants the goal to wait or end.
    fn asked_to_stop(&self) -> Result<Option<Stop>> {
        if self.host.interrupt.is_set() {
            return Ok(Some(Stop::paused("interrupted", true)));
        }
        Ok(match self.host.store.wanted(&self.goal.id)? {
            None => None,
            Some(Wanted::Pause) => Some(Stop::paused("paused by `goalpost pause`", false)),
            Some(Wanted::Cancel) => Some(Stop {
                state: GoalState::Cancelled,
                assurance: None,
                reason: "cancelled by `goalpost cancel`".to_owned(),
                interrupted: false,
            }),
        })
    }

    /// Stops between two committed steps.
    fn stop(&self, stop: Stop) -> Result<Stop> {
        let next = NextState { state: stop.state, assurance: stop.assurance, reason: stop.reason.clone() };
        let event = self.stopped_event(&stop, 0, 0)?;
        let shown = self.host.store.set_state(&self.goal.id, self.token, &next, &[event])?;
        self.journal.show(&shown);
        Ok(stop)
    }

    /// The event that ends the stream, with the sums over all turns; `more` is what a turn that is about to be committed adds.
    fn stopped_event(&self, stop: &Stop, more_turns: u32, more_ms: u64) -> Result<Event> {
        let record = self.host.store.goal(&self.goal.id)?;
        Ok(Event::GoalStopped {
            state: stop.state,
            assurance: stop.assurance,
            reason: stop.reason.clone(),
            turns: record.turns + more_turns,
            duration_ms: record.duration_ms.saturating_add(more_ms),
            tokens: self.budget.spent(),
        })
    }
}

/// The host's environment. A variable that is not text is nobody's that we run.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Fresh random bytes from the kernel.
fn entropy<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the kernel gives no random numbers: {error}"))?;
    Ok(bytes)
}

/// A word that nobody could have written before now: what frames untrusted text.
fn nonce() -> Result<String> {
    Ok(entropy::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Stop {
    fn paused(reason: impl Into<String>, interrupted: bool) -> Self {
        Self { state: GoalState::Paused, assurance: None, reason: reason.into(), interrupted }
    }
}
