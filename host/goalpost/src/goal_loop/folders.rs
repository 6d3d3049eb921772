//! The folders that plugins are granted (`files`): taken once, when the goal starts, so that every call of the goal, its
//! resumption and its replay read the same, and nobody can change or empty them meanwhile.
//!
//! ```text
//! docs/api          below the workspace:  the baseline's.  What the worker writes there is not read, nor what git ignores.
//! ~/handbook        elsewhere:            its plain files as they are now; nothing where the worker may write
//! ```

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::config::{FolderGrant, GateKind, GoalConfig, Plugin, WorkerKind};
use goalpost_core::ids::TreeId;
use goalpost_core::ports::TreeView;
use goalpost_workspace::folder::{Keep, take};
use goalpost_workspace::path_text::to_text;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::{GitTree, folder_of};

use super::agents::at_home;
use super::host::Host;
use super::reach::Reach;
use super::redacted::RedactedTree;
use crate::exit::UsageError;

/// Paths that were left out and are named.
const NAMED: usize = 5;

/// Where folders are looked for, and kept.
pub(super) struct Source<'a> {
    pub(super) host: &'a Host,
    pub(super) workspace: &'a Workspace,
    /// The folder of `goalpost.toml`.
    pub(super) folder: &'a Path,
    pub(super) objects: &'a Arc<ObjectStore>,
    pub(super) baseline: &'a TreeId,
    pub(super) reach: &'a Reach,
}

impl Source<'_> {
    /// Takes the folders of all plugins of a goal. From here on the configuration names their trees, and with it its
    /// fingerprint and every receipt. Gives what people should know.
    pub(super) fn freeze(&self, config: &mut GoalConfig) -> Result<Vec<String>, UsageError> {
        let mut notices = Vec::new();
        for plugin in plugins(config) {
            let (trees, told) = self.take(&plugin.grants.files)?;
            plugin.folders = trees;
            notices.extend(told);
        }
        notices.sort();
        notices.dedup();
        Ok(notices)
    }

    /// Takes the folders of one plugin.
    pub(super) fn take(
        &self,
        grants: &BTreeMap<String, FolderGrant>,
    ) -> Result<(BTreeMap<String, TreeId>, Vec<String>), UsageError> {
        let (mut trees, mut notices) = (BTreeMap::new(), Vec::new());
        for (name, grant) in grants {
            let refused = |why: String| UsageError(format!("`files`: the folder `{name}`: {why}"));
            let (tree, left_out) = self.take_one(&grant.path).map_err(refused)?;
            trees.insert(name.clone(), tree);
            if !left_out.is_empty() {
                notices.push(format!("of the folder {}, plugins are not given {}", grant.path, named(&left_out)));
            }
        }
        Ok((trees, notices))
    }

    fn take_one(&self, written: &str) -> Result<(TreeId, Vec<String>), String> {
        let path = without_dots(&self.folder.join(at_home(written)));
        // By its name, before any link is followed: what stands there in the workspace is the worker's to replace.
        if let Ok(below) = path.strip_prefix(self.workspace.root()) {
            use std::os::unix::ffi::OsStrExt as _;
            let below = to_text(below.as_os_str().as_bytes().into());
            let found = folder_of(self.objects, self.baseline, &below).map_err(|error| error.to_string())?;
            let tree = found.ok_or_else(|| {
                format!(
                    "there is no folder `{below}` in the workspace as the goal starts from it; what git ignores, and what \
                     lies behind a link, is not in it"
                )
            })?;
            return Ok((tree, Vec::new()));
        }
        let real = path.canonicalize().map_err(|error| format!("{} can't be read: {error}", path.display()))?;
        self.refuse(&path)?;
        self.refuse(&real)?;
        let taken = take(self.objects, &real, Keep::Files).map_err(|error| error.to_string())?;
        Ok((taken.tree, taken.left_out))
    }

    /// Places that the worker writes, before this goal or in it, and Goalpost's own.
    fn refuse(&self, path: &Path) -> Result<(), String> {
        let apart = |place: &Path| !path.starts_with(place) && !place.starts_with(path);
        let shown = path.display();
        if !apart(self.workspace.root()) {
            return Err(format!("{shown} and the workspace lie in one another: name the folder below the workspace"));
        }
        if let Some(open) = self.reach.places().find(|open| !apart(open)) {
            let open = open.display();
            return Err(format!("{shown} and {open}, which the worker may write, lie in one another"));
        }
        let places = &self.host.places;
        if let Some(own) =
            [&places.state, &places.cache, &places.data, &places.config].into_iter().find(|own| !apart(own))
        {
            return Err(format!("{shown} and {}, which is Goalpost's own, lie in one another", own.display()));
        }
        Ok(())
    }
}

/// Folders that were taken, as a call reads them: without the secrets in them.
pub(super) fn views(
    host: &Host,
    objects: &Arc<ObjectStore>,
    trees: &BTreeMap<String, TreeId>,
) -> Result<BTreeMap<String, Arc<dyn TreeView>>> {
    let view = |(name, tree): (&String, &TreeId)| -> Result<(String, Arc<dyn TreeView>)> {
        let tree = Arc::new(GitTree::open(objects.clone(), tree)?);
        Ok((name.clone(), Arc::new(RedactedTree { tree, redactor: host.redactor.clone() })))
    };
    trees.iter().map(view).collect()
}

/// Every plugin that a goal names.
fn plugins(config: &mut GoalConfig) -> impl Iterator<Item = &mut Plugin> {
    let gates = config.gates.iter_mut().filter_map(|gate| match &mut gate.kind {
        GateKind::Plugin(plugin) => Some(plugin),
        GateKind::Command(_) => None,
    });
    let workflow = config.worker.iter_mut().filter_map(|worker| match &mut worker.kind {
        WorkerKind::Workflow { plugin, .. } => Some(plugin),
        _ => None,
    });
    gates.chain(config.evaluators.iter_mut().map(|one| &mut one.plugin)).chain(workflow)
}

/// A path by its names alone, with `.` and `..` worked out.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The first few, and how many more.
fn named(paths: &[String]) -> String {
    let first = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => format!("{first}: only plain files are taken"),
        more => format!("{first} and {more} more: only plain files are taken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_by_its_names() {
        let whole = |path: &str| without_dots(Path::new(path)).display().to_string();
        assert_eq!(whole("/work/app/./docs/../api"), "/work/app/api");
        assert_eq!(whole("/work/app/../../../etc"), "/etc");
    }

    #[test]
    fn of_many_paths_a_few_are_named() {
        let paths: Vec<String> = ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned).into();
        assert_eq!(named(&paths[..1]), "`a`: only plain files are taken");
        assert!(named(&paths).contains("`e` and 2 more"));
    }
}
