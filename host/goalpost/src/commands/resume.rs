//! `goalpost resume`

use anyhow::Result;

use super::find::find_goal;
use crate::exit::Exit;
use crate::goal_loop;
use crate::interrupt::Interrupt;
use crate::report::Reporter;

/// Continue a goal that is paused or stuck, or whose process died
///
/// A worker that had finished its turn is not run again: the goal goes on at the step where it stood.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost resume --hint \"the parser is in src/parse.rs\"")]
pub(crate) struct ResumeArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Something to tell the worker in its next turn
    #[arg(long)]
    hint: Option<String>,
    /// Fail at once when another goal owns the workspace, instead of waiting for it
    #[arg(long)]
    no_wait: bool,
    /// Print one JSON object a line: the goal's events
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: ResumeArgs) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    let record = find_goal(args.goal.as_deref())?;
    let goal = goal_loop::resume(record, args.hint, !args.no_wait, interrupt, Reporter::new(args.json)).await?;
    Ok(super::run::exit(&goal.run().await?))
}
