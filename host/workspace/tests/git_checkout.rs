//! Trees as folders.
#![allow(clippy::unwrap_used)]

mod git;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use git::{Repo, contents};
use goalpost_core::ids::TreeId;
use goalpost_workspace::checkout::{CheckoutError, Pristine, checkout_into, overlay_delta};
use goalpost_workspace::snapshot::snapshot;
use goalpost_workspace::trash;

fn sample() -> (Repo, TreeId) {
    let repo = Repo::of(&[
        ("a", "x"),
        ("run", "#!"),
        ("d/e/f", "x\r\n"),
        ("d/e/g", "x"),
        ("gone/h", "x"),
        ("file-to-folder", "x"),
        ("folder-to-file/x", "x"),
        ("link-to-folder/.keep", "x"),
    ]);
    repo.chmod("run", 0o750);
    repo.remove("link-to-folder");
    repo.link("d", "link-to-folder");
    repo.link("nowhere", "dangling");
    let tree = repo.baseline().tree;
    (repo, tree)
}

fn checkout(repo: &Repo, tree: &TreeId, name: &str) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let dir = repo.beside(name);
    checkout_into(&repo.store(), tree, &dir).unwrap();
    contents(&dir)
}

#[test]
fn a_checkout_has_contents_modes_and_links() {
    let (repo, tree) = sample();
    let out = checkout(&repo, &tree, "out");
    let mode = |path: &str| out[Path::new(path)].0 & 0o7777;
    assert_eq!((mode("a"), mode("run"), mode("d/e")), (0o644, 0o755, 0o755));
    assert_eq!(out[Path::new("d/e/f")].1, b"x\r\n");
    assert_eq!(fs::read_link(repo.beside("out/dangling")).unwrap(), Path::new("nowhere"));
    git::git_in(&repo.beside("out"), &["init", "-q"]);
    git::git_in(&repo.beside("out"), &["add", "-A"]);
    assert_eq!(git::git_in(&repo.beside("out"), &["write-tree"]), tree.as_str());
}

#[test]
fn a_checkout_never_goes_over_what_is_there() {
    let (repo, tree) = sample();
    let dir = repo.beside("out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("stale"), "x").unwrap();
    assert!(matches!(checkout_into(&repo.store(), &tree, &dir), Err(CheckoutError::NotEmpty { .. })));
}

#[test]
fn many_files_and_large_ones_are_written_whole() {
    let repo = Repo::new();
    for n in 0..1000 {
        repo.write(&format!("d{}/f{n}", n % 30), n.to_string());
    }
    let large: Vec<u8> = (0..10_000_000_u32).map(|n| (n / 11) as u8).collect();
    repo.write("large", &large);
    let tree = repo.baseline().tree;
    let out = checkout(&repo, &tree, "out");
    assert_eq!(out.len(), 1000 + 30 + 1);
    assert_eq!(out[Path::new("d7/f7")].1, b"7");
    assert!(out[Path::new("large")].1 == large);
}

#[test]
fn a_submodule_that_is_only_a_commit_is_an_empty_folder() {
    let inner = Repo::of(&[("x", "x")]);
    let repo = Repo::of(&[("a", "x")]);
    repo.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "sub"]);
    repo.commit();
    repo.git(&["submodule", "--quiet", "deinit", "-f", "sub"]);
    let tree = repo.baseline().tree;
    checkout(&repo, &tree, "out");
    assert_eq!(fs::read_dir(repo.beside("out/sub")).unwrap().count(), 0);
}

/// What the kernel shows of an overlay once the deletions are made, copied out; none where this user can't mount one.
fn overlaid(
    repo: &Repo,
    lower: &Path,
    upper: &Path,
    deletions: &[PathBuf],
) -> Option<BTreeMap<PathBuf, (u32, Vec<u8>)>> {
    let temp = tempfile::tempdir_in(repo.root.parent().unwrap()).unwrap();
    let script = "mkdir work merged shown && mount -t overlay overlay -o \"$1\" merged || exit 77
        cd merged && shift && for gone; do rm -r -- \"$gone\" || exit 1; done && cp -a . ../shown";
    let options = format!("userxattr,lowerdir={},upperdir={},workdir=work", lower.display(), upper.display());
    let mut command = Command::new("unshare");
    command.current_dir(&temp).args(["-Urm", "sh", "-c", script, "sh", &options]).args(deletions);
    match command.status() {
        Ok(status) if status.success() => Some(contents(&temp.path().join("shown"))),
        Ok(status) if status.code() == Some(1) && can_unshare() => panic!("the deletions failed"),
        other => {
            eprintln!("skipped: no overlay can be mounted here ({other:?})");
            None
        }
    }
}

fn can_unshare() -> bool {
    Command::new("unshare").args(["-Urm", "true"]).status().is_ok_and(|status| status.success())
}

#[test]
fn a_delta_over_the_pristine_tree_is_the_wanted_tree() {
    let (repo, pristine) = sample();
    repo.write("a", "changed");
    repo.chmod("d/e/g", 0o755);
    repo.remove("gone");
    repo.remove("d/e/f");
    repo.remove("file-to-folder");
    repo.write("file-to-folder/x/y", "x");
    repo.remove("folder-to-file");
    repo.write("folder-to-file", "x");
    repo.remove("link-to-folder");
    repo.write("link-to-folder/z", "x");
    repo.remove("dangling");
    repo.link("somewhere", "dangling");
    repo.write("new/deep/file", "x");
    let wanted = repo.candidate(&pristine).tree;
    let there = (checkout(&repo, &pristine, "lower"), &pristine);
    let here = (checkout(&repo, &wanted, "wanted"), &wanted);
    let delta = overlay_delta(&repo.store(), &pristine, &wanted, &repo.beside("upper")).unwrap();
    assert_eq!(delta.deletions, [Path::new("d/e/f"), Path::new("gone")]);
    assert_eq!(delta.written, 7);
    if let Some(shown) = overlaid(&repo, &repo.beside("lower"), &repo.beside("upper"), &delta.deletions) {
        assert_eq!(shown, here.0);
    }
    // And back again.
    let back = overlay_delta(&repo.store(), here.1, there.1, &repo.beside("upper-2")).unwrap();
    if let Some(shown) = overlaid(&repo, &repo.beside("wanted"), &repo.beside("upper-2"), &back.deletions) {
        assert_eq!(shown, there.0);
    }
}

#[test]
fn a_delta_of_nothing_writes_nothing() {
    let (repo, tree) = sample();
    let delta = overlay_delta(&repo.store(), &tree, &tree, &repo.beside("upper")).unwrap();
    assert_eq!((delta.written, delta.deletions.len()), (0, 0));
    assert!(contents(&repo.beside("upper")).is_empty());
    assert!(matches!(overlay_delta(&repo.store(), &tree, &tree, &repo.root), Err(CheckoutError::NotEmpty { .. })));
}

#[test]
fn a_pristine_checkout_is_made_once_even_by_many() {
    let (repo, tree) = sample();
    let cache = repo.beside("cache");
    let store = repo.store();
    let paths: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Pristine::ensure(&cache, &store, &tree).unwrap().path().to_owned()))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(paths.iter().all(|path| *path == paths[0]));
    let first = fs::metadata(paths[0].join("a")).unwrap().modified().unwrap();
    let again = Pristine::ensure(&cache, &store, &tree).unwrap();
    assert_eq!(fs::metadata(again.path().join("a")).unwrap().modified().unwrap(), first);
    checkout(&repo, &tree, "out");
    assert_eq!(contents(again.path()), contents(&repo.beside("out")));
    assert_eq!(visible(&cache), 1);
}

/// Checkouts, finished or not.
fn visible(cache: &Path) -> usize {
    fs::read_dir(cache).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count()
}

#[test]
fn an_unfinished_checkout_is_never_used_and_goes() {
    let (repo, tree) = sample();
    let cache = repo.beside("cache");
    fs::create_dir_all(cache.join(".unfinished-killed/tree/half")).unwrap();
    let pristine = Pristine::ensure(&cache, &repo.store(), &tree).unwrap();
    assert!(!cache.join(".unfinished-killed").exists());
    trash::empty(&cache).unwrap();
    assert_eq!(visible(&cache), 1);
    drop(pristine);
}

#[test]
fn eviction_keeps_what_is_held_and_what_was_used_last() {
    let (repo, first) = sample();
    let store = repo.store();
    let cache = repo.beside("cache");
    let mut trees = vec![first.clone()];
    for n in 0..3 {
        repo.write("a", n.to_string());
        trees.push(snapshot(&repo.workspace(), &store, Some(&first)).unwrap().tree);
    }
    let held = Pristine::ensure(&cache, &store, &trees[0]).unwrap();
    for tree in &trees[1..] {
        std::thread::sleep(std::time::Duration::from_millis(20));
        Pristine::ensure(&cache, &store, tree).unwrap();
    }
    // One of an earlier boot: complete in name, perhaps not on disk.
    let earlier = cache.join(format!("{}-00000000", trees[1]));
    fs::create_dir(&earlier).unwrap();
    fs::write(cache.join(format!("{}-00000000.lease", trees[1])), "").unwrap();
    Pristine::evict(&cache, 1).unwrap();
    trash::empty(&cache).unwrap();
    assert!(held.path().join("a").exists());
    assert!(!earlier.exists());
    assert_eq!(visible(&cache), 2);
    // The last one is still there, and is not made anew.
    let last = fs::read_dir(&cache)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_str().unwrap().starts_with(trees[3].as_str()))
        .count();
    assert_eq!(last, 2);
    Pristine::ensure(&cache, &store, &trees[1]).unwrap();
}

#[test]
fn the_trash_takes_a_folder_at_once_and_empties_without_following_links() {
    let temp = tempfile::tempdir().unwrap();
    let outside = temp.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("keep"), "x").unwrap();
    let area = temp.path().join("area");
    for name in ["one", "two"] {
        let locked = area.join(name).join("locked/inner");
        fs::create_dir_all(&locked).unwrap();
        fs::write(locked.join("f"), "x").unwrap();
        std::os::unix::fs::symlink(&outside, area.join(name).join("link")).unwrap();
        fs::set_permissions(locked.parent().unwrap(), fs::Permissions::from_mode(0o000)).unwrap();
        trash::discard(&area.join(name)).unwrap();
        assert!(!area.join(name).exists());
    }
    fs::write(area.join("stays"), "x").unwrap();
    trash::empty(&area).unwrap();
    assert_eq!(fs::read_dir(&area).unwrap().count(), 1);
    assert!(outside.join("keep").exists());
    trash::empty(&area).unwrap();
}
