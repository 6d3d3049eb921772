//! The tests of a file.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::source::{Source, arguments, close, skip_space, squeeze, words};
use crate::{go, javascript, python, rust};

/// A language whose tests are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Rust,
    Python,
    JavaScript,
    Go,
}

impl Language {
    /// The language of a file that may hold tests; none where its test runner would not look into it.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        match extension {
            "rs" => Some(Self::Rust),
            "py" => (stem.starts_with("test") || stem.ends_with("_test") || stem == "conftest").then_some(Self::Python),
            "go" => stem.ends_with("_test").then_some(Self::Go),
            "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" => {
                let named = [".test", ".spec", "-test", "_test"].iter().any(|end| stem.ends_with(end));
                let placed = path.split('/').any(|part| matches!(part, "test" | "tests" | "__tests__" | "spec"));
                (named || placed).then_some(Self::JavaScript)
            }
            _ => None,
        }
    }
}

/// One test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) line: u32,
    /// Does not run, or its result does not count.
    pub(crate) skipped: bool,
    /// Must panic to pass.
    pub(crate) inverted: bool,
    /// Those that could fail.
    pub(crate) assertions: u32,
    /// What it does, without its white space.
    pub(crate) body: String,
}

/// What a file says of tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inventory {
    pub(crate) tests: Vec<Test>,
    /// How often it says that only some tests are to run.
    pub(crate) focused: u32,
    /// Conditions on the whole file.
    pub(crate) conditions: BTreeSet<String>,
    /// Code that can change what other tests report.
    pub(crate) hooks: BTreeSet<String>,
}

impl Inventory {
    fn read(path: &str, text: &str) -> (Option<Language>, Self) {
        let Some(language) = Language::of(path) else { return (None, Self::default()) };
        let source = Source::new(text, language);
        let inventory = match language {
            Language::Rust => rust::inventory(&source),
            Language::Python => python::inventory(&source),
            Language::JavaScript => javascript::inventory(&source),
            Language::Go => go::inventory(&source),
        };
        (Some(language), inventory)
    }
}

/// A file before and after.
pub(crate) struct File {
    pub(crate) language: Option<Language>,
    pub(crate) old_path: String,
    pub(crate) path: String,
    /// Whether it was there in the baseline.
    pub(crate) was_there: bool,
    pub(crate) old: Inventory,
    pub(crate) new: Inventory,
}

impl File {
    pub(crate) fn new(old_path: &str, old: Option<&str>, path: &str, new: Option<&str>) -> Self {
        let was_there = old.is_some();
        let (before, old) = old.map(|text| Inventory::read(old_path, text)).unwrap_or_default();
        let (after, new) = new.map(|text| Inventory::read(path, text)).unwrap_or_default();
        Self { language: before.or(after), old_path: old_path.into(), path: path.into(), was_there, old, new }
    }
}

/// How many calls within a range are assertions that could fail. `is_assertion` is given a name, and what is before and
/// after it.
pub(crate) fn assertions(source: &Source, range: Range<usize>, is_assertion: impl Fn(&str, &str, &str) -> bool) -> u32 {
    let bare = &source.bare[range.clone()];
    let counts = |(at, word): &(usize, &str)| {
        let (before, after) = (bare[..*at].trim_end(), bare[at + word.len()..].trim_start());
        is_assertion(word, before, after) && !is_trivial(source, range.start + at, word)
    };
    words(bare).filter(counts).count() as u32
}

/// `assert!(true)`, `assertEqual(1, 1)`, `expect(true).toBe(true)`, `assert True`.
fn is_trivial(source: &Source, at: usize, word: &str) -> bool {
    let mut open = skip_space(&source.bare, at + word.len());
    if source.bare[open..].starts_with('!') {
        open = skip_space(&source.bare, open + 1);
    }
    // `assert.Equal(t, …)`: the name of the assertion comes after a dot.
    if source.bare[open..].starts_with('.') {
        open += source.bare[open..].find(['(', '\n']).unwrap_or(0);
    }
    if !source.bare[open..].starts_with(['(', '[']) {
        // A statement, as in Python: up to the end of its line.
        let end = source.bare[open..].find('\n').map_or(source.bare.len(), |n| open + n);
        let statement = squeeze(&source.code[open..end]);
        let condition = statement.split(',').next().unwrap_or_default();
        return is_constant(condition) || condition.split_once("==").is_some_and(|(a, b)| a == b);
    }
    let mut all = arguments(source, open);
    let end = close(&source.bare, open);
    if word == "expect" {
        // What comes after the matcher's name.
        if let Some(matcher) = source.bare[end..].find('(').filter(|n| !source.bare[end..end + n].contains([';', '\n']))
        {
            all.extend(arguments(source, end + matcher));
        }
    }
    all.retain(|argument| argument != "t" && !argument.is_empty());
    match all.as_slice() {
        [one] => is_constant(one) || one.split_once("==").is_some_and(|(a, b)| a == b),
        [one, two, ..] => one == two || (word != "expect" && is_constant(one) && is_message(two)),
        [] => false,
    }
}

fn is_constant(text: &str) -> bool {
    matches!(text, "true" | "True" | "1" | "!false" | "notFalse" | "(true)" | "(True)")
}

fn is_message(text: &str) -> bool {
    text.starts_with(['"', '\'', '`'])
}
