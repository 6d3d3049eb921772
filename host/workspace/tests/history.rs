//! What a worker may see of a repository's past.

#![allow(clippy::unwrap_used, missing_docs)]

mod git;

use std::fs;
use std::path::{Path, PathBuf};

use git::{Repo, contents, git_in};
use goalpost_workspace::history::{Depth, lay_out, other_places};

/// A repository that knows the answer in every way that git has: on a branch, fetched, stashed, left in the reflog, packed.
fn knowing() -> Repo {
    let repo = Repo::of(&[("value", "first\n")]);
    repo.write("value", "second\n");
    repo.commit();
    let base = repo.git(&["rev-parse", "HEAD"]);
    for way in ["branch", "reflog"] {
        repo.git(&["checkout", "-q", "-B", "fix"]);
        repo.write("value", format!("the answer: {way}\n"));
        repo.commit();
        repo.git(&["checkout", "-q", "main"]);
    }
    repo.git(&["update-ref", "refs/remotes/origin/main", "fix"]);
    repo.git(&["tag", "v2", "fix"]);
    repo.write("value", "the answer: stashed\n");
    repo.git(&["stash", "-q"]);
    repo.git(&["gc", "-q"]);
    repo.git(&["config", "core.pager", "evil"]);
    repo.git(&["config", "remote.origin.url", "/somewhere"]);
    repo.git(&["config", "user.name", "A \"B\" C"]);
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), base);
    repo
}

fn view(repo: &Repo, depth: Depth) -> PathBuf {
    let folder = repo.beside("view");
    lay_out(&repo.workspace(), depth, &folder).unwrap();
    folder
}

/// Every object of a git folder, with its content.
fn objects(folder: &Path) -> String {
    git_in(folder, &["cat-file", "--batch-all-objects", "--batch"])
}

fn in_view(repo: &Repo, view: &Path, args: &[&str]) -> String {
    let mut all = vec!["--git-dir", view.to_str().unwrap(), "--work-tree", repo.root.to_str().unwrap()];
    all.extend(args);
    git_in(&repo.root, &all)
}

#[test]
fn the_commits_that_the_goal_starts_from_are_there_and_nothing_that_came_after() {
    let repo = knowing();
    let before = contents(&repo.path(".git"));
    assert!(objects(&repo.path(".git")).contains("the answer"), "the repository knows it");
    let view = view(&repo, Depth::Past);
    let known = objects(&view);
    assert!(known.contains("first") && known.contains("second") && !known.contains("the answer"), "{known}");
    in_view(&repo, &view, &["fsck", "--strict"]);
    assert_eq!(in_view(&repo, &view, &["rev-list", "--all"]), repo.git(&["rev-list", "main"]));
    assert_eq!(in_view(&repo, &view, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    assert_eq!(in_view(&repo, &view, &["config", "user.name"]), "A \"B\" C");
    let config = fs::read_to_string(view.join("config")).unwrap();
    assert!(!config.contains("evil") && !config.contains("remote"), "{config}");
    assert_eq!(contents(&repo.path(".git")), before, "the repository is as it was");
}

#[test]
fn without_history_there_is_one_commit_with_the_same_files() {
    let repo = knowing();
    let view = view(&repo, Depth::Nothing);
    assert_eq!(in_view(&repo, &view, &["rev-list", "--all", "--count"]), "1");
    assert!(!objects(&view).contains("first\n"));
    assert_eq!(in_view(&repo, &view, &["rev-parse", "HEAD^{tree}"]), repo.git(&["rev-parse", "HEAD^{tree}"]));
    assert_eq!(in_view(&repo, &view, &["status", "--porcelain"]), "");
}

#[test]
fn git_works_in_a_view_and_what_it_commits_stays_there() {
    let repo = knowing();
    let view = view(&repo, Depth::Past);
    let before = contents(&repo.path(".git"));
    repo.write("value", "third\n");
    assert_eq!(in_view(&repo, &view, &["status", "--porcelain"]), " M value");
    assert!(in_view(&repo, &view, &["diff"]).contains("+third"));
    in_view(&repo, &view, &["commit", "-q", "-a", "-m", "mine"]);
    in_view(&repo, &view, &["checkout", "-q", "-b", "other"]);
    assert_eq!(in_view(&repo, &view, &["log", "--format=%s", "-1"]), "mine");
    assert_eq!(contents(&repo.path(".git")), before);
    // The next turn finds it again.
    lay_out(&repo.workspace(), Depth::Past, &view).unwrap();
    assert_eq!(in_view(&repo, &view, &["log", "--format=%s", "-1"]), "mine");
}

#[test]
fn odd_repositories_have_a_view() {
    let unborn = Repo::new();
    unborn.write("new", "x");
    let folder = view(&unborn, Depth::Past);
    assert_eq!(in_view(&unborn, &folder, &["status", "--porcelain"]), "?? new");

    let detached = Repo::of(&[("a", "a"), ("folder/b", "b")]);
    detached.git(&["checkout", "-q", "--detach"]);
    let folder = view(&detached, Depth::Past);
    assert_eq!(in_view(&detached, &folder, &["rev-parse", "HEAD"]), detached.git(&["rev-parse", "HEAD"]));

    let shallow = Repo::with(&["init", "-q", "-b", "main"]);
    let origin = knowing();
    let url = format!("file://{}", origin.root.display());
    shallow.git(&["fetch", "-q", "--depth", "1", &url, "main"]);
    shallow.git(&["reset", "-q", "--hard", "FETCH_HEAD"]);
    let folder = view(&shallow, Depth::Past);
    assert_eq!(in_view(&shallow, &folder, &["rev-list", "--all", "--count"]), "1");
    in_view(&shallow, &folder, &["fsck", "--strict"]);
}

#[test]
fn a_view_of_a_linked_worktree_stands_where_the_repositorys_own_folder_does() {
    let repo = knowing();
    repo.git(&["worktree", "add", "-q", "-b", "work", "../linked", "main"]);
    let linked = goalpost_workspace::repository::Workspace::open(repo.beside("linked")).unwrap();
    let folder = repo.beside("view");
    lay_out(&linked, Depth::Past, &folder).unwrap();
    assert_eq!(other_places(&linked), std::slice::from_ref(&repo.root), "the main worktree shows another branch");
    assert_eq!(other_places(&repo.workspace()), [linked.root().to_owned()]);
    // As a sandbox shows it.
    fs::rename(repo.path(".git"), repo.path("away")).unwrap();
    fs::rename(&folder, repo.path(".git")).unwrap();
    assert_eq!(git_in(linked.root(), &["status", "--porcelain"]), "");
    assert_eq!(git_in(linked.root(), &["branch", "--show-current"]), "work");
    fs::write(linked.root().join("value"), "third\n").unwrap();
    git_in(linked.root(), &["commit", "-q", "-a", "-m", "mine"]);
    assert!(!objects(&repo.path(".git")).contains("the answer"));
}

#[test]
fn object_stores_that_a_repository_borrows_from_are_named() {
    let origin = knowing();
    let repo = Repo::with(&["clone", "-q", "--shared", origin.root.to_str().unwrap(), "."]);
    assert_eq!(other_places(&repo.workspace()), [origin.path(".git/objects")]);
    let folder = view(&repo, Depth::Past);
    assert!(!objects(&folder).contains("the answer"));
}
