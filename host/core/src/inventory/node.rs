//! `node --test`: its `spec` reporter, and its TAP.

use super::{Counts, Inventory, Status, Test, tap, without_duration};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    if !output.lines().any(|line| line.starts_with("ℹ tests ") || line.starts_with("# tests ")) {
        return None;
    }
    spec(output).or_else(|| tap::parse_as("node-test", output, Some(tap_totals(output))))
}

/// `# pass 4`, at the end of node's TAP.
fn tap_totals(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines().filter_map(|line| line.strip_prefix("# ")) {
        match line.split_once(' ').and_then(|(word, n)| Some((word, n.trim().parse().ok()?))) {
            Some(("pass", n)) => counts.add(Status::Passed, n),
            Some(("fail" | "cancelled", n)) => counts.add(Status::Failed, n),
            Some(("skipped" | "todo", n)) => counts.add(Status::Skipped, n),
            _ => {}
        }
    }
    counts
}

fn spec(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut told: Option<Counts> = None;
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in output.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some((word, n)) = trimmed.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) {
            let Ok(n) = n.trim().parse() else { continue };
            let counts = told.get_or_insert_default();
            match word {
                "pass" => counts.add(Status::Passed, n),
                "fail" | "cancelled" => counts.add(Status::Failed, n),
                "skipped" | "todo" => counts.add(Status::Skipped, n),
                _ => {}
            }
            continue;
        }
        // The failures are listed once more below the totals.
        if told.is_some() {
            break;
        }
        if let Some(name) = trimmed.strip_prefix("▶ ") {
            open.retain(|(at, _)| *at < indent);
            open.push((indent, without_duration(name).to_owned()));
            continue;
        }
        let Some((status, name)) = mark(trimmed) else { continue };
        let (name, status) = match name.rsplit_once(" # ") {
            Some((name, "TODO")) => (name, Status::Skipped),
            // The reason for skipping follows the duration.
            Some((before, _)) if without_duration(before) != before => (before, status),
            _ => (name, status),
        };
        let name = without_duration(name);
        // A suite's own line follows its tests.
        if open.last().is_some_and(|(at, suite)| *at == indent && suite == name) {
            open.pop();
            continue;
        }
        open.retain(|(at, _)| *at < indent);
        let path: Vec<_> = open.iter().map(|(_, name)| name.as_str()).chain([name]).collect();
        tests.push(Test::new(path.join(" > "), status));
    }
    told?;
    Inventory::new("node-test", tests, told)
}

fn mark(line: &str) -> Option<(Status, &str)> {
    let marks = [("✔ ", Status::Passed), ("✖ ", Status::Failed), ("﹣ ", Status::Skipped), ("⚠ ", Status::Skipped)];
    marks.iter().find_map(|(mark, status)| Some((*status, line.strip_prefix(mark)?)))
}
