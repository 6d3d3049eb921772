//! A git folder with a past and no future: what a worker may see of the repository's history.
//!
//! The repository of a workspace knows more than the workspace's own past: the fix on another branch, what was fetched, the
//! stash, the reflog, commits that nothing names any more. A *view* is a git folder of its own that holds the commits that the
//! goal starts from, and stands in the place of the real one while a worker runs. `git status`, `diff` and `commit` work in it;
//! what is committed there stays there.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};

use crate::repository::Workspace;
use crate::snapshot::read_bounded;
use crate::store::{Batch, Known, ObjectStore, StoreError};

/// Commits that a view holds, newest first; what is older is cut off, as in a shallow clone. More than anyone reads, and
/// laid out in seconds.
const COMMITS: usize = 5_000;

/// Bytes of a file of git's that are copied.
const SMALL: usize = 1 << 20;

/// How far back a view goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The commits that `HEAD` comes from.
    Past,
    /// One commit, with the files of `HEAD`.
    Nothing,
}

/// Why there is no view.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The repository lacks an object, or it is damaged.
    #[error(
        "the history of the repository can't be read: {0}. `git fsck` says more; a partial clone has to be made whole first"
    )]
    Unreadable(String),
    /// The view's objects.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The view's files.
    #[error("the view of the history can't be written: {0}")]
    Io(#[from] io::Error),
}

fn unreadable(error: impl std::fmt::Display) -> HistoryError {
    HistoryError::Unreadable(error.to_string())
}

/// Lays out a view at `folder`, in the shape of the repository's common folder. One that is there stays as it is: it holds
/// what a worker committed.
///
/// # Errors
/// As [`HistoryError`] says; there is no view then.
pub fn lay_out(workspace: &Workspace, depth: Depth, folder: &Path) -> Result<(), HistoryError> {
    if folder.exists() {
        return Ok(());
    }
    let unfinished = folder.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let repo = gix::open::Options::isolated().open(workspace.root()).map_err(unreadable)?.to_thread_local();
    let view = View { workspace, repo, folder: &unfinished };
    view.write(depth)?;
    Ok(fs::rename(&unfinished, folder)?)
}

/// Where else the repository's history can be read: folders of other worktrees, and object stores that it borrows from.
pub fn other_places(workspace: &Workspace) -> Vec<PathBuf> {
    let (root, common) = (workspace.root(), workspace.common_dir());
    let line = |path: &Path| {
        let text = read_bounded(path, SMALL).ok().flatten()?;
        Some(PathBuf::from(String::from_utf8(text).ok()?.trim()))
    };
    let linked = fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> =
        linked.filter_map(|entry| Some(line(&entry.path().join("gitdir"))?.parent()?.to_owned())).collect();
    if common.file_name().is_some_and(|name| name == ".git") {
        places.extend(common.parent().map(Path::to_owned));
    }
    let alternates = read_bounded(&common.join("objects/info/alternates"), SMALL).ok().flatten().unwrap_or_default();
    let alternates = String::from_utf8_lossy(&alternates).into_owned();
    places.extend(alternates.lines().filter(|l| !l.is_empty()).map(|l| common.join("objects").join(l)));
    places.retain_mut(|place| match place.canonicalize() {
        Ok(real) => {
            *place = real;
            *place != root
        }
        Err(_) => false,
    });
    places
}

struct View<'a> {
    workspace: &'a Workspace,
    repo: gix::Repository,
    folder: &'a Path,
}

impl View<'_> {
    fn write(&self, depth: Depth) -> Result<(), HistoryError> {
        let store = ObjectStore::open(self.folder, self.workspace)?;
        for folder in ["refs/heads", "refs/tags", "info", "hooks"] {
            fs::create_dir_all(self.folder.join(folder))?;
        }
        let head = self.repo.head().map_err(unreadable)?;
        let branch = head.referent_name().map(|name| name.as_bstr().to_string());
        let tip = head.id().map(gix::Id::detach);
        let shown = match tip {
            Some(tip) => Some(self.commits(&store, tip, depth)?),
            None => None,
        };
        self.git_files(branch.as_deref(), shown)?;
        if let Some(tip) = tip {
            let tree = self.repo.find_commit(tip).and_then(|c| Ok(c.tree_id()?.detach())).map_err(unreadable)?;
            let (state, _) = self.repo.index_from_tree(&tree).map_err(unreadable)?.into_parts();
            let mut index = gix::index::File::from_state(state, self.own().join("index"));
            index.write(gix::index::write::Options::default()).map_err(unreadable)?;
        }
        Ok(())
    }

    /// Where this worktree's own files go: below the view, as in the repository.
    fn own(&self) -> PathBuf {
        self.folder.join(self.workspace.git_dir().strip_prefix(self.workspace.common_dir()).unwrap_or(Path::new("")))
    }

    /// Copies what the view shows into it. Gives the commit that its branch is at.
    fn commits(&self, store: &ObjectStore, tip: ObjectId, depth: Depth) -> Result<ObjectId, HistoryError> {
        let batch = Batch::new(store);
        let mut copy = Copy { from: &self.repo, known: batch.known(), to: &batch, seen: HashSet::new() };
        let at = match depth {
            Depth::Nothing => {
                let tree = self.repo.find_commit(tip).and_then(|c| Ok(c.tree_id()?.detach())).map_err(unreadable)?;
                copy.tree(tree)?;
                let text = format!(
                    "tree {tree}\nauthor Goalpost <goalpost@localhost> 0 +0000\n\
                     committer Goalpost <goalpost@localhost> 0 +0000\n\nThe project as the goal found it\n"
                );
                batch.add(&copy.known, Kind::Commit, text.as_bytes())?
            }
            Depth::Past => {
                let cut = copy.past(tip)?;
                if !cut.is_empty() {
                    fs::write(self.folder.join("shallow"), cut)?;
                }
                tip
            }
        };
        batch.publish()?;
        Ok(at)
    }

    fn git_files(&self, branch: Option<&str>, tip: Option<ObjectId>) -> Result<(), HistoryError> {
        let head = match (branch, tip) {
            (Some(branch), _) => format!("ref: {branch}\n"),
            (None, Some(tip)) => format!("{tip}\n"),
            (None, None) => "ref: refs/heads/main\n".to_owned(),
        };
        if let (Some(branch), Some(tip)) = (branch.filter(|b| b.starts_with("refs/heads/")), tip) {
            let path = self.folder.join(branch);
            fs::create_dir_all(path.parent().unwrap_or(self.folder))?;
            fs::write(path, format!("{tip}\n"))?;
        }
        fs::write(self.folder.join("config"), self.config())?;
        let exclude = read_bounded(&self.workspace.common_dir().join("info/exclude"), SMALL)?;
        fs::write(self.folder.join("info/exclude"), exclude.unwrap_or_default())?;
        let own = self.own();
        if own != self.folder {
            // A linked worktree: its own folder lies in the common one, and says so.
            fs::create_dir_all(&own)?;
            let up = own.strip_prefix(self.folder).map_or(0, |below| below.components().count());
            fs::write(own.join("commondir"), format!("{}\n", vec![".."; up].join("/")))?;
            fs::write(own.join("gitdir"), format!("{}\n", self.workspace.root().join(".git").display()))?;
        }
        Ok(fs::write(own.join("HEAD"), head)?)
    }

    /// Nothing of the repository's own settings but who commits: the others name commands, remotes and paths.
    fn config(&self) -> String {
        let format = match self.workspace.hash() {
            gix::hash::Kind::Sha256 => "\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n",
            _ => "\trepositoryformatversion = 0\n",
        };
        let mut text = format!(
            "[core]\n\tbare = false\n\tlogAllRefUpdates = true\n\tfileMode = {}\n\tignoreCase = {}\n[core]\n{format}",
            self.workspace.exec_bits(),
            self.workspace.ignore_case()
        );
        let settings = self.repo.config_snapshot();
        for name in ["name", "email"] {
            let value = settings.string(&format!("user.{name}")).map(|value| value.to_string());
            if let Some(value) = value.filter(|value| !value.contains(char::is_control)) {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                text.push_str(&format!("[user]\n\t{name} = \"{value}\"\n"));
            }
        }
        text
    }
}

/// Objects on their way from the repository into the view.
struct Copy<'a, 's> {
    from: &'a gix::Repository,
    known: Known,
    to: &'a Batch<'s>,
    seen: HashSet<ObjectId>,
}

impl Copy<'_, '_> {
    /// The commits that `tip` comes from, newest first. Gives the lines of git's `shallow` file: those whose parents were
    /// left out.
    fn past(&mut self, tip: ObjectId) -> Result<String, HistoryError> {
        use gix::revision::walk::Sorting;
        use gix::traverse::commit::simple::CommitTimeOrder;

        let sorting = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
        let walk = self.from.rev_walk([tip]).sorting(sorting).all().map_err(unreadable)?;
        let mut found = Vec::new();
        for commit in walk.take(COMMITS) {
            let id = commit.map_err(unreadable)?.id;
            let data = self.object(id, Kind::Commit)?;
            let commit = gix::objs::CommitRef::from_bytes(&data, id.kind()).map_err(unreadable)?;
            let parents: Vec<ObjectId> = commit.parents().collect();
            self.tree(commit.tree())?;
            found.push((id, parents));
        }
        let cut = found.iter().filter(|(_, parents)| parents.iter().any(|parent| !self.seen.contains(parent)));
        Ok(cut.map(|(id, _)| format!("{id}\n")).collect())
    }

    fn tree(&mut self, id: ObjectId) -> Result<(), HistoryError> {
        if self.seen.contains(&id) {
            return Ok(());
        }
        let data = self.object(id, Kind::Tree)?;
        for entry in TreeRefIter::from_bytes(&data, id.kind()) {
            let entry = entry.map_err(unreadable)?;
            match entry.mode.kind() {
                EntryKind::Tree => self.tree(entry.oid.to_owned())?,
                // A submodule's commits are in its own repository.
                EntryKind::Commit => {}
                _ if self.seen.contains(entry.oid) => {}
                _ => drop(self.object(entry.oid.to_owned(), Kind::Blob)?),
            }
        }
        Ok(())
    }

    fn object(&mut self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, HistoryError> {
        self.seen.insert(id);
        if id.is_empty_tree() {
            self.to.add(&self.known, kind, &[])?;
            return Ok(Vec::new());
        }
        let object = self.from.find_object(id).map_err(unreadable)?;
        if object.kind != kind {
            return Err(unreadable(format!("{id} is no {kind}")));
        }
        let data = object.detach().data;
        if self.to.add(&self.known, kind, &data)? != id {
            return Err(unreadable(format!("the content of {id} is not its own")));
        }
        Ok(data)
    }
}
