//! The lines of a gate's output that say why it did not pass.

use goalpost_sdk::types::GateReport;

/// Longer lines are cut: one minified line must not push out the rest.
const WIDTH: usize = 300;
/// Lines after a telling one that belong to it: what was expected, where, and what came instead.
const FOLLOWING: usize = 2;

/// What compilers and test runners begin their complaints with, in lower case.
const STARTS: [&str; 11] =
    ["error", "fatal", "failed", "fail ", "fail:", "--- fail", "not ok", "e   ", "panic:", "✕", "✗"];
/// What they hold, in lower case.
const HOLDS: [&str; 10] = [
    "panicked at",
    "assert",
    "error:",
    "error[",
    "exception",
    "traceback",
    "mismatch",
    "undefined",
    "cannot find",
    "... failed",
];

/// At most `max` lines: the failed tests where the host knows them, else what looks like a complaint, else the end.
pub(crate) fn lines(gate: &GateReport, max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(tests) = &gate.tests {
        for failure in &tests.failures {
            lines.push(format!("{}: {}", failure.name, first_line(&failure.message)));
        }
        lines.extend(tests.missing.iter().map(|name| format!("{name}: ran before, did not run now")));
        lines.extend(tests.newly_skipped.iter().map(|name| format!("{name}: ran before, skipped now")));
    }
    if lines.is_empty() {
        lines = complaints(&gate.output);
    }
    if lines.is_empty() {
        lines = ending(&gate.output, max);
    }
    lines.truncate(max);
    lines.iter().map(|line| cut(line)).collect()
}

fn complaints(output: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut following = 0;
    for line in output.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()) {
        if is_complaint(line) {
            following = FOLLOWING;
        } else if following > 0 {
            following -= 1;
        } else {
            continue;
        }
        lines.push(line.to_owned());
    }
    lines
}

fn is_complaint(line: &str) -> bool {
    let line = line.trim_start().to_lowercase();
    STARTS.iter().any(|start| line.starts_with(start)) || HOLDS.iter().any(|word| line.contains(word))
}

fn ending(output: &str, max: usize) -> Vec<String> {
    let lines: Vec<&str> = output.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(max)..].iter().map(|line| (*line).to_owned()).collect()
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("failed")
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use goalpost_sdk::sample;
    use goalpost_sdk::types::{GateStatus, TestFailure, TestSummary};

    use super::*;

    fn gate(output: &str) -> GateReport {
        let mut gate = sample::gate("tests", GateStatus::Failed);
        gate.output = output.into();
        gate
    }

    #[test]
    fn known_failures_come_before_output() {
        let mut gate = gate("error: something else");
        gate.tests = Some(TestSummary {
            format: "pytest".into(),
            passed: 1,
            failed: 1,
            skipped: 0,
            failures: vec![TestFailure { name: "test_comma".into(), message: "\nassert 1 == 2\nmore".into() }],
            missing: vec!["test_old".into()],
            newly_skipped: vec![],
        });
        assert_eq!(lines(&gate, 9), ["test_comma: assert 1 == 2", "test_old: ran before, did not run now"]);
    }

    #[test]
    fn a_complaint_comes_with_the_lines_after_it() {
        let gate = gate("noise\nerror[E0308]: mismatched types\n --> src/a.rs:3:5\n  |\nmore noise\n");
        assert_eq!(lines(&gate, 9), ["error[E0308]: mismatched types", " --> src/a.rs:3:5", "  |"]);
    }

    #[test]
    fn output_without_a_complaint_is_told_by_its_end() {
        assert_eq!(lines(&gate("one\ntwo\n\nthree\n"), 2), ["two", "three"]);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = lines(&gate(&"é".repeat(1_000)), 1).remove(0);
        assert_eq!(line.chars().count(), WIDTH + 2);
    }
}
