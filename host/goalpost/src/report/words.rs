//! The words and colours for what gates, judges and goals came to, and for who judged.

use goalpost_core::evidence::GateStatus;
use goalpost_core::ids::Digest;
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;
use goalpost_core::verdict::{Assurance, Outcome};

use super::style::{Tone, clean};

/// Beside an evaluator on trial.
pub(crate) const SHADOW: &str = "(shadow, not counted)";

/// The word and colour for a gate's status.
pub(crate) fn gate_word(status: GateStatus) -> (Tone, &'static str) {
    match status {
        GateStatus::Passed => (Tone::Good, "PASS"),
        GateStatus::Failed => (Tone::Bad, "FAIL"),
        GateStatus::TimedOut => (Tone::Bad, "TIMEOUT"),
        GateStatus::Refused => (Tone::Warn, "REFUSED"),
        GateStatus::NotRun => (Tone::Warn, "SKIP"),
        GateStatus::Inconclusive => (Tone::Warn, "BROKEN"),
    }
}

pub(super) fn summary_tone(status: GateStatus) -> Tone {
    if status == GateStatus::Passed { Tone::Faint } else { Tone::Plain }
}

/// A plugin by its use, its component, and whose signature that had to come with.
pub(crate) fn plugin(name: &str, digest: &Digest, signer: Option<&Signer>) -> String {
    let signed = signer.map_or(String::new(), |signer| format!(" signed by {signer}"));
    format!("{} {}{signed}", clean(name), digest.short())
}

/// The word and colour for a conclusion.
pub(crate) fn outcome_word(outcome: Outcome) -> (Tone, &'static str) {
    match outcome {
        Outcome::Satisfied => (Tone::Good, "satisfied"),
        Outcome::Unsatisfied => (Tone::Bad, "unsatisfied"),
        Outcome::Blocked => (Tone::Bad, "blocked"),
        Outcome::Inconclusive => (Tone::Warn, "inconclusive"),
        Outcome::Abstain => (Tone::Faint, "abstains"),
    }
}

/// `achieved` on judges' word alone must not look like one that was verified.
pub(crate) fn state_tone(state: GoalState, assurance: Option<Assurance>) -> Tone {
    match (state, assurance) {
        (GoalState::Achieved, Some(Assurance::Verified)) => Tone::Good,
        (GoalState::Achieved | GoalState::Paused | GoalState::Stuck, _) => Tone::Warn,
        (GoalState::Running, _) => Tone::Accent,
        _ => Tone::Bad,
    }
}

/// How much `achieved` is worth, in brackets.
pub(crate) fn assurance_word(assurance: Option<Assurance>) -> &'static str {
    match assurance {
        Some(Assurance::Verified) => "(verified)",
        Some(Assurance::Attested) => "(attested)",
        None => "",
    }
}
