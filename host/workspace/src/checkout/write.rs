//! Files, links and folders into a folder that nobody else writes.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::{CheckoutError, failed};
use crate::entries::{Leaf, TreeReader};
use crate::path_text::os_path;
use crate::store::{LARGE, ObjectStore};

/// Fewer files than this are written before a second thread has started.
const PARALLEL_FROM: usize = 256;

/// Neighbours go to one thread: two that make files in one folder wait for each other.
const SHARE: usize = 64;

/// More threads wait for the disk.
const MAX_WRITERS: usize = 4;

const FILE: u32 = 0o644;
const EXECUTABLE: u32 = 0o755;
const FOLDER: u32 = 0o755;

/// Writes `leaves`, sorted by path, below `dir`. Nothing at any of their paths may exist, and no link above them.
pub(super) fn leaves(store: &ObjectStore, dir: &Path, leaves: &[Leaf]) -> Result<(), CheckoutError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = rustix::fs::open(dir, flags, Mode::empty()).map_err(|e| failed("opened", dir)(e.into()))?;
    let mut made = HashSet::new();
    for leaf in leaves {
        for at in leaf.path.find_iter(b"/") {
            folder(&root, dir, leaf.path[..at].as_bstr(), &mut made)?;
        }
        if leaf.kind == EntryKind::Commit {
            folder(&root, dir, leaf.path.as_ref(), &mut made)?;
        }
    }
    let shares: Vec<_> = leaves.chunks(SHARE).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let reader = TreeReader::new(store);
        while let Some(share) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
            let written = share.iter().try_for_each(|leaf| write(store, &reader, &root, dir, leaf));
            if written.is_err() {
                // The others find nothing left to do.
                next.store(shares.len(), Ordering::Relaxed);
                return written;
            }
        }
        Ok(())
    };
    if leaves.len() < PARALLEL_FROM {
        return work();
    }
    let writers = std::thread::available_parallelism().map_or(2, usize::from).min(MAX_WRITERS);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1..writers).map(|_| scope.spawn(work)).collect();
        let mut result = work();
        for thread in threads {
            let other = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            result = result.and(other);
        }
        result
    })
}

fn folder(root: &OwnedFd, dir: &Path, path: &BStr, made: &mut HashSet<BString>) -> Result<(), CheckoutError> {
    if !made.insert(path.to_owned()) {
        return Ok(());
    }
    let mode = Mode::from_raw_mode(FOLDER);
    let result = rustix::fs::mkdirat(root, path.as_bytes(), mode).and_then(|()| {
        // The umask has no say: the same tree is the same folder for every user.
        rustix::fs::chmodat(root, path.as_bytes(), mode, AtFlags::empty())
    });
    result.map_err(|e| failed("created", &dir.join(os_path(path)))(e.into()))
}

fn write(
    store: &ObjectStore,
    reader: &TreeReader<'_>,
    root: &OwnedFd,
    dir: &Path,
    leaf: &Leaf,
) -> Result<(), CheckoutError> {
    let failed = |e: io::Error| failed("written", &dir.join(os_path(leaf.path.as_ref())))(e);
    let path = leaf.path.as_bytes();
    let mode = match leaf.kind {
        EntryKind::Commit | EntryKind::Tree => return Ok(()),
        EntryKind::Link => {
            let target = reader.blob(leaf.id)?;
            return rustix::fs::symlinkat(target.as_slice(), root, path).map_err(|e: Errno| failed(e.into()));
        }
        EntryKind::Blob => Mode::from_raw_mode(FILE),
        EntryKind::BlobExecutable => Mode::from_raw_mode(EXECUTABLE),
    };
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::openat(root, path, flags, mode).map_err(|e| failed(e.into()))?);
    rustix::fs::fchmod(&file, mode).map_err(|e| failed(e.into()))?;
    if reader.size(leaf.id)? > LARGE {
        let mut content = store.stream(leaf.id).map_err(failed)?;
        io::copy(&mut content, &mut file).map(drop).map_err(failed)
    } else {
        file.write_all(&reader.blob(leaf.id)?).map_err(failed)
    }
}
