//! One walk over the working directory: folders by their open handles, from the top down, while other threads read what
//! the stat cache does not prove unchanged.

use std::ffi::{CStr, CString};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::content::{Job, MAX_LARGE, OPEN, Read, Reader, read_bounded_at};
use super::ignore::{self, IgnoreRules};
use super::stat_cache::{Proof, StatCache};
use super::tracked::Tracked;
use super::{Note, NoteKind, SnapshotError};
use crate::entries::Leaf;
use crate::path_text::{os_path, to_text};
use crate::repository::{Workspace, gitdir_of};
use crate::store::{Batch, Known};

/// Each level holds a file handle, and 1024 of them is a common limit for a process.
pub(super) const MAX_DEPTH: usize = 256;

/// Jobs waiting for a reader; each may hold a folder's handle.
const QUEUE: usize = 64;

/// Files in one job: enough that handing it over costs little, few enough that no reader is left alone at the end.
const FILES_IN_JOB: usize = 128;

/// More threads than this wait for the disk and for each other.
const MAX_READERS: usize = 4;

/// What a walk found.
pub(super) struct Walked {
    /// Sorted by path.
    pub(super) files: Vec<Leaf>,
    /// For plain files: place in `files`, and what proves the content.
    pub(super) proofs: Vec<(usize, Proof)>,
    pub(super) notes: Vec<Note>,
    /// Files whose content was read.
    pub(super) read: usize,
}

pub(super) enum Outcome {
    Done(Walked),
    /// Something changed under the walk, here.
    Changed(String),
}

/// What to do about an entry of a folder.
enum Entry {
    /// In the list, to be read.
    File,
    /// To be walked.
    Folder {
        ignored: bool,
    },
    Done,
}

/// Why a walk ends early.
enum Stop {
    Changed(BString),
    Error(SnapshotError),
}

impl<E: Into<SnapshotError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Place in the list of files, and what became of it.
type Answer = (usize, Result<Read, SnapshotError>);

pub(super) struct Walk<'a> {
    workspace: &'a Workspace,
    batch: &'a Batch<'a>,
    known: Known,
    tracked: &'a Tracked<'a>,
    rules: IgnoreRules,
    jobs: SyncSender<Job>,
    gave_up: &'a AtomicBool,
    found: Vec<Leaf>,
    folders: Vec<(BString, Proof)>,
    notes: Vec<Note>,
}

impl<'a> Walk<'a> {
    pub(super) fn run(
        workspace: &'a Workspace,
        batch: &'a Batch<'a>,
        cache: &'a StatCache,
        tracked: &'a Tracked<'a>,
    ) -> Result<Outcome, SnapshotError> {
        let readers = std::thread::available_parallelism().map_or(2, usize::from).min(MAX_READERS);
        let (jobs, queue) = sync_channel(QUEUE);
        let (answer, answers) = channel();
        // The readers' alone: a walk without readers must not wait for one.
        let queue = Arc::new(Mutex::new(queue));
        let gave_up = AtomicBool::new(false);
        let left = AtomicU64::new(MAX_LARGE);
        let walked = std::thread::scope(|scope| {
            for _ in 0..readers {
                let (queue, gave_up, answer) = (Arc::clone(&queue), &gave_up, answer.clone());
                let reader = Reader::new(batch, cache, &left);
                scope.spawn(move || work(&queue, gave_up, &reader, &answer));
            }
            drop((queue, answer));
            let mut walk = Walk {
                workspace,
                batch,
                known: batch.known(),
                tracked,
                rules: IgnoreRules::new(workspace),
                jobs,
                gave_up: &gave_up,
                found: Vec::new(),
                folders: Vec::new(),
                notes: Vec::new(),
            };
            let result = walk.top().and_then(|top| walk.folder(top, &mut BString::default(), false, 0));
            if result.is_err() {
                gave_up.store(true, Ordering::Relaxed);
            }
            walk.finish(result, &answers)
        });
        match walked {
            Ok(walked) => Ok(Outcome::Done(walked)),
            Err(Stop::Changed(path)) => Ok(Outcome::Changed(to_text(path.as_ref()))),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// The top folder, if it is still the one that was opened.
    fn top(&self) -> Result<OwnedFd, Stop> {
        let root = self.workspace.root();
        let replaced = || SnapshotError::Replaced { root: root.into() };
        let top = rustix::fs::open(root, OPEN | OFlags::DIRECTORY, Mode::empty()).map_err(|_| replaced())?;
        let stat = rustix::fs::fstat(&top).map_err(|_| replaced())?;
        #[allow(clippy::unnecessary_cast)]
        if (stat.st_dev as u64, stat.st_ino as u64) == self.workspace.identity() {
            Ok(top)
        } else {
            Err(replaced().into())
        }
    }

    /// Everything below the open folder at `path`. `ignored` when a rule leaves the folder out as a whole.
    fn folder(&mut self, folder: OwnedFd, path: &mut BString, mut ignored: bool, depth: usize) -> Result<(), Stop> {
        if self.gave_up.load(Ordering::Relaxed) {
            return Ok(());
        }
        if depth > MAX_DEPTH {
            return Err(SnapshotError::TooDeep { path: to_text(path.as_ref()) }.into());
        }
        let stat = rustix::fs::fstat(&folder).map_err(|e| self.failed(path.as_ref(), e))?;
        self.folders.push((path.clone(), Proof::of(&stat)));
        let listing = list(&folder).map_err(|e| self.failed(path.as_ref(), e))?;
        if depth > 0 {
            if listing.names.is_empty() {
                if let Some(commit) = self.tracked.submodule(path.as_ref())? {
                    self.push(path.clone(), EntryKind::Commit, commit);
                }
                return Ok(());
            }
            if let Some(dot_git) = &listing.dot_git {
                ignored |= self.repository(&folder, dot_git, path.as_ref());
                if ignored && !self.tracked.is_above(path.as_ref())? {
                    return Ok(());
                }
            }
        }
        let has_rules = !ignored && listing.names.iter().any(|(name, _)| name.as_bytes() == b".gitignore");
        if has_rules {
            self.push_rules(&folder, path.as_ref());
        }
        let folder = Arc::new(folder);
        let parent_len = path.len();
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for (name, kind) in listing.names {
            enter(path, &name);
            match self.entry(&folder, &name, kind, path.as_ref(), ignored)? {
                Entry::File => files.push((self.found.len() - 1, name)),
                Entry::Folder { ignored } => folders.push((name, ignored)),
                Entry::Done => {}
            }
            path.truncate(parent_len);
        }
        self.send(&folder, path.as_ref(), files);
        for (name, ignored) in folders {
            enter(path, &name);
            let inner = rustix::fs::openat(&*folder, &name, OPEN | OFlags::DIRECTORY, Mode::empty())
                .map_err(|e| self.failed(path.as_ref(), e))?;
            self.folder(inner, path, ignored, depth + 1)?;
            path.truncate(parent_len);
        }
        if has_rules {
            self.rules.pop();
        }
        Ok(())
    }

    fn entry(
        &mut self,
        folder: &OwnedFd,
        name: &CStr,
        mut kind: FileType,
        path: &BStr,
        ignored: bool,
    ) -> Result<Entry, Stop> {
        if kind == FileType::Unknown {
            let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
            kind = FileType::from_raw_mode(stat.map_err(|e| self.failed(path, e))?.st_mode);
        }
        let is_folder = kind == FileType::Directory;
        let ignored = ignored || self.rules.ignores(path, is_folder);
        if is_folder {
            let enters = !ignored || self.tracked.is_above(path)?;
            return Ok(if enters { Entry::Folder { ignored } } else { Entry::Done });
        }
        if ignored && !self.tracked.contains(path)? {
            return Ok(Entry::Done);
        }
        match kind {
            FileType::RegularFile => {
                // The reader's answer fills in kind and id.
                self.push(path.to_owned(), EntryKind::Blob, ObjectId::null(self.workspace.hash()));
                Ok(Entry::File)
            }
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(folder, name, Vec::new()).map_err(|e| self.failed(path, e))?;
                let id = self.batch.add(&self.known, Kind::Blob, target.as_bytes())?;
                self.push(path.to_owned(), EntryKind::Link, id);
                Ok(Entry::Done)
            }
            _ => {
                let word = match kind {
                    FileType::Fifo => "pipe",
                    FileType::Socket => "socket",
                    _ => "device",
                };
                self.note(path, NoteKind::Special(word));
                Ok(Entry::Done)
            }
        }
    }

    /// Hands a folder's files to the readers.
    fn send(&self, folder: &Arc<OwnedFd>, path: &BStr, files: Vec<(usize, CString)>) {
        let mut files = files.into_iter().peekable();
        while files.peek().is_some() {
            let share = files.by_ref().take(FILES_IN_JOB).collect();
            let job = Job { folder: Arc::clone(folder), path: path.to_owned(), files: share };
            // Fails only where every reader has panicked, which is rethrown at the end.
            let _ = self.jobs.send(job);
        }
    }

    /// Collects the readers' answers, and looks whether the folders are still as they were listed.
    fn finish(self, result: Result<(), Stop>, answers: &Receiver<Vec<Answer>>) -> Result<Walked, Stop> {
        let Walk { workspace, tracked, jobs, mut found, folders, notes, .. } = self;
        drop(jobs);
        let mut result = result;
        let mut proofs = vec![None; found.len()];
        let mut read = 0;
        for (at, answer) in answers.iter().flatten() {
            match answer {
                Ok(Read::Done { stat, id, fresh }) => {
                    found[at].kind = file_kind(workspace, tracked, &stat, found[at].path.as_ref())?;
                    found[at].id = id;
                    proofs[at] = Some(Proof::of(&stat));
                    read += usize::from(fresh);
                }
                Ok(Read::Changed) => result = result.and(Err(Stop::Changed(found[at].path.clone()))),
                // What can't be read is worth more to a person than what has changed.
                Err(error) => result = Err(Stop::Error(error)),
            }
        }
        result?;
        let top = rustix::fs::open(workspace.root(), OPEN | OFlags::DIRECTORY, Mode::empty())
            .map_err(|_| SnapshotError::Replaced { root: workspace.root().into() })?;
        for (path, proof) in folders {
            let name = if path.is_empty() { BStr::new(".") } else { path.as_bstr() };
            let now = rustix::fs::statat(&top, name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW);
            if now.map(|stat| Proof::of(&stat)) != Ok(proof) {
                return Err(Stop::Changed(path));
            }
        }
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_unstable_by(|a, b| found[*a].path.cmp(&found[*b].path));
        let proofs = order.iter().enumerate().filter_map(|(new, old)| proofs[*old].map(|p| (new, p))).collect();
        found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Walked { files: found, proofs, notes, read })
    }

    /// A folder with a `.git` of its own. True for another worktree of this repository, which counts as ignored.
    fn repository(&mut self, folder: &OwnedFd, dot_git: &CStr, path: &BStr) -> bool {
        let content = read_bounded_at(folder, dot_git, 4096).ok().flatten().unwrap_or_default();
        let worktrees = self.workspace.common_dir().join("worktrees");
        let here = self.workspace.root().join(os_path(path));
        let is_worktree = gitdir_of(&content)
            .is_some_and(|dir| here.join(dir).canonicalize().is_ok_and(|dir| dir.starts_with(&worktrees)));
        self.note(path, if is_worktree { NoteKind::LinkedWorktree } else { NoteKind::NestedRepository });
        is_worktree
    }

    fn push_rules(&mut self, folder: &OwnedFd, path: &BStr) {
        let content = read_bounded_at(folder, c".gitignore", ignore::MAX_BYTES).ok().flatten();
        if content.is_none() {
            let mut file = path.to_owned();
            if !file.is_empty() {
                file.push(b'/');
            }
            file.extend_from_slice(b".gitignore");
            self.note(file.as_ref(), NoteKind::IgnoreFile);
        }
        self.rules.push(path, &content.unwrap_or_default());
    }

    fn push(&mut self, path: BString, kind: EntryKind, id: ObjectId) {
        self.found.push(Leaf { path, kind, id });
    }

    fn note(&mut self, path: &BStr, kind: NoteKind) {
        self.notes.push(Note { path: to_text(path), kind });
    }

    fn failed(&self, path: &BStr, errno: Errno) -> Stop {
        match errno {
            // It was there a moment ago, as something else.
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::INVAL | Errno::NXIO => Stop::Changed(path.to_owned()),
            _ => SnapshotError::Unreadable { path: to_text(path), source: errno.into() }.into(),
        }
    }
}

/// Reads files until the walk is over.
fn work(queue: &Mutex<Receiver<Job>>, gave_up: &AtomicBool, reader: &Reader<'_>, answers: &Sender<Vec<Answer>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let mut done = Vec::with_capacity(job.files.len());
        for (at, name) in &job.files {
            let given_up = gave_up.load(Ordering::Relaxed);
            let result = if given_up { Ok(Read::Changed) } else { reader.read(&job, name) };
            if result.is_err() {
                gave_up.store(true, Ordering::Relaxed);
            }
            done.push((*at, result));
        }
        // The walk takes answers until the last reader is gone.
        let _ = answers.send(done);
    }
}

/// Goes from a folder's path to that of `name` in it.
fn enter(path: &mut BString, name: &CStr) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name.to_bytes());
}

/// As git has it: the owner's exec bit, unless the file system's bits mean nothing.
fn file_kind(
    workspace: &Workspace,
    tracked: &Tracked<'_>,
    stat: &Stat,
    path: &BStr,
) -> Result<EntryKind, SnapshotError> {
    let executable = if workspace.exec_bits() { stat.st_mode & 0o100 != 0 } else { tracked.is_executable(path)? };
    Ok(if executable { EntryKind::BlobExecutable } else { EntryKind::Blob })
}

struct Listing {
    names: Vec<(CString, FileType)>,
    dot_git: Option<CString>,
}

/// A folder's entries without `.git`, which git refuses in any case, since some file systems don't tell cases apart.
fn list(folder: &OwnedFd) -> Result<Listing, Errno> {
    let mut listing = Listing { names: Vec::new(), dot_git: None };
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        match name.to_bytes() {
            b"." | b".." => {}
            bytes if bytes.eq_ignore_ascii_case(b".git") => listing.dot_git = Some(name.to_owned()),
            _ => listing.names.push((name.to_owned(), entry.file_type())),
        }
    }
    Ok(listing)
}
