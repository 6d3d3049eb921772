//! `[[setup]]`: what gates need and git does not hold, such as `node_modules`, made once for the files that determine it.
//!
//! A setup runs in the gates' sandbox on the sealed tree. What it wrote becomes a layer that is laid, copy-on-write, under
//! every gate's tree: a gate can't change it for the next one, and a worker never sees it. Nothing of a layer takes the
//! place of a file of the tree.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use globset::{GlobBuilder, GlobSetBuilder};
use goalpost_core::config::{NativeCommand, Setup};
use goalpost_core::evidence::{GateReport, GateStatus};
use goalpost_core::ids::{Digest, TreeId};
use goalpost_core::ports::TreeView as _;
use goalpost_workspace::checkout::Pristine;
use goalpost_workspace::sandbox::{Overlay, Spec};
use goalpost_workspace::tree::GitTree;
use goalpost_workspace::{diff, trash};
use tempfile::TempDir;

use super::boxes::SealedBox;
use super::frozen::Frozen;
use super::host::Host;
use super::{gates, tools};

/// Entries that a tree is asked for at a time.
const PAGE: usize = 10_000;
/// What overlayfs notes on a folder that hides the one below it.
const HIDING: &[&str] = &["user.overlay.opaque", "user.overlay.redirect", "user.overlay.metacopy"];

/// The layers of the goal's setups for a sealed tree, topmost first. The inner error is the report of a setup that failed.
pub(super) async fn layers(host: &Host, goal: &Frozen, tree: &TreeId) -> Result<Result<Vec<PathBuf>, GateReport>> {
    let mut layers: Vec<PathBuf> = Vec::new();
    let mut below = Digest::of(goal.workspace.root().as_os_str().as_bytes());
    for setup in &goal.config.setups {
        let key = key(host, goal, setup, tree, &below)?;
        let layer = host.places.cache.join("setup").join(key.as_str());
        // Held first: from here on it is not evicted, and stays when it is there.
        host.hold(&layer)?;
        if !layer.is_dir() {
            if let Some(failed) = make(host, goal, setup, tree, &layers, &layer).await? {
                return Ok(Err(failed));
            }
            if let Err(error) = host.note_size(&layer) {
                tracing::warn!(setup = setup.name, %error, "the result of a setup could not be measured");
            }
        }
        layers.insert(0, layer);
        below = key;
    }
    Ok(Ok(layers))
}

/// What determines the result of a setup: itself, its input files, and the setups before it.
fn key(host: &Host, goal: &Frozen, setup: &Setup, tree: &TreeId, below: &Digest) -> Result<Digest> {
    let mut globs = GlobSetBuilder::new();
    for glob in &setup.inputs {
        globs.add(GlobBuilder::new(glob).literal_separator(true).build()?);
    }
    let globs = globs.build()?;
    let view = GitTree::open(goal.objects.clone(), tree)?;
    let prefix = goal.prefix.to_string_lossy();
    let mut inputs = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = view.entries(&prefix, after.as_deref(), PAGE)?;
        for entry in &page {
            let path = Path::new(&entry.path);
            if globs.is_match(path.strip_prefix(&goal.prefix).unwrap_or(path)) {
                inputs.push((entry.path.clone(), entry.oid.clone()));
            }
        }
        if page.len() < PAGE {
            break;
        }
        after = page.into_iter().next_back().map(|entry| entry.path);
    }
    Ok(Digest::of(serde_json::to_vec(&(setup, inputs, host.probe.level, below))?))
}

/// Runs a setup and keeps what it wrote. None when that went well.
async fn make(
    host: &Host,
    goal: &Frozen,
    setup: &Setup,
    tree: &TreeId,
    layers: &[PathBuf],
    target: &Path,
) -> Result<Option<GateReport>> {
    let folder = host.places.cache.join("setup");
    std::fs::create_dir_all(&folder)?;
    let files = TempDir::with_prefix_in("unfinished-", &folder)?;
    let (upper, work) = (files.path().join("upper"), files.path().join("work"));
    std::fs::create_dir(&upper)?;
    std::fs::create_dir(&work)?;
    let (cache, objects, wanted) = (host.places.cache.join("pristine"), goal.objects.clone(), tree.clone());
    let pristine = tokio::task::spawn_blocking(move || Pristine::ensure(&cache, &objects, &wanted)).await??;

    let root = goal.workspace.root().to_owned();
    let mut spec = Spec::new(host.probe.level);
    spec.hide = goal.out_of_sight(host);
    tools::show(&mut spec, &goal.reach);
    spec.readonly_paths = goal.protection.protected_paths().map(|path| root.join(path)).collect();
    spec.overlay = Some(Overlay {
        lowers: layers.iter().cloned().chain([pristine.path().to_owned()]).collect(),
        upper: upper.clone(),
        work,
        target: root.clone(),
        deletions: Vec::new(),
    });
    let sealed = SealedBox::new(spec, root, upper.clone());
    let command = NativeCommand {
        argv: setup.command.clone(),
        dir: ".".to_owned(),
        timeout: setup.timeout,
        env: Default::default(),
        pass_env: setup.pass_env.clone(),
        network: setup.network,
    };
    let report = gates::run_command(host, goal, &sealed, &format!("setup {}", setup.name), true, &command).await?;
    if report.status != GateStatus::Passed {
        // It stands where the gates would: not one of them, but as much in the way.
        return Ok(Some(GateReport { native: false, ..report }));
    }
    strip(&upper, &diff::paths(&goal.objects, tree)?).context("the result of a setup could not be kept")?;
    match std::fs::rename(&upper, target) {
        // Another goal was as quick with the same setup.
        Err(_) if target.is_dir() => trash::remove(&upper).context("an unused result of a setup")?,
        moved => moved?,
    }
    Ok(None)
}

/// Takes from a layer what would stand in the place of a file of the tree, or hide one.
fn strip(layer: &Path, paths: &[String]) -> std::io::Result<()> {
    let mut folders = BTreeSet::new();
    for path in paths {
        folders.extend(Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()));
        let path = layer.join(path);
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => std::fs::remove_dir_all(&path)?,
            Ok(_) => std::fs::remove_file(&path)?,
            Err(_) => {}
        }
    }
    for folder in folders {
        let folder = layer.join(folder);
        match folder.symlink_metadata() {
            Ok(found) if found.is_dir() => {
                for name in HIDING {
                    // Most folders have none of them.
                    let _ = rustix::fs::lremovexattr(&folder, *name);
                }
            }
            Ok(_) => std::fs::remove_file(&folder)?,
            Err(_) => {}
        }
    }
    Ok(())
}
