//! Whether a program changed protected paths of a checkout that it could write.
//!
//! With namespaces such paths are mounted read-only. A rule of Landlock can only add to what the folder above it allows, so
//! below that level a program may write all of its tree, and this tells whether it did, also when it put everything back:
//! the kernel notes the time of each change of a file where no program can turn it back, and reports a folder that was moved.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

/// Older kernels note times in ticks of up to ten milliseconds: a change in the tick of the checkout would not show.
const TICK: Duration = Duration::from_millis(20);

/// A file as the kernel knows it: which one it is, and when it or its name was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    mode: u32,
    size: u64,
    changed: (i64, i64),
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let found = path.symlink_metadata().ok()?;
        Some(Self {
            device: found.dev(),
            inode: found.ino(),
            mode: found.mode(),
            size: found.size(),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// Protected paths as they were before a program ran.
#[derive(Debug)]
pub struct Watch {
    root: PathBuf,
    files: BTreeMap<PathBuf, Option<Identity>>,
    moves: OwnedFd,
    /// By the number of the watch.
    folders: BTreeMap<i32, PathBuf>,
}

impl Watch {
    /// Watches `paths`, relative to the checkout at `root`, which is complete.
    ///
    /// # Errors
    /// The kernel has no watch left (`fs.inotify.max_user_watches`).
    pub fn start<'a>(root: &Path, paths: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        std::thread::sleep(TICK);
        let files: BTreeMap<PathBuf, _> =
            paths.into_iter().map(|path| (path.to_owned(), Identity::of(&root.join(path)))).collect();
        let moves = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let above: BTreeSet<&Path> = files.keys().flat_map(|path| path.ancestors().skip(1)).collect();
        let mut folders = BTreeMap::new();
        for folder in above.into_iter().filter(|folder| !folder.as_os_str().is_empty()) {
            let what = WatchFlags::MOVE_SELF | WatchFlags::DELETE_SELF | WatchFlags::ONLYDIR | WatchFlags::DONT_FOLLOW;
            match inotify::add_watch(&moves, root.join(folder), what) {
                Ok(number) => drop(folders.insert(number, folder.to_owned())),
                // A path of the baseline that the tree does not have.
                Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { root: root.to_owned(), files, moves, folders })
    }

    /// The paths that are not, or not all the time were, what they were at the start.
    pub fn changed(&self) -> Vec<PathBuf> {
        let mut moved = BTreeSet::new();
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut events = Reader::new(&self.moves, &mut buffer);
        // It ends with EAGAIN.
        while let Ok(event) = events.next() {
            match self.folders.get(&event.wd()) {
                Some(folder) => drop(moved.insert(folder.as_path())),
                // Too many to be kept: any of them may have been moved.
                None if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => {
                    moved.extend(self.folders.values().map(PathBuf::as_path))
                }
                None => {}
            }
        }
        let is_same = |path: &Path, then| Identity::of(&self.root.join(path)) == then;
        let was_moved = |path: &Path| path.ancestors().any(|above| moved.contains(above));
        let changed = self.files.iter().filter(|(path, then)| !is_same(path, **then) || was_moved(path));
        changed.map(|(path, _)| path.clone()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    /// Runs `attack` on a watched tree; gives what is said to have changed.
    fn after(attack: impl FnOnce(&Path)) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("tests/unit")).unwrap();
        for file in ["tests/unit/a", "tests/b", "top"] {
            fs::write(root.join(file), "test").unwrap();
        }
        let paths = ["tests/unit/a", "tests/b", "top", "not/there"].map(Path::new);
        let watch = Watch::start(root, paths).unwrap();
        attack(root);
        watch.changed().into_iter().map(|p| p.display().to_string()).collect()
    }

    #[test]
    fn work_beside_protected_files_is_nobodys_business() {
        let changed = after(|root| {
            fs::read(root.join("top")).unwrap();
            fs::write(root.join("tests/unit/new"), "new").unwrap();
            fs::create_dir_all(root.join("target/debug")).unwrap();
            fs::remove_dir_all(root.join("target")).unwrap();
        });
        assert_eq!(changed, [""; 0]);
    }

    #[test]
    fn a_file_that_was_put_back_was_changed_all_the_same() {
        for attack in [
            |path: &Path| fs::write(path, "test").unwrap(),
            |path: &Path| {
                fs::rename(path, path.with_extension("away")).unwrap();
                fs::write(path, "evil").unwrap();
                fs::rename(path.with_extension("away"), path).unwrap();
            },
            |path: &Path| {
                let times = fs::File::open(path).unwrap().metadata().unwrap().modified().unwrap();
                fs::write(path, "evil").unwrap();
                fs::write(path, "test").unwrap();
                fs::File::options().write(true).open(path).unwrap().set_modified(times).unwrap();
            },
        ] {
            assert_eq!(after(|root| attack(&root.join("tests/b"))), ["tests/b"]);
        }
        assert_eq!(after(|root| fs::remove_file(root.join("top")).unwrap()), ["top"]);
        assert_eq!(
            after(|root| {
                fs::create_dir(root.join("not")).unwrap();
                fs::write(root.join("not/there"), "").unwrap();
            }),
            ["not/there"]
        );
    }

    #[test]
    fn a_folder_that_was_swapped_and_put_back_is_noticed_for_all_that_it_holds() {
        let changed = after(|root| {
            fs::rename(root.join("tests"), root.join("away")).unwrap();
            fs::create_dir(root.join("tests")).unwrap();
            fs::remove_dir(root.join("tests")).unwrap();
            fs::rename(root.join("away"), root.join("tests")).unwrap();
        });
        assert_eq!(changed, ["tests/b", "tests/unit/a"]);
    }
}
