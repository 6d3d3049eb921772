//! A real repository, made with the git program.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use goalpost_core::ids::TreeId;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::snapshot::{Snapshot, SnapshotError, snapshot};
use goalpost_workspace::store::ObjectStore;

pub struct Repo {
    temp: tempfile::TempDir,
    pub root: PathBuf,
}

impl Repo {
    /// An empty repository, without commits.
    pub fn new() -> Self {
        Self::with(&["init", "-q", "-b", "main"])
    }

    pub fn with(init: &[&str]) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&root).unwrap();
        let repo = Self { temp, root };
        repo.git(init);
        repo
    }

    /// One with these files committed.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let repo = Self::new();
        for (path, content) in files {
            repo.write(path, content);
        }
        repo.commit();
        repo
    }

    /// A path beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.symlink_metadata().unwrap().is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    pub fn link(&self, target: &str, path: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    pub fn chmod(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    pub fn git(&self, args: &[&str]) -> String {
        git_in(&self.root, args)
    }

    /// What git itself makes of the working directory. Changes the index.
    pub fn git_tree(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["write-tree"])
    }

    pub fn workspace(&self) -> Workspace {
        Workspace::open(&self.root).unwrap()
    }

    pub fn store(&self) -> ObjectStore {
        ObjectStore::open(&self.beside("store"), &self.workspace()).unwrap()
    }

    /// The snapshot that a goal starts from.
    pub fn baseline(&self) -> Snapshot {
        snapshot(&self.workspace(), &self.store(), None).unwrap()
    }

    /// The snapshot after a turn.
    pub fn candidate(&self, baseline: &TreeId) -> Snapshot {
        self.try_candidate(baseline).unwrap()
    }

    pub fn try_candidate(&self, baseline: &TreeId) -> Result<Snapshot, SnapshotError> {
        snapshot(&self.workspace(), &self.store(), Some(baseline))
    }

    /// What our store has for a tree, through the git program: lines of `mode type id\tpath`.
    pub fn ls(&self, tree: &TreeId) -> Vec<String> {
        let store = self.beside("store");
        let out = git_in(&store, &["-c", "core.quotePath=false", "ls-tree", "-r", tree.as_str()]);
        out.lines().map(str::to_owned).collect()
    }

    /// The paths of a tree.
    pub fn names(&self, tree: &TreeId) -> Vec<String> {
        self.ls(tree).iter().map(|line| line.split_once('\t').unwrap().1.to_owned()).collect()
    }

    /// A file of a tree.
    pub fn show(&self, tree: &TreeId, path: &str) -> String {
        git_in(&self.beside("store"), &["cat-file", "blob", &format!("{tree}:{path}")])
    }
}

pub fn git_in(dir: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .current_dir(dir)
        .args(["-c", "protocol.file.allow=always", "-c", "safe.directory=*"])
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", "/nonexistent")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
}

/// Every file below `dir` with its content and mode, and every link with its target.
pub fn contents(dir: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (path, metadata) = (entry.path(), entry.path().symlink_metadata().unwrap());
            let content = if metadata.is_dir() {
                folders.push(path.clone());
                Vec::new()
            } else if metadata.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).unwrap()
            };
            found.insert(path.strip_prefix(dir).unwrap().to_owned(), (metadata.permissions().mode(), content));
        }
    }
    found
}

/// Root reads everything, and can't test what is unreadable.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
