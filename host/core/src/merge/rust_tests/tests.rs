use super::*;

const BASE: &str = r#"//! A crate.

use std::fmt;

/// Adds.
pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

pub struct Total(i32);

impl Total {
    pub fn get(&self) -> i32 { self.0 }
    #[cfg(test)]
    fn of(n: i32) -> Self { Self(n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: i32 = 4;

    fn check(sum: i32) {
        assert_eq!(sum, FOUR);
    }

    #[test]
    fn adds() {
        check(add(2, 2));
    }

    #[test]
    fn adds_nothing() {
        assert_eq!(add(2, 0), 2);
        assert_eq!(Total::of(2).get(), 2);
    }
}
"#;

fn sealed(files: &[(&str, Option<&str>, Option<&str>)]) -> Vec<Outcome> {
    sealed_in(files, &[])
}

/// With other files that are there, unchanged. Where `src/lib.rs` is not among them, `src/main.rs` declares every file.
fn sealed_in(files: &[(&str, Option<&str>, Option<&str>)], others: &[(&str, &str)]) -> Vec<Outcome> {
    let changes: Vec<_> = files
        .iter()
        .map(|(path, before, after)| Change {
            path,
            before: before.map(str::as_bytes),
            after: after.map(str::as_bytes),
        })
        .collect();
    let mut surroundings = Surroundings::default();
    let lib = files.iter().map(|f| f.0).filter_map(|path| path.strip_prefix("src/")?.strip_suffix(".rs"));
    let lib = lib.filter(|name| !name.contains('/')).map(|name| format!("mod {name};")).collect::<String>();
    if !files.iter().any(|file| file.0 == "src/lib.rs") {
        surroundings.declaring.insert("src/main.rs".to_owned(), lib.into_bytes());
    }
    surroundings.present.extend(files.iter().filter(|f| f.2.is_some()).map(|f| f.0.to_owned()));
    surroundings.present.extend(others.iter().map(|other| other.0.to_owned()));
    for (path, text) in others.iter().copied().chain(files.iter().filter_map(|f| Some((f.0, f.1?)))) {
        surroundings.declaring.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    put_back(&changes, &surroundings)
}

/// What sealing makes of one changed file: its text, and what was put back.
fn one(before: &str, after: &str) -> (String, Vec<String>) {
    let mut outcomes = sealed(&[("src/lib.rs", Some(before), Some(after))]);
    match outcomes.pop() {
        None => (after.to_owned(), Vec::new()),
        Some(outcome) => {
            let merged = outcome.merged.expect("something put back");
            (String::from_utf8(merged.content).expect("text"), merged.undone)
        }
    }
}

fn no_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Replaces one text in the baseline, seals, and expects the baseline's tests again.
fn attack(from: &str, to: &str) -> Vec<String> {
    assert!(BASE.contains(from), "{from}");
    let (text, undone) = one(BASE, &BASE.replacen(from, to, 1));
    assert!(!undone.is_empty(), "not seen: {to}\n{text}");
    for part in
        ["check(add(2, 2));", "assert_eq!(sum, FOUR);", "assert_eq!(Total::of(2).get(), 2);", "#[test]\n    fn adds()"]
    {
        assert!(no_space(&text).contains(&no_space(part)), "{part} is missing after {to}:\n{text}");
    }
    assert!(!text.contains("compile_error"), "{text}");
    undone
}

fn welcome(from: &str, to: &str) {
    assert!(BASE.contains(from), "{from}");
    let after = BASE.replacen(from, to, 1);
    assert_eq!(one(BASE, &after), (after, Vec::new()));
}

#[test]
fn nothing_changed_is_nothing_put_back() {
    assert!(sealed(&[("src/lib.rs", Some(BASE), Some(BASE))]).is_empty());
}

#[test]
fn a_weakened_test_is_put_back_among_the_new_code() {
    let after = BASE.replace("a + b", "b + a").replace("check(add(2, 2));", "");
    let (text, undone) = one(BASE, &after);
    assert_eq!(text, BASE.replace("a + b", "b + a"));
    assert_eq!(undone, ["`tests::adds` changed"]);
}

#[test]
fn weakened_tests_are_put_back() {
    for (from, to) in [
        ("check(add(2, 2));", ""),
        ("check(add(2, 2));", "// check(add(2, 2));"),
        ("    #[test]\n    fn adds()", "    #[test]\n    #[ignore]\n    fn adds()"),
        ("    #[test]\n    fn adds()", "    #[test]\n    #[should_panic]\n    fn adds()"),
        ("    #[test]\n    fn adds()", "    #[test]\n    #[cfg(never)]\n    fn adds()"),
        ("    #[test]\n    fn adds()", "    #[cfg_attr(test, ignore)]\n    #[test]\n    fn adds()"),
        ("    #[test]\n    fn adds()", "    fn adds()"),
        ("assert_eq!(sum, FOUR);", "let _ = (sum, FOUR);"),
        ("const FOUR: i32 = 4;", "const FOUR: i32 = 5;"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(tests)]\nmod tests {"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(test)]\n#[cfg(any())]\nmod tests {"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(all(test, never))]\nmod tests {"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(any())]\nmod tests {"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(test)]\nmod tests {\n    #![cfg(any())]"),
        ("#[cfg(test)]\nmod tests {", "#[cfg(test)]\nmod tests {}\n#[cfg(any())]\nmod old {"),
        ("use super::*;", "use super::*;\n    fn add(_: i32, _: i32) -> i32 { 4 }"),
        ("use super::*;", "use super::*;\n    use super::fake::add;"),
        ("use super::*;", "use super::*;\n    use super::fake::plus as add;"),
        ("use super::*;", "use super::fake::*;"),
        ("use super::*;", "use super::*;\n    macro_rules! assert_eq { ($($t:tt)*) => {} }"),
        ("use super::*;", "use super::*;\n    use super::always as assert_eq;"),
        (
            "use super::*;",
            "use super::*;\n    macro_rules! f { ($n:ident) => { fn $n(_: i32, _: i32) -> i32 { 4 } } }\n    f!(add);",
        ),
        ("fn of(n: i32) -> Self { Self(n) }", "fn of(_: i32) -> Self { Self(2) }"),
        ("//! A crate.", "#![cfg(not(test))]"),
        ("//! A crate.", "#![no_main]"),
        ("//! A crate.", "#![cfg_attr(test, no_main)]"),
        ("//! A crate.", "#![feature(custom_test_frameworks)]\n#![test_runner(crate::quiet)]"),
        ("use std::fmt;", "macro_rules! assert_eq { ($($t:tt)*) => {} }"),
        ("use std::fmt;", "use std::fmt;\nuse crate::fake::{always as assert_eq, other};"),
        ("use std::fmt;", "macro_rules! m { ($n:ident) => { macro_rules! $n { ($($t:tt)*) => {} } } }\nm!(assert_eq);"),
        ("use std::fmt;", "macro_rules! m { () => { macro_rules! assert_eq { ($($t:tt)*) => {} } } }\nm!();"),
        ("use std::fmt;", "use quiet_tests::test;"),
    ] {
        let undone = attack(from, to);
        assert!(undone.len() < 4, "{to}: {undone:?}");
    }
}

#[test]
fn a_brace_that_a_macro_swallows_does_not_hide_tests() {
    let after = BASE.replace("#[cfg(test)]\nmod tests {", "nothing! {\n#[cfg(test)]\nmod tests {") + "}\n";
    let (text, undone) = one(BASE, &after);
    assert!(
        text.matches("fn adds_nothing").count() == 2 && undone.contains(&"`tests::adds` removed".to_owned()),
        "{text}\n{undone:?}"
    );
}

#[test]
fn removed_tests_come_back() {
    let at = BASE.find("#[cfg(test)]\nmod tests").expect("tests");
    let (text, undone) = one(BASE, &BASE[..at]);
    assert_eq!(no_space(&text), no_space(BASE));
    assert_eq!(undone, ["`tests::adds` removed", "`tests::adds_nothing` removed"]);
    attack("    #[test]\n    fn adds() {\n        check(add(2, 2));\n    }\n", "");
}

#[test]
fn work_is_welcome() {
    for (from, to) in [
        ("a + b", "b.wrapping_add(a)"),
        ("use std::fmt;", ""),
        ("pub struct Total(i32);", "#[derive(Debug)]\npub struct Total(i32);\nmacro_rules! own { () => {} }"),
        (
            "//! A crate.",
            "//! A better crate.\n#![no_std]\n#![allow(dead_code)]\n#![cfg_attr(docsrs, feature(doc_cfg))]",
        ),
        ("use std::fmt;", "use std::fmt;\nmod test;\nuse crate::test;\nuse std::panic;\nuse crate::format;"),
        // Beside the tests.
        (
            "    #[test]\n    fn adds()",
            "    #[test]\n    fn adds_more() { check(add(1, 3)); }\n\n    #[test]\n    fn adds()",
        ),
        ("use super::*;", "use super::*;\n    use std::collections::HashMap;\n    use proptest::prelude::*;"),
        (
            "use super::*;",
            "use super::*;\n    proptest! { #[test] fn p(a in 0..9) { prop_assert_eq!(add(a, 0), a); } }",
        ),
        ("use super::*;", "use super::*;\n    fn sum() -> i32 { 1 }\n    mod more { #[test] fn f() {} }"),
        ("    const FOUR: i32 = 4;", "    /// As many.\n    #[allow(dead_code)]\n    const FOUR: i32 = 4; // four"),
        (
            "#[cfg(test)]\nmod tests {",
            "#[cfg(test)]\nmod more_tests {\n    use pretty_assertions::assert_eq;\n    #[test] fn f() { assert_eq!(1, 1) }\n}\n\n#[cfg(test)]\n#[allow(clippy::all)]\nmod tests {",
        ),
    ] {
        welcome(from, to);
    }
}

#[test]
fn layout_is_not_tampering() {
    let before = "#[cfg(test)] mod tests { use b::y; use super::{a, b}; #[test] fn t() { call(a, b, match c { D => { e }, _ => x }) ; assert!(x==-1) } }";
    let after = "#[cfg(test)]\nmod tests {\n    use super::a;\n    use super::b;\n    use b::{y};\n\n    // The one.\n    #[test]\n    fn t() {\n        call(\n            a,\n            b,\n            match c {\n                D => e,\n                _ => x,\n            },\n        );\n        assert!(x == -1)\n    }\n}\n";
    assert_eq!(one(before, after), (after.to_owned(), vec![]));
}

#[test]
fn tests_among_the_work_are_put_back() {
    let before = "fn f() {}\n#[cfg(test)] fn help() {}\n#[tokio::test]\nasync fn t() { f(); help() }\n#[cfg(test)]\nproptest! { #[test] fn p(x in 0..1) {} }\n";
    let after = "fn f() { g() }\n#[cfg(test)] fn help() { skip() }\n#[tokio::test]\nasync fn t() {}\n";
    let (text, undone) = one(before, after);
    assert_eq!(no_space(&text), no_space(&before.replace("fn f() {}", "fn f() { g() }")));
    assert_eq!(undone, ["`help` changed", "`t` changed", "`_` removed"]);
}

#[test]
fn macros_that_make_tests_are_put_back() {
    let before =
        "macro_rules! cases { ($n:ident) => { #[test] fn $n() { check() } } }\n#[cfg(test)]\nmod tests { cases!(a); }";
    let (text, undone) = one(before, &before.replace("check()", ""));
    assert_eq!((text.as_str(), undone.len()), (before, 1), "{undone:?}");
    let (text, _) = one(before, &before.replace("cases!(a);", ""));
    assert_eq!(no_space(&text), no_space(before));
}

#[test]
fn a_file_with_tests_moves_with_its_tests() {
    assert!(sealed(&[("src/a.rs", Some(BASE), None), ("src/b.rs", None, Some(BASE))]).is_empty());
    let weak = BASE.replace("check(add(2, 2));", "");
    let outcomes = sealed(&[("src/a.rs", Some(BASE), None), ("src/b.rs", None, Some(&weak))]);
    let [outcome] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let merged = outcome.merged.as_ref().expect("put back");
    assert_eq!((outcome.path.as_str(), merged.content.as_slice()), ("src/b.rs", BASE.as_bytes()));
}

#[test]
fn a_file_that_becomes_a_folder_keeps_its_tests() {
    let at = BASE.find("#[cfg(test)]\nmod tests").expect("tests");
    let outcomes = sealed(&[("src/a.rs", Some(BASE), None), ("src/a/mod.rs", None, Some(&BASE[..at]))]);
    let merged = outcomes[0].merged.as_ref().expect("put back");
    assert_eq!(no_space(&String::from_utf8_lossy(&merged.content)), no_space(BASE));
}

/// A module moved into a file of its own, with or without its tests as they were.
#[test]
fn tests_may_move_into_a_file_of_their_own() {
    let at = BASE.find("#[cfg(test)]\nmod tests").expect("tests");
    let inner = BASE[at..]
        .trim_end()
        .strip_suffix('}')
        .and_then(|t| t.strip_prefix("#[cfg(test)]\nmod tests {"))
        .expect("body");
    let left = format!("{}#[cfg(test)]\nmod tests;\n", &BASE[..at]);
    let files = |tests: &str| sealed(&[("src/a.rs", Some(BASE), Some(&left)), ("src/a/tests.rs", None, Some(tests))]);
    let more = format!("{inner}\n#[test]\nfn more() {{}}\n");
    for fine in [inner, &more] {
        assert_eq!(files(fine).iter().map(|o| o.merged.as_ref().map(|m| &m.undone)).collect::<Vec<_>>(), []);
    }
    let outcomes = files(&more.replace("check(add(2, 2));", ""));
    let [outcome] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let merged = outcome.merged.as_ref().expect("put back");
    assert_eq!(outcome.path, "src/a/tests.rs");
    assert_eq!(no_space(&String::from_utf8_lossy(&merged.content)), no_space(&more));
    // Without that file, the tests come back where they were.
    let outcomes = sealed(&[("src/a.rs", Some(BASE), Some(&left))]);
    let merged = outcomes[0].merged.as_ref().expect("put back");
    assert_eq!(no_space(&String::from_utf8_lossy(&merged.content)), no_space(BASE));
}

const TWO: &str = "pub fn one() -> u8 { 1 }\npub fn two() -> u8 { 2 }\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn ones() { assert_eq!(one(), 1) }\n    #[test]\n    fn twos() { assert_eq!(two(), 2) }\n}\n";
const ONE: &str = "pub fn one() -> u8 { 1 }\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn ones() { assert_eq!(one(), 1) }\n}\n";

#[test]
fn a_test_may_move_with_the_code_that_it_tests() {
    let new = "pub fn two() -> u8 { 2 }\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn twos() { assert_eq!(two(), 2) }\n}\n";
    assert_eq!(sealed(&[("src/a.rs", Some(TWO), Some(ONE)), ("src/b.rs", None, Some(new))]), []);
}

#[test]
fn a_test_does_not_move_to_a_decoy() {
    // The code stays and is broken; the test finds another function of that name.
    let broken = ONE.replace("pub fn one", "pub fn two() -> u8 { 3 }\npub fn one");
    let decoy = "fn two() -> u8 { 2 }\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn twos() { assert_eq!(two(), 2) }\n}\n";
    let outcomes = sealed(&[("src/a.rs", Some(TWO), Some(&broken)), ("src/b.rs", None, Some(decoy))]);
    let merged = outcomes[0].merged.as_ref().expect("put back");
    assert_eq!(merged.undone, ["`tests::twos` removed"]);
    assert!(String::from_utf8_lossy(&merged.content).contains("fn twos()"));
}

#[test]
fn tests_that_are_gone_with_their_code_are_lost() {
    let outcomes = sealed(&[("src/a.rs", Some(TWO), None), ("src/b.rs", None, Some("pub fn three() {}"))]);
    let lost =
        Outcome { path: "src/a.rs".into(), merged: None, lost: vec!["ones".into(), "twos".into()], kept: vec![] };
    assert_eq!(outcomes, [lost]);
    let within = format!("mod a {{ {TWO} }}");
    assert_eq!(sealed(&[("src/lib.rs", Some(&within), Some("mod b;"))])[0].lost, ["a::ones", "a::twos"]);
}

#[test]
fn modules_stay_declared_as_they_were() {
    let before = "mod a;\n#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks;\n";
    let others = [("src/a.rs", TWO), ("src/b.rs", TWO), ("src/checks.rs", "#[test] fn t() {}")];
    for after in [
        "#[cfg(any())]\nmod a;\n#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks;\n",
        "#[path = \"quiet.rs\"]\nmod a;\n#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks;\n",
        "#[cfg_attr(test, path = \"quiet.rs\")]\nmod a;\n#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks;\n",
        "mod a;\nmod b;\n#[cfg(test)]\nmod checks;\n",
        "mod a;\n#[cfg(unix)]\nmod b;\n",
        "mod a;\n#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks {}\n",
        "#[cfg(unix)]\nmod b;\n#[cfg(test)]\nmod checks;\n",
    ] {
        let outcomes = sealed_in(&[("src/lib.rs", Some(before), Some(after))], &others);
        let merged = outcomes.first().and_then(|o| o.merged.as_ref()).expect(after);
        let text = String::from_utf8_lossy(&merged.content);
        let mut lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["#[cfg(test)]", "#[cfg(unix)]", "mod a;", "mod b;", "mod checks;"], "{after} -> {text}");
    }
    // Its file is gone too, or another file declares it now.
    let other = [("src/b.rs", TWO), ("src/checks.rs", "")];
    assert_eq!(sealed_in(&[("src/lib.rs", Some(before), Some(&before[7..]))], &other), []);
    let split = [("src/lib.rs", None, Some("pub mod a;")), ("src/main.rs", Some(before), Some(&before[7..]))];
    assert_eq!(sealed_in(&split, &others), []);
}

#[test]
fn a_file_that_is_all_tests_is_put_back_whole() {
    let lib = "#[cfg(test)]\nmod checks;\n";
    let before = "pub fn help() -> u8 { 1 }\n#[test]\nfn t() { assert_eq!(help(), 1) }\n";
    let outcomes =
        sealed_in(&[("src/checks.rs", Some(before), Some(&before.replace("{ 1 }", "{ 2 }")))], &[("src/lib.rs", lib)]);
    assert_eq!(outcomes[0].merged.as_ref().expect("put back").content, before.as_bytes());
}

#[test]
fn a_file_that_cannot_be_read_does_not_compile() {
    let padded = format!("{}\n//{}", BASE.replace("check(add(2, 2));", ""), "x".repeat(parse::MAX_BYTES));
    let deep = format!("{BASE}\nfn f() {{ {}x }}", "!".repeat(100_000));
    for after in ["fn f( {}", padded.as_str(), deep.as_str()] {
        let (text, undone) = one(BASE, after);
        assert!(text.starts_with("compile_error!(\"goalpost: "), "{text}");
        assert_eq!(undone.len(), 1);
    }
    // Without tests to protect, that is between the worker and the compiler.
    assert_eq!(sealed(&[("src/lib.rs", Some("fn f() {}"), Some("fn f( {}"))]), []);
    assert_eq!(sealed(&[("src/lib.rs", None, Some("fn f( {}"))]), []);
}

#[test]
fn a_new_file_brings_no_stand_in() {
    let fake = "macro_rules! assert_eq { ($($t:tt)*) => {} }\npub(crate) use assert_eq;\nfn work() {}\n";
    let outcomes = sealed(&[("src/fake.rs", None, Some(fake))]);
    let merged = outcomes[0].merged.as_ref().expect("put back");
    assert_eq!(String::from_utf8_lossy(&merged.content).trim(), "fn work() {}");
    // A file that has its own for longer keeps it, also elsewhere.
    assert_eq!(sealed(&[("src/a.rs", Some(fake), None), ("src/b.rs", None, Some(fake))]), []);
}

#[test]
fn a_new_test_may_judge_by_what_it_likes() {
    let own =
        "use pretty_assertions::assert_eq;\nmacro_rules! test { ($n:ident) => { #[test] fn $n() {} } }\ntest!(a);\n";
    assert_eq!(sealed(&[("tests/more.rs", None, Some(own))]), []);
    assert_eq!(sealed(&[("crates/a/benches/more.rs", None, Some(own))]), []);
    // A module of the crate that calls itself so is another thing.
    assert_eq!(sealed(&[("src/tests/more.rs", None, Some("use fake::assert_eq;\n"))]).len(), 1);
    let declares = ("src/main.rs", Some("fn main() {}\n"), Some("fn main() {}\n#[cfg(test)]\nmod more;\n"));
    assert_eq!(sealed(&[declares, ("src/more.rs", None, Some(own))]), []);
}

#[test]
fn other_line_ends_and_marks_are_kept() {
    let before = format!("\u{feff}{}", BASE.replace('\n', "\r\n"));
    let after = before.replace("check(add(2, 2));", "").replace("a + b", "b + a");
    let (text, _) = one(&before, &after);
    assert_eq!(text, before.replace("a + b", "b + a"));
}

#[test]
fn a_test_does_not_move_to_where_nothing_runs_it() {
    let new = "pub fn two() -> u8 { 2 }\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn twos() { assert_eq!(two(), 2) }\n}\n";
    let dead = format!("#[cfg(any())]\nmod dead {{ {new} }}");
    let lib = |declared: &str| format!("pub mod a;\n{declared}\n");
    for (declared, b) in [("", new), ("#[cfg(never)]\nmod b;", new), ("mod b;", dead.as_str())] {
        let outcomes = sealed(&[
            ("src/lib.rs", Some("pub mod a;\n"), Some(&lib(declared))),
            ("src/a.rs", Some(TWO), Some(ONE)),
            ("src/b.rs", None, Some(b)),
        ]);
        assert!(outcomes.iter().any(|o| o.path == "src/a.rs" && o.merged.is_some()), "{declared}: {outcomes:?}");
        let outcomes = sealed(&[
            ("src/lib.rs", Some("pub mod a;\n"), Some(&declared.replace("pub mod a", ""))),
            ("src/a.rs", Some(TWO), None),
            ("src/b.rs", None, Some(if b == new { TWO } else { b })),
        ]);
        assert!(outcomes.iter().any(|o| !o.lost.is_empty() || o.merged.is_some()), "{declared}: {outcomes:?}");
    }
}

#[test]
fn a_conditional_module_may_be_renamed() {
    let files = [
        ("src/lib.rs", Some("#[cfg(unix)]\nmod a;\n"), Some("#[cfg(unix)]\nmod b;\n")),
        ("src/a.rs", Some(TWO), None),
        ("src/b.rs", None, Some(TWO)),
    ];
    assert_eq!(sealed(&files), []);
}

#[test]
fn an_attribute_macro_on_a_module_is_undone() {
    let before = format!("mod a {{ {TWO} }}");
    let (text, undone) = one(&before, &format!("#[quiet]\n{before}"));
    assert_eq!((text.trim(), undone), (before.as_str(), vec!["the conditions of `a`".to_owned()]));
}

#[test]
fn code_that_knows_of_tests_is_shown() {
    for (from, to) in
        [("a + b", "if cfg!(test) { 4 } else { a + b }"), ("use std::fmt;", "#[cfg(not(test))]\nuse std::fmt;")]
    {
        let outcomes = sealed(&[("src/lib.rs", Some(BASE), Some(&BASE.replacen(from, to, 1)))]);
        assert_eq!(outcomes[0].kept.len(), 1, "{outcomes:?}");
        assert_eq!(outcomes[0].merged, None);
    }
}

#[test]
fn a_file_that_nothing_was_seen_to_declare_may_be_renamed() {
    // The root of the crate has another name than usual.
    let root = [("kernel.rs", Some("mod a;"), Some("mod b;"))];
    assert_eq!(sealed_in(&[root[0], ("a.rs", Some(TWO), None), ("b.rs", None, Some(TWO))], &[("lib.rs", "")]), []);
}
