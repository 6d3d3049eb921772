//! `goalpost plugin run`

use std::path::Path;

use anyhow::Result;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::text;
use goalpost_plugins::record::Outcome;
use goalpost_plugins::{Admitted, Plugin};

use super::case::{Came, Case, Played};
use super::say::{note, print_json};
use super::source;
use crate::commands::find::Here;
use crate::exit::{Exit, UsageError};
use crate::goal_loop;
use crate::interrupt::Interrupt;
use crate::report::Reporter;

/// A goal by its last digits, and a turn of it.
const EXAMPLE: &str = "`e4f1:1`";

/// Ask a plugin once, about a turn that a goal recorded or about a case, and print what it concludes
///
/// About a turn, it is asked as a goal would ask it: models are asked, and checks run, where they are granted. Nothing is kept
/// of it. Exit code 0 whatever it concludes, 3 when it breaks.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin run changelog-judge 6a59:2 --config '{ word = \"done\" }'")]
pub(crate) struct RunArgs {
    #[arg(help = source::PLUGIN)]
    plugin: String,
    /// GOAL:TURN, or a case file
    about: String,
    #[command(flatten)]
    given: source::Given,
}

pub(super) async fn run(args: &RunArgs) -> Result<Exit> {
    let plugin = source::open(&args.plugin)?;
    let outcome = match args.about.rsplit_once(':').and_then(|(goal, turn)| Some((goal, turn.parse().ok()?))) {
        Some((goal, turn)) => about_turn(args, &plugin, goal, turn).await?,
        None if Path::new(&args.about).is_file() => about_case(&plugin, Path::new(&args.about)).await?,
        None => {
            let message = format!("`{}` is neither GOAL:TURN, such as {EXAMPLE}, nor a case file", args.about);
            return Err(UsageError(message).into());
        }
    };
    print_json(&outcome)?;
    Ok(if matches!(outcome, Outcome::Broke(_)) { Exit::Waiting } else { Exit::Achieved })
}

async fn about_turn(args: &RunArgs, plugin: &Plugin, goal: &str, turn: u32) -> Result<Outcome> {
    let options = args.given.options(plugin.kind())?;
    let admitted = plugin.admit(&options.grants, &options.limits, &options.config).await;
    let admitted: Admitted = admitted.map_err(|error| source::Given::refused(&error))?;
    let interrupt = Interrupt::listen()?;
    let here = Here::open()?;
    let record = here.goal(Some(goal))?;
    let turns = here.store.turns(&record.id)?;
    let asked = goal_loop::ask(&record, &turns, turn, admitted, interrupt, Reporter::new(false)).await?;
    for what in asked.notes {
        note(&format!("note: {what}"));
    }
    tell(asked.remembered.as_ref());
    eprintln!(
        "{:.1} ms, {} host calls, {} KiB of memory, {} tokens",
        asked.used.duration.as_secs_f64() * 1e3,
        asked.used.host_calls,
        asked.used.peak_memory >> 10,
        asked.used.llm_usage.billable_tokens(),
    );
    Ok(asked.outcome)
}

/// Says what a plugin remembers from then on.
fn tell(remembered: Option<&Remembered>) {
    let Some(remembered) = remembered else { return };
    if remembered.is_empty() {
        eprintln!("it remembers nothing");
    }
    for (key, value) in remembered.iter() {
        let shown = text::one_line(&String::from_utf8_lossy(&value), 200);
        note(&format!("it remembers {key} = {shown} ({} bytes)", value.len()));
    }
}

async fn about_case(plugin: &Plugin, path: &Path) -> Result<Outcome> {
    let case = Case::read(path)?;
    let admitted = case.admit(path, plugin).await?.map_err(UsageError)?;
    let Played { came, unforeseen, remembered, .. } = case.play(&admitted).await?;
    for what in unforeseen {
        note(&format!("note: {what}"));
    }
    tell(remembered.as_ref());
    Ok(match came {
        Came::Verdict(verdict) => verdict.into(),
        Came::Gate(answer) => answer.into(),
        Came::Turn(summary) => summary.into(),
        Came::Broke(error) => (&error).into(),
    })
}
