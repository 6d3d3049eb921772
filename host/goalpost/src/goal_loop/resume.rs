//! A goal that waits, or whose owner died, goes on.

use std::sync::Arc;

use anyhow::Result;
use goalpost_core::budget::Budget;
use goalpost_core::event::Event;
use goalpost_core::lock_file::LockFile;
use goalpost_core::state::GoalState;
use goalpost_workspace::repository::Workspace;

use super::found::Found;
use super::freeze::{freeze, isolated_enough};
use super::ownership::{lease, own};
use super::{Baselines, GoalLoop, Host, Journal, history};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::report::Reporter;
use crate::store::{GoalRecord, NextState};

/// Takes a goal that waits, or whose owner died, and lets it go on.
pub(crate) async fn resume(
    record: GoalRecord,
    hint: Option<String>,
    wait: bool,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<GoalLoop> {
    if record.state.is_terminal() {
        return Err(UsageError(format!("goal {} is {}: it has ended", record.id, record.state)).into());
    }
    let workspace = Workspace::open(&record.workspace).map_err(|error| UsageError(error.to_string()))?;
    let host = Arc::new(Host::open(workspace.root(), interrupt)?);
    // Asked before the goal is taken: it stays as it is, for a machine that can run it.
    isolated_enough(host.probe, &record.config)?;
    let mut journal = Journal::shown(record.id.clone(), reporter, host.redactor.clone());
    let lock = own(&host, &workspace, &record.id, wait, &journal).await?;
    let token = host.store.take_over(&record.id)?;
    // Read again: until the lock was ours, another process may have moved the goal on.
    let record = host.store.goal(&record.id)?;
    let objects = host.objects(&workspace)?;
    let found = Found {
        folder: record.workspace.join(&record.prefix),
        workspace,
        config: record.config.clone(),
        lock: LockFile::default(),
        committed: None,
    };
    let goal = freeze(&host, record.id.clone(), found, objects, record.baseline.clone(), Some(&record)).await?;
    // There unless it was taken away.
    history::lay_out(&host, &goal).await?;

    let resumed = Event::GoalResumed { from: record.state, hint: hint.clone() };
    let shown = if record.state == GoalState::Running {
        host.store.append_events(&record.id, token, &[resumed])?
    } else {
        let next = NextState { state: GoalState::Running, assurance: None, reason: String::new() };
        host.store.set_state(&record.id, token, &next, &[resumed])?
    };
    journal.show(&shown);
    journal.keep(host.store.clone(), token);
    if let Some(hint) = &hint {
        host.store.set_hint(&record.id, token, Some(hint))?;
    }
    let history: Vec<_> = host.store.turns(&record.id)?.iter().filter_map(|turn| turn.past()).collect();
    let seen_stuck = if record.state == GoalState::Running { 0 } else { history.len() };
    let limits = &record.config.goal;
    Ok(GoalLoop {
        budget: Budget::restored(limits.budget, limits.budget_warning, record.spent, record.budget_warned),
        host,
        goal: Arc::new(goal),
        journal: Arc::new(journal),
        token,
        history,
        seen_stuck,
        hint: hint.or(record.hint),
        baselines: Baselines::default(),
        lease: lease(lock),
    })
}
