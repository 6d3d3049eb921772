//! The one verdict of a turn.

use super::{Ceiling, Outcome, PanelResult, TurnVerdict};
use crate::config::TamperPolicy;
use crate::evidence::Tamper;

/// Paths that a reason lists before it only counts.
const MAX_PATHS: usize = 10;

/// The lower of ceiling and panel, and of what the policy makes of tampering. Never better than the ceiling, and satisfied
/// only when a required gate passed or an evaluator attested it.
pub fn decide(ceiling: &Ceiling, panel: &PanelResult, tampering: &[Tamper], policy: TamperPolicy) -> TurnVerdict {
    let rejected = !tampering.is_empty() && policy == TamperPolicy::Reject;
    let mut parts: Vec<(Outcome, String)> = Vec::new();
    let mut failing = Vec::new();
    let mut assurance = None;
    match ceiling {
        Ceiling::Held { outcome, reason, failing: names } => {
            // A ceiling that is held never lets anything through, whatever it was made from.
            let outcome = if *outcome == Outcome::Unsatisfied { *outcome } else { Outcome::Inconclusive };
            parts.push((outcome, reason.clone()));
            failing.clone_from(names);
        }
        Ceiling::Open { gated: false, .. } if !panel.attested => {
            let reason = "no required gate ran and no evaluator was satisfied: nothing could say that the work is done";
            parts.push((Outcome::Inconclusive, reason.into()));
        }
        Ceiling::Open { assurance: worth, .. } => assurance = Some(*worth),
    }
    if rejected {
        parts.push((Outcome::Unsatisfied, format!("protected paths were changed: {}", paths(tampering))));
    }
    if !matches!(panel.outcome, Outcome::Satisfied | Outcome::Abstain) {
        parts.push((panel.outcome, panel.reason.clone()));
    }

    let outcome = parts.iter().fold(Outcome::Satisfied, |lowest, (outcome, _)| lowest.lower(*outcome));
    let reason = match outcome {
        Outcome::Satisfied => satisfied_reason(ceiling, panel, tampering),
        // The worker is told of everything that is missing at once; what merely could not be told stays out of it.
        Outcome::Unsatisfied | Outcome::Blocked => {
            let heard = parts.iter().filter(|(o, _)| matches!(o, Outcome::Unsatisfied | Outcome::Blocked));
            heard.map(|(_, reason)| reason.as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => parts.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>().join("\n"),
    };
    TurnVerdict { outcome, assurance: assurance.filter(|_| outcome == Outcome::Satisfied), reason, failing }
}

fn satisfied_reason(ceiling: &Ceiling, panel: &PanelResult, tampering: &[Tamper]) -> String {
    let mut lines = Vec::new();
    if matches!(ceiling, Ceiling::Open { gated: true, .. }) {
        lines.push("every required gate passed".to_owned());
    }
    if !panel.reason.is_empty() {
        lines.push(panel.reason.clone());
    }
    if !tampering.is_empty() {
        lines.push(format!("verified with protected paths as they were at the start: {}", paths(tampering)));
    }
    lines.join("\n")
}

fn paths(tampering: &[Tamper]) -> String {
    let mut list: Vec<_> = tampering.iter().take(MAX_PATHS).map(|t| format!("`{}`", t.path)).collect();
    if tampering.len() > MAX_PATHS {
        list.push(format!("and {} more", tampering.len() - MAX_PATHS));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::ceiling::tests::{STATUSES, gate};
    use super::super::panel::tests::{OUTCOMES, any_opinions, any_outcome, any_rule, opinions};
    use super::super::{Assurance, PanelRule, ceiling, panel};
    use super::*;
    use crate::evidence::{GateReport, GateStatus, TamperKind};
    use proptest::prelude::*;

    fn tamper(path: &str) -> Tamper {
        Tamper { path: path.into(), kind: TamperKind::Edited, detail: String::new() }
    }

    fn open(assurance: Assurance, gated: bool) -> Ceiling {
        Ceiling::Open { assurance, gated }
    }

    fn held(outcome: Outcome) -> Ceiling {
        Ceiling::Held { outcome, reason: "gate `tests` failed".into(), failing: vec!["tests".into()] }
    }

    fn verdict(ceiling: &Ceiling, outcomes: &[Outcome]) -> TurnVerdict {
        decide(ceiling, &panel(PanelRule::All, &opinions(outcomes)), &[], TamperPolicy::Restore)
    }

    #[test]
    fn a_held_ceiling_is_never_waved_through() {
        // Every pair of statuses, every panel of up to three, every rule, both policies, with and without tampering.
        let mut panels: Vec<Vec<Outcome>> = vec![vec![]];
        for a in OUTCOMES {
            panels.push(vec![a]);
            for b in OUTCOMES {
                panels.push(vec![a, b]);
                panels.extend(OUTCOMES.map(|c| vec![a, b, c]));
            }
        }
        let rules = [PanelRule::All, PanelRule::Any, PanelRule::AtLeast { n: 0 }, PanelRule::AtLeast { n: 2 }];
        let mut checked = 0;
        for first in STATUSES {
            for second in STATUSES {
                let ceiling = ceiling(&[gate("a", true, true, first), gate("b", true, false, second)]);
                let passed = first == GateStatus::Passed && second == GateStatus::Passed;
                for outcomes in &panels {
                    for rule in rules {
                        let panel = panel(rule, &opinions(outcomes));
                        for tampering in [&[][..], &[tamper("tests/a.rs")]] {
                            for policy in [TamperPolicy::Restore, TamperPolicy::Reject] {
                                let verdict = decide(&ceiling, &panel, tampering, policy);
                                let done = verdict.outcome == Outcome::Satisfied;
                                assert!(!done || passed, "{first:?} {second:?} {outcomes:?} {rule:?}");
                                assert_eq!(done, verdict.assurance.is_some());
                                assert_eq!(verdict.failing.is_empty(), passed);
                                assert_ne!(verdict.outcome, Outcome::Abstain);
                                assert!(!verdict.reason.is_empty());
                                checked += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(checked, 36 * 156 * 4 * 4);
    }

    #[test]
    fn gates_and_a_willing_panel_make_it_verified() {
        let done = verdict(&open(Assurance::Verified, true), &[Outcome::Satisfied]);
        assert_eq!((done.outcome, done.assurance), (Outcome::Satisfied, Some(Assurance::Verified)));
        assert_eq!(verdict(&open(Assurance::Verified, true), &[]).assurance, Some(Assurance::Verified));
        assert_eq!(verdict(&open(Assurance::Attested, true), &[]).assurance, Some(Assurance::Attested));
    }

    #[test]
    fn evaluators_alone_attest_and_nobody_attests_nothing() {
        let ceiling = open(Assurance::Attested, false);
        assert_eq!(verdict(&ceiling, &[Outcome::Satisfied]).assurance, Some(Assurance::Attested));
        for outcomes in [&[][..], &[Outcome::Abstain]] {
            let nobody = verdict(&ceiling, outcomes);
            assert_eq!((nobody.outcome, nobody.assurance), (Outcome::Inconclusive, None));
            assert!(nobody.reason.contains("nothing could say that the work is done"));
        }
    }

    #[test]
    fn a_failed_gate_gives_the_worker_something_to_do_though_a_judge_broke() {
        let verdict = verdict(&held(Outcome::Unsatisfied), &[Outcome::Inconclusive]);
        assert_eq!((verdict.outcome, verdict.reason.as_str()), (Outcome::Unsatisfied, "gate `tests` failed"));
    }

    #[test]
    fn a_blocked_panel_calls_a_person_also_under_a_held_ceiling() {
        let verdict = verdict(&held(Outcome::Unsatisfied), &[Outcome::Blocked]);
        assert_eq!(verdict.outcome, Outcome::Blocked);
        assert_eq!(verdict.reason, "gate `tests` failed\njudge0: because 0");
    }

    #[test]
    fn a_broken_gate_is_inconclusive_unless_a_judge_knows_what_is_missing() {
        let broken = held(Outcome::Inconclusive);
        assert_eq!(verdict(&broken, &[Outcome::Satisfied]).outcome, Outcome::Inconclusive);
        assert_eq!(verdict(&broken, &[Outcome::Unsatisfied]).outcome, Outcome::Unsatisfied);
    }

    #[test]
    fn a_ceiling_held_by_nonsense_still_holds() {
        for nonsense in [Outcome::Satisfied, Outcome::Abstain] {
            assert_eq!(verdict(&held(nonsense), &[Outcome::Satisfied]).outcome, Outcome::Inconclusive);
        }
    }

    #[test]
    fn tampering_is_said_under_restore_and_fails_the_turn_under_reject() {
        let ceiling = open(Assurance::Verified, true);
        let willing = panel(PanelRule::All, &[]);
        let many: Vec<_> = (0..12).map(|i| tamper(&format!("tests/{i}.rs"))).collect();
        let restored = decide(&ceiling, &willing, &many, TamperPolicy::Restore);
        assert_eq!(restored.outcome, Outcome::Satisfied);
        assert!(restored.reason.contains("`tests/0.rs`") && restored.reason.contains("and 2 more"));
        let rejected = decide(&ceiling, &willing, &many, TamperPolicy::Reject);
        assert_eq!((rejected.outcome, rejected.assurance), (Outcome::Unsatisfied, None));
        assert!(rejected.reason.contains("`tests/0.rs`"));
        assert_eq!(decide(&ceiling, &willing, &[], TamperPolicy::Reject).outcome, Outcome::Satisfied);
    }

    fn any_gates() -> impl Strategy<Value = Vec<GateReport>> {
        let one = (any::<bool>(), any::<bool>(), proptest::sample::select(&STATUSES[..]));
        proptest::collection::vec(one.prop_map(|(required, native, status)| gate("g", required, native, status)), 0..5)
    }

    proptest! {
        #[test]
        fn satisfied_needs_every_required_gate_and_somebody_who_says_so(
            gates in any_gates(), outcomes in proptest::collection::vec(any_outcome(), 0..5), rule in any_rule()) {
            let verdict = decide(&ceiling(&gates), &panel(rule, &opinions(&outcomes)), &[], TamperPolicy::Restore);
            if verdict.outcome == Outcome::Satisfied {
                prop_assert!(gates.iter().filter(|g| g.required).all(|g| g.status == GateStatus::Passed));
                prop_assert!(gates.iter().any(|g| g.required) || outcomes.contains(&Outcome::Satisfied));
                let native = gates.iter().any(|g| g.required && g.native);
                prop_assert_eq!(verdict.assurance, Some(if native { Assurance::Verified } else { Assurance::Attested }));
            }
        }

        #[test]
        fn no_panel_of_any_weights_raises_a_verdict_above_its_ceiling(
            gates in any_gates(), opinions in any_opinions(0..5), rule in any_rule()) {
            let ceiling = ceiling(&gates);
            let verdict = decide(&ceiling, &panel(rule, &opinions), &[], TamperPolicy::Restore);
            match ceiling {
                Ceiling::Held { outcome, .. } => prop_assert!(verdict.outcome.height() <= outcome.height()),
                Ceiling::Open { gated, .. } => {
                    let said_so = opinions.iter().any(|o| !o.shadow && o.verdict.outcome == Outcome::Satisfied);
                    prop_assert!(verdict.outcome != Outcome::Satisfied || gated || said_so);
                }
            }
        }

        #[test]
        fn one_more_opinion_never_raises_a_gated_verdict_under_all(
            mut gates in any_gates(), outcomes in proptest::collection::vec(any_outcome(), 0..5), more in any_outcome()) {
            gates.push(gate("one", true, true, GateStatus::Passed));
            let ceiling = ceiling(&gates);
            let before = verdict(&ceiling, &outcomes);
            let after = verdict(&ceiling, &[&outcomes[..], &[more]].concat());
            prop_assert!(after.outcome.height() <= before.outcome.height());
        }

        #[test]
        fn a_gate_that_turns_bad_never_raises_the_verdict(
            mut gates in any_gates(), outcomes in proptest::collection::vec(any_outcome(), 0..5), rule in any_rule(),
            bad in proptest::sample::select(&STATUSES[1..])) {
            gates.push(gate("one", true, true, GateStatus::Passed));
            let panel = panel(rule, &opinions(&outcomes));
            let before = decide(&ceiling(&gates), &panel, &[], TamperPolicy::Restore);
            gates.last_mut().expect("just pushed").status = bad;
            let after = decide(&ceiling(&gates), &panel, &[], TamperPolicy::Restore);
            prop_assert!(after.outcome.height() <= before.outcome.height());
        }

        #[test]
        fn tampering_never_helps(
            gates in any_gates(), outcomes in proptest::collection::vec(any_outcome(), 0..5), rule in any_rule()) {
            let (ceiling, panel) = (ceiling(&gates), panel(rule, &opinions(&outcomes)));
            let clean = decide(&ceiling, &panel, &[], TamperPolicy::Reject);
            let tampered = decide(&ceiling, &panel, &[tamper("x")], TamperPolicy::Reject);
            prop_assert!(tampered.outcome.height() <= clean.outcome.height());
            prop_assert_ne!(tampered.outcome, Outcome::Satisfied);
        }
    }
}
