//! Tests inside of source files, which are put back among the worker's code.

use std::collections::HashMap;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::Kind;
use goalpost_core::evidence::{Kept, Tamper, TamperKind};
use goalpost_core::merge::rust_tests::{Change, Outcome, Surroundings, UNREAD, declaring_files, put_back};

use super::Plan;
use super::merge::file;
use crate::entries::Difference;
use crate::path_text::to_text;
use crate::store::{Batch, StoreError};

/// Bytes of one source file that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Bytes of all source files of one candidate that are read: some million changed lines.
const MAX_TOTAL: u64 = 128 << 20;

/// Parts that one report names.
const MAX_NAMED: usize = 20;

impl<'a> Plan<'a> {
    /// Puts back what the source files of the baseline held of tests.
    pub(super) fn put_tests_back(&mut self, baseline: ObjectId, batch: &Batch<'_>) -> Result<(), StoreError> {
        let changed: Vec<(String, &'a Difference)> = self
            .differences
            .iter()
            .filter(|change| {
                let path = change.path.as_bstr();
                let (old, new) = (file(change.old), file(change.new));
                !self.restored.contains_key(path)
                    && !self.removed.contains(path)
                    && (old.is_some() || new.is_some())
                    && old.map(|(_, id)| id) != new.map(|(_, id)| id)
            })
            .map(|change| (to_text(change.path.as_ref()), change))
            .filter(|(path, _)| self.rules.may_hold_tests(path))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut left = MAX_TOTAL;
        let mut contents = Vec::with_capacity(changed.len());
        for (_, change) in &changed {
            let before = file(change.old).map(|(_, id)| self.source(id, &mut left)).transpose()?;
            let after = file(change.new).map(|(_, id)| self.source(id, &mut left)).transpose()?;
            contents.push((before, after));
        }
        let changes: Vec<Change<'_>> = changed
            .iter()
            .zip(&contents)
            .map(|((path, _), (before, after))| Change { path, before: before.as_deref(), after: after.as_deref() })
            .collect();
        let outcomes = put_back(&changes, &self.surroundings(baseline, &changes)?);
        let by_path: HashMap<&str, &'a Difference> =
            changed.iter().map(|(path, change)| (path.as_str(), *change)).collect();
        for outcome in outcomes {
            if let Some(change) = by_path.get(outcome.path.as_str()) {
                self.take(change, outcome, batch)?;
            }
        }
        Ok(())
    }

    /// A file's content, or what stands for one that is too large.
    fn source(&self, id: ObjectId, left: &mut u64) -> Result<Vec<u8>, StoreError> {
        let size = self.reader.size(id)?;
        if size > MAX_BYTES || size > *left {
            return Ok(UNREAD.to_vec());
        }
        *left -= size;
        self.reader.blob(id)
    }

    fn surroundings(&self, baseline: ObjectId, changes: &[Change<'_>]) -> Result<Surroundings, StoreError> {
        let mut leaves = Vec::new();
        self.reader.leaves(self.candidate, BStr::new(""), &mut leaves)?;
        let here = leaves.iter().map(|leaf| leaf.path.as_bstr()).filter(|path| !self.removed.contains(path));
        let here = here.chain(self.restored.keys().copied()).filter(|path| path.ends_with(b".rs"));
        let mut surroundings = Surroundings { present: here.map(to_text).collect(), declaring: HashMap::new() };
        for path in changes.iter().flat_map(|change| declaring_files(change.path)) {
            if surroundings.declaring.contains_key(&path) {
                continue;
            }
            if let Some((_, id)) = file(self.reader.find(baseline, BStr::new(&path))?)
                && self.reader.size(id)? <= MAX_BYTES
            {
                surroundings.declaring.insert(path, self.reader.blob(id)?);
            }
        }
        Ok(surroundings)
    }

    fn take(&mut self, change: &'a Difference, outcome: Outcome, batch: &Batch<'_>) -> Result<(), StoreError> {
        if let (Some(merged), Some((kind, id))) = (outcome.merged, file(change.new)) {
            let content = batch.add(&batch.known(), Kind::Blob, &merged.content)?;
            if content != id {
                self.restored.insert(change.path.as_ref(), (kind, content));
            }
            let detail = format!("put back: {}", named(&merged.undone));
            self.tampering.push(Tamper { path: outcome.path.clone(), kind: TamperKind::Edited, detail });
        }
        if !outcome.kept.is_empty() {
            self.kept.push(Kept { path: outcome.path.clone(), parts: outcome.kept });
            self.kept.sort_by(|a, b| a.path.cmp(&b.path));
        }
        if !outcome.lost.is_empty() {
            let tests: Vec<_> = outcome.lost.iter().map(|test| format!("`{test}`")).collect();
            let detail = format!("tests deleted with the code around them: {}", named(&tests));
            self.tampering.push(Tamper { path: outcome.path, kind: TamperKind::Deleted, detail });
        }
        Ok(())
    }
}

/// The first of them, and how many more there are.
fn named(all: &[String]) -> String {
    let first = all.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(MAX_NAMED) {
        Some(more @ 1..) => format!("{first}, and {more} more"),
        _ => first,
    }
}
