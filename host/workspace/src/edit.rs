//! A tree with some files other than they are: for checks that a plugin runs on a variant of the work.

use std::collections::BTreeMap;

use gix::bstr::{BString, ByteSlice as _};
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{Edit, TreeError};

use crate::entries::{Leaf, flatten};
use crate::path_text::from_text;
use crate::snapshot::write_trees;
use crate::store::{Batch, ObjectStore, tree_id};

/// The tree that `tree` becomes with `edits`, applied in order. A file that is written takes the place of whatever stands at
/// its path, and keeps the exec bit of a file there.
///
/// # Errors
/// [`TreeError::InvalidPath`] for a path that no file of a tree can have, or that is below a file; [`TreeError::NotFound`]
/// for one that is to be deleted and isn't there; [`TreeError::Unavailable`] when the store fails.
pub fn edited(store: &ObjectStore, tree: &TreeId, edits: &[Edit]) -> Result<TreeId, TreeError> {
    let unavailable = |error: crate::store::StoreError| TreeError::Unavailable(error.to_string());
    let leaves = flatten(store, tree).map_err(unavailable)?;
    let mut files: BTreeMap<BString, Leaf> = leaves.into_iter().map(|leaf| (leaf.path.clone(), leaf)).collect();
    let batch = Batch::new(store);
    let known = batch.known();
    for edit in edits {
        let path = from_text(&edit.path)?;
        let Some(content) = &edit.content else {
            files.remove(&path).ok_or(TreeError::NotFound)?;
            continue;
        };
        let is_below_file = path.find_iter(b"/").any(|end| files.contains_key(path[..end].as_bstr()));
        if is_below_file {
            return Err(TreeError::InvalidPath(edit.path.clone()));
        }
        let folder = [path.as_slice(), b"/"].concat();
        files.retain(|known, _| !known.starts_with(&folder));
        let id = batch.add(&known, Kind::Blob, content).map_err(unavailable)?;
        let kind = match files.get(&path).map(|leaf| leaf.kind) {
            Some(EntryKind::BlobExecutable) => EntryKind::BlobExecutable,
            _ => EntryKind::Blob,
        };
        files.insert(path.clone(), Leaf { path, kind, id });
    }
    let files: Vec<Leaf> = files.into_values().collect();
    let id = write_trees(&batch, &known, &files).map_err(unavailable)?;
    batch.publish().map_err(unavailable)?;
    Ok(tree_id(id))
}
