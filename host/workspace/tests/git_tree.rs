//! Trees as plugins read them.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;
use std::sync::Arc;

use git::Repo;
use goalpost_core::evidence::{Change, ChangeKind, LineCount};
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{EntryKind, TreeError, TreeView};
use goalpost_workspace::diff::{changes, diff_text};
use goalpost_workspace::tree::GitTree;

fn open(repo: &Repo, tree: &TreeId) -> GitTree {
    GitTree::open(Arc::new(repo.store()), tree).unwrap()
}

fn sample() -> (Repo, TreeId) {
    let repo = Repo::of(&[("a.b", "1"), ("a/x", "22"), ("a/y/z", "333"), ("a-b", "4"), ("b", "5")]);
    repo.chmod("b", 0o755);
    repo.link("a/x", "link");
    let tree = repo.baseline().tree;
    (repo, tree)
}

#[test]
fn entries_come_sorted_and_in_pages() {
    let (repo, id) = sample();
    let tree = open(&repo, &id);
    let all = tree.entries("", None, 100).unwrap();
    let paths: Vec<_> = all.iter().map(|e| &e.path[..]).collect();
    assert_eq!(paths, ["a-b", "a.b", "a/x", "a/y/z", "b", "link"]);
    for size in 1..=7 {
        let mut pages = Vec::new();
        loop {
            let after = pages.last().map(|e: &goalpost_core::ports::Entry| e.path.clone());
            let page = tree.entries("", after.as_deref(), size).unwrap();
            assert!(page.len() <= size);
            if page.is_empty() {
                break;
            }
            pages.extend(page);
        }
        assert_eq!(pages, all, "pages of {size}");
    }
    let below = |prefix| tree.entries(prefix, None, 10).unwrap().into_iter().map(|e| e.path).collect::<Vec<_>>();
    assert_eq!(below("a"), ["a/x", "a/y/z"]);
    assert_eq!(below("a/"), below("a"));
    assert_eq!(below("b"), ["b"]);
    assert_eq!(below("missing"), [""; 0]);
    assert!(tree.entries("", None, 0).unwrap().is_empty());
}

#[test]
fn stat_and_read_tell_kinds_apart() {
    let (repo, id) = sample();
    let tree = open(&repo, &id);
    assert_eq!(tree.id(), &id);
    let stat = tree.stat("a/y/z").unwrap();
    assert_eq!((stat.kind, stat.size), (EntryKind::File, 3));
    assert_eq!(stat.oid, repo.git(&["hash-object", "a/y/z"]));
    assert_eq!(tree.stat("b").unwrap().kind, EntryKind::Executable);
    assert_eq!(tree.stat("link").unwrap().kind, EntryKind::Symlink);
    assert_eq!(tree.read("link", 0, 100).unwrap(), b"a/x");
    assert_eq!(tree.read("a/y/z", 1, 1).unwrap(), b"3");
    assert_eq!(tree.read("a/y/z", 2, usize::MAX).unwrap(), b"3");
    assert_eq!(tree.read("a/y/z", u64::MAX, 5).unwrap(), b"");
    assert_eq!(tree.stat("a"), Err(TreeError::NotAFile));
    assert_eq!(tree.read("a/y", 0, 1), Err(TreeError::NotAFile));
    assert_eq!(tree.stat("a/x/y"), Err(TreeError::NotFound));
    assert_eq!(tree.stat("nope"), Err(TreeError::NotFound));
    for bad in ["", "/a", "../a", "a/../b", "a//x", "./a", "a\0"] {
        assert!(matches!(tree.stat(bad), Err(TreeError::InvalidPath(_))), "{bad:?}");
        assert!(matches!(tree.read(bad, 0, 1), Err(TreeError::InvalidPath(_))), "{bad:?}");
        assert!(matches!(tree.patch(&id, bad, 1), Err(TreeError::InvalidPath(_))), "{bad:?}");
    }
    assert!(matches!(tree.entries("../a", None, 1), Err(TreeError::InvalidPath(_))));
    assert!(matches!(tree.diff(&id, "/a"), Err(TreeError::InvalidPath(_))));
}

#[test]
fn a_large_file_is_read_in_parts() {
    let repo = Repo::new();
    let content: Vec<u8> = (0..12_000_000_u32).map(|n| (n / 7) as u8).collect();
    repo.write("large", &content);
    let tree = open(&repo, &repo.baseline().tree);
    assert_eq!(tree.stat("large").unwrap().size, 12_000_000);
    for (offset, max) in [(0, 10), (9_999_990, 1000), (11_999_999, 10), (12_000_000, 10)] {
        let end = (offset + max).min(content.len());
        assert_eq!(tree.read("large", offset as u64, max).unwrap(), &content[offset..end]);
    }
}

#[test]
fn a_missing_tree_does_not_open() {
    let (repo, _) = sample();
    let missing: TreeId = "1234567890123456789012345678901234567890".parse().unwrap();
    assert!(GitTree::open(Arc::new(repo.store()), &missing).is_err());
}

fn long(extra: &str) -> String {
    (0..40).map(|n| format!("line {n}\n")).collect::<String>() + extra
}

fn changed() -> (Repo, TreeId, TreeId) {
    let repo = Repo::of(&[
        ("edited", &long("")),
        ("deleted", "1\n2\n3\n"),
        ("old-name", &long("the same file\n")),
        ("moved/exact", "exactly this content\n"),
        ("mode", "x\n"),
        ("becomes-link", "x\n"),
        ("binary", "\0old"),
        ("no-newline", "end"),
        ("same", "same\n"),
    ]);
    let base = repo.baseline().tree;
    repo.write("edited", long("").replace("line 5\n", "LINE 5\nline 5b\n").replace("line 30\n", ""));
    repo.remove("deleted");
    repo.remove("old-name");
    repo.write("new-name", long("the same file, nearly\n"));
    fs::create_dir(repo.path("elsewhere")).unwrap();
    fs::rename(repo.path("moved/exact"), repo.path("elsewhere/exact")).unwrap();
    repo.chmod("mode", 0o755);
    repo.remove("becomes-link");
    repo.link("same", "becomes-link");
    repo.write("binary", "\0new");
    repo.write("no-newline", "end\n");
    repo.write("added", "nothing\nalike\n");
    repo.write("empty", "");
    let tree = repo.candidate(&base).tree;
    (repo, base, tree)
}

#[test]
fn changes_name_kinds_renames_and_lines() {
    let (repo, base, tree) = changed();
    let change = |path: &str, kind, old: Option<&str>, lines: Option<(u32, u32)>| Change {
        path: path.into(),
        kind,
        old_path: old.map(Into::into),
        lines: lines.map(|(added, removed)| LineCount { added, removed }),
    };
    use ChangeKind::{Added, Deleted, Modified, Renamed, TypeChanged};
    let expected = [
        change("added", Added, None, Some((2, 0))),
        change("becomes-link", TypeChanged, None, None),
        change("binary", Modified, None, None),
        change("deleted", Deleted, None, Some((0, 3))),
        change("edited", Modified, None, Some((2, 2))),
        change("elsewhere/exact", Renamed, Some("moved/exact"), Some((0, 0))),
        change("empty", Added, None, Some((0, 0))),
        change("mode", TypeChanged, None, Some((0, 0))),
        change("new-name", Renamed, Some("old-name"), Some((1, 1))),
        change("no-newline", Modified, None, Some((1, 1))),
    ];
    assert_eq!(changes(&repo.store(), &base, &tree).unwrap(), expected);
    let view = open(&repo, &tree);
    assert_eq!(view.diff(&base, "").unwrap(), expected);
    assert_eq!(view.diff(&base, "elsewhere").unwrap(), expected[5..6]);
    assert_eq!(view.diff(&base, "moved/").unwrap(), expected[5..6]);
    assert_eq!(view.diff(&base, "e").unwrap(), []);
    assert_eq!(view.diff(&tree, "").unwrap(), []);
}

/// Git applies our diff, and arrives at the same tree.
#[test]
fn the_diff_is_one_that_git_applies() {
    let (repo, base, tree) = changed();
    // Git refuses a binary patch without its content.
    repo.remove("binary");
    let tree_without = repo.candidate(&base).tree;
    let (text, cut) = diff_text(&repo.store(), &base, &tree_without, usize::MAX).unwrap();
    assert!(!cut);
    let text: String = text
        .split_inclusive("diff --git ")
        .filter(|part| !part.starts_with("a/binary"))
        .collect::<String>()
        .trim_end_matches("diff --git ")
        .into();
    let out = repo.beside("out");
    goalpost_workspace::checkout::checkout_into(&repo.store(), &base, &out).unwrap();
    fs::write(repo.beside("patch"), text).unwrap();
    git::git_in(&out, &["init", "-q"]);
    git::git_in(&out, &["apply", "../patch"]);
    fs::remove_file(out.join("binary")).unwrap();
    git::git_in(&out, &["add", "-A"]);
    assert_eq!(git::git_in(&out, &["write-tree"]), tree_without.as_str());
    assert!(
        diff_text(&repo.store(), &base, &tree, usize::MAX)
            .unwrap()
            .0
            .contains("Binary files a/binary and b/binary differ")
    );
}

#[test]
fn hunks_are_those_of_git() {
    let (repo, base, tree) = changed();
    let store = repo.beside("store");
    let ours = open(&repo, &tree).patch(&base, "edited", usize::MAX).unwrap();
    let theirs =
        git::git_in(&store, &["diff", "--histogram", "--no-color", base.as_str(), tree.as_str(), "--", "edited"]);
    let body = |text: &str| {
        let lines = text.lines().skip_while(|line| !line.starts_with("@@"));
        // Git repeats a line of context after the second @@.
        lines
            .map(|l| l.rfind(" @@").filter(|_| l.starts_with("@@")).map_or(l.into(), |at| l[..at].to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(body(&ours), body(&theirs));
    assert_eq!(body(&ours).iter().filter(|l| l.starts_with("@@")).count(), 2);
}

#[test]
fn a_patch_is_bounded_and_follows_a_rename() {
    let (repo, base, tree) = changed();
    let view = open(&repo, &tree);
    let whole = view.patch(&base, "edited", usize::MAX).unwrap();
    for max in [0, 1, 50, 200, whole.len() - 1] {
        let part = view.patch(&base, "edited", max).unwrap();
        assert!(part.len() <= max && whole.starts_with(&part), "{max}");
    }
    assert!(view.patch(&base, "new-name", 1000).unwrap().contains("rename from old-name"));
    assert_eq!(view.patch(&base, "old-name", 1000).unwrap(), view.patch(&base, "new-name", 1000).unwrap());
    assert!(view.patch(&base, "deleted", 1000).unwrap().contains("deleted file mode 100644"));
    assert_eq!(view.patch(&base, "same", 1000).unwrap(), "");
    let (text, cut) = diff_text(&repo.store(), &base, &tree, 300).unwrap();
    assert!(cut && text.len() <= 300 && text.ends_with('\n'));
    let (_, cut) = diff_text(&repo.store(), &base, &base, 0).unwrap();
    assert!(!cut);
}

#[test]
fn a_name_cannot_forge_a_part_of_the_diff() {
    let repo = Repo::of(&[("a", "x\n")]);
    let base = repo.baseline().tree;
    repo.write("x\n+++ b/forged", "y\n");
    let tree = repo.candidate(&base).tree;
    let (text, _) = diff_text(&repo.store(), &base, &tree, 10_000).unwrap();
    assert!(!text.lines().any(|line| line == "+++ b/forged"), "{text}");
}

#[test]
fn many_renames_are_found_by_content_only() {
    let repo = Repo::new();
    for n in 0..300 {
        repo.write(&format!("old/{n}"), long(&format!("{n}\n")));
    }
    let base = repo.baseline().tree;
    fs::rename(repo.path("old"), repo.path("new")).unwrap();
    let tree = repo.candidate(&base).tree;
    let found = changes(&repo.store(), &base, &tree).unwrap();
    assert_eq!(found.len(), 300);
    assert!(found.iter().all(|c| c.kind == ChangeKind::Renamed));
}
