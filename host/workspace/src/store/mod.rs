//! Goalpost's own git object store: a bare repository under the state folder, out of the worker's reach.
//!
//! Every object in it was made from bytes that Goalpost itself read from the working directory and hashed. Nothing is taken
//! from the user's object database, which the worker can write: a forged, corrupt or collected object there changes
//! nothing here, and nothing here is written there.
//!
//! Objects arrive in packs, one a snapshot, each made durable before it is given its name: a crash leaves a whole
//! snapshot or none. Files over [`LARGE`] are loose objects instead, so that they can be written and read as streams.

mod batch;
mod large;
mod pack;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use goalpost_core::ids::TreeId;

pub(crate) use batch::{Batch, Known};
pub(crate) use large::{BlobStream, Failure, Written};

use crate::repository::Workspace;

/// Files above this are streamed, never held in memory, and not diffed. Source text stays far below it.
pub const LARGE: u64 = 8 << 20;

/// More packs than this are made into one when the store is opened: a lookup asks each pack in turn.
const MANY_PACKS: usize = 48;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file of it.
    #[error("the object store `{}` could not be {action}: {source}", path.display())]
    Io {
        /// `created`, `written`, ...
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no store, or a damaged one.
    #[error("the object store `{}` is damaged: {detail}; move it away and start the goal anew", path.display())]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The store was made for a repository with another hash function.
    #[error("the object store `{}` has {found} ids, the repository has {expected} ids", path.display())]
    OtherHash {
        /// The store.
        path: PathBuf,
        /// Its own.
        found: gix::hash::Kind,
        /// The workspace's.
        expected: gix::hash::Kind,
    },
    /// A tree that is not in it.
    #[error("the object store `{}` has no tree {tree}", path.display())]
    NoTree {
        /// The store.
        path: PathBuf,
        /// The id.
        tree: String,
    },
}

/// The store. Cheap to share; every method may be called from several threads.
pub struct ObjectStore {
    dir: PathBuf,
    hash: gix::hash::Kind,
    repo: gix::ThreadSafeRepository,
}

impl ObjectStore {
    /// Opens the store at `dir`, or makes it, with the hash function of `workspace`.
    ///
    /// # Errors
    /// A folder that can't be written, a damaged store, or one of another hash function.
    pub fn open(dir: &Path, workspace: &Workspace) -> Result<Self, StoreError> {
        if !dir.join("HEAD").exists() {
            create(dir, workspace.hash())?;
        }
        let store = Self::open_existing(dir)?;
        if store.hash != workspace.hash() {
            return Err(StoreError::OtherHash { path: dir.into(), found: store.hash, expected: workspace.hash() });
        }
        pack::sweep(&store.pack_dir())?;
        pack::sweep(&dir.join("objects"))?;
        if pack::list(&store.pack_dir())?.len() > MANY_PACKS {
            pack::merge_all(&store.pack_dir(), store.hash)?;
            return Self::open_existing(dir);
        }
        Ok(store)
    }

    /// Opens a store that exists, to read trees when the workspace is not at hand.
    ///
    /// # Errors
    /// A missing or damaged store.
    pub fn open_existing(dir: &Path) -> Result<Self, StoreError> {
        let repo = gix::open::Options::isolated()
            .open_path_as_is(true)
            .open(dir)
            .map_err(|e| StoreError::Damaged { path: dir.into(), detail: e.to_string() })?;
        let hash = repo.to_thread_local().object_hash();
        Ok(Self { dir: dir.into(), hash, repo })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The hash function of its ids.
    pub(crate) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// A handle for one thread that sees objects written since it was made.
    pub(crate) fn reader(&self) -> gix::Repository {
        let mut repo = self.repo.to_thread_local();
        // Trees are read again and again by one operation; blobs pass through.
        repo.object_cache_size(4 << 20);
        repo
    }

    /// The git id of a tree id.
    ///
    /// # Errors
    /// [`StoreError::NoTree`] for an id of another hash function.
    pub(crate) fn object_id(&self, tree: &TreeId) -> Result<ObjectId, StoreError> {
        ObjectId::from_hex(tree.as_str().as_bytes())
            .ok()
            .filter(|id| id.kind() == self.hash)
            .ok_or_else(|| self.no_tree(tree.as_str()))
    }

    /// Whether the store has the tree.
    pub fn has_tree(&self, tree: &TreeId) -> bool {
        self.object_id(tree).is_ok_and(|id| {
            id.is_empty_tree() || self.reader().find_header(id).is_ok_and(|h| h.kind() == gix::objs::Kind::Tree)
        })
    }

    /// A stream over a large file's content, from its loose object.
    ///
    /// # Errors
    /// Not a loose object, or unreadable.
    pub(crate) fn stream(&self, id: ObjectId) -> io::Result<BlobStream> {
        BlobStream::open(&self.loose_path(&id))
    }

    fn pack_dir(&self) -> PathBuf {
        self.dir.join("objects/pack")
    }

    fn loose_path(&self, id: &ObjectId) -> PathBuf {
        let hex = id.to_hex().to_string();
        self.dir.join("objects").join(&hex[..2]).join(&hex[2..])
    }

    pub(crate) fn damaged(&self, detail: impl ToString) -> StoreError {
        StoreError::Damaged { path: self.dir.clone(), detail: detail.to_string() }
    }

    pub(crate) fn no_tree(&self, tree: &str) -> StoreError {
        StoreError::NoTree { path: self.dir.clone(), tree: tree.to_owned() }
    }
}

/// The tree id of a git id.
pub(crate) fn tree_id(id: ObjectId) -> TreeId {
    // Git prints 40 or 64 lower-case digits, which is all that a tree id asks.
    id.to_hex().to_string().parse().unwrap_or_else(|_| unreachable!("an object id is a tree id"))
}

pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

/// Lays out an empty bare repository. `HEAD` comes last and at once: with it the store exists.
fn create(dir: &Path, hash: gix::hash::Kind) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = |e| StoreError::Io { action: "created", path: dir.into(), source: e };
    // Snapshots hold what the workspace holds: for this user alone.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(made)?;
    fs::create_dir_all(dir.join("objects/pack")).map_err(made)?;
    fs::create_dir_all(dir.join("refs")).map_err(made)?;
    let format = match hash {
        gix::hash::Kind::Sha256 => "\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n",
        _ => "\trepositoryformatversion = 0\n",
    };
    // Git's own big-file threshold keeps rename detection from reading what is never diffed.
    let config = format!("[core]\n\tbare = true\n\tbigFileThreshold = {LARGE}\n[core]\n{format}");
    fs::write(dir.join("config"), config).map_err(made)?;
    let mut head = tempfile::NamedTempFile::new_in(dir).map_err(made)?;
    io::Write::write_all(&mut head, b"ref: refs/heads/none\n").map_err(made)?;
    head.persist(dir.join("HEAD")).map_err(|e| made(e.error))?;
    Ok(())
}
