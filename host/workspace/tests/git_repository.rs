//! Finding the workspace.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;

use git::Repo;
use goalpost_workspace::repository::{OpenError, Workspace};

#[test]
fn every_way_into_a_repository_opens_the_same_workspace() {
    let repo = Repo::of(&[("a/b/file", "x")]);
    std::os::unix::fs::symlink(&repo.root, repo.beside("link")).unwrap();
    let ways = [
        (repo.root.clone(), ""),
        (repo.root.join(""), ""),
        (repo.root.join("a/../a/b"), "a/b"),
        (repo.beside("link"), ""),
        (repo.beside("link").join("a/b/"), "a/b"),
        (repo.root.join("a/b/file"), "a/b"),
    ];
    for (way, prefix) in ways {
        let workspace = Workspace::open(&way).unwrap();
        assert_eq!(workspace.root(), repo.root, "{way:?}");
        assert_eq!(workspace.prefix(), std::path::Path::new(prefix), "{way:?}");
        assert_eq!(workspace.git_dir(), repo.root.join(".git"));
        assert!(!workspace.is_linked_worktree());
    }
}

#[test]
fn a_repository_without_commits_and_a_detached_head_open() {
    let repo = Repo::new();
    assert_eq!(repo.workspace().root(), repo.root);
    repo.write("a", "x");
    repo.commit();
    repo.git(&["checkout", "-q", "--detach"]);
    assert_eq!(repo.workspace().root(), repo.root);
}

#[test]
fn a_linked_worktree_is_its_own_workspace() {
    let repo = Repo::of(&[("a", "x")]);
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let workspace = Workspace::open(repo.beside("linked")).unwrap();
    assert_eq!(workspace.root(), repo.beside("linked"));
    assert_eq!(workspace.common_dir(), repo.root.join(".git"));
    assert_ne!(workspace.git_dir(), workspace.common_dir());
    assert!(workspace.is_linked_worktree());
}

#[test]
fn a_submodule_is_its_own_workspace() {
    let inner = Repo::of(&[("a", "x")]);
    let repo = Repo::of(&[("b", "y")]);
    repo.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "sub"]);
    assert_eq!(Workspace::open(repo.path("sub")).unwrap().root(), repo.path("sub"));
}

#[test]
fn a_git_folder_that_lies_elsewhere_is_found() {
    let repo = Repo::with(&["init", "-q", "--separate-git-dir", "../elsewhere.git"]);
    let workspace = repo.workspace();
    assert_eq!(workspace.root(), repo.root);
    assert_eq!(workspace.git_dir(), repo.beside("elsewhere.git"));
}

#[test]
fn a_folder_that_is_no_workspace_is_refused_with_what_to_do() {
    let temp = tempfile::tempdir().unwrap();
    let plain = Workspace::open(temp.path()).unwrap_err();
    assert!(matches!(plain, OpenError::NotARepository { .. }), "{plain}");
    assert!(plain.to_string().contains("git init"), "{plain}");

    let missing = Workspace::open(temp.path().join("missing")).unwrap_err();
    assert!(matches!(missing, OpenError::Unreadable { .. }), "{missing}");

    let bare = Repo::with(&["init", "-q", "--bare"]);
    let error = Workspace::open(&bare.root).unwrap_err();
    assert!(matches!(error, OpenError::Bare { .. }), "{error}");

    let repo = Repo::of(&[("a", "x")]);
    let error = Workspace::open(repo.path(".git/objects")).unwrap_err();
    assert!(matches!(error, OpenError::InsideGitDir { .. }), "{error}");
}

#[test]
fn a_git_file_that_points_nowhere_is_named() {
    let repo = Repo::of(&[("a", "x")]);
    repo.remove(".git");
    repo.write(".git", "gitdir: /nowhere\n");
    let error = Workspace::open(&repo.root).unwrap_err();
    assert!(matches!(error, OpenError::Broken { .. }), "{error}");
    assert!(error.to_string().contains(".git"), "{error}");
}

#[test]
fn a_pipe_in_place_of_a_git_file_does_not_hang() {
    let repo = Repo::of(&[("a", "x")]);
    for name in [".git/config", ".git/HEAD"] {
        let saved = fs::read(repo.path(name)).unwrap();
        repo.remove(name);
        mkfifo(&repo.path(name));
        let error = Workspace::open(&repo.root).unwrap_err();
        assert!(matches!(error, OpenError::Broken { .. }), "{error}");
        repo.remove(name);
        repo.write(name, saved);
    }
    repo.workspace();
}

#[test]
fn opening_runs_nothing_that_the_repository_configures() {
    let repo = Repo::of(&[("a", "x")]);
    let mark = repo.beside("ran");
    let command = format!("touch {}", mark.display());
    repo.write("hook", format!("#!/bin/sh\n{command}\n"));
    repo.chmod("hook", 0o755);
    repo.write(".gitattributes", "* filter=evil diff=evil\n");
    for (key, value) in [
        ("core.fsmonitor", repo.path("hook").to_str().unwrap()),
        ("filter.evil.clean", &command),
        ("filter.evil.smudge", &command),
        ("filter.evil.process", &command),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", &command),
        ("diff.external", &command),
    ] {
        repo.git(&["config", key, value]);
    }
    fs::copy(repo.path("hook"), repo.path(".git/hooks/post-index-change")).unwrap();
    let baseline = repo.baseline();
    repo.write("a", "changed");
    let candidate = repo.candidate(&baseline.tree);
    goalpost_workspace::diff::diff_text(&repo.store(), &baseline.tree, &candidate.tree, 1000).unwrap();
    goalpost_workspace::checkout::checkout_into(&repo.store(), &candidate.tree, &repo.beside("out")).unwrap();
    assert!(!mark.exists());
    assert_eq!(repo.show(&candidate.tree, "a"), "changed");
}

#[test]
fn a_repository_of_another_user_opens() {
    if !git::is_root() {
        eprintln!("skipped: only root can give a folder to another user");
        return;
    }
    let repo = Repo::of(&[("a", "x")]);
    for path in [repo.root.clone(), repo.path(".git"), repo.path("a")] {
        std::os::unix::fs::chown(path, Some(65_534), Some(65_534)).unwrap();
    }
    assert_eq!(repo.baseline().files, 1);
}

fn mkfifo(path: &std::path::Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}
