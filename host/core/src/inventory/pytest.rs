//! pytest: `path::test PASSED` with `-v`, `PASSED path::test` with `-rA`, or only `2 failed, 13 passed in 0.12s`.

use std::collections::HashMap;

use super::{Counts, Inventory, Status, Test, numbered};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut told = None;
    let mut errors = Errors::default();
    for line in output.lines() {
        if let Some((counts, n)) = totals(line) {
            (told, errors.told) = (Some(counts), n);
            continue;
        }
        errors.note(line);
        let Some((name, status, message)) = before(line).or_else(|| after(line)) else { continue };
        match place.get(&name) {
            // An error while tearing down follows the result; the short summary repeats it with its message.
            Some(&at) => {
                if status == Status::Failed {
                    tests[at].status = status;
                }
                if tests[at].message.is_empty() {
                    tests[at] = tests[at].clone().because(message);
                }
            }
            None => {
                place.insert(name.clone(), tests.len());
                tests.push(Test::new(&name, status).because(message));
            }
        }
    }
    let told = told.or_else(|| dots(output))?;
    let mut found = Inventory::new("pytest", tests, Some(told))?;
    found.broken = found.broken.max(errors.without_test());
    Some(found)
}

/// Errors beside the tests: files that can't be collected, fixtures that break after their test has passed.
#[derive(Default)]
struct Errors {
    told: u32,
    named: u32,
    outside: u32,
}

impl Errors {
    fn note(&mut self, line: &str) {
        if line.starts_with("ERROR ") && line.contains("::") {
            self.named += 1;
        } else if line.starts_with('_')
            && (line.contains(" ERROR at teardown of ") || line.contains(" ERROR collecting "))
        {
            self.outside += 1;
        }
    }

    fn without_test(&self) -> u32 {
        self.told.saturating_sub(self.named).max(self.outside).min(self.told)
    }
}

/// The progress of `-qq`, which prints no totals: `..F.s   [100%]`, the last of it at 100 %.
fn dots(output: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut is_whole = false;
    for line in output.lines() {
        let Some((marks, percent)) = line.trim_end().strip_suffix("%]").and_then(|l| l.rsplit_once('[')) else {
            continue;
        };
        let marks = marks.trim();
        if marks.is_empty() || !marks.chars().all(|c| ".FEsxXR".contains(c)) {
            continue;
        }
        for mark in marks.chars() {
            match mark {
                '.' | 'X' => counts.add(Status::Passed, 1),
                'F' | 'E' => counts.add(Status::Failed, 1),
                's' | 'x' => counts.add(Status::Skipped, 1),
                _ => {}
            }
        }
        is_whole = percent.trim() == "100";
    }
    is_whole.then_some(counts)
}

fn status_of(word: &str) -> Option<Status> {
    match word {
        "PASSED" | "XPASS" => Some(Status::Passed),
        "FAILED" | "ERROR" => Some(Status::Failed),
        "SKIPPED" | "XFAIL" => Some(Status::Skipped),
        _ => None,
    }
}

/// `tests/a.py::test_x[1] PASSED   [ 50%]`
fn before(line: &str) -> Option<(String, Status, &str)> {
    let line = line.trim_end();
    let line = match line.rsplit_once('[') {
        Some((rest, percent)) if percent.ends_with("%]") => rest.trim_end(),
        _ => line,
    };
    // A reason in brackets may follow: `SKIPPED (needs a network)`.
    let (line, reason) = match line.split_once(" (") {
        Some((head, reason)) if status_of(head.rsplit(' ').next().unwrap_or_default()).is_some() => {
            (head, reason.trim_end_matches(')'))
        }
        _ => (line, ""),
    };
    let (name, word) = line.rsplit_once(' ')?;
    let status = status_of(word)?;
    is_node(name.trim()).then(|| (name.trim().to_owned(), status, reason))
}

/// `FAILED tests/a.py::test_x - AssertionError`, also after `[gw0] [ 50%] ` of xdist.
fn after(line: &str) -> Option<(String, Status, &str)> {
    let mut line = line.trim();
    while let Some(rest) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        line = rest.1.trim_start();
    }
    let (word, rest) = line.split_once(' ')?;
    let status = status_of(word)?;
    let (name, message) = rest.split_once(" - ").unwrap_or((rest, ""));
    is_node(name.trim()).then(|| (name.trim().to_owned(), status, message))
}

fn is_node(name: &str) -> bool {
    name.split_once("::").is_some_and(|(file, test)| !test.is_empty() && file.ends_with(".py") && !file.contains(' '))
}

/// `=== 1 failed, 2 passed, 1 skipped in 0.05s ===`, without the `=` when quiet. Errors also by themselves.
fn totals(line: &str) -> Option<(Counts, u32)> {
    let line = line.trim().trim_matches('=').trim();
    let (list, time) = line.rsplit_once(" in ")?;
    if !super::is_duration(time.split(' ').next()?) {
        return None;
    }
    let mut counts = Counts::default();
    if list == "no tests ran" {
        return Some((counts, 0));
    }
    let mut any = false;
    let mut errors = 0;
    for (n, word) in numbered(list) {
        match word {
            "passed" | "xpassed" => counts.add(Status::Passed, n),
            "failed" => counts.add(Status::Failed, n),
            "error" | "errors" => {
                counts.add(Status::Failed, n);
                errors = n;
            }
            "skipped" | "xfailed" => counts.add(Status::Skipped, n),
            "deselected" | "warnings" | "warning" | "rerun" => {}
            _ => return None,
        }
        any = true;
    }
    any.then_some((counts, errors))
}
