//! Files that are merged by their meaning.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::Kind;
use gix::objs::tree::EntryKind::{self, Blob, BlobExecutable};
use goalpost_core::evidence::{Kept, Tamper, TamperKind};
use goalpost_core::merge::Merged;

use super::{Links, Plan};
use crate::entries::Difference;
use crate::path_text::to_text;
use crate::store::{Batch, StoreError};

/// Bytes of a file that is read to be merged. The largest lock files of real projects have a few million.
const MAX_BYTES: u64 = 16 << 20;

impl Plan<'_> {
    /// Merges what was changed or is new, and neither protected whole nor removed.
    pub(super) fn merge_files(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let known = batch.known();
        for change in self.differences {
            let path = change.path.as_bstr();
            if self.restored.contains_key(path) || self.removed.contains(path) {
                continue;
            }
            let Some((kind, id)) = file(change.new) else { continue };
            let old = file(change.old).map(|(_, id)| id);
            let Some(name) = self.merged_name(change).filter(|_| old != Some(id)) else { continue };
            let Some(merged) = self.merged(&name, old, id)? else { continue };
            let text = to_text(path);
            if !merged.undone.is_empty() {
                let detail = format!("put back: {}", merged.undone.join(", "));
                self.tampering.push(Tamper { path: text.clone(), kind: TamperKind::Edited, detail });
            }
            if !merged.kept.is_empty() {
                self.kept.push(Kept { path: text, parts: merged.kept });
            }
            let content = batch.add(&known, Kind::Blob, &merged.content)?;
            if content != id {
                self.restored.insert(path, (kind, content));
            }
        }
        Ok(())
    }

    /// Whether `change` takes a manifest of the baseline away, other than by changing what is in it.
    pub(super) fn is_lost_manifest(&self, links: &Links, change: &Difference) -> bool {
        let by_content = file(change.old).is_some() && file(change.new).is_some();
        !by_content && self.names(links, change).iter().any(|name| self.rules.is_manifest(name))
    }

    /// The name by which the file of `change` is merged: its own, or that of a link of the baseline that leads to it.
    fn merged_name(&self, change: &Difference) -> Option<String> {
        self.names(&self.links, change).into_iter().find(|name| self.rules.is_merged(name))
    }

    fn names(&self, links: &Links, change: &Difference) -> Vec<String> {
        let path = change.path.as_bstr();
        let mut names = vec![to_text(path)];
        if change.old.is_some() {
            names.extend(links.aliases(path).iter().map(|alias| to_text(alias.as_ref())));
        }
        names
    }

    fn merged(&self, name: &str, old: Option<ObjectId>, new: ObjectId) -> Result<Option<Merged>, StoreError> {
        let old = match old {
            // One that is too long in the baseline already can't be judged at all.
            Some(old) if self.reader.size(old)? > MAX_BYTES => return Ok(None),
            Some(old) => Some(self.reader.blob(old)?),
            None => None,
        };
        if self.reader.size(new)? > MAX_BYTES {
            return Ok(old.map(|content| Merged {
                content,
                undone: vec!["more than is read".into()],
                kept: Vec::new(),
            }));
        }
        Ok(self.rules.merge(name, old.as_deref(), &self.reader.blob(new)?))
    }
}

/// An entry, if it is a plain file.
pub(super) fn file(entry: Option<(EntryKind, ObjectId)>) -> Option<(EntryKind, ObjectId)> {
    entry.filter(|(kind, _)| matches!(kind, Blob | BlobExecutable))
}
