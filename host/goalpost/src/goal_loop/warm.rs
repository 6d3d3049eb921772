//! Build caches that a gate keeps from one turn of its goal to the next (`[[gate]] cache`).
//!
//! After a run, what the gate wrote into its cached folders becomes a layer, which is laid under its tree in the next turn,
//! copy-on-write, over the layers of the turns before. Nothing but that gate in that goal sees it, and no worker can write
//! it. But code of the worker's runs in the gate, and could leave a forged result for the next turn: so the run in the clean
//! room, which may end the goal, has no cache, nor has a run on the baseline, a replay, or `goalpost verify`. A forged cache
//! gains a turn that passes at first, and not in the clean room.
//!
//! ```text
//! cache/warm/<goal>/<gate>/layers/1 2 3    what each turn wrote
//!                         /trees           the trees that were built so far
//!                         /failures        runs in a row that did not pass
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::evidence::{ChangeKind, GateReport, GateStatus};
use goalpost_core::ids::{Digest, TreeId};
use goalpost_workspace::{diff, lease, trash};

use super::boxes::SealedBox;
use super::frozen::Frozen;
use super::host::Host;

/// Bytes that one gate's cache may take; a larger one is begun anew.
const LARGEST: u64 = 8 << 30;
/// The kernel lays no more than 500 layers over each other, and a goal has 50 turns at most.
const MOST_LAYERS: usize = 100;
/// Runs in a row that failed on a cache before it is begun anew: what is wrong may be the cache.
const MOST_FAILURES: u32 = 2;

/// The cache of a gate, for one run.
pub(super) struct Warm {
    room: PathBuf,
    /// Below the top of the tree.
    folders: Vec<PathBuf>,
    /// Topmost first.
    layers: Vec<PathBuf>,
    /// Trees that the cache was built from.
    trees: Vec<TreeId>,
    failures: u32,
}

impl Warm {
    /// The cache of `gate` for a run on `tree`; none where it has none or can't have one. It needs overlays, and folders that
    /// the tree has nothing in.
    ///
    /// # Errors
    /// The store's or the disk's.
    pub(super) fn find(host: &Host, goal: &Frozen, gate: &str, tree: &TreeId) -> Result<Option<Self>> {
        let Some(config) = goal.config.gates.iter().find(|g| g.name == gate) else { return Ok(None) };
        if config.cache.is_empty() || !host.overlay {
            return Ok(None);
        }
        let below = match &config.kind {
            goalpost_core::config::GateKind::Command(command) => goal.prefix.join(&command.dir),
            goalpost_core::config::GateKind::Plugin(_) => return Ok(None),
        };
        let normal = |path: &Path| path.components().filter(|c| matches!(c, Component::Normal(_))).collect::<PathBuf>();
        let mut folders: Vec<PathBuf> = config.cache.iter().map(|folder| normal(&below.join(folder))).collect();
        let paths = diff::paths(&goal.objects, tree)?;
        folders.retain(|folder| !paths.iter().any(|path| meets(folder, Path::new(path))));
        if folders.is_empty() {
            return Ok(None);
        }
        // What is cached, and where, is part of the name: another definition finds nothing.
        let key = Digest::of(serde_json::to_vec(config)?);
        let room = room(host, goal).join(key.short());
        host.hold(&self::room(host, goal))?;
        fs::create_dir_all(room.join("layers"))?;
        let mut warm = Self { room, folders, layers: Vec::new(), trees: Vec::new(), failures: 0 };
        warm.read()?;
        if warm.failures >= MOST_FAILURES || warm.layers.len() >= MOST_LAYERS {
            warm.begin_anew()?;
        }
        Ok(Some(warm))
    }

    fn read(&mut self) -> io::Result<()> {
        let text = |name: &str| fs::read_to_string(self.room.join(name)).unwrap_or_default();
        let trees = text("trees").lines().filter_map(|line| line.parse().ok()).collect();
        let failures = text("failures").trim().parse().unwrap_or(0);
        let mut numbers: Vec<u32> = fs::read_dir(self.room.join("layers"))?
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        self.layers = numbers.iter().map(|number| self.layer(*number)).collect();
        (self.trees, self.failures) = (trees, failures);
        Ok(())
    }

    fn layer(&self, number: u32) -> PathBuf {
        self.room.join("layers").join(number.to_string())
    }

    /// Layers for the gate's tree, topmost first.
    pub(super) fn layers(&self) -> &[PathBuf] {
        &self.layers
    }

    /// The cached folders that are there, for the report.
    pub(super) fn names(&self) -> Vec<String> {
        let is_there = |folder: &&PathBuf| self.layers.iter().any(|layer| layer.join(folder).is_dir());
        self.folders.iter().filter(is_there).map(|folder| folder.to_string_lossy().into_owned()).collect()
    }

    /// Gives every file that is other than when something in the cache was built from it a new time.
    ///
    /// Build tools compare times. A file of the baseline is as old as its checkout: one that was changed, built, and put back
    /// would look older than what was built from the change.
    ///
    /// # Errors
    /// The store's or the disk's.
    pub(super) fn freshen(&self, goal: &Frozen, sealed: &SealedBox, tree: &TreeId) -> Result<()> {
        let mut changed = BTreeSet::new();
        for built in self.trees.iter().filter(|built| *built != tree).collect::<BTreeSet<_>>() {
            // One that is not in the store any more built nothing that is known of: everything may be other.
            let changes = diff::changes(&goal.objects, built, tree)?;
            let there = changes.into_iter().filter(|change| change.kind != ChangeKind::Deleted);
            changed.extend(there.map(|change| change.path));
        }
        sealed.freshen(&changed).context("the files that changed could not be given a new time")
    }

    /// Keeps what the run wrote for the gate's next one. A cache that can't be kept is begun anew, and no reason to fail.
    pub(super) fn keep(&mut self, sealed: &SealedBox, tree: &TreeId, report: &GateReport) {
        let kept = self.try_keep(sealed, tree, report);
        if let Err(error) = kept.or_else(|error| self.begin_anew().map_err(|_| error)) {
            tracing::warn!(gate = report.name, %error, "the gate's cache was not kept");
        }
    }

    fn try_keep(&mut self, sealed: &SealedBox, tree: &TreeId, report: &GateReport) -> io::Result<()> {
        // One that was ended in the middle of writing leaves no cache that anybody should trust.
        if report.exit_code.is_none() {
            return self.begin_anew();
        }
        let failures = if report.status == GateStatus::Passed { 0 } else { self.failures + 1 };
        let number = self.layers.len() as u32 + 1;
        let draft = self.room.join("draft");
        trash::remove(&draft)?;
        for folder in &self.folders {
            match inside(sealed.written(), folder)? {
                Found::Nothing => {}
                Found::Folder(path) => {
                    let target = draft.join(folder);
                    fs::create_dir_all(target.parent().unwrap_or(&draft))?;
                    fs::rename(path, target)?;
                }
                // Removed, or made into something else: what lies below would show where it should not.
                Found::Other => return self.begin_anew(),
            }
        }
        if draft.is_dir() {
            // Noted first: a file that is built and not noted could look unchanged later.
            let trees: String = self.trees.iter().chain([tree]).map(|tree| format!("{tree}\n")).collect();
            fs::write(self.room.join("trees"), trees)?;
            fs::rename(&draft, self.layer(number))?;
            if lease::measure(&self.room)? > LARGEST {
                return self.begin_anew();
            }
        }
        fs::write(self.room.join("failures"), failures.to_string())
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        trash::discard(&self.room)?;
        fs::create_dir_all(self.room.join("layers"))?;
        self.read()?;
        if let Some(rooms) = self.room.parent().map(Path::to_owned) {
            // Gigabytes, perhaps: nobody waits for it.
            std::thread::spawn(move || drop(trash::empty(&rooms)));
        }
        Ok(())
    }
}

/// Whether one of two paths of a tree is the other, or above it.
fn meets(folder: &Path, path: &Path) -> bool {
    path.starts_with(folder) || folder.starts_with(path)
}

/// What a run left at a path of its upper layer.
enum Found {
    Nothing,
    Folder(PathBuf),
    Other,
}

/// Looks for `folder` below `upper`, and follows no link on the way: the run may have made one that leads anywhere.
fn inside(upper: &Path, folder: &Path) -> io::Result<Found> {
    let mut path = upper.to_owned();
    for component in folder.components() {
        path.push(component);
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Ok(Found::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        }
    }
    Ok(Found::Folder(path))
}

/// Where the caches of a goal are.
fn room(host: &Host, goal: &Frozen) -> PathBuf {
    host.places.cache.join("warm").join(goal.id.as_str())
}

/// Takes the caches of a goal that has ended away. What can't be taken away now is evicted one day.
pub(super) fn forget(host: &Host, goal: &Frozen) {
    let room = room(host, goal);
    if room.is_dir() {
        host.let_go(&room);
        drop(lease::discard(&room));
        drop(room.parent().map(trash::empty));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_folder_shares_no_path_with_the_tree() {
        let target = Path::new("app/target");
        for path in ["app/target", "app/target/x", "app"] {
            assert!(meets(target, Path::new(path)), "{path}");
        }
        for path in ["app/targets", "app/src", "target", "application"] {
            assert!(!meets(target, Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_link_that_the_run_made_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (upper, outside) = (dir.path().join("upper"), dir.path().join("outside"));
        fs::create_dir_all(upper.join("app/target")).unwrap();
        fs::create_dir_all(outside.join("target")).unwrap();
        std::os::unix::fs::symlink(&outside, upper.join("linked")).unwrap();
        fs::write(upper.join("file"), "").unwrap();
        let found = |folder: &str| inside(&upper, Path::new(folder)).unwrap();
        assert!(matches!(found("app/target"), Found::Folder(path) if path == upper.join("app/target")));
        assert!(matches!(found("linked/target"), Found::Other));
        assert!(matches!(found("linked"), Found::Other));
        assert!(matches!(found("file"), Found::Other));
        assert!(matches!(found("app/other"), Found::Nothing));
    }
}
