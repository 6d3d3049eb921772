//! What the evaluators say together.

use super::{Opinion, Outcome, PanelResult, PanelRule};
use crate::text::clip;

/// Bytes of one evaluator's reason in the panel's: enough to act on, and a talkative judge can't drown the others.
const MAX_REASON: usize = 4_000;

/// Combines `opinions` by `rule`. One that abstains counts for nothing.
///
/// - `All`: the lowest of them.
/// - `Any` and `AtLeast`: satisfied when enough are; inconclusive when the inconclusive ones could still have been enough, or
///   when nobody who answered said no; otherwise unsatisfied, or blocked when that is the only "no" there is.
pub fn panel(rule: PanelRule, opinions: &[Opinion]) -> PanelResult {
    let counting: Vec<_> = opinions.iter().filter(|o| o.verdict.outcome != Outcome::Abstain).collect();
    let count = |outcome| counting.iter().filter(|o| o.verdict.outcome == outcome).count();
    let satisfied = count(Outcome::Satisfied);
    let outcome = match rule {
        _ if opinions.is_empty() => Outcome::Satisfied,
        PanelRule::All => counting.iter().map(|o| o.verdict.outcome).fold(Outcome::Satisfied, Outcome::lower),
        PanelRule::Any | PanelRule::AtLeast { .. } => {
            let needed = match rule {
                PanelRule::AtLeast { n } => usize::try_from(n).unwrap_or(usize::MAX).max(1),
                _ => 1,
            };
            if satisfied >= needed {
                Outcome::Satisfied
            } else if satisfied + count(Outcome::Inconclusive) >= needed {
                Outcome::Inconclusive
            } else if count(Outcome::Unsatisfied) > 0 {
                Outcome::Unsatisfied
            } else if count(Outcome::Blocked) > 0 {
                Outcome::Blocked
            } else {
                Outcome::Inconclusive
            }
        }
    };
    PanelResult { outcome, reason: reason(outcome, opinions), attested: satisfied > 0 }
}

/// The words of those that decided it, a line each.
fn reason(outcome: Outcome, opinions: &[Opinion]) -> String {
    // A worker that can go on is told of everything that is missing, so blocked ones are heard beside unsatisfied ones.
    let heard = |o: &&Opinion| match outcome {
        Outcome::Unsatisfied | Outcome::Blocked => {
            matches!(o.verdict.outcome, Outcome::Unsatisfied | Outcome::Blocked)
        }
        _ => o.verdict.outcome == outcome,
    };
    let lines: Vec<_> = opinions
        .iter()
        .filter(heard)
        .map(|o| match o.verdict.reason.trim() {
            "" => format!("{}: {}", o.evaluator, word(o.verdict.outcome)),
            reason => format!("{}: {}", o.evaluator, clip(reason, MAX_REASON)),
        })
        .collect();
    if lines.is_empty() && outcome == Outcome::Inconclusive {
        return "too few evaluators gave an answer that counts".into();
    }
    lines.join("\n")
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Satisfied => "satisfied",
        Outcome::Unsatisfied => "not satisfied, without a reason",
        Outcome::Blocked => "blocked, without a reason",
        Outcome::Inconclusive => "could not tell",
        Outcome::Abstain => "abstained",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ids::Digest;
    use crate::usage::Usage;
    use crate::verdict::Verdict;
    use proptest::prelude::*;

    pub(in crate::verdict) const OUTCOMES: [Outcome; 5] =
        [Outcome::Satisfied, Outcome::Unsatisfied, Outcome::Blocked, Outcome::Inconclusive, Outcome::Abstain];

    pub(in crate::verdict) fn opinions(outcomes: &[Outcome]) -> Vec<Opinion> {
        outcomes
            .iter()
            .enumerate()
            .map(|(i, outcome)| Opinion {
                evaluator: format!("judge{i}"),
                plugin: Digest::of("plugin"),
                verdict: Verdict {
                    outcome: *outcome,
                    reason: format!("because {i}"),
                    findings: vec![],
                    score: Some(f64::NAN),
                    confidence: None,
                },
                attempts: 1,
                duration_ms: 0,
                usage: Usage::default(),
            })
            .collect()
    }

    fn outcome(rule: PanelRule, outcomes: &[Outcome]) -> Outcome {
        panel(rule, &opinions(outcomes)).outcome
    }

    pub(in crate::verdict) fn any_outcome() -> impl Strategy<Value = Outcome> {
        proptest::sample::select(&OUTCOMES[..])
    }

    pub(in crate::verdict) fn any_rule() -> impl Strategy<Value = PanelRule> {
        prop_oneof![Just(PanelRule::All), Just(PanelRule::Any), (0u32..5).prop_map(|n| PanelRule::AtLeast { n })]
    }

    use Outcome::{Abstain, Blocked, Inconclusive, Satisfied, Unsatisfied};

    #[test]
    fn under_all_the_lowest_answer_counts() {
        for (outcomes, wanted) in [
            (&[Satisfied, Satisfied][..], Satisfied),
            (&[Satisfied, Abstain], Satisfied),
            (&[Satisfied, Inconclusive], Inconclusive),
            (&[Inconclusive, Unsatisfied], Unsatisfied),
            (&[Unsatisfied, Blocked, Satisfied], Blocked),
        ] {
            assert_eq!(outcome(PanelRule::All, outcomes), wanted, "{outcomes:?}");
        }
    }

    #[test]
    fn an_empty_panel_and_one_of_abstainers_attest_nothing() {
        for outcomes in [&[][..], &[Abstain, Abstain]] {
            let result = panel(PanelRule::All, &opinions(outcomes));
            assert_eq!((result.outcome, result.attested), (Satisfied, false));
        }
        assert_eq!(outcome(PanelRule::Any, &[Abstain]), Inconclusive);
    }

    #[test]
    fn enough_satisfied_ones_carry_at_least() {
        let rule = PanelRule::AtLeast { n: 2 };
        for (outcomes, wanted) in [
            (&[Satisfied, Satisfied, Unsatisfied][..], Satisfied),
            (&[Satisfied, Satisfied, Blocked], Satisfied),
            (&[Satisfied, Inconclusive, Unsatisfied], Inconclusive),
            (&[Satisfied, Unsatisfied, Unsatisfied], Unsatisfied),
            (&[Satisfied, Unsatisfied, Abstain], Unsatisfied),
            (&[Satisfied, Abstain, Abstain], Inconclusive),
            (&[Blocked, Blocked], Blocked),
            (&[Blocked, Unsatisfied], Unsatisfied),
        ] {
            assert_eq!(outcome(rule, outcomes), wanted, "{outcomes:?}");
        }
        assert_eq!(outcome(PanelRule::Any, &[Satisfied, Unsatisfied]), Satisfied);
        assert_eq!(outcome(PanelRule::AtLeast { n: 0 }, &[Unsatisfied]), Unsatisfied, "0 is no way round the panel");
    }

    #[test]
    fn reasons_are_named_and_bounded() {
        let result = panel(PanelRule::All, &opinions(&[Satisfied, Unsatisfied, Inconclusive, Unsatisfied]));
        assert_eq!(result.reason, "judge1: because 1\njudge3: because 3");
        let mut long = opinions(&[Unsatisfied, Unsatisfied]);
        long[0].verdict.reason = "x".repeat(1_000_000);
        let result = panel(PanelRule::All, &long);
        assert!(result.reason.len() < 2 * MAX_REASON && result.reason.contains("judge1: because 1"));
    }

    proptest! {
        #[test]
        fn under_all_one_more_opinion_never_raises_the_panel(
            outcomes in proptest::collection::vec(any_outcome(), 0..6), more in any_outcome()) {
            let before = outcome(PanelRule::All, &outcomes);
            let after = outcome(PanelRule::All, &[&outcomes[..], &[more]].concat());
            prop_assert!(after.height() <= before.height());
        }

        #[test]
        fn order_does_not_matter(rule in any_rule(), mut outcomes in proptest::collection::vec(any_outcome(), 0..6)) {
            let forward = outcome(rule, &outcomes);
            outcomes.reverse();
            prop_assert_eq!(forward, outcome(rule, &outcomes));
        }

        #[test]
        fn a_better_answer_never_loses_a_satisfied_panel_and_under_all_never_lowers_it(
            rule in any_rule(), outcomes in proptest::collection::vec(any_outcome(), 1..6), at in any::<prop::sample::Index>()) {
            let at = at.index(outcomes.len());
            prop_assume!(outcomes[at] != Abstain);
            let mut better = outcomes.clone();
            better[at] = Satisfied;
            let (before, after) = (outcome(rule, &outcomes), outcome(rule, &better));
            prop_assert!(before != Satisfied || after == Satisfied);
            prop_assert!(rule != PanelRule::All || after.height() >= before.height());
        }

        #[test]
        fn a_panel_never_abstains(rule in any_rule(), outcomes in proptest::collection::vec(any_outcome(), 0..6)) {
            prop_assert_ne!(outcome(rule, &outcomes), Abstain);
        }
    }
}
