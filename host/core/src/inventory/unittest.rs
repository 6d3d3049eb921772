//! Python's `unittest`: `test_x (module.Class.test_x) ... ok` with `-v`, else only `Ran 3 tests in 0.001s` and what follows.

use super::{Counts, Inventory, Status, Test};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    // What the code under test prints may look like a summary: the runner's own is the last one.
    let lines: Vec<&str> = output.lines().collect();
    let end = lines.iter().rposition(|line| ran(line).is_some())?;
    let total = ran(lines[end])?;
    let result = lines[end + 1..].iter().find(|line| !line.trim().is_empty())?;
    let told = totals(total, result)?;

    let mut tests: Vec<Test> = Vec::new();
    let mut waiting: Option<String> = None;
    for line in &lines[..end] {
        if let Some((name, rest)) = head(line) {
            let is_subtest = line.starts_with("  ");
            match status_of(rest.rsplit(" ... ").next().unwrap_or_default()) {
                Some(status) if is_subtest => {
                    // A subtest that failed: its test has no word of its own.
                    let failed = tests.iter().any(|test| test.name == name && test.status == status);
                    if !failed {
                        tests.push(Test::new(&name, status));
                    }
                    waiting = None;
                }
                Some(status) if rest.contains(" ... ") => {
                    let is_unloaded = name.contains("_FailedTest");
                    tests.push(Test::new(&name, if is_unloaded { Status::Broken } else { status }));
                    waiting = None;
                }
                _ => waiting = Some(name),
            }
        } else if waiting.is_some() {
            // Between a name and its word stand the first line of the documentation and what the test printed.
            let word = line.rsplit(" ... ").next().unwrap_or(line);
            if let Some(status) = status_of(word) {
                tests.extend(waiting.take().map(|name| Test::new(name, status)));
            }
        } else if let Some((name, _)) = line.strip_prefix("FAIL: ").or(line.strip_prefix("ERROR: ")).and_then(head)
            && !tests.iter().any(|test| test.name == name)
        {
            // The brief reporter names what failed.
            let is_unloaded = name.contains("_FailedTest");
            tests.push(Test::new(name, if is_unloaded { Status::Broken } else { Status::Failed }));
        }
    }
    Inventory::new("unittest", tests, Some(told))
}

/// `Ran 12 tests in 0.003s`
fn ran(line: &str) -> Option<u32> {
    let (number, rest) = line.strip_prefix("Ran ")?.split_once(' ')?;
    (rest.starts_with("test in ") || rest.starts_with("tests in ")).then_some(())?;
    number.parse().ok()
}

/// `OK`, `OK (skipped=1)`, `FAILED (failures=2, errors=1, expected failures=1)`, `NO TESTS RAN`
fn totals(total: u32, result: &str) -> Option<Counts> {
    let is_result = ["OK", "FAILED", "NO TESTS RAN"].iter().any(|word| result.starts_with(word));
    is_result.then_some(())?;
    let (mut failed, mut skipped) = (0_u32, 0_u32);
    let list = result.split_once('(').map_or("", |(_, list)| list.trim_end_matches(')'));
    for (what, n) in list.split(", ").filter_map(|part| part.split_once('=')) {
        let n: u32 = n.trim().parse().ok()?;
        match what.trim() {
            "skipped" | "expected failures" => skipped = skipped.saturating_add(n),
            _ => failed = failed.saturating_add(n),
        }
    }
    let ran = total.saturating_sub(skipped);
    // Several subtests of one test may fail, and a class that can't be set up fails without a test.
    let failed = if ran > 0 { failed.min(ran) } else { failed };
    Some(Counts { passed: ran.saturating_sub(failed), failed, skipped })
}

/// `test_x (module.Class.test_x)`, or `test_x (module.Class)` before Python 3.11: the full name, and the rest of the line.
fn head(line: &str) -> Option<(String, &str)> {
    let (method, rest) = line.trim_start().split_once(" (")?;
    let (class, rest) = rest.split_once(')')?;
    let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_path =
        !class.is_empty() && class.contains('.') && class.split('.').all(|part| !part.is_empty() && is_word(part));
    let is_name = !method.is_empty() && is_word(method) && is_path;
    is_name.then(|| {
        let is_full = class.rsplit('.').next() == Some(method);
        (if is_full { class.to_owned() } else { format!("{class}.{method}") }, rest)
    })
}

fn status_of(text: &str) -> Option<Status> {
    match text.trim() {
        "ok" => Some(Status::Passed),
        "FAIL" | "ERROR" | "unexpected success" => Some(Status::Failed),
        "expected failure" => Some(Status::Skipped),
        skipped if skipped.starts_with("skipped") => Some(Status::Skipped),
        _ => None,
    }
}
