//! Between the host's records and the contract's. What goes in is copied; what comes out is checked: numbers are in their
//! range, texts are bounded and show nothing but themselves.

use std::time::Duration;

use goalpost_core::evidence::{self, Addressed};
use goalpost_core::text;
use goalpost_core::{usage, verdict};

use super::bindings::types;
use crate::call::CallFailure;
use crate::exchange::{GateAnswer, Subject, Turn, TurnEnd, TurnSummary};

/// A line for people.
const LINE_BYTES: usize = 400;
/// The message of one finding.
const MESSAGE_BYTES: usize = 8 << 10;
/// A reason, an output or a summary: bounded by the plugin's `output_bytes` first.
const TEXT_BYTES: usize = 256 << 10;
/// What an element of a list counts for beside its texts.
const ELEMENT_COST: usize = 32;

// In.

pub(crate) fn evidence(addressed: &Addressed<'_>, config: &str) -> types::Evidence {
    let e = addressed.evidence();
    types::Evidence {
        goal: goal(&e.goal),
        turn: e.turn,
        max_turns: e.max_turns,
        digest: addressed.digest().to_string(),
        trees: trees(&e.trees),
        changes: e.changes.iter().map(change).collect(),
        diff: e.diff.clone(),
        diff_truncated: e.diff_truncated,
        gates: e.gates.iter().map(gate_report).collect(),
        tampering: e.tampering.iter().map(tamper).collect(),
        worker: worker(&e.worker),
        history: e.history.iter().map(past_turn).collect(),
        facts: e.facts.iter().map(fact).collect(),
        config: config.to_owned(),
    }
}

pub(crate) fn subject(s: &Subject, config: &str) -> types::Subject {
    types::Subject {
        goal: goal(&s.goal),
        turn: s.turn,
        trees: trees(&s.trees),
        changes: s.changes.iter().map(change).collect(),
        tampering: s.tampering.iter().map(tamper).collect(),
        facts: s.facts.iter().map(fact).collect(),
        config: config.to_owned(),
    }
}

pub(crate) fn turn(t: &Turn, config: &str) -> types::Turn {
    types::Turn {
        goal: goal(&t.goal),
        turn: t.turn,
        max_turns: t.max_turns,
        prompt: t.prompt.clone(),
        feedback: t.feedback.clone(),
        agents: t.agents.clone(),
        config: config.to_owned(),
    }
}

fn goal(g: &evidence::GoalText) -> types::Goal {
    types::Goal {
        id: g.id.to_string(),
        objective: g.objective.clone(),
        scope: g.scope.clone(),
        criteria: g.criteria.clone(),
    }
}

fn trees(t: &evidence::TreeIds) -> types::TreeIds {
    types::TreeIds {
        baseline: t.baseline.to_string(),
        candidate: t.candidate.to_string(),
        sealed: t.sealed.to_string(),
    }
}

pub(crate) fn change(c: &evidence::Change) -> types::Change {
    types::Change {
        path: c.path.clone(),
        kind: match c.kind {
            evidence::ChangeKind::Added => types::ChangeKind::Added,
            evidence::ChangeKind::Modified => types::ChangeKind::Modified,
            evidence::ChangeKind::Deleted => types::ChangeKind::Deleted,
            evidence::ChangeKind::Renamed => types::ChangeKind::Renamed,
            evidence::ChangeKind::TypeChanged => types::ChangeKind::TypeChanged,
        },
        old_path: c.old_path.clone(),
        lines: c.lines.map(|lines| types::LineCount { added: lines.added, removed: lines.removed }),
    }
}

fn tamper(t: &evidence::Tamper) -> types::Tamper {
    types::Tamper {
        path: t.path.clone(),
        kind: match t.kind {
            evidence::TamperKind::Edited => types::TamperKind::Edited,
            evidence::TamperKind::Deleted => types::TamperKind::Deleted,
            evidence::TamperKind::Added => types::TamperKind::Added,
            evidence::TamperKind::Renamed => types::TamperKind::Renamed,
            evidence::TamperKind::TypeChanged => types::TamperKind::TypeChanged,
            evidence::TamperKind::Redirected => types::TamperKind::Redirected,
        },
        detail: t.detail.clone(),
    }
}

pub(crate) fn gate_report(g: &evidence::GateReport) -> types::GateReport {
    types::GateReport {
        name: g.name.clone(),
        required: g.required,
        status: match g.status {
            evidence::GateStatus::Passed => types::GateStatus::Passed,
            evidence::GateStatus::Failed => types::GateStatus::Failed,
            evidence::GateStatus::TimedOut => types::GateStatus::TimedOut,
            evidence::GateStatus::Refused => types::GateStatus::Refused,
            evidence::GateStatus::NotRun => types::GateStatus::NotRun,
            evidence::GateStatus::Inconclusive => types::GateStatus::Inconclusive,
        },
        summary: g.summary.clone(),
        exit_code: g.exit_code,
        output: g.output.clone(),
        output_truncated: g.output_truncated,
        duration_ms: g.duration_ms,
        tests: g.tests.as_ref().map(test_summary),
        findings: g.findings.iter().map(finding).collect(),
    }
}

fn test_summary(t: &evidence::TestSummary) -> types::TestSummary {
    let failure = |f: &evidence::TestFailure| types::TestFailure { name: f.name.clone(), message: f.message.clone() };
    types::TestSummary {
        format: t.format.clone(),
        passed: t.passed,
        failed: t.failed,
        skipped: t.skipped,
        failures: t.failures.iter().map(failure).collect(),
        missing: t.missing.clone(),
        newly_skipped: t.newly_skipped.clone(),
    }
}

fn finding(f: &evidence::Finding) -> types::Finding {
    types::Finding {
        severity: match f.severity {
            evidence::Severity::Info => types::Severity::Info,
            evidence::Severity::Warning => types::Severity::Warning,
            evidence::Severity::Error => types::Severity::Error,
            evidence::Severity::Critical => types::Severity::Critical,
        },
        code: f.code.clone(),
        path: f.path.clone(),
        line: f.line,
        message: f.message.clone(),
        evidence: f.evidence.clone(),
    }
}

fn worker(w: &evidence::WorkerReport) -> types::WorkerReport {
    types::WorkerReport {
        agent: w.agent.clone(),
        exit_code: w.exit_code,
        final_text: w.final_text.clone(),
        transcript: w.transcript.clone(),
        transcript_truncated: w.transcript_truncated,
        tool_calls: w.tool_calls.iter().map(tool_call).collect(),
        usage: usage(w.usage),
    }
}

pub(crate) fn tool_call(t: &evidence::ToolCall) -> types::ToolCall {
    types::ToolCall { name: t.name.clone(), arguments: t.arguments.clone(), ok: t.ok }
}

pub(crate) fn usage(u: usage::Usage) -> types::Usage {
    types::Usage {
        input_tokens: u.input_tokens,
        output_tokens: u.output_tokens,
        cached_tokens: u.cached_tokens,
        micro_usd: u.micro_usd,
    }
}

fn past_turn(p: &evidence::PastTurn) -> types::PastTurn {
    types::PastTurn {
        turn: p.turn,
        sealed: p.sealed.to_string(),
        outcome: match p.outcome {
            verdict::Outcome::Satisfied => "satisfied",
            verdict::Outcome::Unsatisfied => "unsatisfied",
            verdict::Outcome::Blocked => "blocked",
            // A turn's verdict never abstains.
            verdict::Outcome::Inconclusive | verdict::Outcome::Abstain => "inconclusive",
        }
        .to_owned(),
        reason: p.reason.clone(),
        failing: p.failing.clone(),
    }
}

fn fact(f: &evidence::Fact) -> types::Fact {
    types::Fact { name: f.name.clone(), json: f.json.clone() }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

// Out.

/// A plugin's answer as the host's record, or how the answer is broken. `most` is its limit in bytes.
pub(crate) fn verdict(v: types::Verdict, most: u32) -> Result<verdict::Verdict, CallFailure> {
    within(v.reason.len() + findings_size(&v.findings), most)?;
    let reason = block(&v.reason);
    // What comes of these is the reason: a worker that is told nothing can do nothing about it.
    if matches!(v.outcome, types::Outcome::Unsatisfied | types::Outcome::Blocked) && reason.trim().is_empty() {
        return Err(CallFailure::Malformed("it holds the goal back and gives no reason".into()));
    }
    Ok(verdict::Verdict {
        outcome: match v.outcome {
            types::Outcome::Satisfied => verdict::Outcome::Satisfied,
            types::Outcome::Unsatisfied => verdict::Outcome::Unsatisfied,
            types::Outcome::Blocked => verdict::Outcome::Blocked,
            types::Outcome::Inconclusive => verdict::Outcome::Inconclusive,
            types::Outcome::Abstain => verdict::Outcome::Abstain,
        },
        reason,
        findings: v.findings.into_iter().map(read_finding).collect(),
        score: share("score", v.score)?,
        confidence: share("confidence", v.confidence)?,
    })
}

/// As [`verdict`].
pub(crate) fn gate_answer(g: types::GateResult, most: u32) -> Result<GateAnswer, CallFailure> {
    let tests = g.tests.as_ref().map_or(0, tests_size);
    within(g.summary.len() + g.output.len() + findings_size(&g.findings) + tests, most)?;
    Ok(GateAnswer {
        passed: g.passed,
        summary: line(&g.summary),
        findings: g.findings.into_iter().map(read_finding).collect(),
        output: block(&g.output),
        tests: g.tests.map(read_tests),
    })
}

/// As [`verdict`].
pub(crate) fn turn_summary(
    s: types::TurnSummary,
    result: Option<String>,
    most: u32,
) -> Result<TurnSummary, CallFailure> {
    let why = match &s.end {
        types::TurnEnd::Finished => 0,
        types::TurnEnd::Blocked(why) => why.len(),
    };
    within(s.text.len() + why + result.as_ref().map_or(0, String::len), most)?;
    let end = match s.end {
        types::TurnEnd::Finished => TurnEnd::Finished,
        types::TurnEnd::Blocked(why) => TurnEnd::Blocked(block(&why)),
    };
    Ok(TurnSummary { end, text: block(&s.text), result })
}

/// A plugin's own error.
pub(crate) fn refusal(message: &str) -> CallFailure {
    let (message, _) = text::clip_middle(message, MESSAGE_BYTES);
    let message = text::visible(&message);
    CallFailure::Refused(if message.trim().is_empty() { "it says nothing more".into() } else { message })
}

fn read_finding(f: types::Finding) -> evidence::Finding {
    let path = f.path.as_deref().map(line).filter(|path| is_in_workspace(path));
    let number = f.line.filter(|number| *number > 0 && path.is_some());
    evidence::Finding {
        severity: match f.severity {
            types::Severity::Info => evidence::Severity::Info,
            types::Severity::Warning => evidence::Severity::Warning,
            types::Severity::Error => evidence::Severity::Error,
            types::Severity::Critical => evidence::Severity::Critical,
        },
        code: f.code.as_deref().map(line),
        path,
        line: number,
        message: message(&f.message),
        evidence: f.evidence.as_deref().map(line),
    }
}

/// A finding may point into the workspace and nowhere else.
fn is_in_workspace(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn read_tests(t: types::TestSummary) -> evidence::TestSummary {
    let failure = |f: types::TestFailure| evidence::TestFailure { name: line(&f.name), message: message(&f.message) };
    evidence::TestSummary {
        format: line(&t.format),
        passed: t.passed,
        failed: t.failed,
        skipped: t.skipped,
        failures: t.failures.into_iter().map(failure).collect(),
        missing: t.missing.iter().map(|name| line(name)).collect(),
        newly_skipped: t.newly_skipped.iter().map(|name| line(name)).collect(),
    }
}

/// A share of one, or the reason why the answer is malformed.
fn share(what: &str, number: Option<f64>) -> Result<Option<f64>, CallFailure> {
    match number {
        // Also false for what is no number.
        Some(number) if !(0.0..=1.0).contains(&number) => {
            Err(CallFailure::Malformed(format!("`{what}` is {number}, and must be 0 to 1")))
        }
        number => Ok(number),
    }
}

fn within(bytes: usize, most: u32) -> Result<(), CallFailure> {
    if bytes > most as usize { Err(CallFailure::TooLarge(most)) } else { Ok(()) }
}

fn findings_size(findings: &[types::Finding]) -> usize {
    let texts = |f: &types::Finding| {
        let optional = [&f.code, &f.path, &f.evidence].into_iter().flatten().map(String::len).sum::<usize>();
        optional + f.message.len() + ELEMENT_COST
    };
    findings.iter().map(texts).sum()
}

fn tests_size(tests: &types::TestSummary) -> usize {
    let failures: usize = tests.failures.iter().map(|f| f.name.len() + f.message.len() + ELEMENT_COST).sum();
    let names: usize = tests.missing.iter().chain(&tests.newly_skipped).map(|name| name.len() + ELEMENT_COST).sum();
    tests.format.len() + failures + names
}

fn line(text: &str) -> String {
    text::one_line(&text::visible(&text::clip(text, LINE_BYTES * 4)), LINE_BYTES)
}

fn message(text: &str) -> String {
    text::visible(&text::clip_middle(text, MESSAGE_BYTES).0)
}

fn block(text: &str) -> String {
    text::visible(&text::clip_middle(text, TEXT_BYTES).0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answer(score: Option<f64>, reason: &str) -> types::Verdict {
        types::Verdict {
            outcome: types::Outcome::Satisfied,
            reason: reason.into(),
            findings: Vec::new(),
            score,
            confidence: None,
        }
    }

    #[test]
    fn a_score_outside_its_range_is_malformed() {
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(verdict(answer(Some(bad), ""), 100), Err(CallFailure::Malformed(_))), "{bad}");
        }
        for good in [0.0, -0.0, 1.0, 0.5] {
            assert_eq!(verdict(answer(Some(good), ""), 100).unwrap().score, Some(good));
        }
    }

    #[test]
    fn an_answer_past_its_limit_is_too_large() {
        assert_eq!(verdict(answer(None, &"x".repeat(101)), 100), Err(CallFailure::TooLarge(100)));
        let mut many = answer(None, "");
        let empty = types::Finding {
            severity: types::Severity::Info,
            code: None,
            path: None,
            line: None,
            message: String::new(),
            evidence: None,
        };
        many.findings = vec![empty; 4];
        assert_eq!(verdict(many, 100), Err(CallFailure::TooLarge(100)), "empty findings count too");
    }

    #[test]
    fn holding_back_without_a_reason_is_malformed() {
        for outcome in [types::Outcome::Unsatisfied, types::Outcome::Blocked] {
            let silent = types::Verdict { outcome, ..answer(None, " \u{200b}\n") };
            assert!(matches!(verdict(silent, 100), Err(CallFailure::Malformed(_))));
        }
    }

    #[test]
    fn a_finding_points_into_the_workspace_or_nowhere() {
        let pointing = |path: &str, line| types::Finding {
            severity: types::Severity::Error,
            code: None,
            path: Some(path.into()),
            line: Some(line),
            message: "m".into(),
            evidence: None,
        };
        for bad in ["/etc/passwd", "../x", "a/../../b", "a//b", "", "./a"] {
            let read = read_finding(pointing(bad, 3));
            assert_eq!((read.path, read.line), (None, None), "{bad}");
        }
        let read = read_finding(pointing("src/a b.rs", 0));
        assert_eq!((read.path.as_deref(), read.line), (Some("src/a b.rs"), None), "lines are counted from 1");
        assert_eq!(read_finding(pointing("a", 1)).line, Some(1));
    }

    #[test]
    fn a_plugins_text_shows_nothing_but_itself() {
        let read = verdict(answer(None, "a\u{1b}[2Jb\u{0}c\u{202e}d\ne"), 100).unwrap();
        assert_eq!(read.reason, "abcd\ne");
        assert_eq!(refusal("\u{1b}[31mno\u{1b}[0m"), CallFailure::Refused("no".into()));
    }
}
