//! What a guest answers, as the host's records: numbers are in their range, texts are bounded and show nothing but
//! themselves.

use goalpost_core::{evidence, text, verdict};

use super::bindings::types;
use crate::call::CallFailure;
use crate::exchange::{GateAnswer, TurnEnd, TurnSummary};

/// A line for people.
const LINE_BYTES: usize = 400;
/// The message of one finding.
const MESSAGE_BYTES: usize = 8 << 10;
/// A reason, an output or a summary: bounded by the plugin's `output_bytes` first.
const TEXT_BYTES: usize = 256 << 10;
/// What an element of a list counts for beside its texts.
const ELEMENT_COST: usize = 32;

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

/// As [`verdict()`].
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

/// As [`verdict()`].
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
