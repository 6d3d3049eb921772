//! Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`.

use goalpost_sdk::checks;
use goalpost_sdk::gate::*;

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    /// The check that writes an LCOV report among its artifacts.
    check: String,
    /// The least share of covered lines in a changed file, 0 to 1.
    least: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { check: "coverage".to_owned(), least: 0.8 }
    }
}

/// The most bytes of a report that are read.
const REPORT: usize = 16 << 20;

goalpost_sdk::gate!(
    check,
    name = "coverage",
    summary = "Every changed source file is covered by tests",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "check": { "type": "string" }, "least": { "type": "number", "minimum": 0, "maximum": 1 } }
    }"#,
);

/// A line that can be covered.
#[derive(Debug, PartialEq)]
struct Line {
    file: String,
    hit: bool,
}

/// The countable lines of an LCOV report.
fn coverage(report: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut file = None;
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            file = Some(path.trim().to_owned());
        } else if let (Some(counted), Some(file)) = (line.strip_prefix("DA:"), &file) {
            let hits = counted.split(',').nth(1).and_then(|hits| hits.trim().parse::<u64>().ok());
            lines.push(Line { file: file.clone(), hit: hits.is_some_and(|hits| hits > 0) });
        }
    }
    lines
}

fn check(subject: Subject) -> Result<GateResult, String> {
    let Config { check, least } = subject.config()?;
    let ran = checks::run(&check).map_err(|error| error.to_string())?;
    let report = ran.report();
    if !report.passed() {
        let summary = format!("the check did not pass: {}", report.summary);
        return Ok(GateResult::failed(summary).output(report.output));
    }
    let mut lines = Vec::new();
    for artifact in ran.artifacts() {
        lines.extend(coverage(&ran.artifact_text(&artifact.path, REPORT).map_err(|error| error.to_string())?));
    }
    let sealed = tree::sealed();
    let mut findings = Vec::new();
    for change in subject.changes.iter().filter(|change| change.kind != ChangeKind::Deleted) {
        if !sealed.has(&change.path).map_err(|error| error.to_string())? {
            continue;
        }
        // Reports may have absolute paths.
        let below = format!("/{}", change.path);
        let own: Vec<&Line> =
            lines.iter().filter(|line| line.file == change.path || line.file.ends_with(&below)).collect();
        let share = own.iter().filter(|line| line.hit).count() as f64 / own.len() as f64;
        if !own.is_empty() && share < least {
            let message = format!("{:.0} % of its lines are covered", 100.0 * share);
            findings.push(Finding::error(message).code("uncovered").path(&change.path));
        }
    }
    Ok(match findings.len() {
        0 => GateResult::passed("every changed file is covered"),
        n => GateResult::failed(format!("{n} changed files are not covered")).findings(findings),
    })
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn each_line_is_of_its_file() {
        let lines = super::coverage("TN:\nSF:src/a.rs\nDA:1,3\nDA:2,0\nend_of_record\nSF:src/b.rs\nDA:1,1\n");
        let line = |file: &str, hit| Line { file: file.to_owned(), hit };
        assert_eq!(lines, [line("src/a.rs", true), line("src/a.rs", false), line("src/b.rs", true)]);
    }
}
