//! `go test -json`, `go test -v`, and plain `go test`, which names packages only.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Inventory, Status, Test};

/// One line of `-json` (`go doc test2json`).
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Package", default)]
    package: String,
    #[serde(rename = "Test")]
    test: Option<String>,
    #[serde(rename = "Output", default)]
    output: String,
}

pub(super) fn parse_json(output: &str) -> Option<Inventory> {
    let mut tests = Vec::new();
    let mut outputs: HashMap<String, String> = HashMap::new();
    let lines = output.lines().filter(|line| line.starts_with("{\"") && line.contains("\"Action\":"));
    for event in lines.filter_map(|line| serde_json::from_str::<Event>(line).ok()) {
        // A package that does not build or that panics has no test to blame.
        let name = match &event.test {
            Some(test) => format!("{}.{test}", event.package),
            None => event.package.clone(),
        };
        let status = match event.action.as_str() {
            "pass" => Status::Passed,
            "fail" => Status::Failed,
            "skip" => Status::Skipped,
            "output" => {
                let text = outputs.entry(name).or_default();
                if text.len() < 8 * super::MAX_MESSAGE {
                    text.push_str(&event.output);
                }
                continue;
            }
            _ => continue,
        };
        let message = outputs.remove(&name).unwrap_or_default();
        let message = if status == Status::Failed { message.as_str() } else { "" };
        let blameless = !tests
            .iter()
            .any(|test: &Test| test.status == Status::Failed && test.name.starts_with(&format!("{name}.")));
        if event.test.is_some() || (status == Status::Failed && blameless) {
            let status = if event.test.is_none() { Status::Broken } else { status };
            tests.push(Test::new(&name, status).because(message));
        }
    }
    Inventory::new("go-test", tests, None)
}

pub(super) fn parse_verbose(output: &str) -> Option<Inventory> {
    let mut tests: Vec<Test> = Vec::new();
    let mut package_from = 0;
    // What tests print comes before their result, and after it in older versions.
    let mut printed: HashMap<&str, String> = HashMap::new();
    let mut running = "";
    let (mut is_go, mut is_verbose) = (false, false);
    for line in output.lines() {
        let trimmed = line.trim_start();
        if let Some((_, name)) = trimmed.strip_prefix("=== ").and_then(|rest| rest.split_once(' ')) {
            running = name.trim();
            is_verbose = true;
            continue;
        }
        if let Some((word, rest)) = trimmed.strip_prefix("--- ").and_then(|rest| rest.split_once(": ")) {
            let status = match word {
                "PASS" => Status::Passed,
                "FAIL" => Status::Failed,
                "SKIP" => Status::Skipped,
                _ => continue,
            };
            running = super::without_duration(rest);
            let message = if status == Status::Failed { printed.remove(running) } else { None };
            tests.push(Test::new(running, status).because(&message.unwrap_or_default()));
            continue;
        }
        let mut fields = line.split('\t').map(str::trim);
        let (word, package) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if matches!(word, "ok" | "FAIL") && !package.is_empty() {
            is_go = true;
            let (package, problem) = package.split_once(" [").unwrap_or((package, ""));
            let blameless = !tests[package_from..].iter().any(|test| test.status == Status::Failed);
            // The name of the package comes after its tests.
            for test in &mut tests[package_from..] {
                test.name = Test::new(format!("{package}.{}", test.name), test.status).name;
            }
            if word == "FAIL" && blameless {
                tests.push(Test::new(package, Status::Broken).because(problem.trim_end_matches(']')));
            }
            package_from = tests.len();
            running = "";
            printed.clear();
        } else if !running.is_empty() && line.starts_with([' ', '\t']) {
            let late = tests[package_from..].last_mut().filter(|test| test.name == running);
            match late {
                Some(test) if test.status == Status::Failed => {
                    *test = test.clone().because(&format!("{}\n{line}", test.message));
                }
                _ => {
                    let text = printed.entry(running).or_default();
                    if text.len() < 8 * super::MAX_MESSAGE {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
        }
    }
    // Without `-v` only failures are named, and nothing can be counted.
    if !is_go || !is_verbose {
        return None;
    }
    Inventory::new("go-test", tests, None)
}

/// Without `-v` the packages stand for their tests: `ok  \tpackage\t0.1s`. One without test files is none.
pub(super) fn parse_brief(output: &str) -> Option<Inventory> {
    let mut tests = Vec::new();
    let mut printed = String::new();
    for line in output.lines() {
        let mut fields = line.split('\t').map(str::trim);
        let (word, package, rest) =
            (fields.next()?, fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let is_package = !package.is_empty() && !package.starts_with('(');
        match word {
            "ok" if is_package && !rest.is_empty() => {
                let is_empty = rest.contains("[no tests to run]");
                tests.push(Test::new(package, if is_empty { Status::Skipped } else { Status::Passed }));
                printed.clear();
            }
            "FAIL" if is_package => {
                let (package, problem) = package.split_once(" [").unwrap_or((package, ""));
                let status = if problem.is_empty() { Status::Failed } else { Status::Broken };
                tests.push(Test::new(package, status).because(&printed));
                printed.clear();
            }
            _ if printed.len() < 8 * super::MAX_MESSAGE => {
                printed.push_str(line);
                printed.push('\n');
            }
            _ => {}
        }
    }
    Inventory::new("go-test", tests, None)
}
