//! The goal loop: a turn is a list of steps, each committed before the next one starts, so that a loop that is killed
//! anywhere goes on where it stood.

mod agents;
mod baseline;
mod boxes;
mod canary;
mod checks;
mod committed;
mod evidence;
mod folders;
mod found;
mod freeze;
mod frozen;
mod gates;
mod held_out;
mod history;
mod host;
mod inventories;
mod journal;
mod lock_origin;
mod memories;
mod ownership;
mod panel;
mod pinned;
mod plugins;
mod programs;
mod prove;
mod reach;
mod recordings;
mod redacted;
mod replay;
mod resume;
mod setup;
mod start;
mod tools;
mod turn;
mod verification;
mod verify_once;
mod warm;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use goalpost_core::budget::Budget;
use goalpost_core::event::Event;
use goalpost_core::evidence::PastTurn;
use goalpost_core::ids::FencingToken;
use goalpost_core::state::GoalState;
use goalpost_core::verdict::Assurance;

pub(crate) use baseline::Baselines;
pub(crate) use canary::CanaryRecord;
pub(crate) use found::{FILE, lock_of, text_of};
pub(crate) use frozen::Frozen;
pub(crate) use host::Host;
pub(crate) use journal::Journal;
pub(crate) use lock_origin::{Replaced, agree, replaced_at};
pub(crate) use memories::Memories;
pub(crate) use plugins::models_here;
pub(crate) use prove::{Proof, prove};
pub(crate) use recordings::Recordings;
pub(crate) use replay::{ask, replay};
pub(crate) use resume::resume;
pub(crate) use start::start;
pub(crate) use verify_once::verify_once;

use crate::store::{NextState, Wanted};

/// How often the store is asked whether another terminal wants the goal to stop.
const ASKED: Duration = Duration::from_millis(300);

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
    /// What the gates say of the baseline, once they were asked.
    baselines: Baselines,
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
        if let Some(stop) = self.ask_baseline().await? {
            return self.stop(stop);
        }
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

    /// Has the gates look at the baseline, where that is still to be done. Gives the stop that a person asked for meanwhile.
    ///
    /// # Errors
    /// A gate that must fail there and passes: the goal has ended then.
    async fn ask_baseline(&mut self) -> Result<Option<Stop>> {
        let record = self.host.store.goal(&self.goal.id)?;
        let is_new = record.turns == 0 && record.open_turn.is_none();
        let asked = tokio::select! {
            asked = baseline::establish(&self.host, &self.goal, &self.journal, is_new) => asked?,
            stop = self.stop_wanted() => return stop.map(Some),
        };
        if let Err(error) = asked.check(&self.goal) {
            let stop =
                Stop { state: GoalState::Blocked, assurance: None, reason: error.to_string(), interrupted: false };
            self.stop(stop)?;
            return Err(error.into());
        }
        if let Some(notice) = asked.notice(&self.goal).filter(|_| is_new) {
            self.journal.emit(notice)?;
        }
        self.baselines = asked;
        Ok(None)
    }

    /// Returns when a person wants the goal to wait or end.
    async fn stop_wanted(&self) -> Result<Stop> {
        loop {
            if let Some(stop) = self.asked_to_stop()? {
                return Ok(stop);
            }
            tokio::select! {
                () = self.host.interrupt.wait() => {}
                () = tokio::time::sleep(ASKED) => {}
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
