//! A tree of the store, as plugins read it.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use gix::objs::tree::EntryKind as GitKind;
use goalpost_core::evidence::Change;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{Entry, EntryKind, TreeError, TreeView};

use crate::diff;
use crate::entries::{TreeReader, join};
use crate::path_text::{from_text, to_text};
use crate::store::{LARGE, ObjectStore, StoreError, tree_id};

/// A tree of the store. It may be asked from several threads.
pub struct GitTree {
    store: Arc<ObjectStore>,
    id: TreeId,
    root: ObjectId,
    /// A plugin may ask folder by folder.
    changes: Mutex<HashMap<TreeId, Arc<Vec<Change>>>>,
}

impl GitTree {
    /// The tree `id` of `store`.
    ///
    /// # Errors
    /// The store has no such tree.
    pub fn open(store: Arc<ObjectStore>, id: &TreeId) -> Result<Self, StoreError> {
        let root = store.object_id(id)?;
        if !store.has_tree(id) {
            return Err(store.no_tree(id.as_str()));
        }
        Ok(Self { store, id: id.clone(), root, changes: Mutex::default() })
    }

    fn find(&self, reader: &TreeReader<'_>, path: &str) -> Result<(BString, GitKind, ObjectId), TreeError> {
        let bytes = from_text(path)?;
        let (kind, id) = reader.find(self.root, bytes.as_ref()).map_err(unavailable)?.ok_or(TreeError::NotFound)?;
        if kind == GitKind::Tree { Err(TreeError::NotAFile) } else { Ok((bytes, kind, id)) }
    }

    fn changes(&self, base: &TreeId) -> Result<Arc<Vec<Change>>, TreeError> {
        let cache = || self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache().get(base) {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(diff::changes(&self.store, base, &self.id).map_err(unavailable)?);
        cache().insert(base.clone(), Arc::clone(&found));
        Ok(found)
    }
}

impl TreeView for GitTree {
    fn id(&self) -> &TreeId {
        &self.id
    }

    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        let after = after.map(from_text).transpose()?;
        let reader = TreeReader::new(&self.store);
        let mut page = Page { reader: &reader, after, limit, entries: Vec::new() };
        if prefix.is_empty() {
            page.folder(self.root, BStr::new("")).map_err(unavailable)?;
            return Ok(page.entries);
        }
        let prefix = from_text(prefix.strip_suffix('/').unwrap_or(prefix))?;
        match reader.find(self.root, prefix.as_ref()).map_err(unavailable)? {
            None => {}
            Some((GitKind::Tree, id)) => page.folder(id, prefix.as_ref()).map_err(unavailable)?,
            Some((kind, id)) => page.leaf(prefix, kind, id).map_err(unavailable)?,
        }
        Ok(page.entries)
    }

    fn stat(&self, path: &str) -> Result<Entry, TreeError> {
        let reader = TreeReader::new(&self.store);
        let (path, kind, id) = self.find(&reader, path)?;
        entry(&reader, path.as_ref(), kind, id).map_err(unavailable)
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        let reader = TreeReader::new(&self.store);
        let (_, kind, id) = self.find(&reader, path)?;
        if kind == GitKind::Commit {
            return Err(TreeError::NotAFile);
        }
        let size = reader.size(id).map_err(unavailable)?;
        let length = size.saturating_sub(offset).min(max as u64);
        if length == 0 {
            return Ok(Vec::new());
        }
        if size > LARGE {
            let mut stream = self.store.stream(id).map_err(|e| TreeError::Unavailable(e.to_string()))?;
            let mut data = Vec::new();
            let read = stream.skip(offset).and_then(|()| stream.take(length).read_to_end(&mut data));
            return read.map(|_| data).map_err(|e| TreeError::Unavailable(e.to_string()));
        }
        let mut data = reader.blob(id).map_err(unavailable)?;
        // Both fit: the whole is at most LARGE.
        data.drain(..offset as usize);
        data.truncate(length as usize);
        Ok(data)
    }

    fn diff(&self, base: &TreeId, prefix: &str) -> Result<Vec<Change>, TreeError> {
        let changes = self.changes(base)?;
        if prefix.is_empty() {
            return Ok(changes.to_vec());
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        from_text(prefix)?;
        let is_below =
            |path: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let matches = |change: &&Change| is_below(&change.path) || change.old_path.as_deref().is_some_and(is_below);
        Ok(changes.iter().filter(matches).cloned().collect())
    }

    fn patch(&self, base: &TreeId, path: &str, max: usize) -> Result<String, TreeError> {
        let path = from_text(path)?;
        diff::patch(&self.store, base, &self.id, path.as_ref(), max).map_err(unavailable)
    }
}

/// The tree of a folder in a tree: `path` is as [`to_text`] writes it, and empty for the top. None where there is no such
/// folder, be it a file or a link; links are not followed.
///
/// # Errors
/// The store can't be read.
pub fn folder_of(store: &ObjectStore, tree: &TreeId, path: &str) -> Result<Option<TreeId>, StoreError> {
    if path.is_empty() {
        return Ok(Some(tree.clone()));
    }
    let Ok(path) = from_text(path) else { return Ok(None) };
    let found = TreeReader::new(store).find(store.object_id(tree)?, path.as_ref())?;
    Ok(found.filter(|(kind, _)| *kind == GitKind::Tree).map(|(_, id)| tree_id(id)))
}

/// Entries in order of their whole path, from a place on.
struct Page<'a> {
    reader: &'a TreeReader<'a>,
    after: Option<BString>,
    limit: usize,
    entries: Vec<Entry>,
}

impl Page<'_> {
    fn folder(&mut self, id: ObjectId, path: &BStr) -> Result<(), StoreError> {
        for named in self.reader.read(id)? {
            if self.entries.len() >= self.limit {
                break;
            }
            let path = join(path, named.name.as_ref());
            if named.kind != GitKind::Tree {
                self.leaf(path, named.kind, named.id)?;
            } else if !self.is_before(&path) {
                self.folder(named.id, path.as_ref())?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, path: BString, kind: GitKind, id: ObjectId) -> Result<(), StoreError> {
        if self.entries.len() < self.limit && self.after.as_ref().is_none_or(|after| path > *after) {
            self.entries.push(entry(self.reader, path.as_ref(), kind, id)?);
        }
        Ok(())
    }

    /// Whether all that is in the folder comes before the page.
    fn is_before(&self, folder: &BString) -> bool {
        let inside = join(folder.as_ref(), BStr::new(""));
        self.after.as_ref().is_some_and(|after| *after > inside && !after.starts_with(&inside))
    }
}

fn entry(reader: &TreeReader<'_>, path: &BStr, kind: GitKind, id: ObjectId) -> Result<Entry, StoreError> {
    Ok(Entry {
        path: to_text(path),
        kind: match kind {
            GitKind::BlobExecutable => EntryKind::Executable,
            GitKind::Link => EntryKind::Symlink,
            GitKind::Commit => EntryKind::Submodule,
            GitKind::Blob | GitKind::Tree => EntryKind::File,
        },
        size: if kind == GitKind::Commit { 0 } else { reader.size(id)? },
        oid: id.to_string(),
    })
}

#[allow(clippy::needless_pass_by_value)]
fn unavailable(error: StoreError) -> TreeError {
    TreeError::Unavailable(error.to_string())
}
