//! The working directory as a tree.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;

use git::{Repo, contents};
use goalpost_workspace::snapshot::{NoteKind, snapshot};
use goalpost_workspace::store::ObjectStore;

/// A repository with one of everything that git itself takes as it is on disk.
fn dirty() -> Repo {
    let repo = Repo::of(&[
        ("kept", "same"),
        ("edited", "old"),
        ("staged", "old"),
        ("deleted", "x"),
        ("gone/a", "x"),
        ("gone/b", "y"),
        ("renamed", "some content"),
        ("run.sh", "#!/bin/sh\n"),
        ("plain.sh", "#!/bin/sh\n"),
        ("becomes-link", "x"),
        ("becomes-folder", "x"),
        ("folder-becomes-file/x", "x"),
        ("a.b", "1"),
        ("a/x", "2"),
        ("a-b", "3"),
        (".gitignore", "*.log\n/build/\n!keep.log\n"),
        ("sub/.gitignore", "*.tmp\n!/important.tmp\n"),
    ]);
    repo.write("edited", "new");
    repo.write("staged", "new");
    repo.git(&["add", "staged"]);
    repo.write("staged", "newer");
    repo.remove("deleted");
    repo.remove("gone");
    fs::rename(repo.path("renamed"), repo.path("moved")).unwrap();
    repo.chmod("run.sh", 0o755);
    repo.remove("becomes-link");
    repo.link("nowhere/at all", "becomes-link");
    repo.remove("becomes-folder");
    repo.write("becomes-folder/deep/er", "x");
    repo.remove("folder-becomes-file");
    repo.write("folder-becomes-file", "x");
    repo.write("new", "x");
    repo.write("empty", "");
    repo.write("binary", [0, 159, 146, 150, 13, 10]);
    repo.write("spaces and\nnewline", "x");
    repo.write("ünï", "x");
    repo.link("../outside", "out");
    repo.write("noise.log", "x");
    repo.write("keep.log", "x");
    repo.write("build/out", "x");
    repo.write("sub/a.tmp", "x");
    repo.write("sub/important.tmp", "x");
    repo.write("sub/deeper/important.tmp", "x");
    fs::create_dir(repo.path("empty-folder")).unwrap();
    repo
}

#[test]
fn the_tree_is_the_one_that_git_would_make() {
    let repo = dirty();
    let taken = repo.baseline();
    assert_eq!(taken.tree.as_str(), repo.git_tree());
    assert_eq!(taken.notes, []);
}

#[test]
fn a_sha256_repository_has_sha256_trees() {
    let repo = Repo::with(&["init", "-q", "--object-format=sha256"]);
    repo.write("a/b", "x");
    let taken = repo.baseline();
    assert_eq!(taken.tree.as_str().len(), 64);
    assert_eq!(taken.tree.as_str(), repo.git_tree());
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
}

#[test]
fn the_users_repository_is_untouched() {
    let repo = dirty();
    repo.git(&["stash", "push", "-q", "--", "edited"]);
    let before = contents(&repo.root);
    let baseline = repo.baseline();
    repo.candidate(&baseline.tree);
    assert_eq!(contents(&repo.root), before);
}

#[test]
fn an_empty_repository_is_the_empty_tree() {
    let repo = Repo::new();
    assert_eq!(repo.baseline().tree.as_str(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

#[test]
fn a_snapshot_needs_nothing_of_the_users_object_store() {
    let repo = Repo::of(&[("a", "one"), ("d/b", "two")]);
    let baseline = repo.baseline();
    repo.remove(".git/objects");
    assert_eq!(repo.show(&baseline.tree, "d/b"), "two");
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
}

#[test]
fn a_forged_object_in_the_users_store_changes_nothing() {
    let repo = Repo::of(&[("tests/a", "assert false")]);
    let good = repo.git(&["rev-parse", "HEAD:tests/a"]);
    repo.write("other", "assert true");
    let bad = repo.git(&["hash-object", "-w", "other"]);
    repo.remove("other");
    let loose = |id: &str| repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    fs::rename(loose(&bad), loose(&good)).unwrap();
    let baseline = repo.baseline();
    assert_eq!(repo.show(&baseline.tree, "tests/a"), "assert false");
}

#[test]
fn index_bits_hide_nothing() {
    let repo = Repo::of(&[("a", "old"), ("b", "old")]);
    let baseline = repo.baseline();
    repo.git(&["update-index", "--assume-unchanged", "a"]);
    repo.git(&["update-index", "--skip-worktree", "b"]);
    repo.write("a", "new");
    repo.write("b", "new");
    let candidate = repo.candidate(&baseline.tree);
    assert_eq!((repo.show(&candidate.tree, "a"), repo.show(&candidate.tree, "b")), ("new".into(), "new".into()));
}

#[test]
fn a_change_that_keeps_size_and_times_is_seen() {
    let repo = Repo::of(&[("a", "old!")]);
    std::thread::sleep(std::time::Duration::from_millis(3_200));
    let baseline = repo.baseline();
    assert_eq!(repo.candidate(&baseline.tree).read, 0);
    let modified = fs::metadata(repo.path("a")).unwrap().modified().unwrap();
    repo.write("a", "new!");
    fs::File::options().write(true).open(repo.path("a")).unwrap().set_modified(modified).unwrap();
    let candidate = repo.candidate(&baseline.tree);
    assert_eq!(repo.show(&candidate.tree, "a"), "new!");
}

#[test]
fn what_has_rested_is_not_read_again_and_what_has_not_is() {
    let repo = Repo::of(&[("a", "1"), ("b", "2")]);
    let first = repo.baseline();
    assert_eq!(first.read, 2);
    // Too young to be sure: a second write in the same tick would look the same.
    assert_eq!(repo.candidate(&first.tree).read, 2);
    std::thread::sleep(std::time::Duration::from_millis(3_200));
    repo.candidate(&first.tree);
    assert_eq!(repo.candidate(&first.tree).read, 0);
    repo.write("b", "3");
    let changed = repo.candidate(&first.tree);
    assert_eq!(changed.read, 1);
    assert_eq!(repo.show(&changed.tree, "b"), "3");
}

#[test]
fn a_damaged_stat_cache_or_one_without_its_objects_is_ignored() {
    let repo = Repo::of(&[("a", "1")]);
    std::thread::sleep(std::time::Duration::from_millis(3_200));
    let first = repo.baseline();
    let cache = repo.beside("store").join("stat-cache");
    let mut bytes = fs::read(&cache).unwrap();
    let middle = bytes.len() - 30;
    bytes[middle] ^= 1;
    fs::write(&cache, &bytes).unwrap();
    assert_eq!(repo.candidate(&first.tree).read, 1);
    // The cache is whole again; now the objects go.
    let saved = fs::read(&cache).unwrap();
    fs::remove_dir_all(repo.beside("store")).unwrap();
    repo.store();
    fs::write(&cache, saved).unwrap();
    let again = repo.baseline();
    assert_eq!((again.read, again.tree.clone()), (1, first.tree));
    assert_eq!(repo.show(&again.tree, "a"), "1");
}

#[test]
fn tracked_files_count_although_they_are_ignored() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.gen\nout/\n");
    repo.write("a.gen", "x");
    repo.write("out/deep/b", "x");
    repo.write("out/untracked", "x");
    repo.git(&["add", "-f", "a.gen", "out/deep/b"]);
    let taken = repo.baseline();
    assert_eq!(repo.names(&taken.tree), [".gitignore", "a.gen", "out/deep/b"]);
    assert_eq!(taken.tree.as_str(), repo.git_tree());
}

#[test]
fn a_worker_cannot_ignore_what_the_baseline_has() {
    let repo = Repo::of(&[("src/a", "x")]);
    repo.write("untracked", "x");
    let baseline = repo.baseline();
    repo.write("src/a", "changed");
    repo.write("src/new", "x");
    repo.write(".gitignore", "*\n");
    // Nor by forgetting it: the index is the worker's as well.
    repo.git(&["rm", "-r", "-q", "--cached", "."]);
    let candidate = repo.candidate(&baseline.tree);
    assert_eq!(repo.names(&candidate.tree), ["src/a", "untracked"]);
    assert_eq!(repo.show(&candidate.tree, "src/a"), "changed");
}

#[test]
fn the_repositorys_own_excludes_hold() {
    let repo = Repo::of(&[("a", "x")]);
    repo.write(".git/info/exclude", "secret\n");
    repo.write("secret", "x");
    repo.write("users", "users-choice\n");
    repo.git(&["config", "core.excludesFile", repo.path("users").to_str().unwrap()]);
    repo.write("users-choice", "x");
    assert_eq!(repo.names(&repo.baseline().tree), ["a", "users"]);
}

#[test]
fn a_split_index_is_read() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.gen\n");
    repo.write("a.gen", "x");
    repo.git(&["add", "-f", "a.gen"]);
    repo.git(&["update-index", "--split-index"]);
    repo.write("b.gen", "x");
    repo.git(&["add", "-f", "b.gen"]);
    assert_eq!(repo.names(&repo.baseline().tree), [".gitignore", "a.gen", "b.gen"]);
}

#[test]
fn a_broken_index_is_a_note() {
    let repo = Repo::of(&[("a", "x"), (".gitignore", "ignored\n")]);
    repo.write("ignored", "x");
    repo.write(".git/index", "DIRC garbage");
    let taken = repo.baseline();
    assert_eq!(repo.names(&taken.tree), [".gitignore", "a"]);
    assert!(
        matches!(taken.notes[..], [goalpost_workspace::snapshot::Note { kind: NoteKind::Index(_), .. }]),
        "{:?}",
        taken.notes
    );
}

#[test]
fn no_line_ending_or_filter_touches_the_bytes() {
    let repo = Repo::of(&[("a", "x\r\n"), (".gitattributes", "* text=auto eol=crlf\n* ident\n")]);
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.write("a", "one\r\ntwo\n$Id$");
    let taken = repo.baseline();
    assert_eq!(repo.show(&taken.tree, "a"), "one\r\ntwo\n$Id$");
    goalpost_workspace::checkout::checkout_into(&repo.store(), &taken.tree, &repo.beside("out")).unwrap();
    assert_eq!(fs::read(repo.beside("out/a")).unwrap(), b"one\r\ntwo\n$Id$");
}

#[test]
fn names_that_are_not_utf8_are_kept() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = Repo::of(&[("a", "x")]);
    fs::write(repo.root.join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "x").unwrap();
    let taken = repo.baseline();
    assert_eq!(taken.tree.as_str(), repo.git_tree());
    let paths = goalpost_workspace::diff::paths(&repo.store(), &taken.tree).unwrap();
    assert_eq!(paths, ["a", "caf\\xe9"]);
}

#[test]
fn a_submodule_is_taken_with_its_files_and_an_empty_one_as_its_commit() {
    let inner = Repo::of(&[("lib.c", "x"), (".gitignore", "*.o\n")]);
    let repo = Repo::of(&[("main.c", "x")]);
    let url = inner.root.to_str().unwrap();
    repo.git(&["submodule", "--quiet", "add", url, "full"]);
    repo.git(&["submodule", "--quiet", "add", url, "empty"]);
    repo.commit();
    repo.git(&["submodule", "--quiet", "deinit", "-f", "empty"]);
    repo.write("full/lib.c", "edited");
    repo.write("full/lib.o", "x");
    let taken = repo.baseline();
    let listing = repo.ls(&taken.tree);
    let names = ["empty", "full/.gitignore", "full/lib.c", ".gitmodules", "main.c"];
    assert!(names.iter().all(|name| listing.iter().any(|line| line.ends_with(name))), "{listing:?}");
    assert_eq!(listing.len(), names.len());
    assert_eq!(repo.show(&taken.tree, "full/lib.c"), "edited");
    assert!(listing.iter().any(|line| line.starts_with("160000 commit") && line.ends_with("\tempty")));
    assert!(taken.notes.iter().any(|note| note.kind == NoteKind::NestedRepository && note.path == "full"));
    // The same in a later snapshot.
    assert_eq!(repo.candidate(&taken.tree).tree, taken.tree);
}

#[test]
fn a_nested_repository_hides_nothing() {
    let repo = Repo::of(&[("tests/a", "x")]);
    let baseline = repo.baseline();
    git::git_in(&repo.path("tests"), &["init", "-q"]);
    repo.write("tests/a", "changed");
    repo.write("tests/b", "new");
    let candidate = repo.candidate(&baseline.tree);
    assert_eq!(repo.names(&candidate.tree), ["tests/a", "tests/b"]);
    assert_eq!(repo.show(&candidate.tree, "tests/a"), "changed");
}

#[test]
fn another_worktree_inside_is_left_out() {
    let repo = Repo::of(&[("a", "x")]);
    repo.git(&["worktree", "add", "-q", "trees/one"]);
    let taken = repo.baseline();
    assert_eq!(repo.names(&taken.tree), ["a"]);
    assert_eq!(taken.notes.len(), 1);
    assert_eq!((&taken.notes[0].path[..], &taken.notes[0].kind), ("trees/one", &NoteKind::LinkedWorktree));
    // In that worktree, it is the workspace itself.
    let workspace = goalpost_workspace::repository::Workspace::open(repo.path("trees/one")).unwrap();
    let store = ObjectStore::open(&repo.beside("other-store"), &workspace).unwrap();
    assert_eq!(snapshot(&workspace, &store, None).unwrap().files, 1);
}

#[test]
fn sparse_checkouts_are_what_is_on_disk() {
    let repo = Repo::of(&[("in/a", "x"), ("out/b", "x")]);
    repo.git(&["sparse-checkout", "set", "--sparse-index", "in"]);
    assert_eq!(repo.names(&repo.baseline().tree), ["in/a"]);
}

#[test]
fn exec_bits_that_mean_nothing_are_taken_from_the_index() {
    let repo = Repo::of(&[("run", "x"), ("plain", "x")]);
    repo.git(&["update-index", "--chmod=+x", "run"]);
    repo.git(&["config", "core.fileMode", "false"]);
    for name in ["run", "plain"] {
        repo.chmod(name, 0o777);
    }
    let listing = repo.ls(&repo.baseline().tree);
    assert!(listing[0].starts_with("100644") && listing[1].starts_with("100755"), "{listing:?}");
}

#[test]
fn large_files_go_through_without_being_held() {
    let repo = Repo::of(&[("a", "x")]);
    let file = fs::File::create(repo.path("large")).unwrap();
    file.set_len(40 << 20).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"end", (40 << 20) - 3).unwrap();
    let taken = repo.baseline();
    assert_eq!(taken.tree.as_str(), repo.git_tree());
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
    assert_eq!(repo.candidate(&taken.tree).tree, taken.tree);
}

#[test]
fn many_snapshots_stay_readable() {
    let repo = Repo::of(&[("a", "x")]);
    let baseline = repo.baseline();
    let mut trees = Vec::new();
    for n in 0..60 {
        repo.write("a", format!("{n}"));
        trees.push(repo.candidate(&baseline.tree).tree);
    }
    let packs = fs::read_dir(repo.beside("store/objects/pack")).unwrap().count();
    assert!(packs < 2 * 60, "the packs were never merged: {packs} files");
    for (n, tree) in trees.iter().enumerate() {
        assert_eq!(repo.show(tree, "a"), n.to_string());
    }
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
}

#[test]
fn what_a_killed_writer_left_does_no_harm_and_goes_in_time() {
    let repo = Repo::of(&[("a", "x")]);
    let packs = repo.store().dir().join("objects/pack");
    let abandoned = packs.join("tmp_pack_old");
    for path in [&abandoned, &packs.join("tmp_pack_new"), &packs.join(format!("pack-{}.pack", "0".repeat(40)))] {
        fs::write(path, "PACK half").unwrap();
    }
    let days_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(48);
    fs::File::options().write(true).open(&abandoned).unwrap().set_modified(days_ago).unwrap();
    let taken = repo.baseline();
    assert_eq!(repo.show(&taken.tree, "a"), "x");
    assert!(!abandoned.exists() && packs.join("tmp_pack_new").exists());
}

#[test]
fn stores_of_the_other_hash_function_are_refused() {
    let (one, other) = (Repo::new(), Repo::with(&["init", "-q", "--object-format=sha256"]));
    let store = one.store();
    let error = ObjectStore::open(store.dir(), &other.workspace()).err().unwrap();
    assert!(error.to_string().contains("sha"), "{error}");
}
