//! What the required gates allow at most.

use super::{Assurance, Ceiling, Outcome};
use crate::evidence::{GateReport, GateStatus};
use crate::text::{clip, last_line};

/// Bytes of one gate's line in the reason. Its whole output reaches the worker by its own way.
const MAX_LINE: usize = 500;

/// The ceiling that `gates` set. `gates` has a report for every configured gate, `NotRun` for one that did not run: a
/// required gate without a report would hold nothing back.
pub fn ceiling(gates: &[GateReport]) -> Ceiling {
    let required: Vec<_> = gates.iter().filter(|gate| gate.required).collect();
    let held: Vec<_> = required.iter().filter(|gate| gate.status != GateStatus::Passed).collect();
    if held.is_empty() {
        let verified = required.iter().any(|gate| gate.native);
        let assurance = if verified { Assurance::Verified } else { Assurance::Attested };
        return Ceiling::Open { assurance, gated: !required.is_empty() };
    }
    let says_no = |gate: &GateReport| matches!(gate.status, GateStatus::Failed | GateStatus::TimedOut);
    let outcome = if held.iter().any(|gate| says_no(gate)) { Outcome::Unsatisfied } else { Outcome::Inconclusive };
    // A gate that was skipped because of another has nothing to add.
    let telling = held.iter().filter(|gate| gate.status != GateStatus::NotRun);
    let mut reason: Vec<_> = telling.map(|gate| line(gate)).collect();
    if reason.is_empty() {
        reason = held.iter().map(|gate| line(gate)).collect();
    }
    Ceiling::Held { outcome, reason: reason.join("\n"), failing: held.iter().map(|gate| gate.name.clone()).collect() }
}

/// What happened to a gate, and the most telling detail: two turns with the same line made no visible progress.
fn line(gate: &GateReport) -> String {
    let name = &gate.name;
    let what = match gate.status {
        GateStatus::Passed => format!("gate `{name}` passed"),
        GateStatus::Failed => format!("gate `{name}` failed"),
        GateStatus::TimedOut => format!("gate `{name}` ran out of time"),
        GateStatus::Refused => format!("gate `{name}` was not allowed to run"),
        GateStatus::NotRun => format!("gate `{name}` did not run"),
        GateStatus::Inconclusive => format!("gate `{name}` broke and says nothing about the work"),
    };
    let mut line = what;
    if !gate.summary.is_empty() {
        line = format!("{line}: {}", gate.summary);
    }
    let failed: Vec<_> = gate.tests.iter().flat_map(|t| &t.failures).take(3).map(|f| f.name.as_str()).collect();
    // Of a command that ended well, the end of the output is no reason.
    let detail = match gate.exit_code {
        Some(0) => String::new(),
        _ if failed.is_empty() => last_line(&gate.output, 200),
        _ => failed.join(", "),
    };
    if !detail.is_empty() && !line.contains(&detail) {
        line = format!("{line} ({detail})");
    }
    clip(&line, MAX_LINE).into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::verdict) const STATUSES: [GateStatus; 6] = [
        GateStatus::Passed,
        GateStatus::Failed,
        GateStatus::TimedOut,
        GateStatus::Refused,
        GateStatus::NotRun,
        GateStatus::Inconclusive,
    ];

    pub(in crate::verdict) fn gate(name: &str, required: bool, native: bool, status: GateStatus) -> GateReport {
        GateReport { required, native, ..GateReport::new(name, status) }
    }

    #[test]
    fn a_required_gate_that_did_not_pass_holds_the_goal_whatever_the_cause() {
        for status in STATUSES {
            let result = ceiling(&[gate("ok", true, true, GateStatus::Passed), gate("g", true, true, status)]);
            match status {
                GateStatus::Passed => assert!(matches!(result, Ceiling::Open { assurance: Assurance::Verified, .. })),
                GateStatus::Failed | GateStatus::TimedOut => {
                    assert!(matches!(result, Ceiling::Held { outcome: Outcome::Unsatisfied, .. }), "{status:?}");
                }
                _ => assert!(matches!(result, Ceiling::Held { outcome: Outcome::Inconclusive, .. }), "{status:?}"),
            }
        }
    }

    #[test]
    fn an_optional_gate_holds_nothing_and_verifies_nothing() {
        for status in STATUSES {
            let result = ceiling(&[gate("g", false, true, status)]);
            assert_eq!(result, Ceiling::Open { assurance: Assurance::Attested, gated: false });
        }
        assert_eq!(ceiling(&[]), Ceiling::Open { assurance: Assurance::Attested, gated: false });
    }

    #[test]
    fn a_plugin_gate_alone_attests_and_a_native_one_verifies() {
        let plugin = gate("p", true, false, GateStatus::Passed);
        let native = gate("n", true, true, GateStatus::Passed);
        assert_eq!(
            ceiling(std::slice::from_ref(&plugin)),
            Ceiling::Open { assurance: Assurance::Attested, gated: true }
        );
        assert_eq!(ceiling(&[plugin, native]), Ceiling::Open { assurance: Assurance::Verified, gated: true });
    }

    #[test]
    fn a_real_failure_outweighs_a_broken_gate_and_all_are_named_in_order() {
        let gates = [
            gate("a", true, true, GateStatus::Inconclusive),
            gate("b", true, true, GateStatus::Failed),
            gate("c", true, true, GateStatus::NotRun),
        ];
        let Ceiling::Held { outcome, reason, failing } = ceiling(&gates) else { panic!("open") };
        assert_eq!(outcome, Outcome::Unsatisfied);
        assert_eq!(failing, ["a", "b", "c"]);
        assert_eq!(reason, "gate `a` broke and says nothing about the work\ngate `b` failed");
    }

    #[test]
    fn the_reason_carries_the_summary_and_the_last_line_of_output() {
        let mut failed = gate("build", true, true, GateStatus::Failed);
        failed.summary = "exit code 101".into();
        failed.output = "warning: x\nerror: could not compile `a` due to 3 previous errors\n\n".into();
        let Ceiling::Held { reason, .. } = ceiling(&[failed]) else { panic!("open") };
        assert_eq!(
            reason,
            "gate `build` failed: exit code 101 (error: could not compile `a` due to 3 previous errors)"
        );
    }
}
