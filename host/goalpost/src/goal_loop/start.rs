//! A goal starts: from `goalpost.toml` to a loop that this process owns.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use goalpost_core::budget::Budget;
use goalpost_core::event::Event;
use goalpost_core::ids::GoalId;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::{scratch, snapshot};

use super::found::{FILE, Found, find};
use super::freeze::freeze;
use super::ownership::{lease, own};
use super::{Baselines, GoalLoop, Host, Journal, history, lock_origin, worker};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::report::Reporter;
use crate::store::NewGoal;

/// Starts the goal of the folder at `dir`.
pub(crate) async fn start(dir: &Path, wait: bool, interrupt: Interrupt, reporter: Reporter) -> Result<GoalLoop> {
    let mut found = find(dir)?;
    if found.config.worker.is_none() {
        let message = format!("{FILE} has no [worker]: add one to run the goal, or use `goalpost verify`");
        return Err(UsageError(message).into());
    }
    let host = Arc::new(Host::open(found.workspace.root(), interrupt)?);
    let tidied = host.clone();
    tokio::task::spawn_blocking(move || tidied.tidy());
    let id = new_id()?;
    let objects = host.objects(&found.workspace)?;
    lock_origin::refuse_workers(&host, &objects, &found)?;
    let warning = lock_origin::notice(&host, &objects, &found)?;
    if found.config.goal.scratch {
        found = copy(&host, &id, &found, &objects)?;
    }
    let mut journal = Journal::shown(id.clone(), reporter, host.redactor.clone());
    let lock = own(&host, &found.workspace, &id, wait, &journal).await?;
    let taken = snapshot::snapshot(&found.workspace, &objects, None).context("the workspace could not be read")?;
    let goal = Arc::new(freeze(&host, id, found, objects, taken.tree, None).await?);
    worker::check(&goal)?;
    history::lay_out(&host, &goal).await?;

    let new = NewGoal {
        id: goal.id.clone(),
        workspace: goal.workspace.root().to_owned(),
        prefix: goal.prefix.to_string_lossy().into_owned(),
        config: goal.config.clone(),
        config_digest: goal.config_digest.clone(),
        baseline: goal.baseline.clone(),
        isolation: host.probe.level,
        plugins: goal.plugin_digests(),
        signers: goal.signers.clone(),
        tools: goal.tools.pinned().clone(),
    };
    let budget = Budget::new(goal.config.goal.budget, goal.config.goal.budget_warning);
    let started = Event::GoalStarted {
        objective: goal.config.goal.objective.trim().to_owned(),
        workspace: goal.workspace.root().display().to_string(),
        baseline: goal.baseline.clone(),
        max_turns: goal.config.goal.max_turns,
        budget: budget.total(),
        worker: worker::name(&goal.config),
        isolation: host.probe.level,
    };
    let notices = warning.iter().chain(&goal.notices).map(|text| Event::Notice { text: text.clone() });
    let events: Vec<Event> = std::iter::once(started).chain(notices).collect();
    let (token, shown) = host.store.create_goal(&new, &events)?;
    journal.show(&shown);
    journal.keep(host.store.clone(), token);
    Ok(GoalLoop {
        host,
        goal,
        journal: Arc::new(journal),
        token,
        budget,
        history: Vec::new(),
        seen_stuck: 0,
        hint: None,
        baselines: Baselines::default(),
        lease: lease(lock),
    })
}

/// A copy of the goal's folder, made into a repository of its own.
fn copy(host: &Host, id: &GoalId, found: &Found, objects: &ObjectStore) -> Result<Found> {
    let taken = snapshot::snapshot(&found.workspace, objects, None).context("the folder could not be read")?;
    let target = host.places.scratch(id)?;
    scratch::create(objects, &taken.tree, found.workspace.prefix(), &target)
        .with_context(|| format!("the copy at {} could not be made", target.display()))?;
    Ok(Found {
        workspace: Workspace::open(&target)?,
        folder: target,
        config: found.config.clone(),
        lock: found.lock.clone(),
        committed: None,
    })
}

/// The name of a goal that begins now.
pub(super) fn new_id() -> Result<GoalId> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    Ok(GoalId::new(seconds, u32::from_le_bytes(super::entropy()?)))
}
