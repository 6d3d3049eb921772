//! `goalpost run`

use std::path::PathBuf;

use anyhow::Result;

use crate::exit::Exit;
use crate::goal_loop::{self, Stop};
use crate::interrupt::Interrupt;
use crate::report::Reporter;

/// Run the goal of a folder until it is achieved, or until it ends or waits for you
///
/// The goal is what `goalpost.toml` says, frozen as it is now. Ctrl-C pauses it after cleaning up; a second Ctrl-C ends the
/// program at once. Either way `goalpost resume` continues it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost run --no-wait")]
pub(crate) struct RunArgs {
    /// The folder of goalpost.toml, or one below it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Fail at once when another goal owns the workspace, instead of waiting for it
    #[arg(long)]
    no_wait: bool,
    /// Print one JSON object a line: the goal's events
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &RunArgs) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    let goal = goal_loop::start(&args.dir, !args.no_wait, interrupt, Reporter::new(args.json)).await?;
    Ok(exit(&goal.run().await?))
}

/// The exit code of a loop that ended.
pub(super) fn exit(stop: &Stop) -> Exit {
    if stop.interrupted { Exit::Interrupted } else { stop.state.into() }
}
