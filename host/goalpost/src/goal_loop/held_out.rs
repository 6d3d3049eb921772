//! Held-out checks: gates whose files lie outside of the workspace and whose results the worker never sees.
//!
//! ```text
//! ~/holdout/parser ── take(), once, when the goal starts ──▶ a tree in the object store, named by the frozen configuration
//!                                                                      │ laid over
//! candidate ── seal() ──▶ sealed tree ─────────────────────────────────▼──▶ the hidden gate's own tree
//! ```
//!
//! Between the two lies everything that could carry a word back: [`Frozen::for_worker`] stands in front of each of them.

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config::{Gate, GoalConfig, HeldOut};
use goalpost_core::evidence::GateReport;
use goalpost_core::held_out::veil;
use goalpost_core::ids::TreeId;
use goalpost_core::isolation::IsolationLevel;
use goalpost_workspace::folder::Keep;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::{diff, folder, lay};

use super::agents::at_home;
use super::boxes::SealedBox;
use super::frozen::Frozen;
use super::host::Host;
use super::reach::Reach;
use super::worker::is_within;
use crate::exit::UsageError;

/// Takes the files of the goal's hidden gates as they are now. From here on the configuration names their tree, and with it
/// its fingerprint and every receipt.
pub(super) fn freeze(
    host: &Host,
    workspace: &Workspace,
    objects: &ObjectStore,
    reach: &Reach,
    config: &mut GoalConfig,
) -> Result<(), UsageError> {
    for gate in &mut config.gates {
        let Some(held_out) = &mut gate.held_out else { continue };
        let refuse = |why: String| UsageError(format!("gate `{}`: {why}", gate.name));
        if host.probe.level == IsolationLevel::None {
            return Err(refuse("it is hidden, and this machine has no walls to hide it behind".to_owned()));
        }
        let Some(files) = &held_out.files else { continue };
        let folder = at_home(files)
            .canonicalize()
            .map_err(|error| refuse(format!("its files in `{files}` can't be read: {error}")))?;
        if is_within(&folder, workspace.root()) || is_within(workspace.root(), &folder) {
            return Err(refuse(format!("`{files}` and the workspace lie in one another: the worker reads that")));
        }
        if let Some(open) = reach.places().find(|open| is_within(&folder, open) || is_within(open, &folder)) {
            let open = open.display();
            return Err(refuse(format!("`{files}` and {open}, which the worker may write, lie in one another")));
        }
        let tree = folder::take(objects, &folder, Keep::Whole).map_err(|error| refuse(error.to_string()))?.tree;
        let text = folder.to_str().ok_or_else(|| refuse(format!("the path {} is not UTF-8", folder.display())))?;
        held_out.folder = Some(text.to_owned());
        held_out.tree = Some(tree);
    }
    Ok(())
}

/// The tree of a native gate: `tree`, and what is held out for this gate on top of it.
pub(super) async fn laid(goal: &Frozen, gate: &str, tree: &TreeId) -> Result<TreeId> {
    let Some((held_out, held)) = goal.held_files(gate) else { return Ok(tree.clone()) };
    let (objects, tree, at) = (goal.objects.clone(), tree.clone(), held_out.at.clone());
    Ok(tokio::task::spawn_blocking(move || lay::laid(&objects, &tree, &held, &at)).await??)
}

/// Lays out a tree that [`laid`] gave, or one made from it. What is held out can't be changed by what runs there, and
/// nothing that the goal's setups made stands beside it.
pub(super) async fn prepare(
    host: &Host,
    goal: &Frozen,
    gate: &str,
    tree: &TreeId,
    layers: &[PathBuf],
) -> Result<SealedBox> {
    let mut sealed = SealedBox::prepare(host, goal, tree, layers).await?;
    let Some((held_out, held)) = goal.held_files(gate) else { return Ok(sealed) };
    let at = held_out.at.clone();
    let (objects, baseline, below) = (goal.objects.clone(), goal.baseline.clone(), format!("{at}/"));
    let (paths, is_new) = tokio::task::spawn_blocking(move || -> Result<_> {
        let is_new = !diff::paths(&objects, &baseline)?.iter().any(|path| path.starts_with(&below));
        Ok((diff::paths(&objects, &held)?, is_new))
    })
    .await??;
    if at == "." {
        sealed.guard(paths.iter().map(Path::new));
        return Ok(sealed);
    }
    sealed.guard([Path::new(&at)]);
    // What the baseline has there lies in a layer below, and would be hidden with the rest.
    if is_new {
        sealed.stand_alone(Path::new(&at))?;
    }
    Ok(sealed)
}

impl Frozen {
    /// What is held back of the gate with this name.
    pub(super) fn held_out(&self, gate: &str) -> Option<&HeldOut> {
        self.config.gates.iter().find(|known| known.name == gate).and_then(|gate| gate.held_out.as_ref())
    }

    /// The same with its files, for a gate that has some.
    fn held_files(&self, gate: &str) -> Option<(&HeldOut, TreeId)> {
        let held_out = self.held_out(gate)?;
        Some((held_out, held_out.tree.clone()?))
    }

    /// What may be known of gates where the worker could hear of it: all but what hidden ones found.
    pub(crate) fn for_worker(&self, reports: &[GateReport]) -> Vec<GateReport> {
        reports.iter().map(|report| self.one_for_worker(report)).collect()
    }

    /// [`Self::for_worker`] of one gate.
    pub(super) fn one_for_worker(&self, report: &GateReport) -> GateReport {
        self.held_out(&report.name).map_or_else(|| report.clone(), |held_out| veil(report, held_out))
    }

    /// Folders that neither the worker nor a gate is shown: Goalpost's own, and those of held-out files.
    pub(super) fn out_of_sight(&self, host: &Host) -> Vec<PathBuf> {
        let own = [&host.places.state, &host.places.cache, &host.places.config].map(Clone::clone);
        let held =
            |gate: &Gate| gate.held_out.as_ref().and_then(|held_out| held_out.folder.as_ref()).map(PathBuf::from);
        own.into_iter().chain(self.config.gates.iter().filter_map(held)).collect()
    }
}
