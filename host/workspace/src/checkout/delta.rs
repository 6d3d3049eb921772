//! The difference of two trees as an upper layer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gix::bstr::{BString, ByteSlice as _};
use gix::objs::tree::EntryKind;
use goalpost_core::ids::TreeId;

use super::{CheckoutError, failed, write};
use crate::entries::{Leaf, TreeReader};
use crate::path_text::os_path;
use crate::store::ObjectStore;

/// What turns a pristine checkout of one tree into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Files, links and submodules in the upper layer.
    pub written: usize,
    /// Paths, relative and sorted, to remove once the overlay is mounted; a folder with all that is in it.
    pub deletions: Vec<PathBuf>,
}

/// Writes into `upper`, which is made or is empty, what `wanted` has and the lower layer with `pristine` has not.
///
/// A file over a folder and a folder over a file or link need no deletion: the upper layer hides what is below.
///
/// # Errors
/// As [`CheckoutError`] says.
pub fn overlay_delta(
    store: &ObjectStore,
    pristine: &TreeId,
    wanted: &TreeId,
    upper: &Path,
) -> Result<Delta, CheckoutError> {
    let reader = TreeReader::new(store);
    let wanted = store.object_id(wanted)?;
    let differences = reader.differences(store.object_id(pristine)?, wanted)?;
    let leaves: Vec<Leaf> =
        differences.iter().filter_map(|d| d.new.map(|(kind, id)| Leaf { path: d.path.clone(), kind, id })).collect();
    fs::create_dir_all(upper).map_err(failed("created", upper))?;
    if fs::read_dir(upper).map_err(failed("read", upper))?.next().is_some() {
        return Err(CheckoutError::NotEmpty { path: upper.into() });
    }
    write::leaves(store, upper, &leaves)?;

    let mut deletions = BTreeSet::<BString>::new();
    for gone in differences.iter().filter(|d| d.new.is_none()) {
        // From the top: the first thing that is missing takes all below it along.
        let ends = gone.path.find_iter(b"/").chain([gone.path.len()]);
        for prefix in ends.map(|end| gone.path[..end].as_bstr()) {
            match reader.find(wanted, prefix)? {
                Some((EntryKind::Tree, _)) => {}
                Some(_) => break,
                None => {
                    deletions.insert(prefix.to_owned());
                    break;
                }
            }
        }
    }
    let deletions = deletions.iter().map(|path| os_path(path.as_ref()).to_owned()).collect();
    Ok(Delta { written: leaves.len(), deletions })
}
