//! pytest: `path::test PASSED` with `-v`, `PASSED path::test` with `-rA`, or only `2 failed, 13 passed in 0.12s`.

use std::collections::HashMap;

use super::{Counts, Inventory, Status, Test, numbered};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut told = None;
    for line in output.lines() {
        if let Some(counts) = totals(line) {
            told = Some(counts);
            continue;
        }
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
    told?;
    Inventory::new("pytest", tests, told)
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

/// `=== 1 failed, 2 passed, 1 skipped in 0.05s ===`, without the `=` when quiet.
fn totals(line: &str) -> Option<Counts> {
    let line = line.trim().trim_matches('=').trim();
    let (list, time) = line.rsplit_once(" in ")?;
    if !super::is_duration(time.split(' ').next()?) {
        return None;
    }
    let mut counts = Counts::default();
    if list == "no tests ran" {
        return Some(counts);
    }
    let mut any = false;
    for (n, word) in numbered(list) {
        match word {
            "passed" | "xpassed" => counts.add(Status::Passed, n),
            "failed" | "error" | "errors" => counts.add(Status::Failed, n),
            "skipped" | "xfailed" => counts.add(Status::Skipped, n),
            "deselected" | "warnings" | "warning" | "rerun" => {}
            _ => return None,
        }
        any = true;
    }
    any.then_some(counts)
}
