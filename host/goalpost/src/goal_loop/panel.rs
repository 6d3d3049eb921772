//! The evaluators: asked side by side, each in a fresh instance, and asked again when they break.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::join_all;
use goalpost_core::config::Evaluator;
use goalpost_core::event::Event;
use goalpost_core::evidence::Addressed;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::{self, Opinion, Outcome, Verdict};
use goalpost_plugins::record::Input;

use super::plugins::ReadyPlugin;
use super::recordings::Recordings;
use super::verification::{Verification, elapsed_ms};

/// Calls of one evaluator before it counts as inconclusive.
const ATTEMPTS: u32 = 3;
/// The wait before the second attempt; it doubles. A judge that is broken for good costs little more than its own time.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Asks the evaluators, those that cost no tokens first: when they have settled it, only shadows are asked after them. Gives the
/// opinions in the order of the configuration, and the names of those that were spared.
pub(super) async fn ask(
    verification: &Verification<'_>,
    evidence: &Addressed<'_>,
) -> Result<(Vec<Opinion>, Vec<String>)> {
    let config = &verification.goal.config;
    let members = || config.evaluators.iter().zip(&verification.goal.evaluators);
    let (free, costly): (Vec<_>, Vec<_>) = members().partition(|(evaluator, _)| !evaluator.costs_tokens());
    let mut opinions = ask_all(verification, free, evidence).await?;

    let pending: Vec<_> = costly.iter().filter(|(evaluator, _)| !evaluator.shadow).map(|(e, _)| e.weight).collect();
    let is_settled = verdict::settled(config.panel, &opinions, &pending);
    let (asked, spared): (Vec<_>, Vec<_>) =
        costly.into_iter().partition(|(evaluator, _)| evaluator.shadow || !is_settled);
    for (evaluator, _) in &spared {
        let (turn, evaluator) = (verification.turn, evaluator.name.clone());
        verification.journal.emit(Event::EvaluatorSpared { turn, evaluator })?;
    }
    opinions.extend(ask_all(verification, asked, evidence).await?);
    opinions.sort_by_key(|opinion| config.evaluators.iter().position(|evaluator| evaluator.name == opinion.evaluator));
    Ok((opinions, spared.into_iter().map(|(evaluator, _)| evaluator.name.clone()).collect()))
}

/// Asks `evaluators`, side by side.
async fn ask_all(
    verification: &Verification<'_>,
    evaluators: Vec<(&Evaluator, &ReadyPlugin)>,
    evidence: &Addressed<'_>,
) -> Result<Vec<Opinion>> {
    let asked = evaluators.into_iter().map(|(member, plugin)| ask_one(verification, member, plugin, evidence));
    join_all(asked).await.into_iter().collect()
}

async fn ask_one(
    verification: &Verification<'_>,
    member: &Evaluator,
    evaluator: &ReadyPlugin,
    evidence: &Addressed<'_>,
) -> Result<Opinion> {
    let begun = Instant::now();
    let mut usage = Usage::default();
    let mut attempts = 0;
    let mut wait = FIRST_WAIT;
    let verdict = loop {
        attempts += 1;
        let context = verification.context(evaluator)?;
        let book = context.state.clone();
        let input = Input::Evidence(Box::new(evidence.evidence().clone()));
        let (recorder, context) = Recordings::begin(evaluator, context, input, &verification.host.redactor);
        let ended = evaluator.admitted.evaluate(context, evidence).await;
        verification.keep(recorder, evaluator, book.as_ref(), &ended);
        let why = match ended {
            Ok((verdict, stats)) => {
                usage += stats.llm_usage;
                // An evaluator that says of itself that it could not tell gets the same second chance as one that broke.
                if verdict.outcome != Outcome::Inconclusive || attempts >= ATTEMPTS {
                    break verdict;
                }
                verdict.reason
            }
            Err(error) => {
                usage += error.stats.llm_usage;
                let why = error.to_string();
                if attempts >= ATTEMPTS {
                    break broken(why, attempts);
                }
                why
            }
        };
        let why = verification.host.redactor.redact(&why);
        tracing::info!(evaluator = evaluator.name, attempts, %why, "the evaluator is asked again");
        tokio::time::sleep(wait).await;
        wait *= 2;
    };
    let opinion = Opinion {
        evaluator: evaluator.name.clone(),
        plugin: evaluator.digest.clone(),
        // It is kept, and shown to the worker: without the secrets that the evaluator may have been shown.
        verdict: verification.host.redactor.verdict(verdict),
        attempts,
        duration_ms: elapsed_ms(begun),
        usage,
        weight: member.weight,
        shadow: member.shadow,
    };
    verification.journal.emit(Event::EvaluatorFinished {
        turn: verification.turn,
        evaluator: opinion.evaluator.clone(),
        outcome: opinion.verdict.outcome,
        reason: opinion.verdict.reason.clone(),
        duration_ms: opinion.duration_ms,
        shadow: opinion.shadow,
    })?;
    Ok(opinion)
}

/// A broken judge is not bad work, and never a pass.
fn broken(why: String, attempts: u32) -> Verdict {
    Verdict {
        outcome: Outcome::Inconclusive,
        reason: format!("{why} ({attempts} attempts)"),
        findings: Vec::new(),
        score: None,
        confidence: None,
    }
}
