//! Folders of the machine, taken as they are.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git::Repo;
use goalpost_core::ports::{TreeError, TreeView as _};
use goalpost_workspace::folder::{Keep, TakeError, take};
use goalpost_workspace::tree::{GitTree, folder_of};

fn folder(repo: &Repo, files: &[&str]) -> PathBuf {
    let folder = repo.beside("taken");
    fs::create_dir_all(&folder).unwrap();
    for file in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("held {file}")).unwrap();
    }
    folder
}

fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn programs_stay_programs_and_a_repository_is_taken_without_its_git() {
    let repo = Repo::of(&[("a", "1")]);
    let folder = folder(&repo, &["check.sh", ".git/config"]);
    fs::set_permissions(folder.join("check.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let taken = take(&repo.store(), &folder, Keep::Whole).unwrap().tree;
    assert!(matches!(&repo.ls(&taken)[..], [line] if line.starts_with("100755") && line.ends_with("\tcheck.sh")));
}

#[test]
fn what_cannot_be_taken_whole_is_not_taken() {
    let repo = Repo::of(&[("a", "1")]);
    let store = repo.store();
    assert!(matches!(take(&store, Path::new("/nowhere/at/all"), Keep::Whole), Err(TakeError::Read { .. })));
    let folder = folder(&repo, &[]);
    assert!(matches!(take(&store, &folder, Keep::Whole), Err(TakeError::Empty { .. })));
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    assert!(matches!(take(&store, &folder, Keep::Whole), Err(TakeError::Odd { .. })));
}

#[test]
fn of_plain_files_alone_nothing_leads_out_and_what_is_left_out_is_told() {
    let repo = Repo::of(&[("a", "1")]);
    let (store, secret) = (repo.store(), repo.beside("secret"));
    fs::create_dir(&secret).unwrap();
    fs::write(secret.join("key"), "out of reach").unwrap();
    let folder = folder(&repo, &["api.md", "deep/er/more.md"]);
    symlink(&secret, folder.join("folder")).unwrap();
    symlink(secret.join("key"), folder.join("deep/key")).unwrap();
    symlink("/proc/self/environ", folder.join("environ")).unwrap();
    pipe(&folder.join("pipe"));

    let taken = take(&store, &folder, Keep::Files).unwrap();
    assert_eq!(taken.left_out, ["deep/key", "environ", "folder", "pipe"]);
    let tree = GitTree::open(Arc::new(repo.store()), &taken.tree).unwrap();
    let paths: Vec<_> = tree.entries("", None, 100).unwrap().into_iter().map(|entry| entry.path).collect();
    assert_eq!(paths, ["api.md", "deep/er/more.md"]);
    assert_eq!(tree.read("folder/key", 0, 100), Err(TreeError::NotFound));
    for path in ["../secret/key", "deep/../../secret/key", secret.join("key").to_str().unwrap(), "/etc/passwd", ""] {
        assert!(matches!(tree.read(path, 0, 100), Err(TreeError::InvalidPath(_))), "{path}");
    }
}

#[test]
fn what_was_taken_outlives_the_folder() {
    let repo = Repo::of(&[("a", "1")]);
    let folder = folder(&repo, &["api.md"]);
    let taken = take(&repo.store(), &folder, Keep::Files).unwrap();
    fs::write(folder.join("api.md"), "changed").unwrap();
    let again = take(&repo.store(), &folder, Keep::Files).unwrap();
    assert_ne!(taken.tree, again.tree);
    fs::remove_dir_all(&folder).unwrap();
    let tree = GitTree::open(Arc::new(repo.store()), &taken.tree).unwrap();
    assert_eq!(tree.read("api.md", 0, 100).unwrap(), b"held api.md");
}

#[test]
fn names_that_are_no_text_are_taken_and_read_by_their_escaped_names() {
    let repo = Repo::of(&[("a", "1")]);
    let folder = folder(&repo, &["plain"]);
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "bytes").unwrap();
    let taken = take(&repo.store(), &folder, Keep::Files).unwrap();
    let tree = GitTree::open(Arc::new(repo.store()), &taken.tree).unwrap();
    assert_eq!(tree.read("caf\\xe9", 0, 100).unwrap(), b"bytes");
}

#[test]
fn a_folder_that_was_not_meant_is_not_taken() {
    let repo = Repo::of(&[("a", "1")]);
    let folder = folder(&repo, &["file"]);
    let sparse = fs::File::create(folder.join("large")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    assert!(matches!(take(&repo.store(), &folder, Keep::Files), Err(TakeError::TooMuch { .. })));
    sparse.set_len(1).unwrap();
    take(&repo.store(), &folder, Keep::Files).unwrap();

    let deep = folder.join("d/".repeat(200));
    fs::create_dir_all(&deep).unwrap();
    assert!(matches!(take(&repo.store(), &folder, Keep::Files), Err(TakeError::TooMuch { .. })));
}

#[test]
fn a_link_in_the_place_of_the_folder_is_not_followed() {
    let repo = Repo::of(&[("a", "1")]);
    let folder = folder(&repo, &["file"]);
    let link = repo.beside("link");
    symlink(&folder, &link).unwrap();
    assert!(matches!(take(&repo.store(), &link, Keep::Files), Err(TakeError::Read { .. })));
}

#[test]
fn a_folder_of_a_tree_is_a_tree_and_a_link_or_a_file_is_none() {
    let repo = Repo::of(&[("docs/api/a.md", "1"), ("docs/b.md", "2"), ("file", "3")]);
    repo.link("docs", "link");
    let store = Arc::new(repo.store());
    let tree = repo.baseline().tree;
    let docs = folder_of(&store, &tree, "docs/api").unwrap().unwrap();
    assert_eq!(GitTree::open(store.clone(), &docs).unwrap().read("a.md", 0, 9).unwrap(), b"1");
    assert_eq!(folder_of(&store, &tree, "").unwrap(), Some(tree.clone()));
    for none in ["link", "link/api", "file", "nowhere", "docs/nowhere"] {
        assert_eq!(folder_of(&store, &tree, none).unwrap(), None, "{none}");
    }
}
