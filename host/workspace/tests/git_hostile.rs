//! Working directories that change, resist being read, or were laid out to harm.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use git::Repo;
use goalpost_workspace::snapshot::{Note, NoteKind, SnapshotError, snapshot};

/// Ends the other thread, also when an assertion fails.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn mkfifo(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_and_sockets_are_left_out_and_noted() {
    let repo = Repo::of(&[("a", "x"), (".gitignore", "ignored-pipe\n")]);
    mkfifo(&repo.path("pipe"));
    mkfifo(&repo.path("ignored-pipe"));
    let _socket = std::os::unix::net::UnixListener::bind(repo.path("socket")).unwrap();
    let taken = repo.baseline();
    assert_eq!(repo.names(&taken.tree), [".gitignore", "a"]);
    let mut notes = taken.notes;
    notes.sort_by(|a, b| a.path.cmp(&b.path));
    let expected = [("pipe", "pipe"), ("socket", "socket")];
    assert_eq!(notes, expected.map(|(path, kind)| Note { path: path.into(), kind: NoteKind::Special(kind) }));
}

#[test]
fn pipes_where_rules_and_git_files_are_expected_do_not_hang() {
    let repo = Repo::of(&[("a", "x"), ("d/b", "x"), (".gitignore", "ignored\n")]);
    let baseline = repo.baseline();
    let workspace = repo.workspace();
    let store = repo.store();
    repo.write("ignored", "x");
    for path in [".gitignore", ".git/index", ".git/info/exclude"] {
        repo.remove(path);
        mkfifo(&repo.path(path));
    }
    mkfifo(&repo.path("d/.gitignore"));
    mkfifo(&repo.path("d/.git"));
    let taken = snapshot(&workspace, &store, Some(&baseline.tree)).unwrap();
    // Without its rules, what they left out is in.
    assert_eq!(repo.names(&taken.tree), ["a", "d/b", "ignored"]);
}

#[test]
fn a_link_is_never_followed() {
    let repo = Repo::of(&[("d/a", "x")]);
    let secret = repo.beside("secret");
    fs::create_dir(&secret).unwrap();
    fs::write(secret.join("a"), "secret").unwrap();
    fs::write(secret.join(".gitignore"), "*").unwrap();
    let baseline = repo.baseline();
    repo.remove("d");
    repo.link("../secret", "d");
    repo.link("/etc/passwd", "passwd");
    repo.link(".", "circle");
    repo.link("../secret/.gitignore", ".gitignore");
    let taken = repo.candidate(&baseline.tree);
    assert_eq!(repo.names(&taken.tree), [".gitignore", "circle", "d", "passwd"]);
    assert!(repo.ls(&taken.tree).iter().all(|line| line.starts_with("120000")));
    assert_eq!(repo.show(&taken.tree, "d"), "../secret");
}

#[test]
fn git_folders_in_any_case_stay_out() {
    let repo = Repo::of(&[("a", "x")]);
    repo.write(".GIT/config", "x");
    repo.write("d/.Git/hooks/x", "x");
    repo.write("d/b", "x");
    assert_eq!(repo.names(&repo.baseline().tree), ["a", "d/b"]);
}

#[test]
fn an_unreadable_file_is_named_with_what_to_do() {
    if git::is_root() {
        eprintln!("skipped: root reads everything");
        return;
    }
    let repo = Repo::of(&[("a", "x"), ("d/secret", "x")]);
    repo.chmod("d/secret", 0o000);
    let error = repo.try_candidate(&repo_tree(&repo)).unwrap_err();
    assert!(matches!(&error, SnapshotError::Unreadable { path, .. } if path == "d/secret"), "{error}");
    assert!(error.to_string().contains(".gitignore"), "{error}");
    repo.chmod("d/secret", 0o644);
    repo.chmod("d", 0o000);
    let error = repo.try_candidate(&repo_tree(&repo)).unwrap_err();
    assert!(matches!(&error, SnapshotError::Unreadable { path, .. } if path == "d"), "{error}");
    repo.chmod("d", 0o755);
    // Ignored, it is nobody's business.
    repo.write("private", "x");
    repo.chmod("private", 0o000);
    repo.write(".gitignore", "private\n");
    repo.baseline();
}

/// Any tree will do as a baseline here.
fn repo_tree(repo: &Repo) -> goalpost_core::ids::TreeId {
    repo.git(&["hash-object", "-t", "tree", "/dev/null"]).parse().unwrap()
}

#[test]
fn an_unreadable_folder_names_itself_for_the_error_of_root_too() {
    let repo = Repo::of(&[("a", "x")]);
    let mut path = repo.root.clone();
    // Deeper than the walk goes, in steps that each fit a path.
    for _ in 0..300 {
        path.push("d");
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("f"), "x").unwrap();
    let error = snapshot(&repo.workspace(), &repo.store(), None).unwrap_err();
    assert!(matches!(error, SnapshotError::TooDeep { .. }), "{error}");
}

#[test]
fn a_workspace_that_was_replaced_is_refused() {
    let repo = Repo::of(&[("a", "x")]);
    let (workspace, store) = (repo.workspace(), repo.store());
    fs::rename(&repo.root, repo.beside("old")).unwrap();
    fs::create_dir(&repo.root).unwrap();
    assert!(matches!(snapshot(&workspace, &store, None), Err(SnapshotError::Replaced { .. })));
    fs::remove_dir(&repo.root).unwrap();
    std::os::unix::fs::symlink(repo.beside("old"), &repo.root).unwrap();
    assert!(matches!(snapshot(&workspace, &store, None), Err(SnapshotError::Replaced { .. })));
}

/// A file that is replaced is one version or the other, whole; one that is written in place is of the size that it was
/// found with.
#[test]
fn files_that_change_while_they_are_read_give_a_whole_version_or_a_clear_error() {
    let repo = Repo::of(&[("steady", "x")]);
    let versions: Vec<String> = ('a'..='d').map(|c| c.to_string().repeat(300_000)).collect();
    repo.write("busy", &versions[0]);
    repo.write("busy-folder/x", "x");
    let (workspace, store) = (repo.workspace(), repo.store());
    let stop = AtomicBool::new(false);
    let (mut whole, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                // In place, and by replacing; with pauses, so that some snapshots find it at rest.
                let version = &versions[n % versions.len()];
                repo.write("busy", version);
                fs::write(repo.path("busy-folder/new"), version).unwrap();
                fs::rename(repo.path("busy-folder/new"), repo.path("busy-folder/x")).unwrap();
                std::thread::sleep(Duration::from_millis(if n.is_multiple_of(8) { 60 } else { 0 }));
            }
        });
        let _stop = StopAtEnd(&stop);
        for _ in 0..25 {
            match snapshot(&workspace, &store, None) {
                Ok(taken) => {
                    whole += 1;
                    let replaced = repo.show(&taken.tree, "busy-folder/x");
                    assert!(versions.contains(&replaced) || replaced == "x", "{} bytes", replaced.len());
                    let in_place = repo.show(&taken.tree, "busy");
                    assert!(in_place.is_empty() || in_place.len().is_multiple_of(4096) || in_place.len() == 300_000);
                }
                Err(SnapshotError::Unstable { path }) => {
                    refused += 1;
                    assert!(["busy", "busy-folder", "busy-folder/x", "busy-folder/new"].contains(&&path[..]), "{path}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    });
    assert_eq!(whole + refused, 25);
    let taken = snapshot(&workspace, &store, None).unwrap();
    assert_eq!(taken.files, 3);
}

#[test]
fn files_that_come_and_go_are_there_or_not() {
    let repo = Repo::of(&[("steady", "x"), ("d/steady", "x")]);
    let (workspace, store) = (repo.workspace(), repo.store());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // A file, a link, a folder and a pipe in turn, under one name.
                repo.write("d/flicker", "x");
                repo.remove("d/flicker");
                repo.link("steady", "d/flicker");
                repo.remove("d/flicker");
                repo.write("d/flicker/inner", "x");
                repo.remove("d/flicker");
                std::thread::sleep(Duration::from_millis(30));
            }
        });
        let _stop = StopAtEnd(&stop);
        for _ in 0..25 {
            match snapshot(&workspace, &store, None) {
                Ok(taken) => assert!(repo.names(&taken.tree).starts_with(&["d/flicker".into()]) || taken.files <= 3),
                Err(SnapshotError::Unstable { path }) => assert!(path.starts_with('d'), "{path}"),
                Err(other) => panic!("{other}"),
            }
        }
    });
}

#[test]
fn a_failed_snapshot_leaves_no_part_in_the_store() {
    let repo = Repo::of(&[("a", "x")]);
    let store = repo.store();
    let workspace = repo.workspace();
    let mut path = repo.root.clone();
    (0..300).for_each(|_| path.push("d"));
    fs::create_dir_all(&path).unwrap();
    snapshot(&workspace, &store, None).unwrap_err();
    assert_eq!(fs::read_dir(store.dir().join("objects/pack")).unwrap().count(), 0);
}

#[test]
fn a_file_that_claims_terabytes_is_named_and_not_read() {
    let repo = Repo::of(&[("a", "x")]);
    let path = repo.workspace().root().join("huge");
    fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    let error = snapshot(&repo.workspace(), &repo.store(), None).unwrap_err();
    assert!(matches!(error, SnapshotError::TooLarge { size: 0x100_0000_0000, .. }), "{error}");
    assert!(error.to_string().contains("`huge` is 1024 GiB large"), "{error}");
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    if git::is_root() {
        eprintln!("skipped: root writes everywhere");
        return;
    }
    let repo = Repo::of(&[("a", "x")]);
    let store = repo.store();
    let pack = store.dir().join("objects/pack");
    fs::set_permissions(&pack, fs::Permissions::from_mode(0o500)).unwrap();
    let error = snapshot(&repo.workspace(), &store, None).unwrap_err();
    fs::set_permissions(&pack, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(error, SnapshotError::Store(_)), "{error}");
    assert!(error.to_string().contains("store"), "{error}");
}

#[test]
fn a_damaged_store_is_named() {
    let repo = Repo::of(&[("a", "x")]);
    let taken = repo.baseline();
    for entry in fs::read_dir(repo.beside("store/objects/pack")).unwrap() {
        let path = entry.unwrap().path();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let length = fs::metadata(&path).unwrap().len();
        fs::write(&path, vec![7; length as usize]).unwrap();
    }
    let store = goalpost_workspace::store::ObjectStore::open_existing(&repo.beside("store"));
    let error = store.and_then(|store| goalpost_workspace::diff::paths(&store, &taken.tree)).unwrap_err();
    assert!(error.to_string().contains(repo.beside("store").to_str().unwrap()), "{error}");
}
