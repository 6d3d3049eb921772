//! What the evaluators say together.

use super::{Opinion, Outcome, PanelResult, PanelRule, Weight};
use crate::text::clip;

/// Bytes of one evaluator's reason in the panel's: enough to act on, and a talkative judge can't drown the others.
const MAX_REASON: usize = 4_000;

/// What one evaluator puts on the scales.
#[derive(Clone, Copy)]
struct Vote {
    outcome: Outcome,
    weight: u64,
}

/// Combines `opinions` by `rule`. One that abstains counts for nothing, and one of a shadow is as if it had never been given.
///
/// - `All`: the lowest of them.
/// - `Any`, `AtLeast` and `Weighted`: satisfied when enough are; inconclusive when the inconclusive ones could still have been
///   enough, or when nobody who answered said no; otherwise unsatisfied, or blocked when that is the only "no" there is.
pub fn panel(rule: PanelRule, opinions: &[Opinion]) -> PanelResult {
    let heard: Vec<_> = opinions.iter().filter(|opinion| !opinion.shadow).collect();
    let outcome = tally(rule, &votes(rule, &heard));
    let attested = heard.iter().any(|opinion| opinion.verdict.outcome == Outcome::Satisfied);
    PanelResult { outcome, reason: reason(outcome, &heard), attested }
}

/// Whether the evaluators that are still to be asked, of the weights `pending`, need not be: the panel is satisfied without
/// them, or it can't be any more and the worker has been given something to do.
///
/// A "no" of theirs could still have been `Blocked`, or have had more to say: they are asked again in the next turn, when those
/// that say no now no longer do.
pub fn settled(rule: PanelRule, opinions: &[Opinion], pending: &[Weight]) -> bool {
    let heard: Vec<_> = opinions.iter().filter(|opinion| !opinion.shadow).collect();
    let given = votes(rule, &heard);
    let with = |outcome| {
        let others = pending.iter().map(|weight| Vote { outcome, weight: scale(rule, *weight) });
        tally(rule, &given.iter().copied().chain(others).collect::<Vec<_>>())
    };
    // The one is satisfied only when no answer of theirs can take it away, the other a "no" only when none can mend it.
    with(Outcome::Unsatisfied) == Outcome::Satisfied
        || matches!(with(Outcome::Inconclusive), Outcome::Unsatisfied | Outcome::Blocked)
}

fn votes(rule: PanelRule, heard: &[&Opinion]) -> Vec<Vote> {
    heard.iter().map(|o| Vote { outcome: o.verdict.outcome, weight: scale(rule, o.weight) }).collect()
}

/// Weights count where the rule asks for them.
fn scale(rule: PanelRule, weight: Weight) -> u64 {
    if matches!(rule, PanelRule::Weighted { .. }) { weight.0.into() } else { 1 }
}

fn tally(rule: PanelRule, votes: &[Vote]) -> Outcome {
    let weight = |outcome| votes.iter().filter(|vote| vote.outcome == outcome).map(|vote| vote.weight).sum::<u64>();
    let needed = match rule {
        _ if votes.is_empty() => return Outcome::Satisfied,
        PanelRule::All => {
            let counting = votes.iter().map(|vote| vote.outcome).filter(|outcome| *outcome != Outcome::Abstain);
            return counting.fold(Outcome::Satisfied, Outcome::lower);
        }
        PanelRule::Any => 1,
        PanelRule::AtLeast { n } => u64::from(n).max(1),
        PanelRule::Weighted { threshold } => u64::from(threshold).max(1),
    };
    let satisfied = weight(Outcome::Satisfied);
    let said = |outcome| votes.iter().any(|vote| vote.outcome == outcome);
    if satisfied >= needed {
        Outcome::Satisfied
    } else if satisfied + weight(Outcome::Inconclusive) >= needed {
        Outcome::Inconclusive
    } else if said(Outcome::Unsatisfied) {
        Outcome::Unsatisfied
    } else if said(Outcome::Blocked) {
        Outcome::Blocked
    } else {
        Outcome::Inconclusive
    }
}

/// The words of those that decided it, a line each.
fn reason(outcome: Outcome, opinions: &[&Opinion]) -> String {
    // A worker that can go on is told of everything that is missing, so blocked ones are heard beside unsatisfied ones.
    let heard = |o: &&&Opinion| match outcome {
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
                weight: Weight::default(),
                shadow: false,
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
        prop_oneof![
            Just(PanelRule::All),
            Just(PanelRule::Any),
            (0u32..5).prop_map(|n| PanelRule::AtLeast { n }),
            (0u32..9).prop_map(|threshold| PanelRule::Weighted { threshold }),
        ]
    }

    /// Evaluators of any weight, some of them on trial.
    pub(in crate::verdict) fn any_opinions(range: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Opinion>> {
        proptest::collection::vec((any_outcome(), 1u32..5, any::<bool>()), range).prop_map(|all| {
            let outcomes: Vec<_> = all.iter().map(|(outcome, ..)| *outcome).collect();
            let mut opinions = opinions(&outcomes);
            for (opinion, (_, weight, shadow)) in opinions.iter_mut().zip(all) {
                (opinion.weight, opinion.shadow) = (Weight(weight), shadow);
            }
            opinions
        })
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

    fn weighted(votes: &[(Outcome, u32)]) -> Vec<Opinion> {
        let mut opinions = opinions(&votes.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>());
        opinions.iter_mut().zip(votes).for_each(|(opinion, (_, weight))| opinion.weight = Weight(*weight));
        opinions
    }

    #[test]
    fn the_weight_of_the_satisfied_ones_carries_a_weighted_panel() {
        let rule = PanelRule::Weighted { threshold: 5 };
        for (votes, wanted) in [
            (&[(Satisfied, 3), (Satisfied, 2), (Unsatisfied, 9)][..], Satisfied),
            (&[(Satisfied, 3), (Satisfied, 1), (Unsatisfied, 1)], Unsatisfied),
            (&[(Satisfied, 3), (Inconclusive, 2), (Unsatisfied, 1)], Inconclusive),
            (&[(Satisfied, 3), (Inconclusive, 1), (Unsatisfied, 1)], Unsatisfied),
            (&[(Satisfied, u32::MAX), (Satisfied, u32::MAX)], Satisfied),
            (&[(Satisfied, 4), (Blocked, 1)], Blocked),
        ] {
            assert_eq!(panel(rule, &weighted(votes)).outcome, wanted, "{votes:?}");
        }
        assert_eq!(
            panel(PanelRule::AtLeast { n: 2 }, &weighted(&[(Satisfied, 5), (Unsatisfied, 1)])).outcome,
            Unsatisfied
        );
    }

    #[test]
    fn those_still_to_be_asked_are_spared_when_they_can_change_nothing() {
        let two = PanelRule::AtLeast { n: 2 };
        for (rule, given, pending, wanted) in [
            (PanelRule::All, &[Unsatisfied][..], &[1][..], true),
            (PanelRule::All, &[Blocked], &[1], true),
            (PanelRule::All, &[Satisfied], &[1], false),
            (PanelRule::All, &[Inconclusive], &[1], false),
            (PanelRule::All, &[], &[1], false),
            (PanelRule::Any, &[Satisfied], &[1, 1], true),
            (PanelRule::Any, &[Unsatisfied], &[1], false),
            (PanelRule::Any, &[], &[1], false),
            (two, &[Satisfied, Satisfied], &[1], true),
            (two, &[Unsatisfied, Unsatisfied], &[1], true),
            (two, &[Inconclusive, Unsatisfied], &[1], false),
            (two, &[Abstain, Abstain], &[1], false),
            (PanelRule::Weighted { threshold: 5 }, &[Unsatisfied], &[4], true),
            (PanelRule::Weighted { threshold: 5 }, &[Unsatisfied], &[5], false),
        ] {
            let pending: Vec<_> = pending.iter().copied().map(Weight).collect();
            assert_eq!(settled(rule, &opinions(given), &pending), wanted, "{rule:?} {given:?} {pending:?}");
        }
    }

    #[test]
    fn a_shadow_is_neither_counted_nor_quoted_nor_does_it_attest() {
        let mut all = opinions(&[Satisfied, Blocked]);
        all[1].shadow = true;
        let result = panel(PanelRule::All, &all);
        assert_eq!((result.outcome, result.reason.as_str()), (Satisfied, "judge0: because 0"));
        all[0].shadow = true;
        for rule in [PanelRule::All, PanelRule::Any, PanelRule::Weighted { threshold: 1 }] {
            let nobody = panel(rule, &all);
            assert_eq!((nobody.outcome, nobody.attested), (Satisfied, false), "as an empty panel");
            assert!(!settled(rule, &all, &[Weight(1)]), "it spares nobody");
        }
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
        fn a_shadow_never_changes_anything(
            rule in any_rule(), all in any_opinions(0..6), pending in proptest::collection::vec((1u32..5).prop_map(Weight), 0..3)) {
            let heard: Vec<_> = all.iter().filter(|o| !o.shadow).cloned().collect();
            prop_assert_eq!(panel(rule, &all), panel(rule, &heard));
            prop_assert_eq!(settled(rule, &all, &pending), settled(rule, &heard, &pending));
        }

        #[test]
        fn a_settled_panel_keeps_its_answer_whatever_the_others_would_have_said(
            rule in any_rule(), given in any_opinions(0..5), others in any_opinions(1..4)) {
            let others: Vec<_> = others.into_iter().map(|o| Opinion { shadow: false, ..o }).collect();
            let pending: Vec<_> = others.iter().map(|o| o.weight).collect();
            if settled(rule, &given, &pending) {
                let (early, late) = (panel(rule, &given), panel(rule, &[&given[..], &others[..]].concat()));
                prop_assert_eq!(early.outcome == Satisfied, late.outcome == Satisfied);
                prop_assert_eq!(early.outcome == Inconclusive, late.outcome == Inconclusive);
                prop_assert!(early.outcome != Satisfied || early.attested);
            }
        }

        #[test]
        fn a_panel_never_abstains(rule in any_rule(), outcomes in proptest::collection::vec(any_outcome(), 0..6)) {
            prop_assert_ne!(outcome(rule, &outcomes), Abstain);
        }
    }
}
