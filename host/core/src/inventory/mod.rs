//! Which tests a gate ran, read from its output. A suite that shrank, or skips what it used to run, passes just as well as
//! a whole one: the inventory is what tells them apart.
//!
//! Each format has its own file with a function from text to an [`Inventory`]. They are tried in an order in which none
//! takes another's output for its own; the command line only says which to try first.

mod compare;
mod examine;
mod go;
mod jest;
mod junit;
mod libtest;
mod mocha;
mod names;
mod nextest;
mod node;
mod pytest;
mod runner;
mod tap;
mod unittest;

use serde::{Deserialize, Serialize};

pub use compare::{Difference, compare};
pub use examine::{Examined, Reference, examine};
pub use names::{defined, definition_of, leaf};
pub use runner::runner;

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
    /// No test: a file, suite or package whose tests could not be loaded. It counts as a failure.
    Broken,
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
            Status::Failed | Status::Broken => &mut self.failed,
            Status::Skipped => &mut self.skipped,
        };
        *count = count.saturating_add(n);
    }

    /// Passed or failed.
    pub fn ran(self) -> u32 {
        self.passed.saturating_add(self.failed)
    }
}

/// The tests of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// `cargo-test`, `nextest`, `pytest`, `unittest`, `jest`, `vitest`, `mocha`, `node-test`, `go-test`, `junit`, `tap`
    pub format: String,
    /// In the order of the output.
    pub tests: Vec<Test>,
    /// By the runner's own count where it gives one.
    pub counts: Counts,
    /// Whether `tests` names every test that ran: false for a brief reporter and for an output that lost its middle.
    pub complete: bool,
    /// Whether `counts` are the runner's own, or of every test: then they can be compared although names can't.
    pub counted: bool,
    /// Failures that are no tests: what could not be loaded.
    #[serde(default)]
    pub broken: u32,
    /// How the output contradicts itself; none where it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
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
        let broken =
            u32::try_from(tests.iter().filter(|test| test.status == Status::Broken).count()).unwrap_or(u32::MAX);
        let counts = told.unwrap_or(named);
        let (ran, named) = (counts.ran(), named.ran());
        // What could not be loaded is counted by some runners and not by others.
        let of_tests = named.saturating_sub(broken);
        // Whoever prints lines that look like results names more tests than the runner ran.
        let doubt = (told.is_some() && of_tests > ran)
            .then(|| format!("it names {of_tests} tests that ran, and the runner counts {ran}"));
        // Some runners only count what they skipped.
        let complete = (ran == named || ran == of_tests) && !tests.is_empty() && tests.len() <= MAX_TESTS;
        tests.truncate(MAX_TESTS);
        Some(Self {
            format: format.to_owned(),
            tests,
            counts,
            complete,
            counted: told.is_some() || complete,
            broken,
            doubt,
        })
    }

    /// The inventories of one run that reports in several files.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|mut all, part| {
            all.tests.extend(part.tests);
            let (sum, more) = (&mut all.counts, part.counts);
            sum.passed = sum.passed.saturating_add(more.passed);
            sum.failed = sum.failed.saturating_add(more.failed);
            sum.skipped = sum.skipped.saturating_add(more.skipped);
            all.complete &= part.complete;
            all.counted &= part.counted;
            all.broken = all.broken.saturating_add(part.broken);
            all.doubt = all.doubt.or(part.doubt);
            all
        })
    }

    /// Tests that ran earlier, as something to compare with.
    fn of_seen(tests: &[Test]) -> Self {
        let format = "seen".to_owned();
        Self {
            format,
            tests: tests.to_vec(),
            counts: Counts::default(),
            complete: true,
            counted: false,
            broken: 0,
            doubt: None,
        }
    }

    /// Tests that ran, without what only failed to load.
    pub fn tests_ran(&self) -> u32 {
        self.counts.ran().saturating_sub(self.broken)
    }

    /// Without what failed tests said, which only the report of a run needs.
    #[must_use]
    pub fn without_messages(mut self) -> Self {
        for test in &mut self.tests {
            test.message.clear();
        }
        self
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
    ("unittest", unittest::parse),
    ("go-test", go::parse_verbose),
    ("node-test", node::parse),
    ("vitest", jest::parse_vitest),
    ("jest", jest::parse_jest),
    ("mocha", mocha::parse),
    ("tap", tap::parse),
    ("go-test", go::parse_brief),
];

/// The tests that `output`, of the command `argv`, tells of; none where no known format is found. With the format that the
/// same command wrote before, no other is read: what the code under test prints can't pass for another runner's report.
pub fn parse(argv: &[String], output: &str, format: Option<&str>) -> Option<Inventory> {
    let output = strip_ansi(output);
    let output = if output.contains('\r') { output.replace("\r\n", "\n").replace('\r', "\n").into() } else { output };
    let hint = runner::hint(argv);
    let (first, rest): (Vec<_>, Vec<_>) = PARSERS.iter().partition(|(name, _)| Some(*name) == hint);
    let wanted = |(name, _): &&&(&str, Parser)| format.is_none_or(|format| format == *name);
    let mut found = first.iter().chain(&rest).filter(wanted).find_map(|(_, parse)| parse(&output))?;
    if lost_its_middle(&output) {
        found.doubt = None;
        if !found.has_own_counts() {
            (found.complete, found.counted) = (false, false);
        }
    }
    Some(found)
}

/// Whether the note of a bounded capture stands in the output.
fn lost_its_middle(output: &str) -> bool {
    output
        .match_indices(" bytes left out")
        .any(|(at, _)| output[..at].rsplit('\n').next().is_some_and(|l| l.starts_with('[')))
}

/// `inventory` for people, plugins and the worker, bounded, with what it lacks.
pub fn summarise(inventory: &Inventory, lacks: &Difference) -> TestSummary {
    let failed = inventory.tests.iter().filter(|test| matches!(test.status, Status::Failed | Status::Broken));
    let failures = failed
        .take(MAX_FAILURES)
        .map(|test| TestFailure { name: test.name.clone(), message: clip(&test.message, MAX_MESSAGE).into_owned() })
        .collect();
    TestSummary {
        format: inventory.format.clone(),
        passed: inventory.counts.passed,
        failed: inventory.counts.failed,
        skipped: inventory.counts.skipped,
        failures,
        missing: bounded(lacks.missing.clone(), "missing"),
        newly_skipped: bounded(lacks.newly_skipped.clone(), "skipped"),
    }
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
