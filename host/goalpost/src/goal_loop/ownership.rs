//! Who owns a workspace: one process, for as long as its goal runs.

use std::sync::Arc;

use anyhow::Result;
use goalpost_core::event::Event;
use goalpost_core::ids::GoalId;
use goalpost_workspace::lock::{Owner, Wait, WorkspaceLock};
use goalpost_workspace::repository::Workspace;

use super::agents::Lease;
use super::{Host, Journal};
use crate::exit::UsageError;
use crate::interrupt::Interrupted;

/// Waits for the workspace, or fails at once naming its owner.
pub(super) async fn own(
    host: &Host,
    workspace: &Workspace,
    goal: &GoalId,
    wait: bool,
    journal: &Journal,
) -> Result<WorkspaceLock> {
    let record = host.places.owner_record(workspace.root());
    let owner = Owner::current(goal.clone());
    let root = workspace.root().to_owned();
    let (waiting, mut told) = tokio::sync::mpsc::unbounded_channel();
    // The kernel wakes a waiter, and only a thread can sleep there. One that still sleeps when the program ends dies with it.
    let mut locked = tokio::task::spawn_blocking(move || {
        let on_wait = |owner: Option<Owner>| drop(waiting.send(owner));
        let wait = if wait { Wait::Queue { on_wait: &on_wait } } else { Wait::No };
        WorkspaceLock::acquire(&root, &record, &owner, wait)
    });
    loop {
        tokio::select! {
            locked = &mut locked => return locked?.map_err(|error| UsageError(error.to_string()).into()),
            Some(owner) = told.recv() => {
                let owner = owner.map_or_else(|| "another process".to_owned(), |owner| owner.to_string());
                journal.emit(Event::Waiting { owner })?;
            }
            () = host.interrupt.wait() => return Err(Interrupted.into()),
        }
    }
}

/// Keeps the lock, and gives workers their share of it.
pub(super) fn lease(lock: WorkspaceLock) -> Lease {
    Arc::new(move || lock.lease())
}
