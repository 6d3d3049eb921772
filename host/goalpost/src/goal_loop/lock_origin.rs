//! Whose `goalpost.lock` is: what a person agreed to, or what a worker left.
//!
//! The lock lies in the workspace, where workers write. The goal that runs is bound to what it started with; but what a worker
//! makes of the lock is still there when the goal has ended, and would count as agreed to when the next one starts. Every goal
//! keeps the trees that it started from and that its workers left, in Goalpost's state: they tell whose it is.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::config;
use goalpost_core::ids::{Digest, GoalId, TreeId};
use goalpost_core::lock_file::{self, LockFile};
use goalpost_core::ports::TreeView as _;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use super::found::{FILE, Found, TEXT_BYTES};
use super::host::Host;
use crate::exit::UsageError;
use crate::paths::Places;
use crate::store::{GoalRecord, Store};

/// Goals that are looked at, newest first.
const GOALS: u32 = 100;

/// A lock that a worker wrote, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file} is not what you agreed to: it was changed while the goal {goal} ran, whose worker could write it. Put it back (`git \
     diff {file}` shows what is other), or run `goalpost plugin update`, which shows you everything and asks",
    file = lock_file::FILE
)]
pub(crate) struct Replaced {
    /// The goal whose worker wrote it.
    pub(crate) goal: GoalId,
    /// What was agreed to before.
    pub(crate) before: LockFile,
}

/// Looks at the locks that earlier goals saw.
struct LockOrigin<'a> {
    places: &'a Places,
    store: &'a Store,
    workspace: &'a Workspace,
    /// Of the workspace's repository.
    objects: Arc<ObjectStore>,
    /// The folder of the lock.
    folder: &'a Path,
}

impl LockOrigin<'_> {
    /// Whether a worker wrote this lock, and nobody agreed to it since.
    fn replaced(&self, lock: &LockFile) -> Result<Option<Replaced>> {
        if lock.plugins.is_empty() || agreed(self.places, self.folder)?.is_some_and(|agreed| agreed == digest(lock)) {
            return Ok(None);
        }
        let mut before = None;
        for goal in self.store.latest_goals(GOALS)? {
            // The folder was in another repository then: a worker may have made one of it.
            if before.is_none()
                && goal.workspace != self.workspace.root()
                && goal.workspace.join(&goal.prefix) == self.folder
            {
                return Ok(Some(Replaced { goal: goal.id, before: LockFile::default() }));
            }
            // Of another repository, or its objects are gone.
            let Some(started) = self.in_tree(&goal.baseline) else { continue };
            if started == *lock {
                return Ok(None);
            }
            // What the workers of earlier goals here left unseen was looked at when the newest one started.
            let is_newest_here = before.is_none() && goal.workspace == self.workspace.root();
            if is_newest_here {
                before = Some(started.clone());
            }
            if (is_newest_here && self.is_unseen(&goal)?) || self.was_left_by(&goal, lock)? {
                return Ok(Some(Replaced { goal: goal.id, before: before.unwrap_or(started) }));
            }
        }
        Ok(None)
    }

    /// As [`Self::replaced`], as an error for whoever wants to run it.
    fn check(&self, lock: &LockFile) -> Result<()> {
        match self.replaced(lock)? {
            None => Ok(()),
            Some(replaced) => Err(UsageError(replaced.to_string()).into()),
        }
    }

    /// Whether one of the goal's workers left this lock.
    fn was_left_by(&self, goal: &GoalRecord, lock: &LockFile) -> Result<bool> {
        let turns = self.store.turns(&goal.id)?;
        let candidates = turns.iter().filter_map(|turn| turn.candidate.as_ref());
        Ok(candidates.map(|candidate| &candidate.trees.candidate).any(|tree| self.in_tree(tree).as_ref() == Some(lock)))
    }

    /// Whether a worker of the goal may have written what was never looked at: its turn was cut off.
    fn is_unseen(&self, goal: &GoalRecord) -> Result<bool> {
        let Some(turn) = goal.open_turn else { return Ok(false) };
        Ok(self.store.turn(&goal.id, turn)?.is_some_and(|turn| turn.candidate.is_none()))
    }

    /// The lock in a tree; none where the tree can't be read. One that is no lock is an empty one.
    fn in_tree(&self, tree: &TreeId) -> Option<LockFile> {
        let tree = GitTree::open(self.objects.clone(), tree).ok()?;
        let path = self.folder.strip_prefix(self.workspace.root()).ok()?.join(lock_file::FILE);
        let most = usize::try_from(TEXT_BYTES).unwrap_or(usize::MAX);
        let bytes = tree.read(path.to_str()?, 0, most).unwrap_or_default();
        Some(String::from_utf8(bytes).ok().and_then(|text| LockFile::parse(&text).ok()).unwrap_or_default())
    }
}

/// Refuses to start anything with a lock that a worker wrote.
pub(super) fn refuse_workers(host: &Host, objects: &Arc<ObjectStore>, found: &Found) -> Result<()> {
    let origin = LockOrigin {
        places: &host.places,
        store: &host.store,
        workspace: &found.workspace,
        objects: objects.clone(),
        folder: &found.folder,
    };
    origin.check(&found.lock)
}

/// What a person should know before a goal starts from a `goalpost.toml` that a worker left: it says what is checked at all.
pub(super) fn notice(host: &Host, objects: &Arc<ObjectStore>, found: &Found) -> Result<Option<String>> {
    let Some(path) = found
        .folder
        .strip_prefix(found.workspace.root())
        .ok()
        .and_then(|path| path.join(FILE).into_os_string().into_string().ok())
    else {
        return Ok(None);
    };
    let config = |tree: &TreeId| {
        let bytes = GitTree::open(objects.clone(), tree).ok()?.read(&path, 0, TEXT_BYTES as usize).ok()?;
        config::parse(std::str::from_utf8(&bytes).ok()?, FILE).ok()
    };
    for goal in host.store.latest_goals(GOALS)? {
        let Some(started) = config(&goal.baseline) else { continue };
        if started == found.config {
            return Ok(None);
        }
        let turns = host.store.turns(&goal.id)?;
        let mut candidates = turns.iter().filter_map(|turn| turn.candidate.as_ref());
        if candidates.any(|candidate| config(&candidate.trees.candidate).as_ref() == Some(&found.config)) {
            return Ok(Some(format!(
                "{FILE} is as the worker of the goal {} left it, and other than that goal started with: `git diff {FILE}` shows \
                 what is other",
                goal.id
            )));
        }
    }
    Ok(None)
}

/// Whether a worker wrote the lock of `folder`, where goals were run in its workspace.
pub(crate) fn replaced_at(folder: &Path, lock: &LockFile) -> Result<Option<Replaced>> {
    let Ok(workspace) = Workspace::open(folder) else { return Ok(None) };
    let places = Places::open(Some(workspace.root())).map_err(|error| UsageError(error.to_string()))?;
    let Ok(objects) = ObjectStore::open_existing(&places.objects(workspace.common_dir())) else { return Ok(None) };
    let store = Store::open(&places)?;
    let origin =
        LockOrigin { places: &places, store: &store, workspace: &workspace, objects: Arc::new(objects), folder };
    origin.replaced(lock)
}

/// Remembers that a person agreed to this lock of `folder`, and to no other of it.
pub(crate) fn agree(folder: &Path, lock: &LockFile) -> Result<()> {
    let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
    let path = record(&places, folder);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, digest(lock).as_str())?;
    Ok(())
}

/// The lock of `folder` that a person agreed to last on this machine.
fn agreed(places: &Places, folder: &Path) -> Result<Option<Digest>> {
    match std::fs::read_to_string(record(places, folder)) {
        Ok(text) => Ok(text.parse().ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn record(places: &Places, folder: &Path) -> std::path::PathBuf {
    let name = Digest::of(folder.as_os_str().as_encoded_bytes());
    places.state.join("agreed").join(name.as_str())
}

/// The same for locks that say the same.
fn digest(lock: &LockFile) -> Digest {
    // What was read from TOML can be said in it.
    Digest::of(lock.render().unwrap_or_default())
}
