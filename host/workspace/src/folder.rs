//! A folder of the machine, taken into the object store as a tree: what it holds at that moment, whatever becomes of it.
//!
//! It is walked by handles, name by name, and no link is followed: what is taken lies in the folder, also when somebody changes
//! it meanwhile. Nothing is opened but plain files, so that a pipe can't make it wait and a device is not touched.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use crate::entries::{Leaf, join};
use crate::path_text::{is_sound_name, os_path, to_text};
use crate::snapshot::write_trees;
use crate::store::{Batch, Known, ObjectStore, StoreError, tree_id};

/// Names that a folder may hold, below it too: more is a folder that was not meant.
const MAX_NAMES: usize = 10_000;
/// Bytes of all files. They are read into memory one by one.
const MAX_BYTES: u64 = 256 << 20;
/// Folders in one another.
const MAX_DEPTH: usize = 100;

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
    /// It is larger than a folder that is taken can be.
    #[error(
        "{path} holds more than {MAX_NAMES} files and folders, {} MiB, or {MAX_DEPTH} folders in one another",
        MAX_BYTES >> 20, path = path.display()
    )]
    TooMuch {
        /// Which.
        path: PathBuf,
    },
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to do about entries that are no plain files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Links are kept as links. Anything else fails: the folder is taken whole or not at all.
    Whole,
    /// Plain files only.
    Files,
}

/// A folder as it was.
#[derive(Debug)]
pub struct Taken {
    /// Its files.
    pub tree: TreeId,
    /// Paths in it that were left out, sorted.
    pub left_out: Vec<String>,
}

/// Takes the files of `folder`, whose path leads through no link, into the store. A repository's own `.git` is left out.
///
/// # Errors
/// As [`TakeError`] says.
pub fn take(store: &ObjectStore, folder: &Path, keep: Keep) -> Result<Taken, TakeError> {
    let top = open_top(folder).map_err(|error| TakeError::Read { path: folder.to_owned(), source: error.into() })?;
    let batch = Batch::new(store);
    let known = batch.known();
    let mut walk = Walk {
        batch: &batch,
        known: &known,
        top: folder,
        keep,
        leaves: BTreeMap::new(),
        left_out: Vec::new(),
        names: 0,
        bytes: 0,
    };
    walk.folder(top, BStr::new(""), 0)?;
    if walk.leaves.is_empty() {
        return Err(TakeError::Empty { path: folder.to_owned() });
    }
    let leaves: Vec<Leaf> = walk.leaves.into_values().collect();
    let mut left_out = walk.left_out;
    left_out.sort();
    let id = write_trees(&batch, &known, &leaves)?;
    batch.publish()?;
    Ok(Taken { tree: tree_id(id), left_out })
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn open_top(path: &Path) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(CWD, path, FOLDER, Mode::empty(), resolve) {
        // Some containers know no such call: links above the folder were resolved by whoever named it.
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::open(path, FOLDER, Mode::empty()),
        opened => opened,
    }
}

struct Walk<'a> {
    batch: &'a Batch<'a>,
    known: &'a Known,
    top: &'a Path,
    keep: Keep,
    leaves: BTreeMap<BString, Leaf>,
    left_out: Vec<String>,
    names: usize,
    bytes: u64,
}

impl Walk<'_> {
    fn folder(&mut self, folder: OwnedFd, path: &BStr, depth: usize) -> Result<(), TakeError> {
        if depth > MAX_DEPTH {
            return Err(self.too_much());
        }
        for entry in Dir::read_from(&folder).map_err(|error| self.unreadable(path, error))? {
            let entry = entry.map_err(|error| self.unreadable(path, error))?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b".." | b".git") {
                continue;
            }
            self.names += 1;
            if self.names > MAX_NAMES {
                return Err(self.too_much());
            }
            let path = join(path, name.as_bstr());
            if !is_sound_name(name) {
                self.odd(&path)?;
                continue;
            }
            self.entry(&folder, name, path, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, folder: &OwnedFd, name: &[u8], path: BString, depth: usize) -> Result<(), TakeError> {
        let failed = |this: &Self, error| this.unreadable(path.as_ref(), error);
        let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|e| failed(self, e))?;
        let (kind, content) = match FileType::from_raw_mode(found.st_mode) {
            FileType::Directory => {
                let below = rustix::fs::openat(folder, name, FOLDER, Mode::empty()).map_err(|e| failed(self, e))?;
                return self.folder(below, path.as_ref(), depth + 1);
            }
            FileType::Symlink if self.keep == Keep::Whole => {
                let target = rustix::fs::readlinkat(folder, name, Vec::new()).map_err(|e| failed(self, e))?;
                (EntryKind::Link, target.into_bytes())
            }
            FileType::RegularFile => match open_file(folder, name).map_err(|e| failed(self, e))? {
                Some((file, found)) => {
                    let kind = if found.st_mode & 0o111 != 0 { EntryKind::BlobExecutable } else { EntryKind::Blob };
                    (kind, self.content(&file, found.st_size, path.as_ref())?)
                }
                None => return self.odd(&path),
            },
            _ => return self.odd(&path),
        };
        let id = self.batch.add(self.known, Kind::Blob, &content)?;
        self.leaves.insert(path.clone(), Leaf { path, kind, id });
        Ok(())
    }

    /// All of a file, if there is room for it: it may grow while it is read.
    fn content(&mut self, file: &File, size: i64, path: &BStr) -> Result<Vec<u8>, TakeError> {
        let room = MAX_BYTES - self.bytes;
        if size.cast_unsigned() > room {
            return Err(self.too_much());
        }
        let mut content = Vec::new();
        file.take(room + 1)
            .read_to_end(&mut content)
            .map_err(|source| TakeError::Read { path: self.whole(path), source })?;
        if content.len() as u64 > room {
            return Err(self.too_much());
        }
        self.bytes += content.len() as u64;
        Ok(content)
    }

    fn odd(&mut self, path: &BString) -> Result<(), TakeError> {
        if self.keep == Keep::Whole {
            return Err(TakeError::Odd { path: self.whole(path.as_ref()) });
        }
        self.left_out.push(to_text(path.as_ref()));
        Ok(())
    }

    fn unreadable(&self, path: &BStr, error: Errno) -> TakeError {
        TakeError::Read { path: self.whole(path), source: error.into() }
    }

    fn too_much(&self) -> TakeError {
        TakeError::TooMuch { path: self.top.to_owned() }
    }

    fn whole(&self, path: &BStr) -> PathBuf {
        if path.is_empty() { self.top.to_owned() } else { self.top.join(os_path(path)) }
    }
}

/// Opens a plain file; none where it is no longer one.
fn open_file(folder: &OwnedFd, name: &[u8]) -> rustix::io::Result<Option<(File, Stat)>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(folder, std::ffi::OsStr::from_bytes(name), flags, Mode::empty()) {
        Ok(file) => file,
        // A link by now, or a socket.
        Err(Errno::LOOP | Errno::NXIO) => return Ok(None),
        Err(error) => return Err(error),
    };
    let found = rustix::fs::fstat(&file)?;
    let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    Ok(is_file.then(|| (File::from(file), found)))
}
