//! The working directory as a git tree: what a goal starts from, and what a worker's turn left.
//!
//! A snapshot is what is on disk, byte for byte. Content is never taken from git's index, and no filter, line-ending
//! conversion or encoding is applied: those are commands and settings that the worker can write, and what is verified has to
//! be what is there. Where a repository uses none of them, the id is the one that `git add -A && git write-tree` gives.
//!
//! What is in it: every file and link that is not ignored, and every one that is ignored but tracked, where *tracked* means
//! in the index, or in the baseline. Git's `assume-unchanged` and `skip-worktree` bits mean nothing here. A file that a
//! sparse checkout left out is not on disk, and so in neither the baseline nor a candidate.
//!
//! A repository inside the workspace, submodule or not, is taken as the plain files that it has, so that gates see them;
//! a submodule whose folder is empty stays the commit that it is. `.git`, at any depth and in any case, is left out.
//!
//! The walk follows no symbolic link and opens no pipe, socket or device.

mod content;
mod ignore;
mod stat_cache;
mod tracked;
mod trees;
mod walk;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use goalpost_core::ids::TreeId;

pub(crate) use content::read_bounded;
pub(crate) use ignore::IgnoreRules;
pub use ignore::is_ignored;
pub(crate) use trees::write as write_trees;

use crate::repository::Workspace;
use crate::store::{Batch, ObjectStore, StoreError, tree_id};
use stat_cache::StatCache;
use tracked::Tracked;
use walk::Walk;

/// The largest `.gitignore` that is applied.
pub(crate) const IGNORE_FILE_BYTES: u64 = ignore::MAX_BYTES as u64;

/// How often a directory that changes under the walk is walked again before giving up.
const ATTEMPTS: u32 = 5;

/// What was taken.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The tree; it and all that it names are in the store.
    pub tree: TreeId,
    /// What a person should know of it.
    pub notes: Vec<Note>,
    /// Files and links in it.
    pub files: usize,
    /// Files whose content was read, because nothing proved it unchanged.
    pub read: usize,
}

/// Something that is not in the snapshot as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Relative to the workspace.
    pub path: String,
    /// What it is.
    pub kind: NoteKind,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// A pipe, socket or device: left out.
    Special(&'static str),
    /// A repository of its own: its files are in, its `.git` is not.
    NestedRepository,
    /// Another worktree of the same repository: left out, as if ignored.
    LinkedWorktree,
    /// Too large, or not a plain file: not applied.
    IgnoreFile,
    /// Git's index can't be read; files that are tracked and ignored may be missing.
    Index(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.kind {
            NoteKind::Special(kind) => write!(f, "`{path}` is a {kind} and was left out"),
            NoteKind::NestedRepository => {
                write!(f, "`{path}` is a repository of its own: its files count as plain files")
            }
            NoteKind::LinkedWorktree => write!(f, "`{path}` is another worktree of this repository and was left out"),
            NoteKind::IgnoreFile => {
                write!(f, "`{path}` is no plain file of less than 1 MiB: its rules were not applied")
            }
            NoteKind::Index(why) => {
                write!(f, "git's index can't be read ({why}): tracked files that are also ignored may be missing")
            }
        }
    }
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A file or folder that this user may not read.
    #[error("`{path}` can't be read ({source}): make it readable, or ignore it in .gitignore")]
    Unreadable {
        /// Relative to the workspace.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something outside the goal writes to the workspace.
    #[error("`{path}` keeps changing while it is read: stop what writes to it, or ignore it in .gitignore")]
    Unstable {
        /// Relative to the workspace; empty for its top folder.
        path: String,
    },
    /// Deeper than any project.
    #[error("`{path}` is nested too deep: at most {} folders", walk::MAX_DEPTH)]
    TooDeep {
        /// Relative to the workspace.
        path: String,
    },
    /// More than any project.
    #[error(
        "`{path}` is {} GiB large, and large files that are new or changed may have {} GiB in all: remove it, or ignore it in \
         .gitignore",
        size >> 30, content::MAX_LARGE >> 30
    )]
    TooLarge {
        /// Relative to the workspace: the one that was too much.
        path: String,
        /// In bytes.
        size: u64,
    },
    /// The top folder was moved or replaced.
    #[error("the workspace `{}` is not the folder that was opened: it was moved or replaced", root.display())]
    Replaced {
        /// Where it was.
        root: PathBuf,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the working directory into the store. `baseline` is none for the snapshot that a goal starts from; for a later
/// one it is that snapshot's tree, whose paths count even where the worker has since ignored them.
///
/// # Errors
/// As [`SnapshotError`] says; the store then has no part of it.
pub fn snapshot(
    workspace: &Workspace,
    store: &ObjectStore,
    baseline: Option<&TreeId>,
) -> Result<Snapshot, SnapshotError> {
    let batch = Batch::new(store);
    let cache = StatCache::load(store, workspace);
    let tracked = Tracked::new(workspace, store, baseline);
    let mut attempt = 1;
    let walked = loop {
        match Walk::run(workspace, &batch, &cache, &tracked)? {
            walk::Outcome::Done(walked) => break walked,
            walk::Outcome::Changed(path) if attempt == ATTEMPTS => return Err(SnapshotError::Unstable { path }),
            walk::Outcome::Changed(_) => std::thread::sleep(Duration::from_millis(20 * u64::from(attempt))),
        }
        attempt += 1;
    };
    let known = batch.known();
    let tree = trees::write(&batch, &known, &walked.files)?;
    batch.publish()?;
    cache.save(&walked);
    let mut notes = walked.notes;
    notes.extend(tracked.note()?);
    Ok(Snapshot { tree: tree_id(tree), notes, files: walked.files.len(), read: walked.read })
}
