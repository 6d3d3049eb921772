//! How good a judge is: its verdicts on work of which people know whether it is done.
//!
//! What a judge lets through that is not done is worse than what it holds back: the goal would end. So each has its own
//! limit. And a score is worth nothing on a corpus that a judge could pass without looking: [`Corpus::controls`] are judges
//! that don't look, and each must fail.

use serde::{Deserialize, Serialize};

use crate::verdict::Outcome;

/// What people say of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    /// It is done.
    Pass,
    /// Something is missing.
    Fail,
}

/// What a judge said of one piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The truth.
    pub label: Label,
    /// The judge's word; none when it broke.
    pub outcome: Option<Outcome>,
}

impl Judged {
    /// Whether the judge would have let it through: an abstention holds nothing back.
    pub fn lets_through(self) -> bool {
        matches!(self.outcome, Some(Outcome::Satisfied | Outcome::Abstain))
    }

    /// Whether the judge said anything.
    pub fn is_answered(self) -> bool {
        !matches!(self.outcome, None | Some(Outcome::Inconclusive))
    }
}

/// What a judge must keep to; each is a part of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Of the work that is not done.
    pub false_passes: f64,
    /// Of the work that is done.
    pub false_fails: f64,
    /// Of all.
    pub unanswered: f64,
}

impl Default for Bar {
    fn default() -> Self {
        Self { false_passes: 0.1, false_fails: 0.25, unanswered: 0.1 }
    }
}

/// A judge's verdicts, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Labelled as done.
    pub passes: usize,
    /// Labelled as not done.
    pub fails: usize,
    /// Not done, and let through.
    pub false_passes: usize,
    /// Done, and held back.
    pub false_fails: usize,
    /// Broken or inconclusive.
    pub unanswered: usize,
}

impl Score {
    /// Counts.
    pub fn of(judged: &[Judged]) -> Self {
        let mut score = Self::default();
        for one in judged {
            match one.label {
                Label::Pass => score.passes += 1,
                Label::Fail => score.fails += 1,
            }
            match (one.is_answered(), one.label, one.lets_through()) {
                (false, ..) => score.unanswered += 1,
                (true, Label::Fail, true) => score.false_passes += 1,
                (true, Label::Pass, false) => score.false_fails += 1,
                _ => {}
            }
        }
        score
    }

    /// How often it agrees with the labels: a part of 1, and the same beyond what chance would give (Cohen's kappa: 0 for a
    /// judge that does not look, 1 for one that is always right).
    pub fn agreement(&self) -> (f64, f64) {
        let all = (self.passes + self.fails) as f64;
        if all == 0.0 {
            return (0.0, 0.0);
        }
        let agreed = (all - (self.false_passes + self.false_fails + self.unanswered) as f64) / all;
        let let_through = (self.passes - self.false_fails.min(self.passes) + self.false_passes) as f64 / all;
        let by_chance = let_through * self.passes as f64 / all + (1.0 - let_through) * self.fails as f64 / all;
        let kappa = if by_chance < 1.0 { (agreed - by_chance) / (1.0 - by_chance) } else { 0.0 };
        (agreed, kappa)
    }

    /// Whether it keeps to the bar.
    pub fn clears(&self, bar: &Bar) -> bool {
        let within = |count: usize, of: usize, most: f64| count as f64 <= most * of as f64;
        within(self.false_passes, self.fails, bar.false_passes)
            && within(self.false_fails, self.passes, bar.false_fails)
            && within(self.unanswered, self.passes + self.fails, bar.unanswered)
    }
}

/// The labels that a judge is scored against.
#[derive(Debug, Clone, Copy)]
pub struct Corpus<'a>(pub &'a [Label]);

impl Corpus<'_> {
    /// Judges that don't look at the work, and their scores. One that clears the bar shows that the corpus can't tell.
    pub fn controls(self) -> [(&'static str, Score); 3] {
        let always = |outcome: Outcome| {
            let judged: Vec<_> = self.0.iter().map(|label| Judged { label: *label, outcome: Some(outcome) }).collect();
            Score::of(&judged)
        };
        let by_turns: Vec<_> = (0..)
            .zip(self.0)
            .map(|(index, label)| {
                let outcome = if index % 2 == 0 { Outcome::Satisfied } else { Outcome::Unsatisfied };
                Judged { label: *label, outcome: Some(outcome) }
            })
            .collect();
        // Labels that go by turns as well would make the last one look clever: its opposite is as blind as it is.
        let (one, errors) = (Score::of(&by_turns), |score: &Score| score.false_passes + score.false_fails);
        let other: Vec<_> = by_turns
            .iter()
            .map(|judged| {
                let outcome = if judged.lets_through() { Outcome::Unsatisfied } else { Outcome::Satisfied };
                Judged { outcome: Some(outcome), ..*judged }
            })
            .collect();
        let other = Score::of(&other);
        let blind = if errors(&one) > errors(&other) { one } else { other };
        [
            ("passes everything", always(Outcome::Satisfied)),
            ("holds everything back", always(Outcome::Unsatisfied)),
            ("goes by turns", blind),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(label: Label, outcome: Option<Outcome>) -> Judged {
        Judged { label, outcome }
    }

    #[test]
    fn a_judge_that_is_always_right_clears_the_bar_with_full_agreement() {
        let score = Score::of(&[
            judged(Label::Pass, Some(Outcome::Satisfied)),
            judged(Label::Fail, Some(Outcome::Unsatisfied)),
            judged(Label::Fail, Some(Outcome::Blocked)),
        ]);
        assert!(score.clears(&Bar::default()));
        assert_eq!(score.agreement(), (1.0, 1.0));
    }

    #[test]
    fn a_judge_that_does_not_look_never_clears_the_bar() {
        let labels = [Label::Pass, Label::Fail, Label::Pass, Label::Fail, Label::Fail, Label::Pass];
        for (name, score) in Corpus(&labels).controls() {
            assert!(!score.clears(&Bar::default()), "{name}: {score:?}");
            assert!(score.agreement().1 <= 0.0, "{name}: {score:?}");
        }
    }

    #[test]
    fn a_corpus_with_one_label_only_can_not_tell() {
        let labels = [Label::Fail; 4];
        assert!(Corpus(&labels).controls().iter().any(|(_, score)| score.clears(&Bar::default())));
    }

    #[test]
    fn abstaining_from_bad_work_lets_it_through_and_silence_is_no_answer() {
        let score = Score::of(&[
            judged(Label::Fail, Some(Outcome::Abstain)),
            judged(Label::Fail, None),
            judged(Label::Pass, Some(Outcome::Inconclusive)),
        ]);
        assert_eq!((score.false_passes, score.false_fails, score.unanswered), (1, 0, 2));
    }
}
