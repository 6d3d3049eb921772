//! `goalpost gates`

use std::io;
use std::path::PathBuf;

use anyhow::Result;
use goalpost_core::canary::Outcome;
use goalpost_core::evidence::GateStatus;
use serde_json::json;

use super::find::print;
use crate::exit::Exit;
use crate::goal_loop::{self, Proof};
use crate::interrupt::Interrupt;
use crate::report::{Reporter, Style, Tone, clean};

/// Look at a goal's gates
#[derive(Debug, clap::Args)]
pub(crate) struct GatesArgs {
    #[command(subcommand)]
    command: GatesCommand,
}

#[derive(Debug, clap::Subcommand)]
enum GatesCommand {
    Prove(ProveArgs),
}

/// Show that each gate can fail
///
/// A gate that passes whatever the work is like verifies nothing. Each native gate is run on the workspace as it is; then with
/// tests that must fail, laid into its suite, where the test runner is known; else with one file of the work broken after the
/// other, until the gate notices. Nothing in the workspace is changed.
///
/// Exit code 0 means that every required gate was seen to fail, 2 that one was not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost gates prove tests")]
pub(crate) struct ProveArgs {
    /// The gate's name; all of them when not given
    gate: Option<String>,
    /// The folder of goalpost.toml, or one below it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &GatesArgs) -> Result<Exit> {
    let GatesCommand::Prove(args) = &args.command;
    let proofs = goal_loop::prove(&args.dir, args.gate.as_deref(), Interrupt::listen()?, Reporter::new(false)).await?;
    print(&if args.json {
        let all: Vec<_> = proofs.iter().map(document).collect();
        vec![serde_json::to_string_pretty(&all)?]
    } else {
        table(&proofs, Style::detect(&io::stdout()))
    })?;
    let is_proven = proofs.iter().filter(|proof| proof.required).all(Proof::can_fail);
    Ok(if is_proven { Exit::Achieved } else { Exit::NotAchieved })
}

/// A row a gate, and what to do about those that did not fail.
fn table(proofs: &[Proof], style: Style) -> Vec<String> {
    let head = ["gate", "as it is", "with a failing test", "with a fault"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(proofs.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3)];
    let mut lines: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            let line = cells.join("  ").trim_end().to_owned();
            let proof = number.checked_sub(1).and_then(|n| proofs.get(n));
            let tone = proof.map_or(Tone::Faint, |proof| if proof.can_fail() { Tone::Plain } else { Tone::Bad });
            style.paint(tone, &line)
        })
        .collect();
    for proof in proofs.iter().filter(|proof| !proof.can_fail()) {
        lines.push(String::new());
        lines.push(advice(proof));
    }
    lines
}

fn row(proof: &Proof) -> [String; 4] {
    let as_is = match proof.as_is {
        None => "a plugin: not asked",
        Some(GateStatus::Passed) => "passes",
        Some(GateStatus::Failed) => "fails",
        Some(GateStatus::TimedOut) => "runs out of time",
        Some(GateStatus::Refused | GateStatus::NotRun) => "can't be run",
        Some(GateStatus::Inconclusive) => "breaks",
    };
    let canary = match proof.canary.as_ref().map(|record| record.outcome) {
        None => "-",
        Some(Outcome::Caught) => "fails",
        Some(Outcome::Missed) => "PASSES",
        Some(Outcome::UnknownRunner) => "no known runner",
        Some(Outcome::NotPossible) => "none could be laid",
        Some(Outcome::Off) => "off",
    };
    let fault = match proof.broken.last() {
        None => "-".to_owned(),
        Some(path) if proof.noticed => format!("fails: {}", clean(path)),
        Some(_) => format!("PASSES: {} files broken in turn", proof.broken.len()),
    };
    [clean(&proof.gate), as_is.to_owned(), canary.to_owned(), fault]
}

fn advice(proof: &Proof) -> String {
    let name = clean(&proof.gate);
    let canary = proof.canary.as_ref();
    if matches!(proof.as_is, Some(GateStatus::Refused | GateStatus::NotRun | GateStatus::Inconclusive)) {
        return format!("`{name}` could not be run here: `goalpost verify` says why.");
    }
    match canary.map(|record| (record.outcome, clean(&record.detail))) {
        Some((Outcome::Missed, detail)) => {
            format!(
                "`{name}` does not tell of failures: {detail}. Look for `|| true`, a pipe, or code that ends the process."
            )
        }
        _ if proof.broken.is_empty() => format!(
            "`{name}` was not seen to fail, and no file of the work was there to break: name some in `[goal] scope`."
        ),
        _ => format!(
            "`{name}` passed whatever was broken ({}). Does it look at the work? If at other files, name them in \
             `[goal] scope`.",
            proof.broken.iter().map(|path| clean(path)).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn document(proof: &Proof) -> serde_json::Value {
    json!({
        "gate": proof.gate,
        "required": proof.required,
        "can_fail": proof.can_fail(),
        "as_is": proof.as_is,
        "canary": proof.canary,
        "broken": proof.broken,
        "noticed": proof.noticed,
    })
}
