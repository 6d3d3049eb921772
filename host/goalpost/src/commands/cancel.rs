//! `goalpost cancel` and `goalpost pause`

use std::time::Duration;

use anyhow::Result;
use goalpost_core::event::Event;
use goalpost_core::state::GoalState;

use super::find::{Here, print};
use crate::exit::{Exit, UsageError};
use crate::store::{GoalRecord, NextState, Store, StoreError, Wanted};

/// Between two looks at a goal that was asked to stop.
const POLL: Duration = Duration::from_millis(100);

/// End a goal for good
///
/// A running worker is ended with all of its processes; what it changed in the workspace stays. A cancelled goal can't be
/// resumed: `goalpost pause` leaves that open.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost cancel 6a59")]
pub(crate) struct CancelArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Return at once, without waiting until the goal has stopped
    #[arg(long)]
    no_wait: bool,
}

/// Have a running goal wait for you
///
/// Ends its worker with all of its processes. `goalpost resume` continues the goal; a turn whose worker was ended begins
/// again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost pause 6a59")]
pub(crate) struct PauseArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Return at once, without waiting until the goal has stopped
    #[arg(long)]
    no_wait: bool,
}

pub(crate) fn cancel(args: &CancelArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    if goal.state.is_terminal() {
        return Err(UsageError(format!("goal {} is {}: it has ended", goal.id, goal.state)).into());
    }
    stop(&here, &goal, Wanted::Cancel, args.no_wait)
}

pub(crate) fn pause(args: &PauseArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    if goal.state != GoalState::Running {
        return Err(UsageError(format!("goal {} is {}: it does not run", goal.id, goal.state)).into());
    }
    stop(&here, &goal, Wanted::Pause, args.no_wait)
}

/// Asks the process that runs the goal, and waits for it; where there is none, does it here.
fn stop(here: &Here, goal: &GoalRecord, wanted: Wanted, no_wait: bool) -> Result<Exit> {
    let mut asked = false;
    loop {
        let now = here.store.goal(&goal.id)?;
        let stopped = match wanted {
            Wanted::Pause => now.state != GoalState::Running,
            // It may have paused before it saw that it was to end.
            Wanted::Cancel => now.state.is_terminal(),
        };
        if asked && stopped {
            print(&[format!("goal {} is {}", goal.id, now.state)])?;
            return Ok(Exit::Achieved);
        }
        let Some(owner) = here.owner(&now) else {
            end_unowned(&here.store, &now, wanted)?;
            let state = here.store.goal(&goal.id)?.state;
            print(&[format!("goal {} is {state}; no process was running it", goal.id)])?;
            return Ok(Exit::Achieved);
        };
        if !asked {
            match here.store.request(&goal.id, wanted) {
                // It stopped between our look and our wish.
                Err(StoreError::Ended { .. }) => {}
                other => other?,
            }
            asked = true;
            if no_wait {
                print(&[format!("asked process {} to {} goal {}", owner.pid, wanted.as_str(), goal.id)])?;
                return Ok(Exit::Achieved);
            }
            eprintln!("asked process {} to {} goal {}; waiting until it has", owner.pid, wanted.as_str(), goal.id);
        }
        std::thread::sleep(POLL);
    }
}

/// Stops a goal that nobody runs. Should somebody resume it this very moment, one of the two is fenced off.
fn end_unowned(store: &Store, goal: &GoalRecord, wanted: Wanted) -> Result<(), StoreError> {
    let (state, reason) = match wanted {
        Wanted::Cancel => (GoalState::Cancelled, "cancelled by `goalpost cancel`"),
        Wanted::Pause => (GoalState::Paused, "paused by `goalpost pause`; its process had died"),
    };
    if goal.state == state {
        return Ok(());
    }
    let token = store.take_over(&goal.id)?;
    let goal = store.goal(&goal.id)?;
    let stopped = Event::GoalStopped {
        state,
        assurance: None,
        reason: reason.to_owned(),
        turns: goal.turns,
        duration_ms: goal.duration_ms,
        tokens: goal.spent.billable_tokens(),
    };
    store.set_state(&goal.id, token, &NextState { state, assurance: None, reason: reason.to_owned() }, &[stopped])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::fixtures::{record, store};

    #[test]
    fn cancelling_a_goal_that_nobody_runs_ends_it_and_fences_its_last_owner_off() {
        let (store, _dir) = store();
        let goal = record(&store, "g1", "/w");
        end_unowned(&store, &goal, Wanted::Cancel).unwrap();
        let now = store.goal(&goal.id).unwrap();
        assert_eq!(now.state, GoalState::Cancelled);
        assert!(matches!(store.events(&goal.id, 0).unwrap().last().unwrap().event, Event::GoalStopped { .. }));
        let late = store.append_events(&goal.id, goal.fence, &[Event::TurnStarted { turn: 1, max_turns: 8 }]);
        assert!(matches!(late, Err(StoreError::Fenced { .. })), "{late:?}");
    }

    #[test]
    fn a_paused_goal_can_be_cancelled_and_pausing_it_again_changes_nothing() {
        let (store, _dir) = store();
        let goal = record(&store, "g1", "/w");
        end_unowned(&store, &goal, Wanted::Pause).unwrap();
        let paused = store.goal(&goal.id).unwrap();
        assert_eq!(paused.state, GoalState::Paused);
        end_unowned(&store, &paused, Wanted::Pause).unwrap();
        assert_eq!(store.goal(&goal.id).unwrap(), paused);
        end_unowned(&store, &paused, Wanted::Cancel).unwrap();
        assert_eq!(store.goal(&goal.id).unwrap().state, GoalState::Cancelled);
    }
}
