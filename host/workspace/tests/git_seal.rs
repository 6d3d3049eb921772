//! The candidate with protected paths put back.
#![allow(clippy::unwrap_used)]

mod git;

use std::fs;

use git::Repo;
use goalpost_core::config::Protect;
use goalpost_core::ecosystem::Protection;
use goalpost_core::evidence::TamperKind::{self, Added, Deleted, Edited, Redirected, Renamed, TypeChanged};
use goalpost_core::ids::TreeId;
use goalpost_workspace::seal::{ProtectRules, Sealed, seal};

/// Everything below `tests` and the file `conf`; new files called `conf` or `settings/*` shadow.
struct Simple;

impl ProtectRules for Simple {
    fn is_protected(&self, path: &str) -> bool {
        path.starts_with("tests/") || path == "conf"
    }

    fn shadows(&self, path: &str) -> bool {
        path.rsplit('/').next() == Some("conf") || path.starts_with("settings/")
    }
}

fn start() -> (Repo, TreeId) {
    let repo = Repo::of(&[
        ("src/main", "fn main"),
        ("src/lib", "fn lib"),
        ("tests/a", "test a"),
        ("tests/b", "test b"),
        ("tests/deep/c", "test c"),
        ("conf", "strict"),
    ]);
    let tree = repo.baseline().tree;
    (repo, tree)
}

fn sealed(repo: &Repo, baseline: &TreeId, rules: &dyn ProtectRules) -> Sealed {
    let candidate = repo.candidate(baseline).tree;
    seal(&repo.store(), baseline, &candidate, rules).unwrap()
}

fn kinds(sealed: &Sealed) -> Vec<(&str, TamperKind)> {
    sealed.tampering.iter().map(|t| (&t.path[..], t.kind)).collect()
}

const ALL: [&str; 6] = ["conf", "src/lib", "src/main", "tests/a", "tests/b", "tests/deep/c"];

#[test]
fn work_outside_of_what_is_protected_stays_as_it_is() {
    let (repo, baseline) = start();
    repo.write("src/main", "better");
    repo.remove("src/lib");
    repo.write("src/new", "x");
    repo.write("tests/new", "a new test");
    let candidate = repo.candidate(&baseline).tree;
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(sealed.tree, candidate);
    assert_eq!(kinds(&sealed), []);
}

#[test]
fn edits_deletions_and_renames_of_protected_files_are_undone() {
    let (repo, baseline) = start();
    repo.write("src/main", "better");
    repo.write("tests/a", "assert true");
    repo.remove("tests/b");
    fs::rename(repo.path("tests/deep/c"), repo.path("src/c")).unwrap();
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&sealed), [("tests/a", Edited), ("tests/b", Deleted), ("tests/deep/c", Renamed)]);
    assert!(sealed.tampering[2].detail.contains("src/c"));
    assert_eq!(repo.show(&sealed.tree, "tests/a"), "test a");
    assert_eq!(repo.show(&sealed.tree, "tests/b"), "test b");
    assert_eq!(repo.show(&sealed.tree, "tests/deep/c"), "test c");
    assert_eq!(repo.show(&sealed.tree, "src/main"), "better");
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
}

#[test]
fn exec_bits_and_types_are_put_back() {
    let (repo, baseline) = start();
    repo.chmod("tests/a", 0o755);
    repo.remove("tests/b");
    repo.link("/dev/null", "tests/b");
    repo.remove("tests/deep/c");
    repo.write("tests/deep/c/inner", "x");
    repo.chmod("conf", 0o755);
    repo.write("conf", "lax");
    let sealed = sealed(&repo, &baseline, &Simple);
    let expected = [("conf", Edited), ("tests/a", TypeChanged), ("tests/b", Redirected), ("tests/deep/c", TypeChanged)];
    assert_eq!(kinds(&sealed), expected);
    assert_eq!(sealed.tree, baseline);
}

#[test]
fn a_protected_folder_replaced_by_a_link_is_put_back() {
    let (repo, baseline) = start();
    fs::rename(repo.path("tests"), repo.path("lenient")).unwrap();
    repo.write("lenient/a", "assert true");
    repo.link("lenient", "tests");
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&sealed), [("tests/a", Redirected), ("tests/b", Redirected), ("tests/deep/c", Redirected)]);
    assert!(sealed.tampering[0].detail.contains("`lenient`"), "{:?}", sealed.tampering[0]);
    assert_eq!(repo.show(&sealed.tree, "tests/a"), "test a");
    assert!(repo.names(&sealed.tree).contains(&"lenient/a".into()));
    assert!(!repo.names(&sealed.tree).contains(&"tests".into()));
    git::git_in(&repo.beside("store"), &["fsck", "--full", "--strict"]);
}

#[test]
fn a_protected_folder_replaced_by_a_file_is_put_back() {
    let (repo, baseline) = start();
    repo.remove("tests");
    repo.write("tests", "x");
    let sealed = sealed(&repo, &baseline, &Simple);
    assert!(kinds(&sealed).iter().all(|(_, kind)| *kind == TypeChanged) && sealed.tampering.len() == 3);
    assert_eq!(sealed.tree, baseline);
}

#[test]
fn a_protected_folder_that_is_gone_is_put_back() {
    let (repo, baseline) = start();
    repo.remove("tests");
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&sealed), [("tests/a", Deleted), ("tests/b", Deleted), ("tests/deep/c", Deleted)]);
    assert_eq!(repo.names(&sealed.tree), ALL);
}

#[test]
fn a_new_path_in_a_protected_role_is_removed() {
    let (repo, baseline) = start();
    repo.write("src/conf", "lax");
    repo.write("settings/x", "lax");
    repo.write("settings/nested/y", "lax");
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&sealed), [("settings/nested/y", Added), ("settings/x", Added), ("src/conf", Added)]);
    assert_eq!(sealed.tree, baseline);
}

#[test]
fn a_new_link_does_not_bring_settings_in_by_another_name() {
    let (repo, baseline) = start();
    repo.write("harmless/x", "lax");
    repo.link("harmless", "settings");
    repo.write("data", "x");
    repo.link("data", "other");
    let inside = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&inside), [("settings", Added)]);
    assert!(repo.names(&inside.tree).contains(&"other".into()));
    // By way of a second link, and by the workspace's own absolute name.
    for target in ["step", repo.path("harmless").to_str().unwrap()] {
        repo.remove("settings");
        repo.link(target, "settings");
        if target == "step" {
            repo.link("harmless", "step");
        }
        let through = sealed(&repo, &baseline, &Simple);
        assert_eq!(kinds(&through), [("settings", Added)], "{target}");
    }
}

#[test]
fn what_a_baselines_link_leads_to_is_protected() {
    let repo = Repo::of(&[("suite/a", "test a"), ("src/main", "x"), ("tests/.keep", "")]);
    repo.remove("tests");
    repo.link("suite", "tests");
    repo.write("lenient/a", "assert true");
    let baseline = repo.baseline().tree;
    repo.write("suite/a", "assert true");
    let edited = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&edited), [("suite/a", Redirected)]);
    assert_eq!(edited.tree, baseline);
    repo.remove("tests");
    repo.link("lenient", "tests");
    let turned = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&turned), [("suite/a", Redirected), ("tests", Redirected)]);
    assert_eq!(turned.tree, baseline);
}

#[test]
fn a_link_from_the_tests_to_the_work_protects_only_itself() {
    let repo = Repo::of(&[("src/main", "x"), ("tests/a", "x")]);
    repo.link("../src", "tests/under-test");
    let baseline = repo.baseline().tree;
    repo.write("src/main", "better");
    assert_eq!(kinds(&sealed(&repo, &baseline, &Simple)), []);
    repo.remove("tests/under-test");
    repo.link("../elsewhere", "tests/under-test");
    assert_eq!(kinds(&sealed(&repo, &baseline, &Simple)), [("tests/under-test", Redirected)]);
}

#[test]
fn a_submodule_commit_that_is_protected_is_put_back() {
    let inner = Repo::of(&[("x", "x")]);
    let repo = Repo::of(&[("a", "x")]);
    repo.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "tests/sub"]);
    repo.commit();
    repo.git(&["submodule", "--quiet", "deinit", "-f", "tests/sub"]);
    let baseline = repo.baseline().tree;
    fs::remove_dir(repo.path("tests/sub")).unwrap();
    repo.write("tests/sub", "x");
    let sealed = sealed(&repo, &baseline, &Simple);
    assert_eq!(kinds(&sealed), [("tests/sub", TypeChanged)]);
    assert_eq!(sealed.tree, baseline);
}

#[test]
fn the_default_rules_seal_disguises_and_intruders() {
    let repo = Repo::of(&[("setup.py", "x"), ("tests/test_a.py", "x"), ("Makefile", "test:")]);
    let baseline = repo.baseline().tree;
    let paths = goalpost_workspace::diff::paths(&repo.store(), &baseline).unwrap();
    let rules = Protection::new(&Protect::default(), &paths).unwrap();
    repo.write("makefile", "test: ; true");
    repo.write("Tests/Test_A.py", "assert True");
    repo.write("conftest.py", "x");
    repo.write("tests/test_b.py", "a new test");
    repo.write("src/work.py", "x");
    let sealed = sealed(&repo, &baseline, &rules);
    assert_eq!(kinds(&sealed), [("Tests/Test_A.py", Added), ("conftest.py", Added), ("makefile", Added)]);
    assert_eq!(repo.names(&sealed.tree), ["Makefile", "setup.py", "src/work.py", "tests/test_a.py", "tests/test_b.py"]);
}

#[test]
fn the_default_rules_seal_a_folder_made_a_link_once() {
    let repo = Repo::of(&[("Cargo.toml", "x"), ("tests/a.rs", "x"), (".cargo/config.toml", "x")]);
    let baseline = repo.baseline().tree;
    let paths = goalpost_workspace::diff::paths(&repo.store(), &baseline).unwrap();
    let rules = Protection::new(&Protect::default(), &paths).unwrap();
    for folder in ["tests", ".cargo"] {
        repo.remove(folder);
        repo.link("elsewhere", folder);
    }
    repo.write("elsewhere/config.toml", "lax");
    let sealed = sealed(&repo, &baseline, &rules);
    assert_eq!(kinds(&sealed), [(".cargo/config.toml", Redirected), ("tests/a.rs", Redirected)]);
}

#[test]
fn sealing_twice_changes_nothing_more() {
    let (repo, baseline) = start();
    repo.write("tests/a", "assert true");
    repo.write("settings/x", "lax");
    repo.write("src/main", "better");
    let once = sealed(&repo, &baseline, &Simple);
    let twice = seal(&repo.store(), &baseline, &once.tree, &Simple).unwrap();
    assert_eq!((twice.tree, twice.tampering), (once.tree, vec![]));
}

#[test]
fn a_tree_that_is_not_in_the_store_is_named() {
    let (repo, baseline) = start();
    let missing: TreeId = "1234567890123456789012345678901234567890".parse().unwrap();
    let error = seal(&repo.store(), &baseline, &missing, &Simple).unwrap_err();
    assert!(error.to_string().contains(missing.as_str()), "{error}");
}

const SOURCE: &str = "pub fn one() -> u8 { 2 }\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn ones() {\n        assert_eq!(super::one(), 1);\n    }\n}\n";

/// A crate with a test in its source, and the protection of a goal that says `protect`.
fn start_rust(protect: &Protect) -> (Repo, TreeId, Protection) {
    let repo = Repo::of(&[("Cargo.toml", "[package]"), ("src/a.rs", SOURCE)]);
    let tree = repo.baseline().tree;
    (repo, tree, Protection::new(protect, &["Cargo.toml", "src/a.rs"]).unwrap())
}

#[test]
fn tests_inside_of_source_files_are_put_back_among_the_work() {
    let (repo, baseline, rules) = start_rust(&Protect::default());
    let better = SOURCE.replace("{ 2 }", "{ 1 }");
    repo.write("src/a.rs", better.replace("assert_eq!(super::one(), 1);", ""));
    let sealed = sealed(&repo, &baseline, &rules);
    assert_eq!(kinds(&sealed), [("src/a.rs", Edited)]);
    assert_eq!(sealed.tampering[0].detail, "put back: `tests::ones` changed");
    assert_eq!(repo.show(&sealed.tree, "src/a.rs"), better.trim_end());
}

#[test]
fn a_source_file_may_be_renamed_with_its_tests() {
    let (repo, baseline, rules) = start_rust(&Protect::default());
    fs::rename(repo.path("src/a.rs"), repo.path("src/b.rs")).unwrap();
    assert_eq!(kinds(&sealed(&repo, &baseline, &rules)), []);
    repo.write("src/b.rs", SOURCE.replace("assert_eq!(super::one(), 1);", ""));
    let renamed = sealed(&repo, &baseline, &rules);
    assert_eq!(kinds(&renamed), [("src/b.rs", Edited)]);
    assert_eq!(repo.show(&renamed.tree, "src/b.rs"), SOURCE.trim_end());
}

#[test]
fn tests_that_go_with_their_file_are_reported() {
    let (repo, baseline, rules) = start_rust(&Protect::default());
    repo.remove("src/a.rs");
    let sealed = sealed(&repo, &baseline, &rules);
    assert_eq!(kinds(&sealed), [("src/a.rs", Deleted)]);
    assert!(sealed.tampering[0].detail.contains("`ones`"), "{:?}", sealed.tampering);
}

#[test]
fn a_source_file_that_becomes_a_link_is_gone() {
    let (repo, baseline, rules) = start_rust(&Protect::default());
    repo.write("src/quiet.txt", "pub fn one() -> u8 { 2 }");
    repo.remove("src/a.rs");
    std::os::unix::fs::symlink("quiet.txt", repo.path("src/a.rs")).unwrap();
    assert_eq!(kinds(&sealed(&repo, &baseline, &rules)), [("src/a.rs", Deleted)]);
}

#[test]
fn tests_inside_of_source_files_are_the_workers_where_the_goal_says_so() {
    let allow = Protect { allow: vec!["src/**".into()], ..Protect::default() };
    let none = Protect { defaults: false, ..Protect::default() };
    for protect in [allow, none] {
        let (repo, baseline, rules) = start_rust(&protect);
        repo.write("src/a.rs", "pub fn one() -> u8 { 2 }");
        assert_eq!(kinds(&sealed(&repo, &baseline, &rules)), []);
    }
}

/// What tools make lies in `made/`.
struct Tidy;

impl ProtectRules for Tidy {
    fn is_protected(&self, path: &str) -> bool {
        Simple.is_protected(path)
    }

    fn shadows(&self, path: &str) -> bool {
        Simple.shadows(path)
    }

    fn is_byproduct(&self, path: &str) -> bool {
        path.split('/').any(|part| part == "made")
    }

    fn obeys_baseline_ignores(&self, path: &str) -> bool {
        path != "allowed.log"
    }
}

#[test]
fn what_git_ignored_at_the_start_is_left_out_once_it_is_not() {
    let repo = Repo::of(&[
        (".gitignore", "*.log\n/build/\n!keep.log\n"),
        ("src/.gitignore", "inner\n"),
        ("src/main", "fn main"),
        ("tests/a", "test a"),
    ]);
    let baseline = repo.baseline().tree;
    for ignore in [".gitignore", "src/.gitignore"] {
        repo.write(ignore, "");
    }
    for new in
        ["a.log", "allowed.log", "build/x", "build/y/z", "keep.log", "src/build/x", "src/deep/inner/a", "tests/b"]
    {
        repo.write(new, "new");
    }
    let sealed = sealed(&repo, &baseline, &Tidy);
    assert_eq!(kinds(&sealed), [("a.log", Added), ("build", Added), ("src/deep/inner", Added)]);
    assert!(sealed.tampering[1].detail.ends_with("(2 files)"), "{}", sealed.tampering[1].detail);
    let expected =
        [".gitignore", "allowed.log", "keep.log", "src/.gitignore", "src/build/x", "src/main", "tests/a", "tests/b"];
    assert_eq!(repo.names(&sealed.tree), expected);
}

#[test]
fn what_tools_make_stays_as_it_was_without_a_word() {
    let repo = Repo::of(&[("src/main", "fn main"), ("tests/a", "test a"), ("tests/made/a", "old"), ("made/b", "old")]);
    let baseline = repo.baseline().tree;
    repo.write("src/main", "better");
    repo.write("tests/made/a", "forged");
    repo.write("tests/made/new", "forged");
    repo.write("made/b", "forged");
    let sealed = sealed(&repo, &baseline, &Tidy);
    assert_eq!(kinds(&sealed), []);
    assert_eq!(repo.names(&sealed.tree), ["made/b", "src/main", "tests/a", "tests/made/a"]);
    assert_eq!(repo.show(&sealed.tree, "tests/made/a"), "old");
    assert_eq!(repo.show(&sealed.tree, "made/b"), "old");
    assert_eq!(repo.show(&sealed.tree, "src/main"), "better");
}

#[test]
fn code_that_knows_of_tests_is_shown_and_kept() {
    let (repo, baseline, rules) = start_rust(&Protect::default());
    repo.write("src/a.rs", SOURCE.replace("{ 2 }", "{ if cfg!(test) { 1 } else { 2 } }"));
    let candidate = repo.candidate(&baseline).tree;
    let sealed = sealed(&repo, &baseline, &rules);
    assert_eq!((sealed.tree, sealed.tampering), (candidate, vec![]));
    assert_eq!(sealed.kept[0].path, "src/a.rs");
}
