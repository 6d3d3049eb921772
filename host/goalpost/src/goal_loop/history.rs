//! What a worker sees of the repository's history, when the goal shows it less than all.

use std::path::Path;

use anyhow::{Context as _, Result};
use goalpost_core::config::History;
use goalpost_core::isolation::IsolationLevel;
use goalpost_workspace::history::{self, Depth};
use goalpost_workspace::sandbox::{Replacement, Spec};

use super::frozen::Frozen;
use super::host::Host;
use crate::exit::UsageError;

fn wanted(goal: &Frozen) -> Option<Depth> {
    match goal.config.worker.as_ref()?.history {
        History::All => None,
        History::Baseline => Some(Depth::Past),
        History::None => Some(Depth::Nothing),
    }
}

/// Makes the view of the history that the goal asks for, before the worker first runs.
pub(super) async fn lay_out(host: &Host, goal: &Frozen) -> Result<()> {
    let Some(depth) = wanted(goal) else { return Ok(()) };
    if host.probe.level < IsolationLevel::Full {
        let missing = host.probe.missing.join("; ");
        let message = format!(
            "[worker] history: nothing can stand in the place of the repository's git folder at isolation `{}`, so the worker \
             would see all of it: {missing}. Or remove `history`",
            host.probe.level
        );
        return Err(UsageError(message).into());
    }
    let (git, common) = (goal.workspace.git_dir(), goal.workspace.common_dir());
    if !git.starts_with(common) {
        let message = format!("[worker] history: {} lies outside of {}", git.display(), common.display());
        return Err(UsageError(message).into());
    }
    let folder = host.places.histories();
    std::fs::create_dir_all(&folder)?;
    let (workspace, folder) = (goal.workspace.clone(), folder.join(goal.id.as_str()));
    let laid = tokio::task::spawn_blocking(move || history::lay_out(&workspace, depth, &folder)).await?;
    laid.context("[worker] history")
}

/// Shows a worker its view. False when it sees the repository itself.
pub(super) fn replace(host: &Host, goal: &Frozen, spec: &mut Spec, writable: bool) -> bool {
    if wanted(goal).is_none() {
        return false;
    }
    let home = std::env::var_os("HOME").map(std::path::PathBuf::from).unwrap_or_default();
    // A repository of the home folder itself: without that folder no agent would run.
    let others = history::other_places(&goal.workspace).into_iter().filter(|place| !home.starts_with(place));
    spec.hide.extend(others.filter(|place| place != Path::new("/")));
    let target = goal.workspace.common_dir().to_owned();
    spec.replaced.push(Replacement { target, source: host.places.histories().join(goal.id.as_str()), writable });
    true
}
