//! Mocha: the tree of its `spec` reporter, or only `6 passing (98ms)` and what follows.

use super::{Counts, Inventory, Status, Test, without_duration};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let lines: Vec<&str> = output.lines().collect();
    // What the code under test prints may look like a summary: the runner's own is the last one.
    let end = lines.iter().rposition(|line| total(line).is_some_and(|(_, word)| word == "passing"))?;
    let mut told = Counts::default();
    for (n, word) in lines[end..].iter().map_while(|line| total(line)) {
        match word {
            "passing" => told.add(Status::Passed, n),
            "failing" => told.add(Status::Failed, n),
            _ => told.add(Status::Skipped, n),
        }
    }

    let mut tests: Vec<Test> = Vec::new();
    let mut suites: Vec<(usize, &str)> = Vec::new();
    for line in &lines[..end] {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if indent < 2 || trimmed.is_empty() {
            continue;
        }
        suites.retain(|(at, _)| *at < indent);
        match mark(trimmed) {
            Some((status, name)) => {
                let path: Vec<_> = suites.iter().map(|(_, suite)| *suite).chain([without_duration(name)]).collect();
                tests.push(Test::new(path.join(" > "), status));
            }
            None => suites.push((indent, trimmed)),
        }
    }
    let mut messages = lines[end..].iter().skip(1).copied().peekable();
    let mut failed = tests.iter_mut().filter(|test| test.status == Status::Failed);
    while let Some(line) = messages.next() {
        if numbered_name(line.trim_start()).is_none() || !line.starts_with("  ") {
            continue;
        }
        let mut message = String::new();
        while let Some(line) = messages.next_if(|l| numbered_name(l.trim_start()).is_none() || !l.starts_with("  ")) {
            message.push_str(line);
            message.push('\n');
        }
        if let Some(test) = failed.next() {
            *test = test.clone().because(&message);
        }
    }
    let mut found = Inventory::new("mocha", tests, Some(told))?;
    // A tick is in what many programs print: more of them than tests is no contradiction, but no list of tests either.
    found.doubt = None;
    Some(found)
}

fn total(line: &str) -> Option<(u32, &str)> {
    let (n, word) = without_duration(line.strip_prefix("  ")?).split_once(' ')?;
    matches!(word, "passing" | "pending" | "failing").then_some(())?;
    Some((n.parse().ok()?, word))
}

fn mark(line: &str) -> Option<(Status, &str)> {
    let marks = [("✔ ", Status::Passed), ("✓ ", Status::Passed), ("- ", Status::Skipped)];
    let marked = marks.iter().find_map(|(mark, status)| Some((*status, line.strip_prefix(mark)?)));
    marked.or_else(|| Some((Status::Failed, numbered_name(line)?)))
}

/// `1) fails`
fn numbered_name(line: &str) -> Option<&str> {
    let (number, name) = line.split_once(") ")?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}
