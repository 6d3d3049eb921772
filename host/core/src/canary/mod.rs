//! Canaries: tests that must fail, laid into a suite that passed. A suite that stays green with them is a fake.
//!
//! ```text
//! sealed tree ── plan() ──▶ canaries, of random names ── lay() ──▶ sealed tree with failing tests
//!                                                                        │ the gate once more
//!                       caught ◀── Inquiry ◀── which were seen failing ──┘
//! ```
//!
//! Code under test shares its process with the tests, and can end it with 0, patch the runner, or print a summary of its own.
//! None of that can tell a canary from a test that the work does not pass. Two kinds are laid into files that ran:
//!
//! - **new tests** of names that nobody could have written before the candidate was sealed, failing in several ways, because
//!   code may patch one of them;
//! - **each known test made to fail**, because code may know the names of the tests that it hides, or act when a certain test
//!   calls it. Where the language allows, it fails at its end: all that it does, it has done by then.
//!
//! And because code may see that it is watched, and be honest for as long: what passed before must not fail beside them.
//!
//! Each says a random word as it fails. Its halves stand apart in the source, so that the word in an output proves that the
//! test ran and that its failure was shown.

mod fault;
mod go;
mod inquiry;
mod javascript;
mod plan;
mod python;
mod runner;
mod rust;
mod words;

pub use fault::{FAULT, faults};
pub use inquiry::{Inquiry, Lay, Step, Trial, Where};
pub use plan::{Source, is_called, is_known, known, lay, plan};
pub use runner::{Runner, is_candidate, recognise, select};
pub use words::Words;

use serde::{Deserialize, Serialize};

/// What became of a gate's canaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// They were seen failing: the gate can fail on this very work.
    Caught,
    /// The gate hides failures.
    Missed,
    /// The goal's author wants none.
    Off,
    /// The command runs no test runner that is known.
    UnknownRunner,
    /// None could be laid where the gate would have run it.
    NotPossible,
}

/// How a canary fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manner {
    /// An exception or a panic.
    Raise,
    /// The assertion that the runner's own users write.
    Assert,
    /// Another of the runner's ways.
    Other,
    /// As long as every assertion that the runner's users have still fails: one that was made to pass lets it pass as well.
    Every,
    /// What a test of the suite does beside its own, under its own name: the last thing, or in JavaScript the first.
    Poison,
}

/// One test that must fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// The file that it is laid into.
    pub path: String,
    /// How it fails.
    pub manner: Manner,
    /// The test's own name, or the one of the known test.
    pub name: String,
    /// What it says as it fails.
    pub word: String,
    /// Whether the suite's output told that the file, or the known test, ran.
    pub ran: bool,
    /// Canaries of one wave are laid together, the lowest first.
    pub wave: u8,
}

/// Whether canaries fail, or are the same but pass: what tells a suite that hides failures from one that stands no new test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They must be seen.
    Fails,
    /// They must not matter.
    Passes,
}

impl Canary {
    /// A name for what holds it, which neither its name nor its word is part of.
    fn holder(&self) -> String {
        self.name.chars().rev().collect()
    }

    /// The word as two literals of a source, `between` them.
    fn halves(&self, between: &str) -> String {
        let (start, end) = self.word.split_at(self.word.len() / 2);
        format!("\"{start}\"{between}\"{end}\"")
    }
}
