//! Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`.

use std::collections::BTreeMap;

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

#[derive(Default)]
struct Covered {
    hit: u32,
    lines: u32,
}

/// Covered and countable lines by path, of an LCOV report.
fn coverage(report: &str) -> BTreeMap<String, Covered> {
    let mut files: BTreeMap<String, Covered> = BTreeMap::new();
    let mut path = None;
    for line in report.lines() {
        if let Some(file) = line.strip_prefix("SF:") {
            path = Some(file.trim().to_owned());
        } else if let (Some(counted), Some(path)) = (line.strip_prefix("DA:"), &path) {
            let hits = counted.split(',').nth(1).and_then(|hits| hits.trim().parse::<u64>().ok());
            let covered = files.entry(path.clone()).or_default();
            covered.lines += 1;
            covered.hit += u32::from(hits.is_some_and(|hits| hits > 0));
        }
    }
    files
}

fn check(subject: Subject) -> Result<GateResult, String> {
    let Config { check, least } = subject.config()?;
    let ran = checks::run(&check).map_err(|error| error.to_string())?;
    let report = ran.report();
    if !report.passed() {
        let summary = format!("the check did not pass: {}", report.summary);
        return Ok(GateResult::failed(summary).output(report.output));
    }
    let mut files = BTreeMap::new();
    for artifact in ran.artifacts() {
        files.extend(coverage(&ran.artifact_text(&artifact.path, REPORT).map_err(|error| error.to_string())?));
    }
    let sealed = tree::sealed();
    let mut findings = Vec::new();
    for change in subject.changes.iter().filter(|change| change.kind != ChangeKind::Deleted) {
        if !sealed.has(&change.path).map_err(|error| error.to_string())? {
            continue;
        }
        let below = format!("/{}", change.path);
        let found = files.iter().find(|(path, _)| **path == change.path || path.ends_with(&below));
        let Some((_, covered)) = found else { continue };
        let share = f64::from(covered.hit) / f64::from(covered.lines);
        if share < least {
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
    #[test]
    fn lines_are_counted_by_file() {
        let files = super::coverage("TN:\nSF:src/a.rs\nDA:1,3\nDA:2,0\nend_of_record\nSF:src/b.rs\nDA:1,1\n");
        assert_eq!((files["src/a.rs"].hit, files["src/a.rs"].lines), (1, 2));
        assert_eq!((files["src/b.rs"].hit, files["src/b.rs"].lines), (1, 1));
    }
}
