//! Reading files that may change, vanish or turn into something else at any moment.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use gix::objs::Kind;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::SnapshotError;
use super::stat_cache::{Proof, StatCache};
use crate::entries::join;
use crate::path_text::to_text;
use crate::store::{Batch, Failure, Known, LARGE, Written};

/// Files of one folder that are to be read.
pub(super) struct Job {
    pub(super) folder: Arc<OwnedFd>,
    /// The folder's path, relative to the workspace.
    pub(super) path: BString,
    /// Place in the list of files, and name in the folder.
    pub(super) files: Vec<(usize, CString)>,
}

/// What became of a file.
pub(super) enum Read {
    /// Known whole, without a change meanwhile.
    Done {
        stat: Stat,
        id: ObjectId,
        /// Its content was read, because nothing proved it unchanged.
        fresh: bool,
    },
    /// Gone, of another type, or changing each time: the walk has to look again.
    Changed,
}

/// Opened without following a link, and without waiting for a pipe's other end.
pub(super) const OPEN: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// A file being saved right now is usually done within a few milliseconds.
const TRIES: u32 = 5;

/// Bytes of large files that one snapshot reads anew. A sparse file claims terabytes that nobody wrote.
pub(super) const MAX_LARGE: u64 = 32 << 30;

/// Reads files in one thread.
pub(super) struct Reader<'a> {
    batch: &'a Batch<'a>,
    known: Known,
    cache: &'a StatCache,
    /// What is left of [`MAX_LARGE`].
    left: &'a AtomicU64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(batch: &'a Batch<'a>, cache: &'a StatCache, left: &'a AtomicU64) -> Self {
        Self { batch, known: batch.known(), cache, left }
    }

    /// Sees to it that the file's content is in the store or the batch.
    pub(super) fn read(&self, job: &Job, name: &CStr) -> Result<Read, SnapshotError> {
        let path = join(job.path.as_ref(), BStr::new(name.to_bytes()));
        match rustix::fs::statat(&job.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => match self.cache.get(path.as_ref(), &Proof::of(&stat)) {
                Some(id) if self.known.has(&id) => return Ok(Read::Done { stat, id, fresh: false }),
                _ => {}
            },
            Err(Errno::NOENT) => return Ok(Read::Changed),
            Err(e) => return Err(SnapshotError::Unreadable { path: to_text(path.as_ref()), source: e.into() }),
        }
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(5 << attempt));
            }
            if let Some(read) = self.read_once(job, name, path.as_ref())? {
                return Ok(read);
            }
        }
        Ok(Read::Changed)
    }

    /// None where the file changed while it was read.
    fn read_once(&self, job: &Job, name: &CStr, path: &BStr) -> Result<Option<Read>, SnapshotError> {
        let unreadable = |e: io::Error| SnapshotError::Unreadable { path: to_text(path), source: e };
        let file = match rustix::fs::openat(&job.folder, name, OPEN, Mode::empty()) {
            Ok(fd) => File::from(fd),
            // Gone, or a link or socket by now.
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO | Errno::NODEV) => return Ok(Some(Read::Changed)),
            Err(e) => return Err(unreadable(e.into())),
        };
        let before = rustix::fs::fstat(&file).map_err(|e| unreadable(e.into()))?;
        if FileType::from_raw_mode(before.st_mode) != FileType::RegularFile {
            return Ok(Some(Read::Changed));
        }
        let size = u64::try_from(before.st_size).unwrap_or(0);
        let id = if size > LARGE {
            let take = |left: u64| left.checked_sub(size);
            if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
                return Err(SnapshotError::TooLarge { path: to_text(path), size });
            }
            match self.batch.store().write_large(size, &mut &file) {
                Ok(Written::Whole(id)) => id,
                Ok(Written::OtherLength) => return Ok(None),
                Err(Failure::Source(e)) => return Err(unreadable(e)),
                Err(Failure::Store(e)) => return Err(e.into()),
            }
        } else {
            let mut data = Vec::with_capacity(size as usize + 1);
            (&file).take(size + 1).read_to_end(&mut data).map_err(unreadable)?;
            if data.len() as u64 != size {
                return Ok(None);
            }
            self.batch.add(&self.known, Kind::Blob, &data)?
        };
        let stat = rustix::fs::fstat(&file).map_err(|e| unreadable(e.into()))?;
        Ok((Proof::of(&before) == Proof::of(&stat)).then_some(Read::Done { stat, id, fresh: true }))
    }
}

/// A small file that the worker may have replaced by anything. None unless it is a plain file of at most `max` bytes.
pub(crate) fn read_bounded(path: &Path, max: usize) -> io::Result<Option<Vec<u8>>> {
    let flags = OPEN.difference(OFlags::NOFOLLOW);
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(fd) => read_open(fd, max),
        Err(Errno::NXIO) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// The same for a file in an open folder, which must not be a link.
pub(super) fn read_bounded_at(folder: &OwnedFd, name: &CStr, max: usize) -> io::Result<Option<Vec<u8>>> {
    match rustix::fs::openat(folder, name, OPEN, Mode::empty()) {
        Ok(fd) => read_open(fd, max),
        Err(Errno::NXIO | Errno::LOOP) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn read_open(fd: OwnedFd, max: usize) -> io::Result<Option<Vec<u8>>> {
    let stat = rustix::fs::fstat(&fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(None);
    }
    let mut data = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0).min(max) + 1);
    File::from(fd).take(max as u64 + 1).read_to_end(&mut data)?;
    Ok((data.len() <= max).then_some(data))
}
