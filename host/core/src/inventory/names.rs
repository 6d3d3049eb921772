//! Names of tests, taken apart: what a test is called where it is written, and what of its name changes from run to run.

use std::sync::LazyLock;

use regex::Regex;

/// What separates the last part of a name from the path before it.
const SEPARATORS: &[&str] = &["::", " > ", " › "];

/// The last part of `name`, as it is written where the test is defined, parameters included: `parses[a::b]` of
/// `tests/a.py::TestX::parses[a::b]`. It stays when the file or the module around the test is renamed.
pub fn leaf(name: &str) -> &str {
    // Parameters may hold anything.
    let path = name.find('[').filter(|at| *at > 0 && name.ends_with(']')).map_or(name, |at| &name[..at]);
    // A test in the documentation of Rust: `src/lib.rs - parser::parse`, or only `src/lib.rs -`.
    let path_in_docs = path.find(".rs -").map(|at| at + ".rs ".len());
    let start = SEPARATORS.iter().filter_map(|separator| path.rfind(separator).map(|at| at + separator.len())).max();
    if let Some(start) = start.or(path_in_docs).filter(|start| *start < name.len()) {
        return &name[start..];
    }
    // Go: `example.com/demo.TestTable/first`.
    let go = [".Test", ".Example", ".Fuzz", ".Benchmark"].iter().filter_map(|mark| name.find(mark)).min();
    // unittest and JUnit classes: `pkg.module.Class.test`.
    match go.or_else(|| path.rfind('.').filter(|_| !path.contains(['/', ' ']))) {
        Some(at) if at + 1 < name.len() => &name[at + 1..],
        _ => name,
    }
}

/// The parts before the leaf that `a` and `b` share, counted from the leaf outwards.
pub(super) fn kinship(a: &str, b: &str) -> usize {
    let parts = |name: &str| -> Vec<String> {
        let path = &name[..name.len() - leaf(name).len()];
        path.split([':', '>', '.', '/', ' ']).filter(|p| !p.is_empty()).rev().map(str::to_owned).collect()
    };
    parts(a).iter().zip(parts(b)).take_while(|(a, b)| **a == *b).count()
}

/// `name` without what differs between two runs of the same test: times, addresses, process ids, ports, random ids. Short
/// numbers stay: they tell cases apart.
pub(super) fn stable(name: &str) -> String {
    static VOLATILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let parts = [
            r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
            r"0x[0-9a-fA-F]+",
            r"\b\d+(?:\.\d+)?\s?(?:ms|s|µs|us|ns)\b",
            r"\d{5,}",
            r"\b[0-9a-f]*\d[0-9a-f]{7,}\b",
            r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?",
        ];
        Regex::new(&parts.join("|")).ok()
    });
    match &*VOLATILE {
        Some(volatile) => volatile.replace_all(name, "#").into_owned(),
        None => name.to_owned(),
    }
}

/// The names that `source` defines tests by, as far as a glance shows: functions of Rust, Python and Go, and the strings that
/// JavaScript's `test` and `it` are called with. More than the tests themselves: enough to tell whether a name was there.
pub fn defined(source: &str) -> impl Iterator<Item = &str> {
    static DEFINITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\b(?:fn|def|func)\s+(\w+)|"([^"\n]{1,200})"|'([^'\n]{1,200})'|`([^`\n]{1,200})`"#).ok()
    });
    let found = DEFINITION.as_ref().map(|definition| definition.captures_iter(source));
    found.into_iter().flatten().filter_map(|captures| captures.iter().skip(1).flatten().next().map(|m| m.as_str()))
}

/// The name that a test of this name is defined by: its leaf without parameters.
pub fn definition_of(name: &str) -> &str {
    let leaf = leaf(name);
    let end = match leaf.find('[').filter(|at| *at > 0 && leaf.ends_with(']')) {
        Some(at) => at,
        // Subtests of Go.
        None if leaf.starts_with("Test") => leaf.find('/').unwrap_or(leaf.len()),
        None => leaf.len(),
    };
    leaf[..end].trim_end()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_leaf_is_what_the_test_is_called_where_it_is_written() {
        for (name, expected) in [
            ("parser::tests::parses", "parses"),
            ("parses", "parses"),
            ("tests/a.py::TestX::test_y[a::b]", "test_y[a::b]"),
            ("a.test.js > group > inner (with [brackets])", "inner (with [brackets])"),
            ("./a.test.js > fails", "fails"),
            ("example.com/demo.TestTable/first_1.5", "TestTable/first_1.5"),
            ("pkg.module.Case.test_z", "test_z"),
            ("demo::whole adds", "whole adds"),
            ("src/lib.rs - two - compile", "- two - compile"),
            ("src/lib.rs - parser::parse", "parse"),
            ("src/lib.rs -", "-"),
            ("accepts v1.2", "accepts v1.2"),
            ("", ""),
            ("[x]", "[x]"),
            ("a::", "a::"),
        ] {
            assert_eq!(leaf(name), expected, "{name}");
        }
    }

    #[test]
    fn what_changes_from_run_to_run_is_no_part_of_a_name() {
        for (a, b) in [
            ("sorts in 12ms", "sorts in 9ms"),
            ("test_x[<object at 0x7f1c>]", "test_x[<object at 0x55aa01>]"),
            ("port 49152", "port 50001"),
            ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-e89b-12d3-a456-426614174999"),
        ] {
            assert_eq!(stable(a), stable(b));
        }
        assert_ne!(stable("case 1"), stable("case 2"));
        assert_ne!(stable("accepts v1.2"), stable("accepts v1.3"));
    }

    #[test]
    fn definitions_are_found_in_four_languages() {
        let source =
            "fn parses() {}\ndef test_a(x):\nfunc TestTable(t *testing.T) {}\nit('adds two', () => {})\ntest(`x`, f)";
        let found: Vec<_> = defined(source).collect();
        assert_eq!(found, ["parses", "test_a", "TestTable", "adds two", "x"]);
        for (name, definition) in [
            ("m::parses", "parses"),
            ("t.py::test_a[1]", "test_a"),
            ("d.TestTable/one", "TestTable"),
            ("a.js > g > adds two", "adds two"),
        ] {
            assert_eq!(definition_of(name), definition);
        }
    }
}
