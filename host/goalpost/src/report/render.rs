//! From events to the lines that a person reads: a pure function of an event and what came before it.

use goalpost_core::baseline::BaselineResult;
use goalpost_core::event::{Event, Stamped, Step};
use goalpost_core::evidence::{GateStatus, Kept, Tamper, TamperKind};
use goalpost_core::ids::GoalId;
use goalpost_core::state::GoalState;
use goalpost_core::text::one_line;
use goalpost_core::verdict::Assurance;

use super::style::{Style, Tone, bracketed, clean, cost, count, plural, tokens};
use super::view::View;
use super::words::{SHADOW, assurance_word, gate_word, outcome_word, state_tone, summary_tone};

/// Bytes of a turn's reason.
const REASON: usize = 280;

/// The lines that `event` adds, and the view after it.
pub(crate) fn render(stamped: &Stamped, view: &mut View, style: Style) -> Vec<String> {
    let lines = lines(stamped, view, style);
    view.update(&stamped.event);
    lines
}

fn lines(stamped: &Stamped, view: &View, style: Style) -> Vec<String> {
    use Tone::{Accent, Bad, Faint, Good, Plain, Strong, Warn};
    let one = |tone, word: &str, parts: &[(Tone, &str)]| vec![style.line(tone, word, parts)];
    match &stamped.event {
        Event::Waiting { owner } => one(Warn, "waiting", &[(Plain, &clean(owner))]),
        Event::GoalStarted { objective, workspace, baseline, max_turns, budget, worker, isolation } => {
            let turns = plural(u64::from(*max_turns), "turn", "turns");
            let budget = budget.map_or("no token limit".to_owned(), |n| format!("{} tokens", count(n)));
            let mut lines = vec![style.line(Strong, "goal", &[(Accent, stamped.goal.as_str())])];
            lines.extend(style.block(Plain, &clean(objective)));
            let tree = format!("baseline {}", baseline.short());
            lines.push(style.line(Faint, "workspace", &[(Plain, &clean(workspace)), (Faint, &tree)]));
            let limits = format!("{turns} · {budget} · gates run with isolation {isolation}");
            lines.push(style.line(Faint, "worker", &[(Plain, &clean(worker)), (Faint, &format!("· {limits}"))]));
            lines
        }
        Event::GoalResumed { from, hint } => {
            let was =
                if *from == GoalState::Running { "its owner had died".to_owned() } else { format!("it was {from}") };
            let mut lines = one(Strong, "resumed", &[(Accent, stamped.goal.as_str()), (Faint, &was)]);
            if let Some(hint) = hint {
                lines.extend(style.block(Plain, &format!("hint: {}", clean(hint))));
            }
            lines
        }
        Event::BaselineFinished { gate, result, detail, duration_ms, .. } => {
            let tone = match result {
                BaselineResult::Red => Bad,
                BaselineResult::Green => Good,
                BaselineResult::NotRun => Warn,
            };
            let detail = if detail.is_empty() { String::new() } else { format!("({})", clean(detail)) };
            let parts =
                [(Faint, bracketed(*duration_ms)), (Strong, clean(gate)), (tone, result.to_string()), (Faint, detail)];
            let parts: Vec<_> = parts.iter().map(|(tone, text)| (*tone, text.as_str())).collect();
            one(Faint, "baseline", &parts)
        }
        Event::Notice { text } => one(Warn, "note", &[(Plain, &clean(text))]),
        Event::TurnStarted { turn, max_turns } => {
            vec![String::new(), style.rule(&format!("Turn {turn}/{max_turns}"))]
        }
        Event::StepStarted { step: Step::CleanRoom, .. } => {
            one(Accent, "clean room", &[(Faint, "the required gates once more, in a fresh sandbox")])
        }
        Event::StepStarted { step: Step::Canaries, .. } => {
            one(Accent, "canaries", &[(Faint, "tests that must fail, laid into the suites of runners that are known")])
        }
        Event::Phase { title, .. } => one(Accent, "phase", &[(Plain, &clean(title))]),
        Event::WorkerFinished { exit_code, duration_ms, usage, message, .. } => {
            let (tone, ended) = match exit_code {
                Some(0) => (Strong, String::new()),
                Some(code) => (Bad, format!("exited with {code}")),
                None => (Bad, "was ended".to_owned()),
            };
            let tokens = tokens(usage.billable_tokens());
            one(
                tone,
                "worker",
                &[(Faint, &bracketed(*duration_ms)), (Bad, &ended), (Plain, &tokens), (Faint, &clean(message))],
            )
        }
        Event::Sealed { candidate, sealed, changed, tampering, kept: changes, .. } => {
            let changed = match changed {
                0 => "nothing changed".to_owned(),
                n => format!("{} changed", plural(u64::from(*n), "file", "files")),
            };
            let tree = if candidate == sealed {
                format!("tree {}", sealed.short())
            } else {
                format!("tree {} (candidate {})", sealed.short(), candidate.short())
            };
            let mut lines = one(Strong, "sealed", &[(Plain, &changed), (Faint, &format!("· {tree}"))]);
            lines.extend(tampering.iter().map(|tamper| tampered(tamper, style)));
            lines.extend(changes.iter().map(|change| kept(change, style)));
            lines
        }
        Event::GateFinished { gate, required, status, summary, duration_ms, .. } => {
            let (tone, word) = gate_word(*status);
            let time = match status {
                GateStatus::NotRun | GateStatus::Refused => " ".repeat(bracketed(0).len()),
                _ => bracketed(*duration_ms),
            };
            let optional = if *required { "" } else { "(optional)" };
            one(
                tone,
                word,
                &[(Faint, &time), (Strong, &clean(gate)), (Faint, optional), (summary_tone(*status), &clean(summary))],
            )
        }
        Event::EvaluatorFinished { evaluator, outcome, reason, duration_ms, shadow, .. } => {
            let (tone, word) = if *shadow { (Faint, outcome_word(*outcome).1) } else { outcome_word(*outcome) };
            let trial = if *shadow { SHADOW } else { "" };
            let time = bracketed(*duration_ms);
            one(tone, word, &[(Faint, &time), (Strong, &clean(evaluator)), (Faint, trial), (Plain, &clean(reason))])
        }
        Event::EvaluatorSpared { evaluator, .. } => {
            let time = " ".repeat(bracketed(0).len());
            one(Faint, "not asked", &[(Faint, &time), (Strong, &clean(evaluator)), (Faint, "(the others settled it)")])
        }
        Event::PluginLog { plugin, level, message, .. } => {
            let tone = match level.as_str() {
                "error" => Bad,
                "warn" => Warn,
                "info" => Faint,
                // What a plugin's author wants to know: `events --json` has it.
                _ => return Vec::new(),
            };
            one(tone, "log", &[(Faint, &format!("{}:", clean(plugin))), (Plain, &clean(message))])
        }
        Event::BudgetWarning { spent, total } => {
            let share = u128::from(*spent) * 100 / u128::from(*total).max(1);
            let text = format!("{} of {} tokens spent ({share} %)", count(*spent), count(*total));
            one(Warn, "budget", &[(Plain, &text)])
        }
        Event::TurnFinished { turn, outcome, assurance, reason, duration_ms, tokens, .. } => {
            let (tone, _) = outcome_word(*outcome);
            let verdict = match assurance {
                Some(Assurance::Verified) => "satisfied (verified)",
                Some(Assurance::Attested) => "satisfied (attested)",
                None => outcome_word(*outcome).1,
            };
            let cost = cost("in", *duration_ms, *tokens);
            let mut lines = one(Strong, &format!("turn {turn}"), &[(tone, verdict), (Faint, &cost)]);
            // The gates and evaluators above have said it in full.
            lines.extend(style.block(Plain, &one_line(reason, REASON)));
            lines
        }
        Event::GoalStopped { state, assurance, reason, turns, duration_ms, tokens } => {
            let turns = plural(u64::from(*turns), "turn", "turns");
            let totals = cost(&format!("after {turns} ·"), *duration_ms, *tokens);
            let mut lines = vec![String::new()];
            lines.push(style.line(
                state_tone(*state, *assurance),
                state.as_str(),
                &[(state_tone(*state, *assurance), assurance_word(*assurance)), (Faint, &totals)],
            ));
            // What the last turn's verdict has just said is not said again.
            if view.reason.as_ref() != Some(reason) {
                lines.extend(style.block(Plain, &clean(reason)));
            }
            lines.extend(view.summary(&stamped.goal, style));
            lines.extend(next_step(*state, *assurance, &stamped.goal, style));
            lines
        }
        Event::StepStarted { .. }
        | Event::BaselineStarted { .. }
        | Event::GateStarted { .. }
        | Event::WorkerActivity { .. } => Vec::new(),
        // A kind of event that a later version added: its name is better than silence.
        other => {
            let name = serde_json::to_value(other).ok().and_then(|v| Some(v.get("event")?.as_str()?.to_owned()));
            one(Faint, "event", &[(Faint, &name.unwrap_or_default()), (Good, "")])
        }
    }
}

/// What a person can do now.
fn next_step(state: GoalState, assurance: Option<Assurance>, goal: &GoalId, style: Style) -> Option<String> {
    let text = match (state, assurance) {
        (GoalState::Achieved, Some(Assurance::Attested)) => {
            "judges alone attest it: no required command gate was there to verify it".to_owned()
        }
        (GoalState::Paused, _) => format!("goalpost resume {goal}"),
        (GoalState::Stuck, _) => format!("goalpost resume {goal} --hint \"what to try\""),
        (GoalState::MaxTurns | GoalState::BudgetExceeded | GoalState::Blocked, _) => format!("goalpost show {goal}"),
        _ => return None,
    };
    let word = if state == GoalState::Achieved { "note" } else { "next" };
    Some(style.line(Tone::Warn, word, &[(Tone::Plain, &text)]))
}

/// A line for a touched path.
pub(crate) fn tampered(tamper: &Tamper, style: Style) -> String {
    let kind = match tamper.kind {
        TamperKind::Edited => "edited",
        TamperKind::Deleted => "deleted",
        TamperKind::Added => "added",
        TamperKind::Renamed => "renamed",
        TamperKind::TypeChanged => "made another kind of file",
        TamperKind::Redirected => "redirected",
    };
    style.line(
        Tone::Warn,
        "tampered",
        &[(Tone::Strong, &clean(&tamper.path)), (Tone::Warn, kind), (Tone::Faint, &clean(&tamper.detail))],
    )
}

/// A line for what a worker changed in a manifest and keeps.
pub(crate) fn kept(change: &Kept, style: Style) -> String {
    let parts = clean(&change.parts.join(", "));
    style.line(Tone::Faint, "kept", &[(Tone::Strong, &clean(&change.path)), (Tone::Plain, &parts)])
}
