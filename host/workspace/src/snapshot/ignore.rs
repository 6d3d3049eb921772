//! Git's ignore rules, fed with files that the walk itself has opened.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice as _};
use gix::glob::pattern::Case;
use gix::glob::search::pattern::List;
use gix::ignore::Search;
use gix::ignore::search::Ignore;

use super::content::read_bounded;
use crate::path_text::os_path;
use crate::repository::Workspace;

/// The rules that hold in the folder that the walk is in: the user's, the repository's, and those of each `.gitignore` on
/// the way down. A later list overrides an earlier one, and in a list a later line an earlier line.
pub(crate) struct IgnoreRules {
    search: Search,
    case: Case,
}

/// Larger ignore files are not applied: each rule costs time at each file.
pub(super) const MAX_BYTES: usize = 1 << 20;

impl IgnoreRules {
    /// Without a rule so far.
    pub(crate) fn none() -> Self {
        Self { search: Search::default(), case: Case::Sensitive }
    }

    pub(super) fn new(workspace: &Workspace) -> Self {
        let case = if workspace.ignore_case() { Case::Fold } else { Case::Sensitive };
        let mut rules = Self { search: Search::default(), case };
        rules.push(BStr::new(""), workspace.global_excludes());
        let exclude = read_bounded(&workspace.common_dir().join("info/exclude"), MAX_BYTES).ok().flatten();
        rules.push(BStr::new(""), &exclude.unwrap_or_default());
        rules
    }

    /// Adds the rules of a folder's `.gitignore`. They hold until [`IgnoreRules::pop`].
    pub(crate) fn push(&mut self, folder: &BStr, content: &[u8]) {
        let source = os_path(folder).join(".gitignore");
        // Fails only for a source without a folder above it, which this one has by construction.
        let list = List::from_bytes(content, source, Some(std::path::Path::new("")), Ignore::default());
        self.search.patterns.push(list.unwrap_or_default());
    }

    /// Leaves the folder of the last [`IgnoreRules::push`].
    pub(crate) fn pop(&mut self) {
        self.search.patterns.pop();
    }

    /// Whether the rules leave `path` out. Its folders were asked about before.
    pub(crate) fn ignores(&self, path: &BStr, is_folder: bool) -> bool {
        self.search
            .pattern_matching_relative_path(path.as_bstr(), Some(is_folder), self.case)
            .is_some_and(|found| !found.pattern.is_negative())
    }
}

/// Whether git's rules leave `path` out, unless it is in the index. It is relative to the workspace's top, and need not be there.
pub fn is_ignored(workspace: &Workspace, path: &Path) -> bool {
    let mut rules = IgnoreRules::new(workspace);
    let (mut so_far, mut parts) = (PathBuf::new(), path.components().peekable());
    while let Some(part) = parts.next() {
        let content = read_bounded(&workspace.root().join(&so_far).join(".gitignore"), MAX_BYTES);
        rules.push(so_far.as_os_str().as_bytes().as_bstr(), &content.ok().flatten().unwrap_or_default());
        so_far.push(part);
        if rules.ignores(so_far.as_os_str().as_bytes().as_bstr(), parts.peek().is_some()) {
            return true;
        }
    }
    false
}
