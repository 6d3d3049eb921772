//! The harness of `cargo test`: `test name ... ok`.

use super::{Counts, Inventory, Status, Test};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut told = None;
    let mut waiting: Option<String> = None;
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            let counts: &mut Counts = told.get_or_insert_default();
            for (n, word) in super::numbered(rest) {
                match word {
                    "passed" => counts.add(Status::Passed, n),
                    "failed" => counts.add(Status::Failed, n),
                    "ignored" => counts.add(Status::Skipped, n),
                    _ => {}
                }
            }
            waiting = None;
        } else if let Some((name, status)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            match status_of(status) {
                Some(status) => tests.push(Test::new(name_of(name), status)),
                // With `--nocapture` the test's own output stands between its name and its status.
                None => waiting = Some(name_of(name)),
            }
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ...")) {
            waiting = Some(name_of(name));
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|l| l.strip_suffix(" stdout ----").or(l.strip_suffix(" ----")))
        {
            let mut message = String::new();
            while let Some(line) = lines.next_if(|l| !l.starts_with("---- ") && *l != "failures:") {
                message.push_str(line);
                message.push('\n');
            }
            let name = name_of(name);
            let failed =
                |test: &&mut Test| test.name == name && test.status == Status::Failed && test.message.is_empty();
            if let Some(test) = tests.iter_mut().rev().find(failed) {
                *test = test.clone().because(&message);
            }
        } else if waiting.is_some()
            && let Some(status) = status_of(line)
        {
            tests.extend(waiting.take().map(|name| Test::new(name, status)));
        }
    }
    told.as_ref()?;
    Inventory::new("cargo-test", tests, told)
}

fn status_of(text: &str) -> Option<Status> {
    let word = text.trim().split([' ', ',', '<']).next()?;
    match word {
        "ok" => Some(Status::Passed),
        "FAILED" => Some(Status::Failed),
        "ignored" => Some(Status::Skipped),
        _ => None,
    }
}

/// Without the line of a documentation test, which moves with every edit above it, and without notes of the harness.
fn name_of(name: &str) -> String {
    let name = name.trim().strip_suffix(" - should panic").unwrap_or(name.trim());
    match name.split_once(" (line ") {
        Some((before, rest)) => match rest.split_once(')') {
            Some((_, after)) => format!("{before}{after}"),
            None => name.to_owned(),
        },
        None => name.to_owned(),
    }
}
