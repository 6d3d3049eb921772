//! A sealed tree as files, in a sandbox of its own: what a gate runs on.
//!
//! With namespaces, an overlay: below it a pristine checkout of the baseline that is made once, on top the entries that
//! differ, so that the cost follows the change and not the repository. It is shown at the workspace's own path, which hides
//! the live folder at the same time. Without them, a plain checkout.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::ids::TreeId;
use goalpost_core::isolation::IsolationLevel;
use goalpost_workspace::checkout::{Pristine, checkout_into, overlay_delta};
use goalpost_workspace::path_text::from_text;
use goalpost_workspace::sandbox::{Overlay, Spec};
use goalpost_workspace::watch::Watch;
use tempfile::TempDir;

use super::frozen::Frozen;
use super::host::Host;
use super::tools;

/// A tree that is ready for one run. Everything that the run wrote is gone when it is dropped.
pub(super) struct SealedBox {
    /// Holds the overlay's upper and work folders, or the checkout.
    _files: Option<TempDir>,
    /// The lower layer, which must stay while it is mounted.
    pristine: Option<Pristine>,
    /// Where what was written can be read after the run.
    written: PathBuf,
    /// The tree's top, as the program sees it.
    top: PathBuf,
    spec: Spec,
    /// Where nothing keeps the run from writing protected paths.
    watch: Option<Watch>,
}

impl SealedBox {
    /// A box of the caller's own making.
    pub(super) fn new(spec: Spec, top: PathBuf, written: PathBuf) -> Self {
        Self { _files: None, pristine: None, written, top, spec, watch: None }
    }

    /// Lays out `tree`, with the layers of the goal's setups under it.
    pub(super) async fn prepare(host: &Host, goal: &Frozen, tree: &TreeId, layers: &[PathBuf]) -> Result<Self> {
        let layers = layers.to_vec();
        let (cache, level) = (host.places.cache.clone(), host.probe.level);
        let overlay = host.overlay;
        let hide = goal.out_of_sight(host);
        let (objects, baseline, tree) = (goal.objects.clone(), goal.baseline.clone(), tree.clone());
        let (root, reach) = (goal.workspace.root().to_owned(), goal.reach.clone());
        let protected: Vec<PathBuf> = goal.protection.protected_paths().map(PathBuf::from).collect();
        // A checkout reads objects and writes files: not for a thread that drives other things.
        tokio::task::spawn_blocking(move || {
            let boxes = cache.join("boxes");
            std::fs::create_dir_all(&boxes)?;
            let files = TempDir::with_prefix_in("box-", &boxes).context("no place for a sandbox")?;
            let mut spec = Spec::new(level);
            spec.hide = hide;
            tools::show(&mut spec, &reach);
            if overlay {
                let pristine = Pristine::ensure(&cache.join("pristine"), &objects, &baseline)?;
                let (upper, work) = (files.path().join("upper"), files.path().join("work"));
                std::fs::create_dir(&upper)?;
                std::fs::create_dir(&work)?;
                let delta = overlay_delta(&objects, &baseline, &tree, &upper)?;
                // A build script, or a module that a test imports, could rewrite the tests before they are read.
                spec.readonly_paths = protected.iter().map(|path| root.join(path)).collect();
                spec.overlay = Some(Overlay {
                    lowers: layers.into_iter().chain([pristine.path().to_owned()]).collect(),
                    upper: upper.clone(),
                    work,
                    target: root.clone(),
                    deletions: delta.deletions,
                });
                let (_files, pristine) = (Some(files), Some(pristine));
                Ok(Self { written: upper, top: root, spec, watch: None, _files, pristine })
            } else {
                let top = files.path().join("tree");
                checkout_into(&objects, &tree, &top)?;
                spec.hide.push(root);
                spec.writable.push(top.clone());
                let watch = if level == IsolationLevel::Full {
                    spec.readonly_paths = protected.iter().map(|path| top.join(path)).collect();
                    None
                } else {
                    let watch = Watch::start(&top, protected.iter().map(PathBuf::as_path));
                    Some(watch.context("protected paths can't be watched: raise `fs.inotify.max_user_watches`")?)
                };
                Ok(Self { written: top.clone(), top, spec, watch, _files: Some(files), pristine: None })
            }
        })
        .await?
    }

    /// Keeps these paths of the tree from being changed by what runs in it.
    pub(super) fn guard<'p>(&mut self, paths: impl IntoIterator<Item = &'p Path>) {
        self.spec.readonly_paths.extend(paths.into_iter().map(|path| self.top.join(path)));
        self.spec.readonly_paths.sort();
        self.spec.readonly_paths.dedup();
    }

    /// Hides what the layers below hold in the folder `at`, which is all in the upper one.
    pub(super) fn stand_alone(&self, at: &Path) -> Result<()> {
        if self.spec.overlay.is_some() {
            let folder = self.written.join(at);
            rustix::fs::setxattr(&folder, "user.overlay.opaque", b"y", rustix::fs::XattrFlags::empty())
                .with_context(|| format!("{} could not be set apart", at.display()))?;
        }
        Ok(())
    }

    /// The walls, and the folder `dir` of the goal as the program sees it.
    pub(super) fn walls(&self, prefix: &Path, dir: &str) -> (Spec, PathBuf) {
        (self.spec.clone(), self.top.join(prefix).join(dir))
    }

    /// Where what a run wrote lies.
    pub(super) fn written(&self) -> &Path {
        &self.written
    }

    /// Gives files of the tree a new time, as far as they are still the lower layer's: what the upper one holds is new.
    pub(super) fn freshen(&self, paths: &BTreeSet<String>) -> std::io::Result<()> {
        let Some(pristine) = &self.pristine else { return Ok(()) };
        for path in paths {
            // A name that need not be text, as a tree has it.
            let Ok(name) = from_text(path) else { continue };
            let name = OsStr::from_bytes(&name);
            let (from, to) = (pristine.path().join(name), self.written.join(name));
            let is_file = from.symlink_metadata().is_ok_and(|found| found.is_file());
            if !is_file || to.symlink_metadata().is_ok() {
                continue;
            }
            let mut made = Vec::new();
            let mut folder = to.parent();
            while let Some(missing) = folder.filter(|folder| !folder.exists()) {
                made.push(missing.to_owned());
                folder = missing.parent();
            }
            for folder in made.iter().rev() {
                std::fs::create_dir(folder)?;
                std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
            }
            std::fs::copy(from, to)?;
        }
        Ok(())
    }

    /// Protected paths that a run changed, if only for a while.
    pub(super) fn changed(&self) -> Vec<PathBuf> {
        self.watch.as_ref().map(Watch::changed).unwrap_or_default()
    }

    /// Files below the top that a run wrote and whose paths match, at most `bytes` of them.
    pub(super) fn collect(&self, globs: &[String], bytes: usize) -> Result<Vec<(String, Vec<u8>)>> {
        goalpost_workspace::artifacts::collect(&self.written, globs, bytes).context("the artifacts could not be read")
    }
}
