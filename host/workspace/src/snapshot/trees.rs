//! Tree objects from a sorted list of paths.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::Kind;
use gix::objs::tree::{EntryKind, EntryMode};

use crate::entries::Leaf;
use crate::store::{Batch, StoreError};

/// Writes the trees of `leaves`, which are sorted by path, and gives the id of the top one.
///
/// Sorted by whole path is also git's order within each tree, where a folder sorts as if its name ended in `/`.
pub(crate) fn write(batch: &Batch<'_>, known: &crate::store::Known, leaves: &[Leaf]) -> Result<ObjectId, StoreError> {
    folder(batch, known, leaves, 0)
}

fn folder(
    batch: &Batch<'_>,
    known: &crate::store::Known,
    mut leaves: &[Leaf],
    depth: usize,
) -> Result<ObjectId, StoreError> {
    let mut data = Vec::with_capacity(leaves.len().min(1000) * 48);
    while let Some(first) = leaves.first() {
        let rest = &first.path[depth..];
        let (name, mode, id, count) = match rest.find_byte(b'/') {
            None => (rest, first.kind, first.id, 1),
            Some(end) => {
                let prefix = &first.path[..=depth + end];
                // Sorted, so all that start with the prefix stand together, from here on.
                let count = leaves.partition_point(|leaf| leaf.path.starts_with(prefix));
                let id = folder(batch, known, &leaves[..count], prefix.len())?;
                (&rest[..end], EntryKind::Tree, id, count)
            }
        };
        data.extend_from_slice(EntryMode::from(mode).as_bytes(&mut [0; 6]));
        data.push(b' ');
        data.extend_from_slice(name);
        data.push(0);
        data.extend_from_slice(id.as_slice());
        leaves = &leaves[count..];
    }
    batch.add(known, Kind::Tree, &data)
}
