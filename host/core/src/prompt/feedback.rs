//! Why the last turn was not enough: what gates and judges said of it, bounded, and framed as the data that it is.

use std::fmt::Write as _;

use super::{MAX_LISTED, list};
use crate::evidence::{Finding, GateReport, GateStatus, PastTurn, Severity, Tamper, TamperKind};
use crate::framing::{frame, preamble};
use crate::stuck::{SAME_REASON, similarity};
use crate::text::one_line;
use crate::verdict::{Opinion, Outcome, TurnVerdict};

/// Bytes of one gate's output in the prompt.
pub(super) const MAX_GATE_OUTPUT: usize = 8 * 1024;
/// Bytes of all gates' output together: later gates get what is left.
pub(super) const MAX_ALL_OUTPUT: usize = 24 * 1024;
/// Bytes of the last turn's reason.
const MAX_REASON: usize = 8 * 1024;
/// Bytes of the findings.
const MAX_FINDINGS: usize = 8 * 1024;

/// Why the last turn was not enough.
#[derive(Debug, Clone, Copy)]
pub struct LastTurn<'a> {
    /// Its verdict.
    pub verdict: &'a TurnVerdict,
    /// Its gates, in the order of the configuration, output redacted.
    pub gates: &'a [GateReport],
    /// Its evaluators' answers.
    pub opinions: &'a [Opinion],
    /// Its changes to protected paths.
    pub tampering: &'a [Tamper],
}

/// The feedback of the last turn alone, framed: what a workflow is given beside the prompt.
pub fn feedback(last: &LastTurn<'_>, history: &[PastTurn], nonce: &str) -> String {
    let mut parts = vec![preamble(nonce)];
    if !last.verdict.reason.trim().is_empty() {
        parts.push(frame("verdict of the last turn", &last.verdict.reason, nonce, MAX_REASON));
    }
    parts.extend(gate_outputs(last.gates, nonce));
    parts.extend(findings(last, nonce));
    parts.extend(tampering(last.tampering, nonce));
    parts.extend(recurrence(history));
    parts.join("\n\n")
}

/// The output of each gate that ran and did not pass, required ones first.
fn gate_outputs(gates: &[GateReport], nonce: &str) -> Vec<String> {
    let tells = |gate: &&GateReport| matches!(gate.status, GateStatus::Failed | GateStatus::TimedOut);
    let (required, optional): (Vec<_>, Vec<_>) = gates.iter().filter(tells).partition(|gate| gate.required);
    let mut left = MAX_ALL_OUTPUT;
    let mut parts = Vec::new();
    for gate in required.into_iter().chain(optional) {
        let name = one_line(&gate.name, 100);
        let mut text = gate_text(gate);
        if text.is_empty() {
            text = "(no output)".into();
        }
        let max = text.len().min(MAX_GATE_OUTPUT).min(left);
        // Less than this is no help to anyone.
        if max < 200 && max < text.len() {
            parts.push(format!("The output of gate `{name}` is left out: there is too much of the others'."));
            continue;
        }
        left -= max;
        let what = if gate.status == GateStatus::TimedOut { "ran out of time" } else { "failed" };
        let weight = if gate.required { "required" } else { "not required" };
        parts.push(frame(&format!("gate `{name}`, {weight}, {what}"), &text, nonce, max));
    }
    parts
}

/// Summary, failed tests and output of a gate.
fn gate_text(gate: &GateReport) -> String {
    let mut text = String::new();
    if !gate.summary.is_empty() {
        let _ = writeln!(text, "{}", gate.summary);
    }
    if let Some(tests) = &gate.tests {
        let _ = writeln!(text, "{} passed, {} failed, {} skipped", tests.passed, tests.failed, tests.skipped);
        named(&mut text, "failed", tests.failures.iter().map(|f| f.name.as_str()));
        named(&mut text, "ran at the start of the goal and did not run now", tests.missing.iter().map(String::as_str));
        named(
            &mut text,
            "ran at the start of the goal and is skipped now",
            tests.newly_skipped.iter().map(String::as_str),
        );
    }
    for finding in gate.findings.iter().take(MAX_LISTED) {
        let _ = writeln!(text, "{}", finding_line(finding));
    }
    text.push_str(gate.output.trim_end());
    text
}

fn named<'a>(text: &mut String, what: &str, names: impl Iterator<Item = &'a str>) {
    for name in names.take(MAX_LISTED) {
        let _ = writeln!(text, "{what}: {name}");
    }
}

fn finding_line(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    };
    let place = match (&finding.path, finding.line) {
        (Some(path), Some(line)) => format!(" {path}:{line}"),
        (Some(path), None) => format!(" {path}"),
        _ => String::new(),
    };
    format!("{severity}{place}: {}", one_line(&finding.message, 1_000))
}

/// What the evaluators found, worst first.
fn findings(last: &LastTurn<'_>, nonce: &str) -> Option<String> {
    let heard = last.opinions.iter().filter(|o| !o.shadow);
    let heard = heard.filter(|o| !matches!(o.verdict.outcome, Outcome::Abstain | Outcome::Inconclusive));
    let mut all: Vec<_> =
        heard.flat_map(|o| o.verdict.findings.iter().map(move |finding| (&o.evaluator, finding))).collect();
    if all.is_empty() {
        return None;
    }
    all.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    let text = list(&all, |(evaluator, finding)| format!("{}: {}", one_line(evaluator, 100), finding_line(finding)));
    Some(frame("findings of the evaluators", &text, nonce, MAX_FINDINGS))
}

fn tampering(tampering: &[Tamper], nonce: &str) -> Option<String> {
    if tampering.is_empty() {
        return None;
    }
    // A path is the worker's own text.
    let paths = list(tampering, |t| {
        let kind = match t.kind {
            TamperKind::Edited => "edited",
            TamperKind::Deleted => "deleted",
            TamperKind::Added => "added",
            TamperKind::Renamed => "renamed",
            TamperKind::TypeChanged => "turned into another kind of entry",
            TamperKind::Redirected => "reached through a link",
        };
        let detail = one_line(&t.detail, 300);
        let gap = if detail.is_empty() { "" } else { ": " };
        format!("{}, {kind}{gap}{detail}", one_line(&t.path, 300))
    });
    let count = tampering.len();
    let what = if count == 1 { "A protected path was".to_owned() } else { format!("{count} protected paths were") };
    Some(format!(
        "{what} changed. The change was reported, and the work was verified with these paths as they were at the start. \
         Undo it and leave them alone.\n\n{}",
        frame("changed protected paths", &paths, nonce, MAX_FINDINGS)
    ))
}

/// A note when the last reason was given before.
fn recurrence(history: &[PastTurn]) -> Option<String> {
    let (last, earlier) = history.split_last()?;
    let same = |turn: &&PastTurn| turn.outcome == last.outcome && similarity(&turn.reason, &last.reason) >= SAME_REASON;
    let times = earlier.iter().filter(same).count() + 1;
    (times > 1).then(|| {
        format!(
            "This reason has now come back {times} times. What was tried did not change it: look for the cause before the \
             next attempt, take another way, or say what stands in the way."
        )
    })
}
