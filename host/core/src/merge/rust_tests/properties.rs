//! Whatever a worker makes of a file, the tests of the baseline are in it again.

use proptest::prelude::*;

use super::source::{Scope, read};
use super::{Change, Outcome, Surroundings, put_back};

/// What files are put together from.
const BLOCKS: [&str; 8] = [
    "pub fn a(x: u8) -> u8 { x }\n",
    "pub struct S(u8);\nimpl S {\n    pub fn n(&self) -> u8 { self.0 }\n    #[cfg(test)]\n    fn of(n: u8) -> Self { Self(n) }\n}\n",
    "#[cfg(test)]\nuse std::fmt;\n",
    "#[cfg(test)]\nmod tests {\n    use super::*;\n    const N: u8 = 1;\n    #[test]\n    fn one() { assert_eq!(a(N), 1); }\n    #[test]\n    #[should_panic]\n    fn two() { panic!() }\n}\n",
    "mod inner {\n    pub fn b() {}\n    #[cfg(test)]\n    mod checks {\n        macro_rules! m { ($n:ident) => { #[test] fn $n() {} } }\n        m!(x);\n        mod deep {\n            #[test]\n            fn three() { super::super::b() }\n        }\n    }\n}\n",
    "#[tokio::test]\nasync fn four() { a(4); }\n",
    "#[cfg(test)]\nproptest! {\n    #[test]\n    fn five(x in 0..5u8) { a(x); }\n}\n",
    "macro_rules! own { ($($t:tt)*) => { $($t)* } }\n",
];

/// What a worker could put anywhere.
const ATTACKS: [&str; 22] = [
    "#[ignore]",
    "#[cfg(any())]",
    "#![cfg(any())]",
    "#![no_main]",
    "#[cfg(test)]",
    "#[test]",
    "mod dead {",
    "own! {",
    "}",
    "{",
    "/*",
    "*/",
    "//",
    "\"",
    "r#\"",
    "macro_rules! assert_eq { ($($t:tt)*) => {} }",
    "use crate::other as assert_eq;",
    "fn a(_: u8) -> u8 { 1 }",
    "mod tests {}",
    "#[path = \"x.rs\"]",
    "const N: u8 = 2;",
    "'",
];

#[derive(Debug, Clone)]
enum Step {
    Remove(prop::sample::Index),
    Double(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, &'static str),
    Cut(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    use prop::sample::Index;
    let step = prop_oneof![
        any::<Index>().prop_map(Step::Remove),
        any::<Index>().prop_map(Step::Double),
        any::<(Index, Index)>().prop_map(|(a, b)| Step::Swap(a, b)),
        (any::<Index>(), prop::sample::select(ATTACKS.as_slice())).prop_map(|(at, text)| Step::Insert(at, text)),
        any::<Index>().prop_map(Step::Cut),
    ];
    prop::collection::vec(step, 0..6)
}

fn baseline() -> impl Strategy<Value = String> {
    prop::sample::subsequence(BLOCKS.to_vec(), 1..=BLOCKS.len()).prop_shuffle().prop_map(|blocks| blocks.concat())
}

fn changed(base: &str, steps: &[Step]) -> String {
    let mut lines: Vec<String> = base.lines().map(str::to_owned).collect();
    for step in steps {
        if lines.is_empty() {
            break;
        }
        match step {
            Step::Remove(at) => _ = lines.remove(at.index(lines.len())),
            Step::Double(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at].clone());
            }
            Step::Swap(a, b) => {
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
            }
            Step::Insert(at, text) => lines.insert(at.index(lines.len()), (*text).to_owned()),
            Step::Cut(at) => {
                // One character of a line.
                let at = at.index(lines.len());
                lines[at].pop();
            }
        }
    }
    lines.join("\n")
}

fn sealed(base: &str, now: &str) -> Option<Outcome> {
    let change = Change { path: "src/lib.rs", before: Some(base.as_bytes()), after: Some(now.as_bytes()) };
    put_back(&[change], &Surroundings::default())
        .pop()
        .filter(|outcome| outcome.merged.is_some() || !outcome.lost.is_empty())
}

/// The protected pieces, each with what it stands in.
fn protected(scope: &Scope, inside: &str, found: &mut Vec<(String, String)>) {
    for piece in &scope.pieces {
        if piece.is_protected && piece.scope.is_none() {
            found.push((inside.to_owned(), piece.code.clone()));
        }
        if let Some(within) = &piece.scope {
            let conditions: Vec<_> = piece.conditions.iter().map(|c| c.code.as_str()).collect();
            protected(within, &format!("{inside}/{} {} {}", conditions.concat(), piece.code, piece.name), found);
        }
    }
}

/// Of a whole file; none if it can't be read.
fn all_protected(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    protected(&read(text.as_bytes(), false).ok()?, "", &mut found);
    Some(found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tests_of_the_baseline_are_there_whatever_was_done(base in baseline(), steps in steps()) {
        let now = changed(&base, &steps);
        let outcome = sealed(&base, &now);
        let merged = outcome.as_ref().and_then(|outcome| outcome.merged.as_ref());
        let text = merged.map_or(now.clone(), |merged| String::from_utf8(merged.content.clone()).expect("text"));
        if text.starts_with("compile_error!") || all_protected(&base).is_none_or(|all| all.is_empty()) {
            return Ok(());
        }
        let there = all_protected(&text).expect("readable");
        let lost = outcome.as_ref().map(|outcome| outcome.lost.clone()).unwrap_or_default();
        for (inside, code) in all_protected(&base).unwrap_or_default() {
            // What was reported as lost; a test that moved with its module; an import that nothing needs.
            let is_lost = lost.iter().any(|test| code.contains(&format!("fn {} ", test.rsplit(':').next().unwrap_or_default())));
            let has_moved = there.iter().any(|(at, other)| *other == code && !at.contains("any"));
            if is_lost || has_moved || code.contains("use ") || (!lost.is_empty() && inside.contains("inner")) {
                continue;
            }
            prop_assert!(
                there.contains(&(inside.clone(), code.clone())),
                "missing: {code} in {inside}\n--- base\n{base}\n--- now\n{now}\n--- sealed\n{text}"
            );
        }
        prop_assert_eq!(sealed(&base, &text).and_then(|outcome| outcome.merged), None, "not done at once:\n{}", text);
    }

    #[test]
    fn an_unchanged_file_stays(base in baseline()) {
        prop_assert_eq!(sealed(&base, &base), None);
    }

    #[test]
    fn any_tokens_are_taken(base in baseline(), now in "[a-z#!\\[\\](){}<>&|=;:,.'\"/* \n]{0,200}") {
        sealed(&base, &now);
        sealed(&now, &base);
    }
}
