//! `Cargo.toml`

use super::*;

const OLD: &str = r#"# The package.
[package]
name = "x"
version = "0.1.0"
edition = "2021"

[features]
default = ["std"]
std = []

[dependencies]
serde = "1"

[dev-dependencies]
proptest = "1"
helper = { path = "../helper" }

[profile.dev]
opt-level = 1

[lints.rust]
unsafe_code = "deny"

[[test]]
name = "slow"
path = "slow/main.rs"
"#;

fn with(from: &str, to: &str) -> String {
    assert!(OLD.contains(from), "{from}");
    OLD.replace(from, to)
}

#[test]
fn what_work_needs_is_kept() {
    for (from, to, kept) in [
        ("serde = \"1\"", "serde = \"1\"\nmemchr = \"2\"", "dependency `memchr` added"),
        ("serde = \"1\"", "serde = { version = \"1\", features = [\"derive\"] }", "dependency `serde` changed"),
        ("serde = \"1\"\n", "", "dependency `serde` removed"),
        ("proptest = \"1\"", "proptest = \"1.5\"", "dependency `proptest` changed from `1` to `1.5`"),
        ("std = []", "std = []\nfast = [\"dep:memchr\"]", "`features.fast` added"),
        ("[\"std\"]", "[\"std\", \"fast\"]", "`features.default`: `fast` added"),
        ("0.1.0", "0.2.0", "`package.version` changed from `0.1.0` to `0.2.0`"),
        ("2021", "2024", "`package.edition` changed from `2021` to `2024`"),
        ("opt-level = 1", "opt-level = 3", "`profile.dev.opt-level` changed from `1` to `3`"),
        ("[[test]]", "[[bin]]\nname = \"tool\"\npath = \"src/tool.rs\"\n\n[[test]]", "bin `tool` added"),
        ("[[test]]", "[[test]]\nname = \"new\"\npath = \"tests/new.rs\"\n\n[[test]]", "test `new` added"),
        (
            "[dev-dependencies]",
            "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n\n[dev-dependencies]",
            "dependency `libc` added",
        ),
        (
            "[dev-dependencies]",
            "[dev-dependencies]\nown = { path = \"../own\" }",
            "dependency `own` added from `path ../own`",
        ),
    ] {
        stays("Cargo.toml", OLD, &with(from, to), &[kept]);
    }
}

#[test]
fn comments_and_layout_are_no_matter() {
    stays("Cargo.toml", OLD, &format!("# {OLD}\n\n# end").replace(" = ", "="), &[]);
    stays("Cargo.toml", "[lints]\nworkspace = true\n", "lints = { workspace = true }\n", &[]);
}

#[test]
fn what_decides_is_put_back() {
    for (from, to, undone) in [
        ("name = \"x\"", "name = \"y\"", "`package.name` changed from `x` to `y`"),
        ("version", "autotests = false\nversion", "`package.autotests` added"),
        ("version", "build = \"evil.rs\"\nversion", "`package.build` added"),
        ("2021", "2015", "`package.edition` changed from `2021` to `2015`"),
        ("[\"std\"]", "[]", "`features.default`: `std` removed"),
        ("std = []\n", "", "`features.std` removed"),
        ("proptest = \"1\"", "proptest = { path = \"fake\" }", "dependency `proptest` taken from `path fake`"),
        ("proptest = \"1\"", "proptest.workspace = true", "dependency `proptest` taken from `the workspace`"),
        (
            "serde = \"1\"",
            "serde = { git = \"https://evil.test\" }",
            "dependency `serde` taken from `git https://evil.test`",
        ),
        (
            "serde = \"1\"",
            "serde = { package = \"evil\", version = \"1\" }",
            "dependency `serde` taken from `package evil`",
        ),
        (
            "serde = \"1\"",
            "serde = \"1\"\nproptest = { path = \"fake\" }",
            "dependency `proptest` taken from `path fake`",
        ),
        ("serde = \"1\"", "serde = \"1\"\nstd = { path = \"fake\" }", "dependency `std` taken from `path fake`"),
        (
            "helper = { path = \"../helper\" }",
            "helper = { path = \"../fake\" }",
            "dependency `helper` taken from `path ../fake`",
        ),
        ("helper = { path = \"../helper\" }", "helper = \"1\"", "dependency `helper` taken from the registry"),
        ("opt-level = 1", "opt-level = 1\npanic = \"abort\"", "`profile.dev.panic` added"),
        ("opt-level = 1", "opt-level = 1\noverflow-checks = false", "`profile.dev.overflow-checks` added"),
        (
            "unsafe_code = \"deny\"",
            "unsafe_code = \"allow\"",
            "`lints.rust.unsafe_code` changed from `deny` to `allow`",
        ),
        ("[[test]]\nname = \"slow\"", "[[test]]\ntest = false\nname = \"slow\"", "test `slow`"),
        ("[[test]]\nname = \"slow\"\npath = \"slow/main.rs\"\n", "", "test `slow`"),
        ("[features]", "[lib]\ntest = false\n\n[features]", "`lib.test` added"),
        ("[features]", "[lib]\npath = \"src/fake.rs\"\n\n[features]", "`lib.path` added"),
        ("[features]", "[lib]\ncrate-type = [\"cdylib\"]\n\n[features]", "`lib.crate-type` added"),
        ("[features]", "[patch.crates-io]\nserde = { path = \"fake\" }\n\n[features]", "`patch` added"),
        (
            "[features]",
            "[profile.test]\ndebug-assertions = false\n\n[features]",
            "`profile.test.debug-assertions` added",
        ),
        ("[features]", "[[test]]\nname = \"a\"\nharness = false\n\n[features]", "test `a`"),
        ("[features]", "[[test]]\nname = \"b\"\npath = \"tests/a.rs\"\nharness = false\n\n[features]", "test `b`"),
        ("[features]", "[[bin]]\nname = \"x\"\npath = \"src/fake.rs\"\n\n[features]", "bin `x`"),
        ("[features]", "[[bin]]\nname = \"x\"\npath = \"src/main.rs\"\ntest = false\n\n[features]", "bin `x`"),
        ("# The package.", "cargo-features = [\"x\"]\n# The package.", "`cargo-features` added"),
    ] {
        let merged =
            merged_among("Cargo.toml", OLD, &with(from, to), &["src/lib.rs", "src/main.rs", "tests/a.rs"], &[]);
        assert_eq!(merged.undone, [undone]);
        // Empty tables may stay.
        let parse = |text: &str| text.parse::<toml::Table>().unwrap();
        let mut result = parse(&String::from_utf8(merged.content).unwrap());
        result.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        if let Some(profile) = result.get_mut("profile").and_then(|profile| profile.as_table_mut()) {
            profile.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        }
        assert_eq!(result, parse(OLD), "{to}");
    }
}

#[test]
fn good_and_bad_changes_of_one_file_are_told_apart() {
    let new = with("serde = \"1\"", "serde = \"1\"\nmemchr = \"2\" # fast")
        .replace("[profile.dev]", "[profile.dev]\npanic = \"abort\"");
    let merged = merged("Cargo.toml", OLD, &new);
    assert_eq!(merged.undone, ["`profile.dev.panic` added"]);
    assert_eq!(merged.kept, ["dependency `memchr` added"]);
    assert_eq!(
        String::from_utf8(merged.content).unwrap(),
        with("serde = \"1\"", "serde = \"1\"\nmemchr = \"2\" # fast")
    );
}

#[test]
fn the_first_edition_stops_looking_for_tests_where_one_is_named() {
    let old = "[package]\nname = \"x\"\n";
    let new = "[package]\nname = \"x\"\n\n[[test]]\nname = \"new\"\n";
    assert_eq!(merged("Cargo.toml", old, new).undone, ["test `new`"]);
}

const WORKSPACE: &str = "[workspace]\nmembers = [\"a\", \"b\"]\n\n[workspace.dependencies]\nserde = \"1\"\n";

#[test]
fn members_may_come_and_not_go() {
    let at =
        |text: &str| merged_among("Cargo.toml", WORKSPACE, text, &["Cargo.toml", "a/Cargo.toml", "b/Cargo.toml"], &[]);
    let more = WORKSPACE.replace("\"b\"", "\"b\", \"c\"");
    assert_eq!(at(&more).kept, ["`workspace.members`: `c` added"]);
    assert!(at(&more).undone.is_empty());
    let fuzz = WORKSPACE.replace("\n\n", "\nexclude = [\"fuzz\"]\n\n");
    assert!(at(&fuzz).undone.is_empty());
    for (bad, undone) in [
        (WORKSPACE.replace(", \"b\"", ""), "`workspace.members`: `b` removed"),
        (WORKSPACE.replace("\n\n", "\nexclude = [\"b\"]\n\n"), "`workspace.exclude`: `b` added"),
        (WORKSPACE.replace("\n\n", "\nexclude = [\"*\"]\n\n"), "`workspace.exclude`: `*` added"),
        (WORKSPACE.replace("\n\n", "\ndefault-members = [\"a\"]\n\n"), "`workspace.default-members` added"),
        (
            WORKSPACE.replace("serde = \"1\"", "serde = { path = \"fake\" }"),
            "dependency `serde` taken from `path fake`",
        ),
        (format!("{WORKSPACE}[workspace.lints.clippy]\nall = \"allow\"\n"), "`workspace.lints` added"),
    ] {
        let merged = at(&bad);
        assert_eq!(merged.undone, [undone]);
        assert_eq!(String::from_utf8(merged.content).unwrap(), WORKSPACE, "{bad}");
    }
}

#[test]
fn a_package_may_become_a_workspace_and_a_member_may_not_leave_one() {
    let old = "[package]\nname = \"x\"\nedition = \"2024\"\n";
    let new = format!("{old}\n[workspace]\nmembers = [\"y\"]\nresolver = \"3\"\n");
    assert!(merged_among("Cargo.toml", old, &new, &["Cargo.toml"], &[]).undone.is_empty());
    let merged = merged_among("a/Cargo.toml", old, &new, &["Cargo.toml", "a/Cargo.toml"], &[]);
    assert_eq!(merged.undone, ["`workspace` added"]);
    assert_eq!(String::from_utf8(merged.content).unwrap(), old);
}

#[test]
fn a_new_package_brings_what_it_likes_but_fakes() {
    let text = "[package]\nname = \"y\"\n\n[lib]\ntest = false\n\n[dependencies]\nproptest = { path = \"../fake\" }\nz = { path = \"../z\" }\n";
    let merged = merge("y/Cargo.toml", None, text.as_bytes(), &Surroundings::new(&["Cargo.toml"], [])).unwrap();
    assert_eq!(merged.undone, ["dependency `proptest` taken from `path ../fake`"]);
    assert_eq!(merged.kept, ["new package `y`", "dependency `z` added from `path ../z`"]);
    assert_eq!(String::from_utf8(merged.content).unwrap(), text.replace("proptest = { path = \"../fake\" }\n", ""));
}

#[test]
fn what_can_no_longer_be_read_is_put_back_whole() {
    for bad in ["[package", "a = 1\na = 2\n", "\u{feff}[package]\nname = \"x\"\n", ""] {
        let bad = if bad.is_empty() { format!("{OLD}\n[package]\n") } else { bad.to_owned() };
        let merged = merged("Cargo.toml", OLD, &bad);
        assert_eq!(merged.content, OLD.as_bytes(), "{bad}");
        assert!(merged.undone[0].starts_with("the whole file, as it "), "{:?}", merged.undone);
    }
    assert_eq!(
        merge("Cargo.toml", Some(OLD.as_bytes()), b"\xff\xfe[", &Surroundings::default()).unwrap().content,
        OLD.as_bytes()
    );
    // One that was broken before is the worker's to mend.
    stays("Cargo.toml", "[package", "[package]\nname = \"x\"\n", &["new package `x`"]);
}
