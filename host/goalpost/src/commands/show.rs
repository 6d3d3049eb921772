//! `goalpost show`

use std::collections::BTreeMap;

use anyhow::Result;
use goalpost_core::canary;
use goalpost_core::event::{Event, Stamped};
use goalpost_core::evidence::{Finding, GateReport, GateStatus, Severity};
use goalpost_core::text;
use goalpost_core::verdict::{Assurance, Opinion};
use serde_json::{Value, json};

use super::find::{Here, print};
use super::status::{Standing, document, one};
use crate::exit::{Exit, UsageError};
use crate::goal_loop::CanaryRecord;
use crate::report::{
    SHADOW, Style, Tone, bracketed, clean, cost, gate_word, kept, outcome_word, plugin, plural, tampered, tokens,
};
use crate::store::{GoalRecord, TurnRecord, now_ms};

/// Show a goal's turns, or all there is to know of one turn
///
/// With --turn: what the worker said, how protected paths were touched, each gate with its output, what the judges said, and
/// the reason that the next turn was given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost show --turn 2 --full")]
pub(crate) struct ShowArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Show this turn in full
    #[arg(long, short, value_name = "N")]
    turn: Option<u32>,
    /// With --turn: print the output of gates that passed as well, and the worker's transcript
    #[arg(long, requires = "turn")]
    full: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &ShowArgs) -> Result<Exit> {
    let here = Here::open()?;
    let standing = Standing::of(&here, here.goal(args.goal.as_deref())?);
    let turns = here.store.turns(&standing.goal.id)?;
    let Some(number) = args.turn else {
        let asked = baseline_lines(here.store.events(&standing.goal.id, 0)?);
        print(&if args.json {
            vec![goal_document(&standing, &turns)?]
        } else {
            goal(&standing, &turns, &asked, here.style)
        })?;
        return Ok(Exit::Achieved);
    };
    let Some(turn) = turns.iter().find(|turn| turn.turn == number) else {
        let message = match turns.len() {
            0 => format!("goal {} has no turns yet", standing.goal.id),
            last => format!("goal {} has no turn {number}: its turns are 1 to {last}", standing.goal.id),
        };
        return Err(UsageError(message).into());
    };
    print(&if args.json {
        vec![serde_json::to_string_pretty(&turn_document(turn))?]
    } else {
        one_turn(&standing.goal, turn, args.full, here.style)
    })?;
    Ok(Exit::Achieved)
}

/// What each gate said of the baseline; a goal that was killed meanwhile may have asked twice.
fn baseline_lines(events: Vec<Stamped>) -> BTreeMap<String, String> {
    let finished = events.into_iter().filter_map(|stamped| match stamped.event {
        Event::BaselineFinished { gate, result, detail, .. } if detail.is_empty() => Some((gate, result.to_string())),
        Event::BaselineFinished { gate, result, detail, .. } => Some((gate, format!("{result} ({detail})"))),
        _ => None,
    });
    finished.collect()
}

/// The goal, and a row a turn; `asked` is what its gates said of the baseline.
fn goal(standing: &Standing, turns: &[TurnRecord], asked: &BTreeMap<String, String>, style: Style) -> Vec<String> {
    let goal = &standing.goal;
    let mut lines = one(standing, style, now_ms());
    let mut line = |word: &str, text: &str| lines.push(style.line(Tone::Faint, word, &[(Tone::Plain, text)]));
    line("baseline", goal.baseline.short());
    for (gate, result) in asked {
        line("", &format!("{} {}", clean(gate), clean(result)));
    }
    line("config", goal.config_digest.short());
    line("isolation", &goal.isolation.to_string());
    for (name, digest) in &goal.plugins {
        line("plugin", &plugin(name, digest, goal.signers.get(name)));
    }
    if let Some(hint) = &goal.hint {
        line("hint", &clean(hint));
    }
    if turns.is_empty() {
        return lines;
    }
    lines.push(String::new());
    lines.extend(turns.iter().map(|turn| row(turn, style)));
    let detail = format!("goalpost show {} --turn {}", goal.id, turns.len());
    lines.push(style.line(Tone::Plain, "", &[(Tone::Faint, &detail)]));
    lines
}

fn row(turn: &TurnRecord, style: Style) -> String {
    let word = format!("turn {}", turn.turn);
    let Some(result) = &turn.result else {
        let phase = match turn.attempt {
            1 => turn.phase().to_string().replace('_', " "),
            n => format!("{}, attempt {n}", turn.phase().to_string().replace('_', " ")),
        };
        return style.line(Tone::Strong, &word, &[(Tone::Accent, &phase)]);
    };
    let (tone, outcome) = outcome_word(result.verdict.outcome);
    let passed = result.gates.iter().filter(|gate| gate.status == GateStatus::Passed).count();
    let changed = turn.candidate.as_ref().map_or(0, |candidate| candidate.changed);
    let mut facts = format!("{passed}/{} gates · {}", result.gates.len(), plural(u64::from(changed), "file", "files"));
    let spent = result.usage.billable_tokens();
    if spent > 0 {
        facts.push_str(&format!(" · {}", tokens(spent)));
    }
    let tampering = turn.candidate.as_ref().map_or(0, |candidate| candidate.tampering.len());
    let tampering = if tampering == 0 { String::new() } else { format!("· {tampering} tampered") };
    style.line(
        Tone::Strong,
        &word,
        &[
            (Tone::Faint, &bracketed(result.duration_ms)),
            (tone, &format!("{outcome:<12}")),
            (Tone::Faint, &facts),
            (Tone::Warn, &tampering),
            (Tone::Plain, &clean(&result.verdict.reason)),
        ],
    )
}

/// All there is to know of a turn.
fn one_turn(goal: &GoalRecord, turn: &TurnRecord, full: bool, style: Style) -> Vec<String> {
    let mut lines = vec![style.rule(&format!("Turn {}/{}", turn.turn, goal.config.goal.max_turns))];
    if turn.attempt > 1 {
        let text =
            format!("attempt {}: the worker was started again after its process died or was paused", turn.attempt);
        lines.push(style.line(Tone::Warn, "again", &[(Tone::Plain, &text)]));
    }
    let Some(worker) = &turn.worker else {
        lines.push(style.line(Tone::Accent, "worker", &[(Tone::Plain, "has not ended yet")]));
        return lines;
    };
    let tokens = tokens(worker.report.usage.billable_tokens());
    let exit = match worker.report.exit_code {
        Some(0) => String::new(),
        Some(code) => format!("exited with {code}"),
        None => "ended without an exit code".to_owned(),
    };
    lines.push(style.line(
        Tone::Strong,
        "worker",
        &[
            (Tone::Faint, &bracketed(worker.duration_ms)),
            (Tone::Plain, &clean(&worker.report.agent)),
            (Tone::Plain, &tokens),
            (Tone::Bad, &exit),
        ],
    ));
    lines.extend(quoted(&worker.report.final_text, style));
    if full && !worker.report.transcript.is_empty() {
        lines.push(style.line(Tone::Strong, "transcript", &[]));
        lines.extend(quoted(&worker.report.transcript, style));
    }
    if let Some(why) = &worker.blocked {
        lines.push(style.line(Tone::Bad, "blocked", &[(Tone::Plain, &clean(why))]));
    }
    if let Some(candidate) = &turn.candidate {
        let trees =
            format!("candidate {} · sealed {}", candidate.trees.candidate.short(), candidate.trees.sealed.short());
        let changed = format!("{} changed", plural(u64::from(candidate.changed), "file", "files"));
        lines.push(style.line(Tone::Strong, "sealed", &[(Tone::Plain, &changed), (Tone::Faint, &trees)]));
        lines.extend(candidate.tampering.iter().map(|tamper| tampered(tamper, style)));
        lines.extend(candidate.kept.iter().map(|change| kept(change, style)));
    }
    let Some(result) = &turn.result else { return lines };
    for report in &result.gates {
        lines.extend(gate(report, full, style));
    }
    if !result.clean_room.is_empty() {
        lines.push(style.line(Tone::Accent, "clean room", &[]));
        for report in &result.clean_room {
            lines.extend(gate(report, full, style));
        }
    }
    if !result.canaries.is_empty() {
        lines.push(style.line(Tone::Accent, "canaries", &[]));
        lines.extend(result.canaries.iter().map(|record| canary(record, style)));
    }
    for opinion in &result.opinions {
        lines.extend(judged(opinion, style));
    }
    for evaluator in &result.spared {
        let parts = [(Tone::Strong, &*clean(evaluator)), (Tone::Faint, "(the others settled it)")];
        lines.push(style.line(Tone::Faint, "not asked", &parts));
    }
    let (tone, outcome) = outcome_word(result.verdict.outcome);
    let assurance = match result.verdict.assurance {
        Some(Assurance::Verified) => "(verified)",
        Some(Assurance::Attested) => "(attested)",
        None => "",
    };
    let cost = cost("in", result.duration_ms, result.usage.billable_tokens());
    lines.push(style.line(Tone::Strong, "verdict", &[(tone, outcome), (tone, assurance), (Tone::Faint, &cost)]));
    lines.extend(quoted(&result.verdict.reason, style));
    lines.push(style.line(Tone::Faint, "evidence", &[(Tone::Plain, result.evidence.short())]));
    for (plugin, digest) in worker.remembered.iter().chain(&result.remembered) {
        lines.push(style.line(
            Tone::Faint,
            "remembers",
            &[(Tone::Plain, &clean(plugin)), (Tone::Plain, digest.short())],
        ));
    }
    if let Some(receipt) = &turn.receipt {
        lines.push(style.line(Tone::Faint, "receipt", &[(Tone::Plain, receipt.short())]));
    }
    lines
}

fn gate(report: &GateReport, full: bool, style: Style) -> Vec<String> {
    let (tone, word) = gate_word(report.status);
    let mut lines = vec![style.line(
        tone,
        word,
        &[
            (Tone::Faint, &bracketed(report.duration_ms)),
            (Tone::Strong, &clean(&report.name)),
            (Tone::Faint, if report.required { "" } else { "(optional)" }),
            (Tone::Plain, &clean(&report.summary)),
        ],
    )];
    if let Some(tests) = &report.tests {
        let counts = format!("{} passed, {} failed, {} skipped", tests.passed, tests.failed, tests.skipped);
        lines.push(style.line(Tone::Faint, "tests", &[(Tone::Plain, &counts)]));
        for (label, names) in [("missing", &tests.missing), ("now skipped", &tests.newly_skipped)] {
            lines.extend(names.iter().map(|name| style.line(Tone::Warn, label, &[(Tone::Plain, &clean(name))])));
        }
    }
    lines.extend(report.findings.iter().map(|found| finding(found, style)));
    if full || report.status != GateStatus::Passed {
        lines.extend(quoted(&report.output, style));
        if report.output_truncated {
            lines.push(style.line(Tone::Plain, "", &[(Tone::Faint, "(the middle of the output was not kept)")]));
        }
    }
    lines
}

/// Whether a gate was seen to be able to fail.
fn canary(record: &CanaryRecord, style: Style) -> String {
    let (tone, word) = match record.outcome {
        canary::Outcome::Caught => (Tone::Good, "caught"),
        canary::Outcome::Missed => (Tone::Bad, "missed"),
        canary::Outcome::Off => (Tone::Faint, "off"),
        canary::Outcome::UnknownRunner => (Tone::Faint, "no runner"),
        canary::Outcome::NotPossible => (Tone::Warn, "not laid"),
    };
    let runs = plural(u64::from(record.runs), "run", "runs");
    let parts = [(Tone::Strong, &*clean(&record.gate)), (Tone::Plain, &*clean(&record.detail)), (Tone::Faint, &*runs)];
    style.line(tone, word, &parts)
}

fn judged(opinion: &Opinion, style: Style) -> Vec<String> {
    let (tone, word) = outcome_word(opinion.verdict.outcome);
    let tone = if opinion.shadow { Tone::Faint } else { tone };
    let weight = if opinion.weight.is_default() { String::new() } else { format!("weight {}", opinion.weight.0) };
    let attempts = if opinion.attempts > 1 { format!("{} attempts", opinion.attempts) } else { String::new() };
    let mut lines = vec![style.line(
        tone,
        word,
        &[
            (Tone::Faint, &bracketed(opinion.duration_ms)),
            (Tone::Strong, &clean(&opinion.evaluator)),
            (Tone::Faint, opinion.plugin.short()),
            (Tone::Faint, &weight),
            (Tone::Faint, if opinion.shadow { SHADOW } else { "" }),
            (Tone::Warn, &attempts),
        ],
    )];
    lines.extend(quoted(&opinion.verdict.reason, style));
    lines.extend(opinion.verdict.findings.iter().map(|found| finding(found, style)));
    lines
}

fn finding(finding: &Finding, style: Style) -> String {
    let (tone, word) = match finding.severity {
        Severity::Info => (Tone::Faint, "info"),
        Severity::Warning => (Tone::Warn, "warning"),
        Severity::Error => (Tone::Bad, "error"),
        Severity::Critical => (Tone::Bad, "critical"),
    };
    let place = match (&finding.path, finding.line) {
        (Some(path), Some(line)) => format!("{}:{line}", clean(path)),
        (Some(path), None) => clean(path),
        (None, _) => String::new(),
    };
    let code = finding.code.as_deref().map(|code| format!("[{}]", clean(code))).unwrap_or_default();
    style.line(tone, word, &[(Tone::Strong, &place), (Tone::Plain, &clean(&finding.message)), (Tone::Faint, &code)])
}

/// A text of somebody else's, line by line behind a bar: what it says can't be taken for what Goalpost says.
fn quoted(text: &str, style: Style) -> Vec<String> {
    let text = text::visible(text);
    text.trim_end()
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .map(|line| style.line(Tone::Plain, "", &[(Tone::Faint, "│"), (Tone::Plain, &line.replace('\t', "    "))]))
        .collect()
}

fn goal_document(standing: &Standing, turns: &[TurnRecord]) -> Result<String> {
    let mut goal = document(standing);
    if let Value::Object(fields) = &mut goal {
        fields.insert("config".to_owned(), serde_json::to_value(&standing.goal.config)?);
        fields.insert("turn_records".to_owned(), turns.iter().map(turn_document).collect());
    }
    Ok(serde_json::to_string_pretty(&goal)?)
}

fn turn_document(turn: &TurnRecord) -> Value {
    json!({
        "turn": turn.turn,
        "attempt": turn.attempt,
        "phase": turn.phase().as_str(),
        "started_ms": turn.started_ms,
        "worker": turn.worker,
        "candidate": turn.candidate,
        "result": turn.result,
        "receipt": turn.receipt,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::fixtures::{finished, store};

    const STYLE: Style = Style { color: false, width: Some(90) };

    #[test]
    fn a_row_a_turn() {
        let (store, _dir) = store();
        let goal = finished(&store, "g1", 2);
        let rows: Vec<_> = store.turns(&goal.id).unwrap().iter().map(|turn| row(turn, STYLE)).collect();
        insta::assert_snapshot!(rows.join("\n"));
    }

    #[test]
    fn a_turn_in_full() {
        let (store, _dir) = store();
        let goal = finished(&store, "g1", 2);
        let mut turn = store.turn(&goal.id, 1).unwrap().unwrap();
        // Not the real one, which is another with every field that a receipt gains.
        turn.receipt = Some(goalpost_core::ids::Digest::of("receipt"));
        insta::assert_snapshot!(one_turn(&goal, &turn, false, STYLE).join("\n"));
    }

    #[test]
    fn what_a_worker_says_stands_behind_a_bar_without_control_characters() {
        let lines = quoted("\n\u{1b}[2J     PASS [   0.1s] tests\nreceipt\u{202e} ok\n", STYLE);
        assert!(lines.iter().all(|line| line.trim_start().starts_with('│')), "{lines:?}");
        assert!(!lines.concat().contains(['\u{1b}', '\u{202e}']), "{lines:?}");
    }
}
