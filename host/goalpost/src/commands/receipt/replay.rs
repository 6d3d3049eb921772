//! `goalpost receipt replay`

use anyhow::Result;
use goalpost_core::evidence::{GateReport, GateStatus};

use super::verify::Stored;
use crate::commands::find::{Here, print};
use crate::exit::{Exit, UsageError};
use crate::goal_loop;
use crate::interrupt::Interrupt;
use crate::receipt::Keys;
use crate::report::{Reporter, Style, Tone};

/// Run the gates of a recorded turn again, on the tree that was recorded, and say whether they agree
///
/// The receipts are checked first. Gates run as they were frozen with the goal, on the sealed tree that Goalpost kept: the
/// workspace may have changed, or be gone. Exit code 0 when every gate agrees with the record, 2 when one does not, 3 when
/// one could not be run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost receipt replay 6a59 --turn 2")]
pub(super) struct ReplayArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// The turn; the last one when not given
    #[arg(long, short, value_name = "N")]
    turn: Option<u32>,
}

/// What a gate's second run says of its first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Agrees,
    Differs,
    /// It could not be run, or broke: nothing is known.
    Unknown,
}

pub(super) async fn run(args: &ReplayArgs) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let stored = Stored::load(&here, goal)?;
    let chain = match stored.check(&Keys::open(&here.places.keys())?.public()) {
        Ok(chain) => chain,
        Err(what) => {
            eprintln!("not valid: {what}");
            return Ok(Exit::NotAchieved);
        }
    };
    let number = args.turn.unwrap_or(stored.goal.turns);
    let finished = stored.turns.iter().find(|turn| turn.turn == number);
    let Some((candidate, result)) = finished.and_then(|turn| Some((turn.candidate.as_ref()?, turn.result.as_ref()?)))
    else {
        let turns = stored.goal.turns;
        return Err(UsageError(format!(
            "goal {} has no receipt of turn {number}: {turns} are finished",
            stored.goal.id
        ))
        .into());
    };
    let replayed =
        goal_loop::replay(&stored.goal, &stored.turns, number, candidate, interrupt, Reporter::new(false)).await?;

    let mut lines: Vec<String> =
        replayed.notes.iter().map(|note| here.style.line(Tone::Warn, "note", &[(Tone::Plain, note)])).collect();
    let mut worst = Exit::Achieved;
    for recorded in &result.gates {
        let now = replayed.gates.iter().find(|gate| gate.name == recorded.name);
        let agreement = compare(recorded, now);
        worst = match (agreement, worst) {
            (Agreement::Differs, _) | (_, Exit::NotAchieved) => Exit::NotAchieved,
            (Agreement::Unknown, _) | (_, Exit::Waiting) => Exit::Waiting,
            _ => Exit::Achieved,
        };
        lines.push(line(recorded, now, agreement, here.style));
    }
    let version = chain.iter().find(|claims| claims.turn == number).map(|claims| claims.version.as_str());
    if let Some(version) = version.filter(|version| *version != env!("CARGO_PKG_VERSION")) {
        let note = format!("the turn was recorded by Goalpost {version}");
        lines.push(here.style.line(Tone::Warn, "note", &[(Tone::Plain, &note)]));
    }
    print(&lines)?;
    Ok(worst)
}

/// Whether two runs of a gate on one tree came to the same.
fn compare(recorded: &GateReport, now: Option<&GateReport>) -> Agreement {
    let broke = |gate: &GateReport| matches!(gate.status, GateStatus::Refused | GateStatus::Inconclusive);
    let Some(now) = now else { return Agreement::Unknown };
    let tests = |gate: &GateReport| gate.tests.as_ref().map(|tests| (tests.passed, tests.failed, tests.skipped));
    if recorded.status == now.status && recorded.exit_code == now.exit_code && tests(recorded) == tests(now) {
        Agreement::Agrees
    } else if broke(now) || (now.status == GateStatus::NotRun && recorded.status != GateStatus::NotRun) {
        Agreement::Unknown
    } else {
        Agreement::Differs
    }
}

fn line(recorded: &GateReport, now: Option<&GateReport>, agreement: Agreement, style: Style) -> String {
    let (tone, word) = match agreement {
        Agreement::Agrees => (Tone::Good, "agrees"),
        Agreement::Differs => (Tone::Bad, "differs"),
        Agreement::Unknown => (Tone::Warn, "unknown"),
    };
    let said = |gate: &GateReport| {
        let word = match gate.status {
            GateStatus::Passed => "passed",
            GateStatus::Failed => "failed",
            GateStatus::TimedOut => "ran out of time",
            GateStatus::Refused => "was refused",
            GateStatus::NotRun => "did not run",
            GateStatus::Inconclusive => "broke",
        };
        if gate.summary.is_empty() || gate.summary == word {
            word.to_owned()
        } else {
            format!("{word}: {}", gate.summary)
        }
    };
    let mut text = format!("`{}` {}", recorded.name, said(recorded));
    if agreement != Agreement::Agrees {
        text = format!("{text}; now {}", now.map_or_else(|| "not there".to_owned(), said));
    }
    let walls = |gate: &GateReport| gate.run.as_ref().map(|run| run.isolation);
    if let (Some(then), Some(today)) = (walls(recorded), now.and_then(walls))
        && then != today
    {
        text = format!("{text} (isolation {then} then, {today} now)");
    }
    style.line(tone, word, &[(Tone::Plain, &text)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::result;

    fn tests_gate(passed: bool) -> GateReport {
        result(passed).gates.remove(1)
    }

    #[test]
    fn runs_agree_by_status_exit_code_and_tests() {
        let recorded = tests_gate(true);
        assert_eq!(compare(&recorded, Some(&GateReport { duration_ms: 1, ..recorded.clone() })), Agreement::Agrees);
        assert_eq!(compare(&recorded, Some(&tests_gate(false))), Agreement::Differs);
        assert_eq!(compare(&tests_gate(false), Some(&recorded)), Agreement::Differs);
        let mut fewer = recorded.clone();
        if let Some(tests) = &mut fewer.tests {
            tests.passed -= 1;
        }
        assert_eq!(compare(&recorded, Some(&fewer)), Agreement::Differs);
    }

    #[test]
    fn a_gate_that_could_not_be_run_again_says_nothing() {
        let recorded = tests_gate(true);
        assert_eq!(compare(&recorded, None), Agreement::Unknown);
        for status in [GateStatus::Refused, GateStatus::Inconclusive, GateStatus::NotRun] {
            let now = GateReport { status, exit_code: None, tests: None, ..recorded.clone() };
            assert_eq!(compare(&recorded, Some(&now)), Agreement::Unknown, "{status:?}");
        }
    }
}
