//! Which paths count although they are ignored: those in git's index, and those of the baseline.
//!
//! The index belongs to the worker too. It can only make more paths count, never fewer, and nothing else is taken from it.

use std::cell::OnceCell;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Mode;
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;

use super::content::read_bounded;
use super::{Note, NoteKind};
use crate::entries::{self, Leaf};
use crate::repository::Workspace;
use crate::store::{ObjectStore, StoreError};

/// Read when first asked for: most walks meet nothing that is ignored and unknown, or only a folder or two.
pub(super) struct Tracked<'a> {
    workspace: &'a Workspace,
    store: &'a ObjectStore,
    baseline: Option<&'a TreeId>,
    loaded: OnceCell<Loaded>,
}

#[derive(Default)]
struct Loaded {
    /// Sorted by path. A path of both comes with the baseline's entry first.
    paths: Vec<(BString, EntryKind, ObjectId)>,
    note: Option<Note>,
}

/// Larger than the index of any repository that this walk could finish.
const MAX_INDEX: usize = 1 << 30;

impl<'a> Tracked<'a> {
    pub(super) fn new(workspace: &'a Workspace, store: &'a ObjectStore, baseline: Option<&'a TreeId>) -> Self {
        Self { workspace, store, baseline, loaded: OnceCell::new() }
    }

    /// Whether `path` itself counts.
    pub(super) fn contains(&self, path: &BStr) -> Result<bool, StoreError> {
        Ok(self.find(path)?.is_some())
    }

    /// Whether anything below the folder `path` counts.
    pub(super) fn is_above(&self, path: &BStr) -> Result<bool, StoreError> {
        let paths = &self.load()?.paths;
        let below = [path.as_bytes(), b"/"].concat();
        let first = paths.partition_point(|(p, ..)| p.as_bytes() < below.as_slice());
        Ok(paths.get(first).is_some_and(|(p, ..)| p.starts_with(&below)) || self.submodule(path)?.is_some())
    }

    /// The commit of the submodule at `path`.
    pub(super) fn submodule(&self, path: &BStr) -> Result<Option<ObjectId>, StoreError> {
        Ok(self.find(path)?.filter(|(kind, _)| *kind == EntryKind::Commit).map(|(_, id)| id))
    }

    /// Whether `path` is known as executable, for file systems whose exec bits mean nothing.
    pub(super) fn is_executable(&self, path: &BStr) -> Result<bool, StoreError> {
        Ok(self.find(path)?.is_some_and(|(kind, _)| kind == EntryKind::BlobExecutable))
    }

    /// What a person should know of the index, if it was asked for.
    pub(super) fn note(&self) -> Result<Option<Note>, StoreError> {
        Ok(self.loaded.get().and_then(|l| l.note.clone()))
    }

    fn find(&self, path: &BStr) -> Result<Option<(EntryKind, ObjectId)>, StoreError> {
        let paths = &self.load()?.paths;
        let first = paths.partition_point(|(p, ..)| p.as_bstr() < path);
        Ok(paths.get(first).filter(|(p, ..)| p == path).map(|(_, kind, id)| (*kind, *id)))
    }

    fn load(&self) -> Result<&Loaded, StoreError> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let mut loaded = Loaded::default();
        if let Some(baseline) = self.baseline {
            let leaves = entries::flatten(self.store, baseline)?;
            loaded.paths.extend(leaves.into_iter().map(|Leaf { path, kind, id }| (path, kind, id)));
        }
        if let Err(why) = self.load_index(&mut loaded.paths) {
            loaded.note = Some(Note { path: ".git/index".into(), kind: NoteKind::Index(why) });
        }
        // Stable: where both know a path, the baseline's word stays first and is the one found.
        loaded.paths.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(self.loaded.get_or_init(|| loaded))
    }

    fn load_index(&self, paths: &mut Vec<(BString, EntryKind, ObjectId)>) -> Result<(), String> {
        let path = self.workspace.index_path();
        let Some(state) = self.read_index(path)? else { return Ok(()) };
        // A split index has its bulk in a second file. Entries that the first replaces are the same paths.
        if let Some(link) = state.link() {
            let shared = path.with_file_name(format!("sharedindex.{}", link.shared_index_checksum));
            if let Some(shared) = self.read_index(&shared)? {
                collect(&shared, paths);
            }
        }
        collect(&state, paths);
        Ok(())
    }

    fn read_index(&self, path: &std::path::Path) -> Result<Option<gix::index::State>, String> {
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let bytes = read_bounded(path, MAX_INDEX).map_err(|e| e.to_string())?.ok_or("not a plain file")?;
        let hash = self.workspace.hash();
        let unused_time = gix::index::State::new(hash).timestamp();
        let options = gix::index::decode::Options { alloc_limit_bytes: Some(MAX_INDEX), ..Default::default() };
        let (state, _checksum) =
            gix::index::State::from_bytes(&bytes, unused_time, hash, options).map_err(|e| e.to_string())?;
        Ok(Some(state))
    }
}

fn collect(index: &gix::index::State, paths: &mut Vec<(BString, EntryKind, ObjectId)>) {
    for entry in index.entries() {
        let kind = match entry.mode {
            Mode::FILE => EntryKind::Blob,
            Mode::FILE_EXECUTABLE => EntryKind::BlobExecutable,
            Mode::SYMLINK => EntryKind::Link,
            Mode::COMMIT => EntryKind::Commit,
            // A folder of a sparse index: its files are not on disk.
            _ => continue,
        };
        paths.push((entry.path(index).to_owned(), kind, entry.id));
    }
}
