//! What is put before the judges: assembled once a turn, redacted and bounded.

use anyhow::Result;
use goalpost_core::evidence::{Evidence, GateReport, GoalText, PastTurn, WorkerReport, kept_fact};
use goalpost_core::redact::Redactor;
use goalpost_core::shares::share_diff;
use goalpost_workspace::diff;

use super::frozen::Frozen;
use super::redacted;
use crate::store::Candidate;

/// Bytes of the unified diff.
const DIFF_BYTES: usize = 256 << 10;
/// Bytes of it that are looked at, to be shared among its files.
const READ_BYTES: usize = 8 << 20;
/// Changes that are listed one by one.
const CHANGES: usize = 2_000;
/// Earlier turns that are told of.
const HISTORY: usize = 10;

/// The goal in its author's words.
pub(super) fn goal_text(goal: &Frozen) -> GoalText {
    GoalText {
        id: goal.id.clone(),
        objective: goal.config.goal.objective.clone(),
        scope: goal.config.goal.scope.clone(),
        criteria: goal.config.goal.criteria.clone(),
    }
}

/// Everything about a turn whose gates have run.
pub(super) fn assemble(
    goal: &Frozen,
    redactor: &Redactor,
    turn: u32,
    candidate: &Candidate,
    gates: &[GateReport],
    worker: &WorkerReport,
    history: &[PastTurn],
) -> Result<Evidence> {
    let trees = &candidate.trees;
    let mut changes = diff::changes(&goal.objects, &trees.baseline, &trees.candidate)?;
    changes.truncate(CHANGES);
    let (files, missing) = diff::diff_files(
        &goal.objects,
        &trees.baseline,
        &trees.candidate,
        redacted::with_margin(DIFF_BYTES),
        READ_BYTES,
    )?;
    let (files, cut): (Vec<String>, Vec<bool>) =
        files.iter().map(|file| redacted::bounded(redactor, file, DIFF_BYTES)).unzip();
    // A worker must not be able to push a change out of sight with a large file beside it.
    let (diff, shared) = share_diff(&files.concat(), DIFF_BYTES);
    Ok(Evidence {
        goal: redactor.goal(goal_text(goal)),
        turn,
        max_turns: goal.config.goal.max_turns,
        trees: trees.clone(),
        changes,
        diff,
        diff_truncated: missing || shared || cut.contains(&true),
        gates: gates.to_vec(),
        tampering: candidate.tampering.clone(),
        worker: redactor.worker(worker.clone()),
        history: history[history.len().saturating_sub(HISTORY)..].to_vec(),
        facts: kept_fact(&candidate.kept).into_iter().collect(),
    })
}
