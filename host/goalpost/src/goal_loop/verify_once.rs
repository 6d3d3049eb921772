//! A workspace is judged as it is, once, without a worker: `goalpost verify`, also as an agent's stop hook.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::event::Event;
use goalpost_core::evidence::WorkerReport;
use goalpost_core::ids::TreeId;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::{revision, snapshot};

use super::found::find;
use super::freeze::freeze;
use super::start::new_id;
use super::verification::{Verification, Verified};
use super::{Host, Journal, baseline, committed, lock_origin};
use crate::exit::UsageError;
use crate::interrupt::{Interrupt, Interrupted};
use crate::report::Reporter;
use crate::store::Candidate;

/// Judges the workspace as it is, once, against `baseline` (a revision; the last commit when none is named). The goal is that
/// of a named baseline, where it holds one.
pub(crate) async fn verify_once(
    dir: &Path,
    baseline: Option<&str>,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Verified> {
    // Before it is known whose goal counts: a worker may have taken the workspace's away.
    let workspace = Workspace::open(dir).map_err(|error| UsageError(error.to_string()))?;
    let host = Arc::new(Host::open(workspace.root(), interrupt)?);
    let objects = host.objects(&workspace)?;
    let id = new_id()?;
    let journal = Arc::new(Journal::shown(id.clone(), reporter, host.redactor.clone()));
    let revision = baseline.unwrap_or("HEAD");
    let committed = revision::tree_of(&workspace, revision, &objects).map_err(|error| UsageError(error.to_string()))?;
    let agreed = match (baseline, &committed) {
        (Some(revision), Some(tree)) => committed::find(&workspace, &objects, tree, revision)?,
        _ => None,
    };
    let found = match agreed {
        Some(found) => found,
        None => {
            let found = find(dir)?;
            lock_origin::refuse_workers(&host, &objects, &found)?;
            found
        }
    };
    let taken = snapshot::snapshot(&found.workspace, &objects, committed.as_ref())
        .context("the workspace could not be read")?;
    // A repository without a commit has nothing to compare with: its files are what the goal starts from.
    let baseline: TreeId = committed.unwrap_or_else(|| taken.tree.clone());
    let goal = Arc::new(freeze(&host, id, found, objects, baseline, None).await?);
    for text in &goal.notices {
        journal.emit(Event::Notice { text: text.clone() })?;
    }
    let baselines = tokio::select! {
        asked = baseline::for_verification(&host, &goal, &journal) => asked?,
        () = host.interrupt.wait() => return Err(Interrupted.into()),
    };
    let mut candidate: Candidate = goal.seal(taken.tree)?;
    host.redactor.sealed(&mut candidate.tampering, &mut candidate.kept);
    journal.emit(Event::Sealed {
        turn: 1,
        candidate: candidate.trees.candidate.clone(),
        sealed: candidate.trees.sealed.clone(),
        changed: candidate.changed,
        tampering: candidate.tampering.clone(),
        kept: candidate.kept.clone(),
    })?;
    let nobody = WorkerReport { agent: "none".to_owned(), ..WorkerReport::default() };
    let verification = Verification {
        host: &host,
        goal: &goal,
        journal: &journal,
        turn: 1,
        candidate: &candidate,
        baselines: &baselines,
        seen: &Default::default(),
        // It has no turns to remember anything from.
        memories: &Default::default(),
        layers: Default::default(),
        inventories: Default::default(),
    };
    tokio::select! {
        // Whoever asked for this passes it on to the worker: it is what a stop hook runs.
        verified = verification.run(&nobody, &[]) => verified.map(|verified| Verified {
            gates: goal.for_worker(&verified.gates),
            clean_room: goal.for_worker(&verified.clean_room),
            ..verified
        }),
        () = host.interrupt.wait() => Err(Interrupted.into()),
    }
}
