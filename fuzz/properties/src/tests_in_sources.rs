//! Rust that a worker may have written: the tests of the baseline are put back into it.

use goalpost_core::merge::rust_tests::{Change, Outcome, Surroundings, put_back};

use crate::input::halves;
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "tests_in_sources",
    check,
    seeds: || {
        let with_tests = seeds::file("host/core/src/signer.rs");
        let without = String::from_utf8_lossy(&with_tests).replace("#[cfg(test)]", "").replace("#[test]", "#[ignore]");
        let small = "pub fn a(x: u8) -> u8 { x }\n#[cfg(test)]\nmod tests {\n use super::*;\n #[test]\n fn one() { assert_eq!(a(1), 1); }\n}\n";
        vec![
            seeds::joined(&with_tests, &with_tests),
            seeds::joined(&with_tests, without),
            seeds::joined(
                small,
                "pub fn a(x: u8) -> u8 { 1 }\nmod tests {}\nmacro_rules! assert_eq { ($($t:tt)*) => {} }",
            ),
            seeds::joined(small, small.replace("assert_eq!(a(1), 1);", "")),
            seeds::joined("proptest! { #[test] fn five(x in 0..5u8) { a(x); } }", ""),
        ]
    },
    words: &[
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
        "((((",
        "\u{feff}",
        "#!/bin/sh\n",
        "impl S { #[cfg(test)] fn of() {} }",
    ],
};

/// Longer inputs say nothing that shorter ones don't, and cost a fuzzer its speed.
const LONGEST: usize = 16 << 10;

/// What was put back is there for good, and a file that did not change is left alone.
pub fn check(data: &[u8]) {
    if data.len() > LONGEST {
        return;
    }
    let (old, new) = halves(data);
    // Two modules of one name in one place compile nowhere: which of them is which, nobody can say.
    if String::from_utf8_lossy(old).matches("mod tests").count() > 1 {
        return;
    }
    if std::str::from_utf8(old).is_ok() {
        let same = sealed(old, old).and_then(|outcome| outcome.merged);
        let is_refused = same.as_ref().is_some_and(|merged| merged.content.starts_with(b"compile_error!"));
        assert!(same.is_none() || is_refused, "no change is a change: {same:?}");
    }
    let Some(merged) = sealed(old, new).and_then(|outcome| outcome.merged) else { return };
    assert!(!merged.undone.is_empty(), "changed, and nothing is told");
    if !merged.content.starts_with(b"compile_error!") {
        let again = sealed(old, &merged.content).and_then(|outcome| outcome.merged);
        assert_eq!(again, None, "not done at once:\n{}", String::from_utf8_lossy(&merged.content));
    }
}

fn sealed(old: &[u8], new: &[u8]) -> Option<Outcome> {
    let change = Change { path: "src/lib.rs", before: Some(old), after: Some(new) };
    put_back(&[change], &Surroundings::default()).pop()
}
