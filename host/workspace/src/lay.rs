//! Files from outside of the workspace that are laid over a tree: [taken](crate::folder::take) into the object store once, and
//! put on top of whatever tree is verified.

use std::collections::BTreeMap;

use gix::bstr::{BString, ByteSlice as _};
use goalpost_core::ids::TreeId;

use crate::entries::{Leaf, flatten};
use crate::snapshot::write_trees;
use crate::store::{Batch, ObjectStore, StoreError, tree_id};

/// The tree that `tree` becomes with the files of `taken` laid below the folder `at` (`.` for the top). They win over whatever
/// stands in their way, links above them included; below an `at` of their own, nothing else is left.
///
/// # Errors
/// The store's.
pub fn laid(store: &ObjectStore, tree: &TreeId, taken: &TreeId, at: &str) -> Result<TreeId, StoreError> {
    let at: BString = if at == "." { BString::default() } else { at.into() };
    let mut files: BTreeMap<BString, Leaf> =
        flatten(store, tree)?.into_iter().map(|leaf| (leaf.path.clone(), leaf)).collect();
    if !at.is_empty() {
        clear(&mut files, &at);
    }
    for leaf in flatten(store, taken)? {
        let mut path = at.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&leaf.path);
        clear(&mut files, &path);
        files.insert(path.clone(), Leaf { path, ..leaf });
    }
    let files: Vec<Leaf> = files.into_values().collect();
    let batch = Batch::new(store);
    let id = write_trees(&batch, &batch.known(), &files)?;
    batch.publish()?;
    Ok(tree_id(id))
}

/// Takes away what is at `path`, below it, and what stands in the place of a folder above it.
fn clear(files: &mut BTreeMap<BString, Leaf>, path: &BString) {
    for end in path.find_iter(b"/").chain([path.len()]) {
        files.remove(path[..end].as_bstr());
    }
    let mut below = path.clone();
    below.push(b'/');
    let inside: Vec<_> =
        files.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below)).map(|(p, _)| p.clone()).collect();
    for path in inside {
        files.remove(&path);
    }
}
