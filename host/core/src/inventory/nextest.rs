//! `cargo nextest run`: `PASS [   0.004s] crate test::name`.

use super::{Counts, Inventory, Status, Test, numbered};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut told = None;
    for line in output.lines().map(str::trim_start) {
        // The failures are listed once more below the summary.
        if let Some(rest) = line.strip_prefix("Summary [") {
            let (_, rest) = rest.split_once(':')?;
            let mut counts = Counts::default();
            for (n, word) in numbered(rest) {
                match word {
                    "passed" => counts.add(Status::Passed, n),
                    "failed" | "exec" | "out" => counts.add(Status::Failed, n),
                    "skipped" => counts.add(Status::Skipped, n),
                    _ => {}
                }
            }
            told = Some(counts);
            break;
        }
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
    told?;
    Inventory::new("nextest", tests, told)
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
