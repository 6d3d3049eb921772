//! Whether the goal's gates can fail at all: each is run on the workspace as it is, with a test that must fail, and with a
//! file of the work broken.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use globset::{GlobBuilder, GlobSetBuilder};
use goalpost_core::canary::{FAULT, Outcome, faults};
use goalpost_core::evidence::GateStatus;
use goalpost_core::ports::Edit;
use goalpost_workspace::edit::edited;
use goalpost_workspace::{diff, snapshot};

use super::found::find;
use super::freeze::freeze;
use super::frozen::{Frozen, ReadyGate, Runs};
use super::start::new_id;
use super::verification::Verification;
use super::{CanaryRecord, Host, Journal, canary, gates, held_out, lock_origin};
use crate::exit::UsageError;
use crate::interrupt::{Interrupt, Interrupted};
use crate::report::Reporter;
use crate::store::Candidate;

/// Files that are broken in turn before a gate counts as one that can't fail.
const MAX_FAULTS: usize = 8;

/// What was found out about one gate.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) gate: String,
    pub(crate) required: bool,
    /// On the workspace as it is; none for a plugin, which is not asked.
    pub(crate) as_is: Option<GateStatus>,
    /// None where it did not pass to begin with.
    pub(crate) canary: Option<CanaryRecord>,
    /// The files that were broken, in order; the last one was noticed if `noticed`.
    pub(crate) broken: Vec<String>,
    pub(crate) noticed: bool,
}

impl Proof {
    /// Whether the gate was seen to fail.
    pub(crate) fn can_fail(&self) -> bool {
        let fails_as_is = matches!(self.as_is, Some(GateStatus::Failed | GateStatus::TimedOut));
        let caught = self.canary.as_ref().is_some_and(|record| record.outcome == Outcome::Caught);
        // A plugin is asked by its own tests.
        self.as_is.is_none() || fails_as_is || caught || self.noticed
    }
}

/// Asks the goal's gates, or the one called `only`, on the workspace of the folder at `dir`.
pub(crate) async fn prove(
    dir: &Path,
    only: Option<&str>,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Vec<Proof>> {
    let (host, goal, journal, candidate) = as_it_is(dir, interrupt, reporter).await?;
    if let Some(only) = only.filter(|only| !goal.gates.iter().any(|gate| gate.name == **only)) {
        let names: Vec<_> = goal.gates.iter().map(|gate| format!("`{}`", gate.name)).collect();
        let message = format!("no gate is called `{only}`: there are {}", names.join(", "));
        return Err(UsageError(message).into());
    }
    let verification = Verification {
        host: &host,
        goal: &goal,
        journal: &journal,
        turn: 1,
        candidate: &candidate,
        // Whether tests were lost since some earlier tree is not the question here.
        baselines: &Default::default(),
        seen: &Default::default(),
        memories: &Default::default(),
        layers: Default::default(),
        inventories: Default::default(),
    };
    let all = async {
        if let Some(failed) = verification.set_up().await? {
            return Err(UsageError(format!("{}: {}", failed.name, failed.summary)).into());
        }
        let mut proofs = Vec::new();
        for gate in goal.gates.iter().filter(|gate| only.is_none_or(|only| gate.name == only)) {
            proofs.push(prove_one(&verification, gate).await?);
        }
        Ok(proofs)
    };
    tokio::select! {
        proofs = all => proofs,
        () = host.interrupt.wait() => Err(Interrupted.into()),
    }
}

/// The workspace of the folder at `dir`, as a goal that starts from it and has changed nothing.
async fn as_it_is(
    dir: &Path,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<(Arc<Host>, Arc<Frozen>, Arc<Journal>, Candidate)> {
    let found = find(dir)?;
    let host = Arc::new(Host::open(found.workspace.root(), interrupt)?);
    let objects = host.objects(&found.workspace)?;
    lock_origin::refuse_workers(&host, &objects, &found)?;
    let id = new_id()?;
    let journal = Arc::new(Journal::shown(id.clone(), reporter, host.redactor.clone()));
    let taken = snapshot::snapshot(&found.workspace, &objects, None).context("the workspace could not be read")?;
    let goal = Arc::new(freeze(&host, id, found, objects, taken.tree.clone(), None).await?);
    let candidate = goal.seal(taken.tree)?;
    Ok((host, goal, journal, candidate))
}

async fn prove_one(verification: &Verification<'_>, gate: &ReadyGate) -> Result<Proof> {
    let mut proof = Proof {
        gate: gate.name.clone(),
        required: gate.required,
        as_is: None,
        canary: None,
        broken: Vec::new(),
        noticed: false,
    };
    let Runs::Command(command) = &gate.runs else { return Ok(proof) };
    let report = gates::run_one(verification, gate, gates::Which::Required).await?;
    proof.as_is = Some(report.status);
    if report.status != GateStatus::Passed {
        return Ok(proof);
    }
    let record = canary::ask(verification, gate, command, &report).await?;
    let caught = record.outcome == Outcome::Caught;
    proof.canary = Some(record);
    if caught {
        return Ok(proof);
    }
    let (host, goal) = (verification.host, verification.goal);
    let tree = held_out::laid(goal, &gate.name, &verification.candidate.trees.sealed).await?;
    for path in candidates(verification)? {
        let edit = Edit { path: path.clone(), content: Some(FAULT.into()) };
        let (objects, whole) = (goal.objects.clone(), tree.clone());
        let broken = tokio::task::spawn_blocking(move || edited(&objects, &whole, &[edit])).await??;
        let sealed = held_out::prepare(host, goal, &gate.name, &broken, verification.layers()).await?;
        let report = gates::run_command(host, goal, &sealed, &gate.name, gate.required, command).await?;
        proof.broken.push(path);
        if matches!(report.status, GateStatus::Failed | GateStatus::TimedOut) {
            proof.noticed = true;
            break;
        }
    }
    Ok(proof)
}

/// Files of the work: a gate that notices that itself was broken proves nothing.
fn candidates(verification: &Verification<'_>) -> Result<Vec<String>> {
    let goal: &Arc<_> = verification.goal;
    let mut scope = GlobSetBuilder::new();
    for glob in &goal.config.goal.scope {
        scope.add(GlobBuilder::new(glob).literal_separator(true).build()?);
    }
    let scope = scope.build()?;
    let paths = diff::paths(&goal.objects, &verification.candidate.trees.sealed)?;
    let own: Vec<String> = paths
        .into_iter()
        .filter(|path| Path::new(path).starts_with(&goal.prefix) && !goal.protection.is_protected(path))
        .collect();
    Ok(faults(&own, |path| scope.is_empty() || scope.is_match(path), MAX_FAULTS)
        .into_iter()
        .map(str::to_owned)
        .collect())
}
