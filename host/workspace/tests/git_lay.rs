//! Files from elsewhere on top of a tree.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;

use git::Repo;
use goalpost_core::ids::TreeId;
use goalpost_workspace::folder::{Keep, take};
use goalpost_workspace::lay::laid;

fn folder(repo: &Repo, files: &[&str]) -> std::path::PathBuf {
    let folder = repo.beside("holdout");
    for file in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("held {file}")).unwrap();
    }
    folder
}

fn paths(repo: &Repo, tree: &TreeId) -> Vec<String> {
    repo.ls(tree).iter().map(|line| line.split_once('\t').unwrap().1.to_owned()).collect()
}

#[test]
fn what_is_laid_wins_and_stands_alone_in_its_folder() {
    let repo = Repo::of(&[("src/a.py", "1"), ("checks/conftest.py", "planted"), ("checks/deep/x", "planted")]);
    let store = repo.store();
    let tree = repo.baseline().tree;
    let taken = take(&store, &folder(&repo, &["test_a.py", "data/in.txt"]), Keep::Whole).unwrap().tree;

    let alone = laid(&store, &tree, &taken, "checks").unwrap();
    assert_eq!(paths(&repo, &alone), ["checks/data/in.txt", "checks/test_a.py", "src/a.py"]);
    let beside = laid(&store, &tree, &taken, ".").unwrap();
    assert_eq!(paths(&repo, &beside), ["checks/conftest.py", "checks/deep/x", "data/in.txt", "src/a.py", "test_a.py"]);
}

#[test]
fn links_and_files_in_the_way_give_way() {
    let repo = Repo::of(&[("keep", "1"), ("data", "a file where a folder is needed"), ("test_a.py/x", "a folder")]);
    repo.link("/tmp", "checks");
    let store = repo.store();
    let tree = repo.baseline().tree;
    let taken = take(&store, &folder(&repo, &["test_a.py", "data/in.txt"]), Keep::Whole).unwrap().tree;
    let below_a_link = laid(&store, &tree, &taken, "checks/hidden").unwrap();
    assert!(paths(&repo, &below_a_link).iter().any(|path| path == "checks/hidden/test_a.py"));
    assert!(!repo.ls(&below_a_link).iter().any(|line| line.starts_with("120000")));
    assert_eq!(
        paths(&repo, &laid(&store, &tree, &taken, ".").unwrap()),
        ["checks", "data/in.txt", "keep", "test_a.py"]
    );
}
