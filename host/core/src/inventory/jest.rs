//! Jest and Vitest: the JSON that both write, and what each prints.

use serde::Deserialize;

use super::{Counts, Inventory, Status, Test, numbered, without_duration};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    test_results: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    assertion_results: Vec<Assertion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    full_name: String,
    status: String,
    #[serde(default)]
    failure_messages: Vec<String>,
}

/// `--json` of Jest, `--reporter=json` of Vitest.
pub(super) fn parse_json(output: &str) -> Option<Inventory> {
    let start = output.find("{\"num").or_else(|| output.find("{\n  \"num"))?;
    let mut reports = serde_json::Deserializer::from_str(&output[start..]).into_iter::<Report>();
    let report = reports.next()?.ok()?;
    let mut tests = Vec::new();
    for file in report.test_results {
        if file.assertion_results.is_empty() && file.status == "failed" {
            tests.push(Test::new(base_name(&file.name), Status::Broken).because(&file.message));
        }
        for test in file.assertion_results {
            let status = match test.status.as_str() {
                "passed" => Status::Passed,
                "failed" => Status::Failed,
                _ => Status::Skipped,
            };
            let name = format!("{} > {}", base_name(&file.name), test.full_name.trim());
            tests.push(Test::new(name, status).because(&test.failure_messages.join("\n")));
        }
    }
    Inventory::new("jest", tests, None)
}

/// Files are named by absolute paths, which differ between two sandboxes.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What Jest prints: names with `--verbose`, else only those of failures.
pub(super) fn parse_jest(output: &str) -> Option<Inventory> {
    let told = totals(output, "Tests:", ',')?;
    let mut tests: Vec<Test> = Vec::new();
    let mut file = "";
    let mut suites: Vec<(usize, &str)> = Vec::new();
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(name) = line.strip_prefix("PASS ").or_else(|| line.strip_prefix("FAIL ")) {
            file = without_duration(name);
            suites.clear();
        } else if let Some(name) = trimmed.strip_prefix("● ") {
            let is_end =
                |l: &str| ["● ", "PASS ", "FAIL ", "Test Suites:"].iter().any(|end| l.trim_start().starts_with(end));
            let mut message = String::new();
            while let Some(line) = lines.next_if(|l| !is_end(l)) {
                message.push_str(line);
                message.push('\n');
            }
            failed(&mut tests, format!("{file} > {}", name.replace(" › ", " > ")), &message);
        } else if !file.is_empty() && indent > 0 {
            let marks =
                [("✓ ", Status::Passed), ("✕ ", Status::Failed), ("○ ", Status::Skipped), ("✎ ", Status::Skipped)];
            suites.retain(|(at, _)| *at < indent);
            match mark(trimmed, &marks) {
                Some((status, name)) => {
                    let name = name.strip_prefix("skipped ").or(name.strip_prefix("todo ")).unwrap_or(name);
                    let outer = suites.iter().map(|(_, suite)| *suite);
                    let path: Vec<_> = [file].into_iter().chain(outer).chain([without_duration(name)]).collect();
                    tests.push(Test::new(path.join(" > "), status));
                }
                None => suites.push((indent, trimmed)),
            }
        }
    }
    let mut found = Inventory::new("jest", tests, Some(told))?;
    // A tick is in what many programs print: more of them than tests is no contradiction, but no list of tests either.
    found.doubt = None;
    Some(found)
}

/// What Vitest prints: names with `--reporter=verbose`, else only those of failures.
pub(super) fn parse_vitest(output: &str) -> Option<Inventory> {
    output.lines().find(|line| line.trim_start().starts_with("Test Files "))?;
    let told = totals(output, "Tests ", '|')?;
    let mut tests = Vec::new();
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("Test Files ") {
            break;
        }
        if let Some(name) = trimmed.strip_prefix("FAIL ") {
            let mut message = String::new();
            while let Some(line) = lines.next_if(|l| !l.trim_start().starts_with("FAIL ") && !l.starts_with('⎯')) {
                message.push_str(line);
                message.push('\n');
            }
            failed(&mut tests, name.trim().to_owned(), &message);
            continue;
        }
        let marks = [
            ("✓ ", Status::Passed),
            ("✔ ", Status::Passed),
            ("× ", Status::Failed),
            ("✗ ", Status::Failed),
            ("↓ ", Status::Skipped),
            ("□ ", Status::Skipped),
        ];
        let Some((status, name)) = mark(trimmed, &marks) else { continue };
        let name = without_duration(name);
        let name = name.strip_suffix(" [skipped]").unwrap_or(name);
        // The brief reporter leaves out the file and the suites: such a name says too little to compare.
        if name.split_once(" > ").is_some_and(|(file, _)| file.contains('.') && !file.contains(' ')) {
            tests.push(Test::new(name, status));
        }
    }
    Inventory::new("vitest", tests, Some(told))
}

fn mark<'a>(line: &'a str, marks: &[(&str, Status)]) -> Option<(Status, &'a str)> {
    marks.iter().find_map(|(mark, status)| Some((*status, line.strip_prefix(mark)?)))
}

/// Adds the text of a failure to its test, or the test itself where only failures are named.
fn failed(tests: &mut Vec<Test>, name: String, message: &str) {
    let is_unloaded = name.ends_with(" > Test suite failed to run") || !name.contains(" > ");
    let status = if is_unloaded { Status::Broken } else { Status::Failed };
    let test = Test::new(name, status).because(message);
    match tests.iter_mut().find(|known| known.status == status && known.name == test.name) {
        Some(known) => *known = test,
        None => tests.push(test),
    }
}

/// `Tests: 1 failed, 2 passed, 3 total` or `Tests  1 failed | 2 passed (3)`
fn totals(output: &str, start: &str, separator: char) -> Option<Counts> {
    let line = output.lines().rev().find_map(|line| line.trim_start().strip_prefix(start))?;
    if separator == '|' && !line.trim_end().ends_with(')') {
        return None;
    }
    let mut counts = Counts::default();
    let mut any = false;
    for (n, word) in numbered(line) {
        match word {
            "passed" => counts.add(Status::Passed, n),
            "failed" => counts.add(Status::Failed, n),
            "skipped" | "todo" => counts.add(Status::Skipped, n),
            _ => continue,
        }
        any = true;
    }
    any.then_some(counts)
}
