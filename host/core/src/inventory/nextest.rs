//! `cargo nextest run`: `PASS [   0.004s] crate test::name`.

use super::{Counts, Inventory, Status, Test, numbered};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let lines: Vec<&str> = output.lines().map(str::trim_start).collect();
    // The runner's own summary is the last one; below it the failures are listed once more.
    let end = lines.iter().rposition(|line| line.starts_with("Summary ["))?;
    let (_, totals) = lines[end].split_once(':')?;
    let mut told = Counts::default();
    for (n, word) in numbered(totals) {
        match word {
            "passed" => told.add(Status::Passed, n),
            "failed" | "exec" | "out" => told.add(Status::Failed, n),
            "skipped" => told.add(Status::Skipped, n),
            _ => {}
        }
    }
    let mut tests: Vec<Test> = Vec::new();
    for line in &lines[..end] {
        let Some((word, rest)) = line.split_once('[') else { continue };
        let Some(status) = status_of(word.trim()) else { continue };
        let Some((time, name)) = rest.split_once(']') else { continue };
        if !super::is_duration(time.trim_start_matches(['>', ' '])) {
            continue;
        }
        // Newer versions count: `( 3/12)`.
        let name = name.trim();
        let name = name.strip_prefix('(').and_then(|n| n.split_once(") ")).map_or(name, |(_, name)| name.trim());
        tests.push(Test::new(name, status));
    }
    Inventory::new("nextest", tests, Some(told))
}

fn status_of(word: &str) -> Option<Status> {
    let (attempt, word) = match word.strip_prefix("TRY ").and_then(|rest| rest.split_once(' ')) {
        Some((_, word)) => (true, word),
        None => (false, word),
    };
    match word {
        "PASS" | "LEAK" => Some(Status::Passed),
        // An attempt that failed is followed by another, or by the test's own line.
        _ if attempt => None,
        "FAIL" | "TIMEOUT" | "ABORT" | "XFAIL" | "LEAK-FAIL" | "TMT" => Some(Status::Failed),
        "SKIP" => Some(Status::Skipped),
        signal if signal.starts_with("SIG") => Some(Status::Failed),
        _ => None,
    }
}
