//! A part of a tree as a new repository with one commit: a workspace of its own to try a goal in.

use std::path::{Path, PathBuf};

use gix::bstr::{BString, ByteSlice as _};
use goalpost_core::ids::TreeId;

use crate::checkout::{CheckoutError, checkout_into};
use crate::entries::{Leaf, flatten};
use crate::path_text::{from_text, to_text};
use crate::snapshot::write_trees;
use crate::store::{Batch, ObjectStore, tree_id};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The files.
    #[error(transparent)]
    Checkout(#[from] CheckoutError),
    /// The repository.
    #[error("{} could not be made a git repository: {detail}", path.display())]
    Repository {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
}

/// Writes what `tree` has below `prefix` into `folder`, which is made or is empty, and commits it there.
///
/// # Errors
/// As [`ScratchError`] says; `folder` may then be half full.
pub fn create(store: &ObjectStore, tree: &TreeId, prefix: &Path, folder: &Path) -> Result<(), ScratchError> {
    let part = below(store, tree, prefix).map_err(CheckoutError::from)?;
    checkout_into(store, &part, folder)?;
    let failed =
        |error: &dyn std::fmt::Display| ScratchError::Repository { path: folder.to_owned(), detail: error.to_string() };
    let repo = gix::init(folder).map_err(|error| failed(&error))?;
    // The commit needs its objects in the new repository: the files are there, so they are read again from the checkout.
    let mut ids = gix::objs::Tree::empty();
    write_folder(&repo, folder, &mut ids).map_err(|error| failed(&error))?;
    let id = repo.write_object(&ids).map_err(|error| failed(&error))?;
    let who = gix::actor::SignatureRef {
        name: b"Goalpost".as_bstr(),
        email: b"goalpost@localhost".as_bstr(),
        time: "0 +0000",
    };
    repo.commit_as(who, who, "HEAD", "The folder as it was copied", id, gix::commit::NO_PARENT_IDS)
        .map_err(|error| failed(&error))?;
    let mut index = repo.index_from_tree(&id).map_err(|error| failed(&error))?;
    index.write(gix::index::write::Options::default()).map_err(|error| failed(&error))?;
    Ok(())
}

/// The tree of what lies below `prefix`, with paths from there.
fn below(store: &ObjectStore, tree: &TreeId, prefix: &Path) -> Result<TreeId, crate::store::StoreError> {
    if prefix.as_os_str().is_empty() {
        return Ok(tree.clone());
    }
    let mut start = BString::from(prefix.as_os_str().as_encoded_bytes());
    start.push(b'/');
    let leaves: Vec<Leaf> = flatten(store, tree)?
        .into_iter()
        .filter_map(|leaf| Some(Leaf { path: leaf.path.strip_prefix(start.as_slice())?.into(), ..leaf }))
        .collect();
    let batch = Batch::new(store);
    let known = batch.known();
    let id = write_trees(&batch, &known, &leaves)?;
    batch.publish()?;
    Ok(tree_id(id))
}

/// Writes the files of a fresh checkout as objects.
fn write_folder(repo: &gix::Repository, folder: &Path, tree: &mut gix::objs::Tree) -> std::io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::PermissionsExt as _;

    use gix::objs::tree::{Entry, EntryKind};

    fn other(error: impl std::fmt::Display) -> std::io::Error {
        std::io::Error::other(error.to_string())
    }
    for found in std::fs::read_dir(folder)? {
        let found = found?;
        let (name, path, kind) = (found.file_name(), found.path(), found.file_type()?);
        if name == ".git" {
            continue;
        }
        let (kind, oid) = if kind.is_symlink() {
            let target = std::fs::read_link(&path)?;
            (EntryKind::Link, repo.write_blob(target.as_os_str().as_bytes()).map_err(other)?.detach())
        } else if kind.is_dir() {
            let mut below = gix::objs::Tree::empty();
            write_folder(repo, &path, &mut below)?;
            if below.entries.is_empty() {
                continue;
            }
            (EntryKind::Tree, repo.write_object(&below).map_err(other)?.detach())
        } else {
            let executable = found.metadata()?.permissions().mode() & 0o100 != 0;
            let kind = if executable { EntryKind::BlobExecutable } else { EntryKind::Blob };
            (kind, repo.write_blob(std::fs::read(&path)?).map_err(other)?.detach())
        };
        tree.entries.push(Entry { mode: kind.into(), filename: name.as_bytes().into(), oid });
    }
    tree.entries.sort();
    Ok(())
}

/// The paths of `paths` that lie in `folder`, from there.
pub fn within(paths: &[String], folder: &Path) -> Vec<String> {
    let prefix = to_text(folder.as_os_str().as_encoded_bytes().as_bstr());
    paths
        .iter()
        .filter_map(|path| {
            let below = if prefix.is_empty() { path } else { path.strip_prefix(&prefix)?.strip_prefix('/')? };
            // Only what can be a path again.
            from_text(below).ok().map(|_| below.to_owned())
        })
        .collect()
}
