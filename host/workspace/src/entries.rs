//! Trees as lists of their files, links and submodules, and two trees side by side.

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;

use crate::path_text::is_sound_name;
use crate::store::{ObjectStore, StoreError};

/// A file, link or submodule in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) path: BString,
    /// Never a tree.
    pub(crate) kind: EntryKind,
    pub(crate) id: ObjectId,
}

/// One name in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: BString,
    pub(crate) kind: EntryKind,
    pub(crate) id: ObjectId,
}

/// A path whose entry differs between two trees. Never both none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) path: BString,
    pub(crate) old: Option<(EntryKind, ObjectId)>,
    pub(crate) new: Option<(EntryKind, ObjectId)>,
}

/// Reads trees of a store, in one thread.
pub(crate) struct TreeReader<'s> {
    store: &'s ObjectStore,
    repo: gix::Repository,
}

impl<'s> TreeReader<'s> {
    pub(crate) fn new(store: &'s ObjectStore) -> Self {
        Self { store, repo: store.reader() }
    }

    /// The repository that it reads from.
    pub(crate) fn repo(&self) -> &gix::Repository {
        &self.repo
    }

    /// The entries of one tree, in git's order.
    pub(crate) fn read(&self, id: ObjectId) -> Result<Vec<Named>, StoreError> {
        if id.is_empty_tree() {
            return Ok(Vec::new());
        }
        let object = self
            .repo
            .try_find_object(id)
            .map_err(|e| self.store.damaged(e))?
            .filter(|object| object.kind == gix::objs::Kind::Tree)
            .ok_or_else(|| self.store.no_tree(&id.to_string()))?;
        TreeRefIter::from_bytes(&object.data, id.kind())
            .map(|entry| {
                let entry = entry.map_err(|e| self.store.damaged(e))?;
                if !is_sound_name(entry.filename) {
                    return Err(self.store.damaged(format!("tree {id} has the name {:?}", entry.filename)));
                }
                Ok(Named { name: entry.filename.to_owned(), kind: entry.mode.kind(), id: entry.oid.to_owned() })
            })
            .collect()
    }

    /// The content of a blob, whole.
    pub(crate) fn blob(&self, id: ObjectId) -> Result<Vec<u8>, StoreError> {
        let mut object = self.repo.find_object(id).map_err(|e| self.store.damaged(e))?;
        match object.kind {
            gix::objs::Kind::Blob => Ok(std::mem::take(&mut object.data)),
            _ => Err(self.store.damaged(format!("{id} is not a blob"))),
        }
    }

    /// The size of a blob.
    pub(crate) fn size(&self, id: ObjectId) -> Result<u64, StoreError> {
        self.repo.find_header(id).map(|header| header.size()).map_err(|e| self.store.damaged(e))
    }

    /// The error of a store that does not hold what it should.
    pub(crate) fn damaged(&self, error: impl ToString) -> StoreError {
        self.store.damaged(error)
    }

    /// The entry at `path`, which may be a folder.
    pub(crate) fn find(&self, root: ObjectId, path: &BStr) -> Result<Option<(EntryKind, ObjectId)>, StoreError> {
        let mut current = (EntryKind::Tree, root);
        for name in path.split_str("/") {
            if current.0 != EntryKind::Tree {
                return Ok(None);
            }
            match self.read(current.1)?.into_iter().find(|entry| entry.name == name.as_bstr()) {
                Some(entry) => current = (entry.kind, entry.id),
                None => return Ok(None),
            }
        }
        Ok(Some(current))
    }

    /// Every leaf below the tree `id`, which stands at `path` (empty for the top).
    pub(crate) fn leaves(&self, id: ObjectId, path: &BStr, out: &mut Vec<Leaf>) -> Result<(), StoreError> {
        for entry in self.read(id)? {
            let path = join(path, entry.name.as_ref());
            if entry.kind == EntryKind::Tree {
                self.leaves(entry.id, path.as_ref(), out)?;
            } else {
                out.push(Leaf { path, kind: entry.kind, id: entry.id });
            }
        }
        Ok(())
    }

    /// The leaves that differ between two trees, sorted by path. A file that became a folder is a leaf that went and
    /// leaves that came.
    pub(crate) fn differences(&self, old: ObjectId, new: ObjectId) -> Result<Vec<Difference>, StoreError> {
        let mut out = Vec::new();
        self.compare(Some(old), Some(new), BStr::new(""), &mut out)?;
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }

    fn compare(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        path: &BStr,
        out: &mut Vec<Difference>,
    ) -> Result<(), StoreError> {
        if old == new {
            return Ok(());
        }
        let mut sides = std::collections::BTreeMap::<BString, [Option<(EntryKind, ObjectId)>; 2]>::new();
        for (side, tree) in [old, new].into_iter().enumerate() {
            for entry in tree.map(|id| self.read(id)).transpose()?.into_iter().flatten() {
                sides.entry(entry.name).or_default()[side] = Some((entry.kind, entry.id));
            }
        }
        for (name, [old, new]) in sides {
            if old == new {
                continue;
            }
            let path = join(path, name.as_ref());
            let tree =
                |side: Option<(EntryKind, ObjectId)>| side.filter(|(kind, _)| *kind == EntryKind::Tree).map(|s| s.1);
            let leaf = |side: Option<(EntryKind, ObjectId)>| side.filter(|(kind, _)| *kind != EntryKind::Tree);
            if tree(old).is_some() || tree(new).is_some() {
                self.compare(tree(old), tree(new), path.as_ref(), out)?;
            }
            if leaf(old).is_some() || leaf(new).is_some() {
                out.push(Difference { path, old: leaf(old), new: leaf(new) });
            }
        }
        Ok(())
    }
}

/// Every file, link and submodule of a tree, sorted by path.
pub(crate) fn flatten(store: &ObjectStore, tree: &TreeId) -> Result<Vec<Leaf>, StoreError> {
    let mut leaves = Vec::new();
    TreeReader::new(store).leaves(store.object_id(tree)?, BStr::new(""), &mut leaves)?;
    Ok(leaves)
}

/// `name` in the folder `path`.
pub(crate) fn join(path: &BStr, name: &BStr) -> BString {
    let mut joined = BString::from(Vec::with_capacity(path.len() + 1 + name.len()));
    if !path.is_empty() {
        joined.extend_from_slice(path);
        joined.push(b'/');
    }
    joined.extend_from_slice(name);
    joined
}
