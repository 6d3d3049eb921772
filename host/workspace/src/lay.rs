//! Files from outside of the workspace that are laid over a tree: taken into the object store once, and put on top of
//! whatever tree is verified.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gix::bstr::{BString, ByteSlice as _};
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;

use crate::entries::{Leaf, flatten};
use crate::snapshot::write_trees;
use crate::store::{Batch, Known, ObjectStore, StoreError, tree_id};

/// Files that a folder may hold: more is a folder that was not meant.
const MAX_FILES: usize = 10_000;
/// Bytes of all of them. They are read into memory one by one, and written anew for every run.
const MAX_BYTES: u64 = 256 << 20;

/// Why a folder could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file system's word.
    #[error("{path} can't be read: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A socket, pipe or device, or a name that no tree can hold.
    #[error("{path} is no file, folder or link that could be kept", path = path.display())]
    Odd {
        /// Which.
        path: PathBuf,
    },
    /// There is no file in it.
    #[error("{path} holds no file", path = path.display())]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// It is larger than a set of checks can be.
    #[error("{path} holds more than {MAX_FILES} files or {} MiB", MAX_BYTES >> 20, path = path.display())]
    TooMuch {
        /// Which.
        path: PathBuf,
    },
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the files of `folder` into the store, as they are now. A repository's own `.git` is left out.
///
/// # Errors
/// As [`TakeError`] says: what can't be taken whole is not taken.
pub fn take(store: &ObjectStore, folder: &Path) -> Result<TreeId, TakeError> {
    let batch = Batch::new(store);
    let known = batch.known();
    let mut taken = Taken { batch: &batch, known: &known, top: folder, leaves: BTreeMap::new(), bytes: 0 };
    taken.folder(folder, &BString::default())?;
    if taken.leaves.is_empty() {
        return Err(TakeError::Empty { path: folder.to_owned() });
    }
    let leaves: Vec<Leaf> = taken.leaves.into_values().collect();
    let id = write_trees(&batch, &known, &leaves)?;
    batch.publish()?;
    Ok(tree_id(id))
}

struct Taken<'a> {
    batch: &'a Batch<'a>,
    known: &'a Known,
    top: &'a Path,
    leaves: BTreeMap<BString, Leaf>,
    bytes: u64,
}

impl Taken<'_> {
    fn folder(&mut self, folder: &Path, below: &BString) -> Result<(), TakeError> {
        let failed = |source| TakeError::Read { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            if name == ".git" {
                continue;
            }
            let path = entry.path();
            if !crate::path_text::is_sound_name(name.as_bytes()) {
                return Err(TakeError::Odd { path });
            }
            let mut inside = below.clone();
            if !inside.is_empty() {
                inside.push(b'/');
            }
            inside.extend_from_slice(name.as_bytes());
            let failed = |source| TakeError::Read { path: path.clone(), source };
            let found = entry.metadata().map_err(failed)?;
            if found.is_dir() {
                self.folder(&path, &inside)?;
                continue;
            }
            let (kind, content) = if found.is_symlink() {
                let target = fs::read_link(&path).map_err(failed)?;
                (EntryKind::Link, target.as_os_str().as_bytes().to_owned())
            } else if found.is_file() {
                self.room(found.len())?;
                let executable = found.permissions().mode() & 0o111 != 0;
                let kind = if executable { EntryKind::BlobExecutable } else { EntryKind::Blob };
                (kind, fs::read(&path).map_err(failed)?)
            } else {
                return Err(TakeError::Odd { path });
            };
            let id = self.batch.add(self.known, Kind::Blob, &content)?;
            self.leaves.insert(inside.clone(), Leaf { path: inside, kind, id });
        }
        Ok(())
    }

    fn room(&mut self, bytes: u64) -> Result<(), TakeError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_BYTES || self.leaves.len() >= MAX_FILES {
            return Err(TakeError::TooMuch { path: self.top.to_owned() });
        }
        Ok(())
    }
}

/// The tree that `tree` becomes with the files of `taken` laid below the folder `at` (`.` for the top). They win over whatever
/// stands in their way, links above them included; below an `at` of their own, nothing else is left.
///
/// # Errors
/// The store's.
pub fn laid(store: &ObjectStore, tree: &TreeId, taken: &TreeId, at: &str) -> Result<TreeId, StoreError> {
    let at: BString = if at == "." { BString::default() } else { at.into() };
    let mut files: BTreeMap<BString, Leaf> =
        flatten(store, tree)?.into_iter().map(|leaf| (leaf.path.clone(), leaf)).collect();
    if !at.is_empty() {
        clear(&mut files, &at);
    }
    for leaf in flatten(store, taken)? {
        let mut path = at.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&leaf.path);
        clear(&mut files, &path);
        files.insert(path.clone(), Leaf { path, ..leaf });
    }
    let files: Vec<Leaf> = files.into_values().collect();
    let batch = Batch::new(store);
    let id = write_trees(&batch, &batch.known(), &files)?;
    batch.publish()?;
    Ok(tree_id(id))
}

/// Takes away what is at `path`, below it, and what stands in the place of a folder above it.
fn clear(files: &mut BTreeMap<BString, Leaf>, path: &BString) {
    for end in path.find_iter(b"/").chain([path.len()]) {
        files.remove(path[..end].as_bstr());
    }
    let mut below = path.clone();
    below.push(b'/');
    let inside: Vec<_> =
        files.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below)).map(|(p, _)| p.clone()).collect();
    for path in inside {
        files.remove(&path);
    }
}
