//! Which entry of one tree became which of the other.

use gix::ObjectId;
use gix::bstr::BString;
use gix::diff::tree_with_rewrites::Change;
use gix::objs::tree::EntryKind;
use std::collections::HashMap;

use crate::entries::{Difference, TreeReader};
use crate::store::StoreError;

/// A path before and after. Never both none.
pub(super) struct Pair {
    /// In the second tree, or in the first where it was deleted.
    pub(super) path: BString,
    /// Of a rename.
    pub(super) old_path: Option<BString>,
    pub(super) old: Option<(EntryKind, ObjectId)>,
    pub(super) new: Option<(EntryKind, ObjectId)>,
}

/// As git: half of the content is the same.
const SIMILAR: f32 = 0.5;

/// Each deleted file is compared with each added one: with more than this many of both, only equal content counts. A worker
/// chooses how many there are.
const MANY: usize = 100;

/// The pairs that differ, sorted by path.
pub(super) fn between(reader: &TreeReader<'_>, old: ObjectId, new: ObjectId) -> Result<Vec<Pair>, StoreError> {
    let differences = reader.differences(old, new)?;
    let mut sources = renames(reader, old, new, &differences)?;
    let gone: HashMap<BString, (EntryKind, ObjectId)> = sources
        .values()
        .filter_map(|source| {
            let at = differences.binary_search_by(|d| d.path.cmp(source)).ok()?;
            Some((source.clone(), differences[at].old?))
        })
        .collect();
    let pair = |difference: Difference| {
        let Difference { path, old, new } = difference;
        match sources.remove(&path).and_then(|source| gone.get(&source).map(|old| (source, *old))) {
            Some((source, old)) => Some(Pair { path, old_path: Some(source), old: Some(old), new }),
            None if new.is_none() && gone.contains_key(&path) => None,
            None => Some(Pair { path, old_path: None, old, new }),
        }
    };
    Ok(differences.into_iter().filter_map(pair).collect())
}

/// Added path to the deleted path that it came from.
fn renames(
    reader: &TreeReader<'_>,
    old: ObjectId,
    new: ObjectId,
    differences: &[Difference],
) -> Result<HashMap<BString, BString>, StoreError> {
    let added = differences.iter().any(|d| d.old.is_none());
    let deleted = differences.iter().any(|d| d.new.is_none());
    if !added || !deleted {
        return Ok(HashMap::new());
    }
    let repo = reader.repo();
    let tree = |id| repo.find_tree(id).map_err(|e| reader.damaged(e));
    let rewrites = gix::diff::Rewrites { copies: None, percentage: Some(SIMILAR), limit: MANY, track_empty: false };
    let options = gix::diff::Options::default().with_rewrites(Some(rewrites));
    let mut found = HashMap::new();
    for change in repo.diff_tree_to_tree(&tree(old)?, &tree(new)?, options).map_err(|e| reader.damaged(e))? {
        if let Change::Rewrite { source_location, location, copy: false, entry_mode, source_entry_mode, .. } = change
            && !entry_mode.is_tree()
            && !source_entry_mode.is_tree()
        {
            found.insert(location, source_location);
        }
    }
    Ok(found)
}
