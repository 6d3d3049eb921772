//! A tree that the user's repository has committed, copied into our own store.

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};
use goalpost_core::ids::TreeId;

use crate::repository::Workspace;
use crate::store::{Batch, Known, ObjectStore, StoreError, tree_id};

/// Why a revision gave no tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// Not a revision of the repository.
    #[error("`{revision}` is no revision of this repository: {detail}")]
    Unknown {
        /// As it was named.
        revision: String,
        /// What git's own rules say of it.
        detail: String,
    },
    /// The repository lacks an object, or it is damaged.
    #[error("the tree of `{revision}` can't be read: {detail}. `git fsck` says more")]
    Unreadable {
        /// As it was named.
        revision: String,
        /// What is wrong.
        detail: String,
    },
    /// Our own store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The tree of `revision`, in `store`; none for `HEAD` of a repository without a commit.
///
/// # Errors
/// As [`RevisionError`] says.
pub fn tree_of(workspace: &Workspace, revision: &str, store: &ObjectStore) -> Result<Option<TreeId>, RevisionError> {
    let unknown = |detail: String| RevisionError::Unknown { revision: revision.to_owned(), detail };
    let repo = gix::open::Options::isolated()
        .open(workspace.root())
        .map_err(|error| unknown(error.to_string()))?
        .to_thread_local();
    if revision == "HEAD" && repo.head().is_ok_and(|head| head.is_unborn()) {
        return Ok(None);
    }
    let found = repo.rev_parse_single(revision).map_err(|error| unknown(error.to_string()))?;
    let tree = found
        .object()
        .map_err(|error| unknown(error.to_string()))?
        .peel_to_tree()
        .map_err(|error| unknown(error.to_string()))?;
    let batch = Batch::new(store);
    let copy = Copy { revision, from: &repo, known: batch.known(), to: &batch };
    copy.tree(tree.id)?;
    let id = tree.id;
    batch.publish()?;
    Ok(Some(tree_id(id)))
}

/// Objects on their way from the user's repository, each checked against its id.
struct Copy<'a, 's> {
    revision: &'a str,
    from: &'a gix::Repository,
    known: Known,
    to: &'a Batch<'s>,
}

impl Copy<'_, '_> {
    fn tree(&self, id: ObjectId) -> Result<(), RevisionError> {
        // What a tree holds came with it.
        if self.known.has(&id) {
            return Ok(());
        }
        let data = self.object(id, Kind::Tree)?;
        for entry in TreeRefIter::from_bytes(&data, id.kind()) {
            let entry = entry.map_err(|error| self.unreadable(error))?;
            match entry.mode.kind() {
                EntryKind::Tree => self.tree(entry.oid.to_owned())?,
                EntryKind::Commit => {}
                _ => drop(self.object(entry.oid.to_owned(), Kind::Blob)?),
            }
        }
        Ok(())
    }

    fn object(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, RevisionError> {
        let object = self.from.find_object(id).map_err(|error| self.unreadable(error))?;
        if object.kind != kind {
            return Err(self.unreadable(format!("{id} is no {kind}")));
        }
        let data = object.detach().data;
        let added = self.to.add(&self.known, kind, &data)?;
        if added != id {
            return Err(self.unreadable(format!("the content of {id} is not its own")));
        }
        Ok(data)
    }

    fn unreadable(&self, detail: impl ToString) -> RevisionError {
        RevisionError::Unreadable { revision: self.revision.to_owned(), detail: detail.to_string() }
    }
}
