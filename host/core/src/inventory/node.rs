//! `node --test`: its `spec` reporter, and its TAP.

use super::{Counts, Inventory, Status, Test, tap, without_duration};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    if !output.lines().any(|line| line.starts_with("ℹ tests ") || line.starts_with("# tests ")) {
        return None;
    }
    spec(output).or_else(|| {
        let stream = tap::read(output)?;
        let lines: Vec<&str> = output.lines().collect();
        // A comment may be what a test printed: node's own totals are the last.
        let end = lines.iter().rposition(|line| line.starts_with("# tests "))?;
        let mut told = Totals::default();
        lines[end..].iter().filter_map(|line| line.strip_prefix("# ")).for_each(|line| told.read(line));
        Inventory::new("node-test", of_files(stream.tests), Some(told.of_leaves(&stream.parents)))
    })
}

/// `pass 4`, at the end of either report.
#[derive(Default)]
struct Totals {
    counts: Counts,
    suites: u32,
}

impl Totals {
    fn read(&mut self, line: &str) {
        match line.split_once(' ').and_then(|(word, n)| Some((word, n.trim().parse().ok()?))) {
            Some(("pass", n)) => self.counts.add(Status::Passed, n),
            Some(("fail" | "cancelled", n)) => self.counts.add(Status::Failed, n),
            Some(("skipped" | "todo", n)) => self.counts.add(Status::Skipped, n),
            Some(("suites", n)) => self.suites = n,
            _ => {}
        }
    }

    /// Without the tests that have subtests, which node counts, unlike suites; `parents` says of both whether they passed.
    fn of_leaves(mut self, parents: &[bool]) -> Counts {
        let tests = parents.len().saturating_sub(self.suites as usize);
        for passed in parents.iter().take(tests) {
            let count = match passed {
                true if self.counts.passed > 0 => &mut self.counts.passed,
                _ => &mut self.counts.failed,
            };
            *count = count.saturating_sub(1);
        }
        self.counts
    }
}

/// A file that could not be loaded is reported as a test that bears its name.
fn of_files(mut tests: Vec<Test>) -> Vec<Test> {
    let endings = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
    for test in &mut tests {
        if test.status == Status::Failed && endings.iter().any(|ending| test.name.ends_with(ending)) {
            test.status = Status::Broken;
        }
    }
    tests
}

fn spec(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let lines: Vec<&str> = output.lines().collect();
    // What tests print may look like totals: node's own are the last. Below them the failures are listed once more.
    let end = lines.iter().rposition(|line| line.starts_with("ℹ tests "))?;
    let mut told = Totals::default();
    lines[end..].iter().map_while(|line| line.strip_prefix("ℹ ")).for_each(|line| told.read(line));
    let mut parents = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in &lines[..end] {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
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
        // Programs print such marks too; node's own line has a time.
        if without_duration(name) == name {
            continue;
        }
        let name = without_duration(name);
        // A suite's own line follows its tests.
        if open.last().is_some_and(|(at, suite)| *at == indent && suite == name) {
            open.pop();
            parents.push(status == Status::Passed);
            continue;
        }
        open.retain(|(at, _)| *at < indent);
        let path: Vec<_> = open.iter().map(|(_, name)| name.as_str()).chain([name]).collect();
        tests.push(Test::new(path.join(" > "), status));
    }
    Inventory::new("node-test", of_files(tests), Some(told.of_leaves(&parents)))
}

fn mark(line: &str) -> Option<(Status, &str)> {
    let marks = [("✔ ", Status::Passed), ("✖ ", Status::Failed), ("﹣ ", Status::Skipped), ("⚠ ", Status::Skipped)];
    marks.iter().find_map(|(mark, status)| Some((*status, line.strip_prefix(mark)?)))
}
