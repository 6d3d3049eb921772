//! Which tests a gate ran, read from its output. A suite that shrank, or skips what it used to run, passes just as well as
//! a whole one: the inventory is what tells them apart.
//!
//! Each format has its own file with a function from text to an [`Inventory`]. They are tried in an order in which none
//! takes another's output for its own; the command line only says which to try first.

mod go;
mod jest;
mod junit;
mod libtest;
mod nextest;
mod node;
mod pytest;
mod tap;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::evidence::{TestFailure, TestSummary};
use crate::text::{clip, clip_middle, one_line, strip_ansi};

/// Failures that a summary lists.
const MAX_FAILURES: usize = 20;
/// Bytes of one failure's message.
const MAX_MESSAGE: usize = 1_000;
/// Names that a summary lists as missing, and as newly skipped.
const MAX_NAMES: usize = 50;
/// Bytes of a test's name.
const MAX_NAME: usize = 300;
/// Tests that an inventory names. A suite with more is counted and not compared by name.
const MAX_TESTS: usize = 200_000;

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It ran and passed.
    Passed,
    /// It ran and failed, or broke.
    Failed,
    /// It did not run, or its failure does not count: ignored, skipped, expected to fail, to do.
    Skipped,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// As the runner names it, without what changes from run to run.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// Of a failed test; may be empty.
    pub message: String,
}

/// How many tests there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Ran and passed.
    pub passed: u32,
    /// Ran and failed.
    pub failed: u32,
    /// Did not count.
    pub skipped: u32,
}

impl Counts {
    fn add(&mut self, status: Status, n: u32) {
        let count = match status {
            Status::Passed => &mut self.passed,
            Status::Failed => &mut self.failed,
            Status::Skipped => &mut self.skipped,
        };
        *count = count.saturating_add(n);
    }

    fn ran(self) -> u32 {
        self.passed.saturating_add(self.failed)
    }
}

/// The tests of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// `cargo-test`, `nextest`, `pytest`, `jest`, `vitest`, `node-test`, `go-test`, `junit`, `tap`
    pub format: String,
    /// In the order of the output.
    pub tests: Vec<Test>,
    /// By the runner's own count where it gives one.
    pub counts: Counts,
    /// Whether `tests` names every test that ran: false for a brief reporter and for an output that lost its middle.
    pub complete: bool,
    /// Whether `counts` are the runner's own, or of every test: then they can be compared although names can't.
    pub counted: bool,
}

impl Inventory {
    /// Formats whose runner says how many tests there were.
    fn has_own_counts(&self) -> bool {
        !matches!(self.format.as_str(), "go-test" | "junit" | "tap")
    }

    /// An inventory of `tests`, with the runner's own count where it gave one. None for an empty one.
    fn new(format: &str, mut tests: Vec<Test>, told: Option<Counts>) -> Option<Self> {
        if tests.is_empty() && told.is_none() {
            return None;
        }
        let mut named = Counts::default();
        for test in &tests {
            named.add(test.status, 1);
        }
        let counts = told.unwrap_or(named);
        // Some runners only count what they skipped.
        let complete = counts.ran() <= named.ran() && !tests.is_empty() && tests.len() <= MAX_TESTS;
        tests.truncate(MAX_TESTS);
        Some(Self { format: format.to_owned(), tests, counts, complete, counted: told.is_some() || complete })
    }
}

impl Test {
    fn new(name: impl AsRef<str>, status: Status) -> Self {
        Self { name: one_line(name.as_ref(), MAX_NAME), status, message: String::new() }
    }

    fn because(mut self, message: &str) -> Self {
        self.message = clip_middle(message.trim_matches('\n'), MAX_MESSAGE).0.into_owned();
        self
    }
}

type Parser = fn(&str) -> Option<Inventory>;

/// Formats by how surely they are recognised.
const PARSERS: &[(&str, Parser)] = &[
    ("junit", junit::parse),
    ("go-test", go::parse_json),
    ("jest", jest::parse_json),
    ("nextest", nextest::parse),
    ("cargo-test", libtest::parse),
    ("pytest", pytest::parse),
    ("go-test", go::parse_verbose),
    ("node-test", node::parse),
    ("vitest", jest::parse_vitest),
    ("jest", jest::parse_jest),
    ("tap", tap::parse),
];

/// The tests that `output`, of the command `argv`, tells of; none where no known format is found.
pub fn parse(argv: &[String], output: &str) -> Option<Inventory> {
    let output = strip_ansi(output);
    let output = if output.contains('\r') { output.replace("\r\n", "\n").replace('\r', "\n").into() } else { output };
    let hint = hint(argv);
    let (first, rest): (Vec<_>, Vec<_>) = PARSERS.iter().partition(|(format, _)| Some(*format) == hint);
    let mut found = first.into_iter().chain(rest).find_map(|(_, parse)| parse(&output))?;
    if lost_its_middle(&output) && !found.has_own_counts() {
        (found.complete, found.counted) = (false, false);
    }
    Some(found)
}

/// Whether the note of a bounded capture stands in the output.
fn lost_its_middle(output: &str) -> bool {
    output
        .match_indices(" bytes left out")
        .any(|(at, _)| output[..at].rsplit('\n').next().is_some_and(|l| l.starts_with('[')))
}

/// The format that a command line speaks of.
fn hint(argv: &[String]) -> Option<&'static str> {
    let names: Vec<_> = argv.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).collect();
    let has = |name: &str| names.contains(&name);
    let pair = |a: &str, b: &str| names.first() == Some(&a) && has(b);
    match () {
        () if has("nextest") => Some("nextest"),
        () if pair("cargo", "test") => Some("cargo-test"),
        () if has("pytest") || has("py.test") => Some("pytest"),
        () if has("vitest") => Some("vitest"),
        () if has("jest") => Some("jest"),
        () if pair("go", "test") || has("gotestsum") => Some("go-test"),
        () if pair("node", "--test") => Some("node-test"),
        () if has("prove") || has("tap") || has("bats") => Some("tap"),
        () => None,
    }
}

/// `inventory` for people, plugins and the worker, bounded; with a `baseline`, also what ran then and doesn't run now.
pub fn summarise(inventory: &Inventory, baseline: Option<&Inventory>) -> TestSummary {
    let failed = inventory.tests.iter().filter(|test| test.status == Status::Failed);
    let failures = failed
        .take(MAX_FAILURES)
        .map(|test| TestFailure { name: test.name.clone(), message: clip(&test.message, MAX_MESSAGE).into_owned() })
        .collect();
    let (missing, newly_skipped) = baseline.map(|baseline| compare(inventory, baseline)).unwrap_or_default();
    TestSummary {
        format: inventory.format.clone(),
        passed: inventory.counts.passed,
        failed: inventory.counts.failed,
        skipped: inventory.counts.skipped,
        failures,
        missing: bounded(missing, "missing"),
        newly_skipped: bounded(newly_skipped, "skipped"),
    }
}

/// Names that ran in the baseline and are missing now, and those that are skipped now. A name may stand for several tests:
/// each counts.
fn compare(now: &Inventory, baseline: &Inventory) -> (Vec<String>, Vec<String>) {
    if !now.complete || !baseline.complete {
        let fewer = baseline.counts.ran().saturating_sub(now.counts.ran());
        let missing = (fewer > 0 && now.counted && baseline.counted)
            .then(|| format!("{fewer} tests that the output does not name"));
        return (missing.into_iter().collect(), Vec::new());
    }
    let mut left: HashMap<&str, (u32, u32)> = HashMap::new();
    for test in &now.tests {
        let (ran, skipped) = left.entry(&test.name).or_default();
        *(if test.status == Status::Skipped { skipped } else { ran }) += 1;
    }
    let (mut missing, mut newly_skipped) = (Vec::new(), Vec::new());
    // Tests that were skipped before use up the skipped ones of their name first.
    for test in baseline.tests.iter().filter(|test| test.status == Status::Skipped) {
        if let Some((_, skipped)) = left.get_mut(test.name.as_str()) {
            *skipped = skipped.saturating_sub(1);
        }
    }
    for test in baseline.tests.iter().filter(|test| test.status != Status::Skipped) {
        match left.get_mut(test.name.as_str()) {
            Some((ran, _)) if *ran > 0 => *ran -= 1,
            Some((_, skipped)) if *skipped > 0 => {
                *skipped -= 1;
                newly_skipped.push(test.name.clone());
            }
            _ => missing.push(test.name.clone()),
        }
    }
    (missing, newly_skipped)
}

fn bounded(mut names: Vec<String>, what: &str) -> Vec<String> {
    let more = names.len().saturating_sub(MAX_NAMES);
    names.truncate(MAX_NAMES);
    if more > 0 {
        names.push(format!("and {more} more {what}"));
    }
    names
}

/// The numbers before words: `2 failed, 13 passed` gives `(2, "failed")` and `(13, "passed")`.
fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split([',', ';', '|', '.', '(', ')']).filter_map(|part| {
        let mut words = part.split_whitespace().rev();
        let word = words.next()?;
        Some((words.next()?.parse().ok()?, word))
    })
}

/// A duration at the end of a line: `12ms`, `(3 ms)`, `0.004s`.
fn without_duration(line: &str) -> &str {
    let line = line.trim_end();
    let inner = match line.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((before, inner)) if is_duration(inner) => return before.trim_end(),
        _ => line,
    };
    match inner.rsplit_once(' ') {
        Some((before, last)) if is_duration(last) => before.trim_end(),
        _ => line,
    }
}

fn is_duration(text: &str) -> bool {
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
    unit.len() < text.len() && matches!(unit, "ms" | "s" | "m" | "µs" | "ns")
}
