//! `builtin:gates`: the plainest judge. Satisfied when every required gate passed; otherwise it names those that did not,
//! with the most telling lines of their output, which is what the worker needs to read next.
//!
//! A gate that broke or was refused says nothing of the work: with no other failure the verdict is inconclusive. Without a
//! gate to look at it abstains.

mod telling;

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    summary = "Satisfied when every required gate passed; says what failed and how",
    config_schema = include_str!("../config.schema.json"),
);

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    require: Require,
    lines: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Require {
    Required,
    All,
}

impl Default for Config {
    fn default() -> Self {
        Self { require: Require::Required, lines: 12 }
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let counted: Vec<&GateReport> =
        evidence.gates.iter().filter(|gate| gate.required || config.require == Require::All).collect();
    if counted.is_empty() {
        return Ok(Verdict::abstain("no gate to judge by"));
    }
    let open: Vec<&GateReport> = counted.iter().copied().filter(|gate| !gate.passed()).collect();
    if open.is_empty() {
        let names: Vec<&str> = counted.iter().map(|gate| gate.name.as_str()).collect();
        return Ok(Verdict::satisfied(format!("passed: {}", names.join(", "))).score(1.0));
    }

    let reason = open.iter().map(|gate| describe(gate, config.lines)).collect::<Vec<_>>().join("\n\n");
    let verdict = if open.iter().any(|gate| says_something(gate.status)) {
        Verdict::unsatisfied(reason)
    } else {
        Verdict::inconclusive(reason)
    };
    let passed = (counted.len() - open.len()) as f64;
    Ok(verdict.findings(open.iter().map(|gate| finding(gate))).score(passed / counted.len() as f64))
}

/// Whether a gate that did not pass says something of the work.
fn says_something(status: GateStatus) -> bool {
    matches!(status, GateStatus::Failed | GateStatus::TimedOut)
}

/// The gate, what became of it, and the lines that say why.
fn describe(gate: &GateReport, lines: usize) -> String {
    let mut text = format!("The gate `{}` {}", gate.name, gate.status.verb());
    match gate.exit_code {
        Some(code) if gate.status == GateStatus::Failed => text.push_str(&format!(" (exit code {code}).")),
        _ if gate.summary.is_empty() => text.push('.'),
        _ => text.push_str(&format!(": {}", gate.summary)),
    }
    for line in telling::lines(gate, lines) {
        text.push_str("\n  ");
        text.push_str(&line);
    }
    text
}

fn finding(gate: &GateReport) -> Finding {
    let message = format!("`{}` {}: {}", gate.name, gate.status.verb(), gate.summary);
    let finding = if says_something(gate.status) { Finding::error(message) } else { Finding::warning(message) };
    let code = match gate.status {
        GateStatus::Failed | GateStatus::Passed => "gate-failed",
        GateStatus::TimedOut => "gate-timed-out",
        GateStatus::Refused => "gate-refused",
        GateStatus::NotRun => "gate-not-run",
        GateStatus::Inconclusive => "gate-inconclusive",
    };
    finding.code(code).evidence(&gate.name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use goalpost_sdk::sample;

    use super::*;

    fn verdict(gates: Vec<GateReport>, config: &str) -> Verdict {
        let mut evidence = sample::evidence();
        evidence.gates = gates;
        evidence.config = config.into();
        judge(evidence).unwrap()
    }

    #[test]
    fn all_required_gates_passed_is_satisfied() {
        let mut optional = sample::gate("lint", GateStatus::Failed);
        optional.required = false;
        let gates = vec![sample::gate("tests", GateStatus::Passed), optional];
        assert_eq!(verdict(gates.clone(), "{}").outcome, Outcome::Satisfied);
        let strict = verdict(gates, r#"{"require": "all"}"#);
        assert_eq!((strict.outcome, strict.score), (Outcome::Unsatisfied, Some(0.5)));
    }

    #[test]
    fn a_failed_gate_is_named_with_its_telling_lines() {
        let mut gate = sample::gate("tests", GateStatus::Failed);
        gate.output = "   Compiling a\nassertion `left == right` failed\n  left: 1\n right: 2\nwaiting\n".into();
        let verdict = verdict(vec![gate], "{}");
        assert_eq!(verdict.outcome, Outcome::Unsatisfied);
        assert!(verdict.reason.contains("`tests` failed (exit code 1)"), "{}", verdict.reason);
        assert!(verdict.reason.contains("left: 1"), "{}", verdict.reason);
        assert_eq!(verdict.findings[0].evidence.as_deref(), Some("tests"));
    }

    #[test]
    fn a_required_gate_that_did_not_pass_is_never_satisfied() {
        use GateStatus::*;
        for (status, outcome) in [
            (Failed, Outcome::Unsatisfied),
            (TimedOut, Outcome::Unsatisfied),
            (Refused, Outcome::Inconclusive),
            (NotRun, Outcome::Inconclusive),
            (Inconclusive, Outcome::Inconclusive),
        ] {
            let gates = vec![sample::gate("a", Passed), sample::gate("b", status)];
            assert_eq!(verdict(gates, "").outcome, outcome, "{status:?}");
        }
    }

    #[test]
    fn a_gate_that_did_not_run_because_another_failed_is_the_works_fault() {
        let gates = vec![sample::gate("build", GateStatus::Failed), sample::gate("tests", GateStatus::NotRun)];
        assert_eq!(verdict(gates, "").outcome, Outcome::Unsatisfied);
    }

    #[test]
    fn without_a_required_gate_it_abstains() {
        assert_eq!(verdict(vec![], "").outcome, Outcome::Abstain);
    }
}
