//! What is no part of the work: files that tools made by themselves, and what git ignored when the goal started.
//!
//! A worker decides what its own `.gitignore` says, and what it adds to the index by force. Compiled tests, build folders and
//! stamps that were ignored are nobody's work, and tools prefer some of them to the files that they were made from.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind::{Blob, BlobExecutable};
use goalpost_core::evidence::{Tamper, TamperKind};

use super::{Plan, ancestors};
use crate::entries::TreeReader;
use crate::path_text::to_text;
use crate::snapshot::{IGNORE_FILE_BYTES, IgnoreRules};
use crate::store::StoreError;

impl<'a> Plan<'a> {
    /// Puts what tools made back as it was, without a word: a worker that runs the tests makes it.
    pub(super) fn leave_out_byproducts(&mut self) {
        for change in self.differences {
            if self.rules.is_byproduct(&to_text(change.path.as_ref())) {
                match change.old {
                    Some(old) => drop(self.restored.insert(change.path.as_ref(), old)),
                    None => drop(self.removed.insert(change.path.as_ref())),
                }
            }
        }
    }

    /// Removes new paths that the ignore rules of the baseline leave out.
    pub(super) fn leave_out_ignored(&mut self, baseline: ObjectId) -> Result<(), StoreError> {
        let mut rules = BaselineRules::new(self.reader, baseline);
        // By what is ignored: a folder of a thousand files is one finding.
        let mut found: BTreeMap<BString, usize> = BTreeMap::new();
        for change in self.differences.iter().filter(|change| change.old.is_none()) {
            let path: &'a BStr = change.path.as_ref();
            if self.removed.contains(path) || !self.rules.obeys_baseline_ignores(&to_text(path)) {
                continue;
            }
            if let Some(ignored) = rules.ignored(path)? {
                self.removed.insert(path);
                *found.entry(ignored).or_default() += 1;
            }
        }
        for (path, files) in found {
            let files = if files == 1 { String::new() } else { format!(" ({files} files)") };
            let detail = format!("git ignored it when the goal started, so it is no part of the work{files}");
            self.tampering.push(Tamper { path: to_text(path.as_ref()), kind: TamperKind::Added, detail });
        }
        Ok(())
    }
}

/// The `.gitignore` files of the baseline, for paths that come in the order of a tree.
struct BaselineRules<'a> {
    reader: &'a TreeReader<'a>,
    baseline: ObjectId,
    rules: IgnoreRules,
    /// The folders whose rules hold, the top first.
    folders: Vec<BString>,
}

impl<'a> BaselineRules<'a> {
    fn new(reader: &'a TreeReader<'a>, baseline: ObjectId) -> Self {
        Self { reader, baseline, rules: IgnoreRules::none(), folders: Vec::new() }
    }

    /// `path`, or the topmost of its folders, where that is left out.
    fn ignored(&mut self, path: &BStr) -> Result<Option<BString>, StoreError> {
        let mut folders: Vec<&BStr> = ancestors(path).collect();
        folders.push(BStr::new(""));
        folders.reverse();
        let shared = self.folders.iter().zip(&folders).take_while(|(a, b)| a.as_bstr() == **b).count();
        while self.folders.len() > shared {
            self.folders.pop();
            self.rules.pop();
        }
        for (depth, folder) in folders.iter().enumerate() {
            if depth > 0 && self.rules.ignores(folder, true) {
                return Ok(Some((*folder).to_owned()));
            }
            if depth >= self.folders.len() {
                let content = self.file(folder)?;
                self.rules.push(folder, &content);
                self.folders.push((*folder).to_owned());
            }
        }
        Ok(self.rules.ignores(path, false).then(|| path.to_owned()))
    }

    /// The rules of one folder; empty where it has none.
    fn file(&self, folder: &BStr) -> Result<Vec<u8>, StoreError> {
        let path = crate::entries::join(folder, BStr::new(".gitignore"));
        match self.reader.find(self.baseline, path.as_ref())? {
            Some((Blob | BlobExecutable, id)) if self.reader.size(id)? <= IGNORE_FILE_BYTES => self.reader.blob(id),
            _ => Ok(Vec::new()),
        }
    }
}
