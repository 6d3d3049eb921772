//! What differs between two trees: as a list of changes, and as text.

mod pairs;
mod unified;

use gix::bstr::BStr;
use gix::objs::tree::EntryKind;
use goalpost_core::evidence::{Change, ChangeKind, LineCount};
use goalpost_core::ids::TreeId;

use crate::entries::{self, TreeReader};
use crate::path_text::to_text;
use crate::store::{LARGE, ObjectStore, StoreError};
use pairs::Pair;
use unified::Bounded;

/// Lines are counted in the first changes up to this many bytes in all; a worker can change any number of large files.
const COUNTED: u64 = 32 * LARGE;

/// Every path that differs, sorted, with renames found and lines counted.
///
/// # Errors
/// The store fails, or lacks a tree.
pub fn changes(store: &ObjectStore, base: &TreeId, tree: &TreeId) -> Result<Vec<Change>, StoreError> {
    let reader = TreeReader::new(store);
    let mut left = COUNTED;
    let pairs = pairs::between(&reader, store.object_id(base)?, store.object_id(tree)?)?;
    pairs
        .into_iter()
        .map(|pair| {
            Ok(Change {
                path: to_text(pair.path.as_ref()),
                kind: pair.kind(),
                old_path: pair.old_path.as_ref().map(|path| to_text(path.as_ref())),
                lines: count_lines(&reader, &pair, &mut left)?,
            })
        })
        .collect()
}

/// The difference of each path as a unified diff of at most `each` bytes, of at most `total` bytes together, and whether
/// paths are missing. As [`diff_text`] otherwise; what is longer lacks its end.
///
/// # Errors
/// The store fails, or lacks a tree.
pub fn diff_files(
    store: &ObjectStore,
    base: &TreeId,
    tree: &TreeId,
    each: usize,
    total: usize,
) -> Result<(Vec<String>, bool), StoreError> {
    let reader = TreeReader::new(store);
    let mut files = Vec::new();
    let mut left = total;
    for pair in pairs::between(&reader, store.object_id(base)?, store.object_id(tree)?)? {
        if left == 0 {
            return Ok((files, true));
        }
        let mut out = Bounded::new(each);
        unified::write(&mut out, &reader, &pair)?;
        let (text, _) = out.finish();
        left = left.saturating_sub(text.len());
        files.push(text);
    }
    Ok((files, false))
}

/// The difference as one unified diff, as `git diff` writes it, of at most `max_bytes`; and whether it was cut. Content that
/// is not UTF-8 is shown with replacement characters.
///
/// # Errors
/// The store fails, or lacks a tree.
pub fn diff_text(
    store: &ObjectStore,
    base: &TreeId,
    tree: &TreeId,
    max_bytes: usize,
) -> Result<(String, bool), StoreError> {
    let reader = TreeReader::new(store);
    let mut out = Bounded::new(max_bytes);
    for pair in pairs::between(&reader, store.object_id(base)?, store.object_id(tree)?)? {
        if out.is_full() {
            break;
        }
        unified::write(&mut out, &reader, &pair)?;
    }
    Ok(out.finish())
}

/// The diff of one path, of at most `max_bytes`. Empty where it does not differ.
pub(crate) fn patch(
    store: &ObjectStore,
    base: &TreeId,
    tree: &TreeId,
    path: &BStr,
    max_bytes: usize,
) -> Result<String, StoreError> {
    let reader = TreeReader::new(store);
    let (base, tree) = (store.object_id(base)?, store.object_id(tree)?);
    let is_leaf = |entry: &(EntryKind, gix::ObjectId)| entry.0 != EntryKind::Tree;
    let old = reader.find(base, path)?.filter(is_leaf);
    let new = reader.find(tree, path)?.filter(is_leaf);
    let pair = match (old, new) {
        (old, new) if old == new => return Ok(String::new()),
        // It may have come from another path, or gone to one.
        (None, _) | (_, None) => pairs::between(&reader, base, tree)?
            .into_iter()
            .find(|pair| pair.path == path || pair.old_path.as_ref().is_some_and(|old| old == path)),
        (old, new) => Some(Pair { path: path.to_owned(), old_path: None, old, new }),
    };
    let mut out = Bounded::new(max_bytes);
    if let Some(pair) = pair {
        unified::write(&mut out, &reader, &pair)?;
    }
    Ok(out.finish().0)
}

/// The diff of two contents of a file `x`, without the lines that tell of the file itself.
#[cfg(feature = "fuzzing")]
pub(crate) fn of_contents(old: &[u8], new: &[u8], max_bytes: usize) -> String {
    let mut out = Bounded::new(max_bytes);
    unified::write_contents(&mut out, ("a/x", old), ("b/x", new));
    out.finish().0
}

/// Every file, link and submodule of a tree, sorted.
///
/// # Errors
/// The store fails, or lacks the tree.
pub fn paths(store: &ObjectStore, tree: &TreeId) -> Result<Vec<String>, StoreError> {
    Ok(entries::flatten(store, tree)?.iter().map(|leaf| to_text(leaf.path.as_ref())).collect())
}

impl Pair {
    fn kind(&self) -> ChangeKind {
        match (self.old, self.new) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Deleted,
            _ if self.old_path.is_some() => ChangeKind::Renamed,
            (Some((old, old_id)), Some((new, new_id))) => {
                let files = is_file(old) && is_file(new);
                if (files && old_id != new_id) || old == new { ChangeKind::Modified } else { ChangeKind::TypeChanged }
            }
        }
    }
}

fn is_file(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable)
}

fn count_lines(reader: &TreeReader<'_>, pair: &Pair, left: &mut u64) -> Result<Option<LineCount>, StoreError> {
    if [pair.old, pair.new].into_iter().flatten().any(|(kind, _)| !is_file(kind)) {
        return Ok(None);
    }
    let (Some(old), Some(new)) = (text_of(reader, pair.old, left)?, text_of(reader, pair.new, left)?) else {
        return Ok(None);
    };
    Ok(Some(unified::count(&old, &new)))
}

/// A side's content, unless it is binary, large, or more than is left.
fn text_of(
    reader: &TreeReader<'_>,
    side: Option<(EntryKind, gix::ObjectId)>,
    left: &mut u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some((_, id)) = side else { return Ok(Some(Vec::new())) };
    let size = reader.size(id)?;
    if size > LARGE || size > *left {
        return Ok(None);
    }
    *left -= size;
    let data = reader.blob(id)?;
    Ok((!is_binary(&data)).then_some(data))
}

/// As git tells: a NUL among the first 8000 bytes.
fn is_binary(data: &[u8]) -> bool {
    data[..data.len().min(8000)].contains(&0)
}
