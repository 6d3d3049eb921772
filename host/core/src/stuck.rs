//! Tells a goal that gets nowhere from one that is slow.
//!
//! What the work *is* comes first: the sealed tree and the set of gates that don't pass. Only where that says nothing, the
//! wording of the verdicts is compared, and numbers in it count: "2 of 8 tests fail" after "3 of 8 tests fail" is progress.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::sync::LazyLock;

use regex::Regex;

use crate::evidence::PastTurn;
use crate::verdict::Outcome;

/// Reasons at least this similar say the same.
pub const SAME_REASON: f64 = 0.8;

/// How often the same thing has to happen. Twice happens to anyone.
const TIMES: usize = 3;

/// How far back a return to the same state counts.
const WINDOW: usize = 6;

/// A goal that goes round in circles, and how one can see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The pattern.
    pub pattern: Pattern,
    /// A sentence for people.
    pub reason: String,
}

/// How a goal is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// The same tree and the same failing gates, again and again.
    SameState,
    /// A few states in turn.
    Cycle,
    /// Another tree each time, and the same reason.
    SameReason,
    /// Other trees, and two reasons that take turns: mending one breaks the other.
    AlternatingReasons,
}

/// Whether the goal is stuck. `history` has the turns since the goal started or was last resumed, oldest first; turns that
/// were inconclusive say nothing of the work and are passed over.
pub fn stuck(history: &[PastTurn]) -> Option<Stuck> {
    stuck_at(history, SAME_REASON)
}

fn stuck_at(history: &[PastTurn], threshold: f64) -> Option<Stuck> {
    let turns: Vec<_> = history.iter().filter(|t| t.outcome == Outcome::Unsatisfied).map(State::of).collect();
    let last = turns.last()?;
    let found = |pattern, reason: String| Some(Stuck { pattern, reason });

    let recent = &turns[turns.len().saturating_sub(WINDOW)..];
    let again = recent.iter().filter(|state| state.is(last)).count();
    if again >= TIMES {
        let failing = last.failing_words();
        return found(
            Pattern::SameState,
            format!("{again} of the last {} turns ended with the same files {failing}", recent.len()),
        );
    }
    for period in [2, 3] {
        if repeats(&turns, period, 2 * period, State::is) {
            return found(
                Pattern::Cycle,
                format!("the last {} turns went through the same {period} states twice", 2 * period),
            );
        }
    }
    let same = |a: &State, b: &State| a.failing == b.failing && similarity(a.reason, b.reason) >= threshold;
    if repeats(&turns, 1, TIMES, same) {
        return found(Pattern::SameReason, format!("the last {TIMES} turns failed for the same reason"));
    }
    if repeats(&turns, 2, 2 * TIMES, same) {
        return found(
            Pattern::AlternatingReasons,
            format!("the last {} turns failed for the same two reasons in turn", 2 * TIMES),
        );
    }
    None
}

/// What matters of a turn.
struct State<'a> {
    tree: &'a str,
    failing: BTreeSet<&'a str>,
    reason: &'a str,
}

impl<'a> State<'a> {
    fn of(turn: &'a PastTurn) -> Self {
        Self {
            tree: turn.sealed.as_str(),
            failing: turn.failing.iter().map(String::as_str).collect(),
            reason: &turn.reason,
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.tree == other.tree && self.failing == other.failing
    }

    fn failing_words(&self) -> String {
        if self.failing.is_empty() {
            return "and no judge was satisfied".into();
        }
        let names: Vec<_> = self.failing.iter().map(|name| format!("`{name}`")).collect();
        format!("and did not pass {}", names.join(", "))
    }
}

/// Whether the last `length` turns are the same every `period` turns, and not the same throughout unless `period` is 1.
/// Every pair that should be equal is compared: likeness is not transitive, and a slow drift is progress.
fn repeats<'a>(
    turns: &[State<'a>],
    period: usize,
    length: usize,
    same: impl Fn(&State<'a>, &State<'a>) -> bool,
) -> bool {
    let Some(start) = turns.len().checked_sub(length) else { return false };
    let last = &turns[start..];
    (0..length).all(|i| (i + period..length).step_by(period).all(|j| same(&last[i], &last[j])))
}

/// How much two reasons say the same, 0 to 1: the Jaccard index of their trigrams, 0 where their numbers differ. Trigrams
/// of words, or of characters where a text has no spaces between words, as in Japanese. Durations are no difference.
pub fn similarity(a: &str, b: &str) -> f64 {
    let (a, b) = (normalise(a), normalise(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a == b {
        return 1.0;
    }
    if numbers(&a) != numbers(&b) {
        return 0.0;
    }
    if is_spaced(&a) && is_spaced(&b) {
        let (a, b): (Vec<_>, Vec<_>) = (a.split(' ').collect(), b.split(' ').collect());
        jaccard(&a, &b)
    } else {
        let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
        jaccard(&a, &b)
    }
}

/// Lower case, without durations, punctuation as spaces, one space between words.
fn normalise(reason: &str) -> String {
    static DURATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)[0-9]+(?:[.,][0-9]+)?\s?(?:ns|µs|us|ms|s|secs?|seconds?|m|min|minutes?|h)(?-u:\b)").ok()
    });
    let lower = reason.to_lowercase();
    let lower = match DURATION.as_ref() {
        Some(duration) => duration.replace_all(&lower, " "),
        None => lower.into(),
    };
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn numbers(normal: &str) -> Vec<&str> {
    normal.split(|c: char| !c.is_numeric()).filter(|digits| !digits.is_empty()).collect()
}

/// Whether words have spaces between them. Written words of alphabets are rarely longer than 20 characters on average;
/// "words" of a script without spaces are whole clauses, and short ones are told by their script.
fn is_spaced(normal: &str) -> bool {
    let unspaced = |c: char| {
        matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    };
    let (all, without) = normal.chars().fold((0, 0), |(all, without), c| (all + 1, without + usize::from(unspaced(c))));
    without * 4 < all && all <= 20 * normal.split(' ').count()
}

/// The Jaccard index of the trigrams of two sequences; of their members where one has fewer than three.
fn jaccard<T: Hash + Eq + Clone>(a: &[T], b: &[T]) -> f64 {
    let size = a.len().min(b.len()).min(3);
    if size == 0 {
        return 0.0;
    }
    let size = if size < 3 { 1 } else { 3 };
    let (a, b): (HashSet<&[T]>, HashSet<&[T]>) = (a.windows(size).collect(), b.windows(size).collect());
    let both = a.intersection(&b).count();
    let either = a.len() + b.len() - both;
    #[allow(clippy::cast_precision_loss)]
    let index = both as f64 / either as f64;
    index
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::TreeId;
    use proptest::prelude::*;

    fn tree(name: &str) -> TreeId {
        crate::ids::Digest::of(name).to_string().parse().unwrap()
    }

    /// Turns from (tree, failing gates, reason).
    fn turns(list: &[(&str, &[&str], &str)]) -> Vec<PastTurn> {
        list.iter()
            .zip(1..)
            .map(|((name, failing, reason), turn)| PastTurn {
                turn,
                sealed: tree(name),
                outcome: Outcome::Unsatisfied,
                reason: (*reason).into(),
                failing: failing.iter().map(|f| (*f).to_owned()).collect(),
            })
            .collect()
    }

    fn pattern(list: &[(&str, &[&str], &str)]) -> Option<Pattern> {
        stuck(&turns(list)).map(|stuck| stuck.pattern)
    }

    /// Turns with another tree each and the same failing gate.
    fn reasons(list: &[&str]) -> Option<Pattern> {
        let trees: Vec<_> = (0..list.len()).map(|i| format!("tree {i}")).collect();
        let list: Vec<_> = trees.iter().zip(list).map(|(t, r)| (t.as_str(), &["tests"][..], *r)).collect();
        pattern(&list)
    }

    #[test]
    fn fewer_than_three_turns_are_never_stuck() {
        assert_eq!(pattern(&[]), None);
        assert_eq!(pattern(&[("a", &["t"], "same"), ("a", &["t"], "same")]), None);
    }

    #[test]
    fn the_same_tree_and_failing_set_three_times_is_stuck_whatever_the_wording() {
        let list = [("a", &["t"][..], "first words"), ("a", &["t"], "quite other ones"), ("a", &["t"], "3rd, 17 left")];
        assert_eq!(pattern(&list), Some(Pattern::SameState));
        assert_eq!(
            stuck(&turns(&list)).unwrap().reason,
            "3 of the last 3 turns ended with the same files and did not pass `t`"
        );
    }

    #[test]
    fn coming_back_to_the_same_state_is_stuck_also_with_others_in_between() {
        let list =
            [("a", &["t"][..], "1"), ("b", &["t"], "2"), ("a", &["t"], "3"), ("c", &["t"], "4"), ("a", &["t"], "5")];
        assert_eq!(pattern(&list), Some(Pattern::SameState));
        assert_eq!(pattern(&list[..4]), None);
    }

    #[test]
    fn taking_turns_between_two_or_three_states_is_stuck() {
        let (a, b, c) = (("a", &["t"][..], "x 1"), ("b", &["u"][..], "y 2"), ("c", &["t"][..], "z 3"));
        assert_eq!(pattern(&[a, b, a, b]), Some(Pattern::Cycle));
        assert_eq!(pattern(&[c, a, b, a, b]), Some(Pattern::Cycle));
        assert_eq!(pattern(&[a, b, c, a, b, c]), Some(Pattern::Cycle));
        assert_eq!(pattern(&[a, b, a, c]), None);
    }

    #[test]
    fn two_reasons_that_take_turns_over_six_are_stuck_though_the_trees_differ() {
        let (one, two) = ("the lexer test fails now", "the parser test fails now");
        assert_eq!(reasons(&[one, two, one, two, one, two]), Some(Pattern::AlternatingReasons));
        assert_eq!(reasons(&[one, two, one, two]), None);
    }

    #[test]
    fn three_identical_reasons_are_stuck_and_two_are_not() {
        let same = "the build fails because the module is missing";
        assert_eq!(reasons(&[same, same, same]), Some(Pattern::SameReason));
        assert_eq!(reasons(&["broken", "broken", "broken"]), Some(Pattern::SameReason));
        assert_eq!(reasons(&["something else entirely happened", same, same]), None);
        assert_eq!(reasons(&[same, "something else entirely happened", same]), None);
        let different = ["no such file was found", "types do not match here", "a comma is missing there"];
        assert_eq!(reasons(&different), None);
    }

    #[test]
    fn a_threshold_decides_for_reasons_that_are_only_alike() {
        let list = [
            "the build fails because the module named alpha is missing from the source tree",
            "the build fails because the module named beta is missing from the source tree",
            "the build fails because the module named gamma is missing from the source tree",
        ];
        assert!((0.5..0.8).contains(&similarity(list[0], list[1])), "{}", similarity(list[0], list[1]));
        let history = turns(&[("a", &["t"], list[0]), ("b", &["t"], list[1]), ("c", &["t"], list[2])]);
        assert_eq!(stuck_at(&history, 0.8), None);
        assert!(stuck_at(&history, 0.5).is_some());
    }

    #[test]
    fn counting_down_is_progress() {
        assert_eq!(reasons(&["3 of 8 tests fail", "2 of 8 tests fail", "1 of 8 tests fail"]), None);
        assert_eq!(reasons(&["3件のテストが失敗", "2件のテストが失敗", "1件のテストが失敗"]), None);
        let long = |n| {
            format!(
                "the gate named tests did not pass because {n} of the cases in the suite for the parser of numbers \
                 and strings and comments and all that goes with them still fail with the very same message as before"
            )
        };
        let long = [long(3), long(2), long(1)];
        assert_eq!(reasons(&[&long[0], &long[1], &long[2]]), None, "one number is all that differs");
        assert_eq!(reasons(&["2 of 8 tests fail"; 3]), Some(Pattern::SameReason));
    }

    #[test]
    fn how_long_it_took_is_no_progress() {
        let list = ["gate failed after 1.2s", "gate failed after 0.93 s", "gate failed after 15 ms"];
        assert_eq!(reasons(&list), Some(Pattern::SameReason));
    }

    #[test]
    fn japanese_reasons_are_compared_as_text() {
        let different = [
            "構文解析器が末尾のカンマを受け付けません",
            "設定ファイルが見つかりませんでした",
            "テストの実行時間が長すぎます",
        ];
        assert_eq!(reasons(&different), None);
        assert_eq!(reasons(&[different[0]; 3]), Some(Pattern::SameReason));
        assert_eq!(reasons(&["テスト失敗", "設定不備", "型不一致"]), None);
        assert_eq!(reasons(&["🙁", "🙁🙁", "..."]), None, "no words, nothing to compare");
    }

    #[test]
    fn a_shrinking_set_of_failing_gates_is_progress() {
        let same = "gates did not pass";
        let list = [("a", &["t", "u", "v"][..], same), ("b", &["t", "u"], same), ("c", &["t"], same)];
        assert_eq!(pattern(&list), None);
    }

    #[test]
    fn the_order_of_failing_gates_is_no_difference() {
        let list = [("a", &["t", "u"][..], "1"), ("a", &["u", "t"], "2"), ("a", &["t", "u", "u"], "3")];
        assert_eq!(pattern(&list), Some(Pattern::SameState));
    }

    #[test]
    fn a_judge_that_broke_says_nothing_of_progress() {
        let mut history = turns(&[("a", &["t"][..], "x"); 4]);
        for turn in &mut history[..2] {
            turn.outcome = Outcome::Inconclusive;
        }
        assert_eq!(stuck(&history), None);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_bounded(a in "\\PC{0,60}", b in "\\PC{0,60}") {
            let likeness = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&likeness));
            prop_assert!((likeness - similarity(&b, &a)).abs() < f64::EPSILON);
        }

        #[test]
        fn states_that_never_come_back_with_new_numbers_are_never_stuck(count in 0usize..12) {
            let names: Vec<_> = (0..count).map(|i| (format!("t{i}"), format!("{i} tests fail"))).collect();
            let list: Vec<_> = names.iter().map(|(t, r)| (t.as_str(), &["t"][..], r.as_str())).collect();
            prop_assert_eq!(pattern(&list), None);
        }
    }
}
