//! `goalpost plugin recordings`

use anyhow::Result;

use super::say::print;
use crate::commands::find::Here;
use crate::exit::Exit;
use crate::goal_loop::Recordings;

/// List the recordings of a goal's calls of plugins: a file each
///
/// Every call is recorded, without secrets, until newer ones need the room.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin recordings 6a59")]
pub(crate) struct RecordingsArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
}

pub(super) fn run(args: &RecordingsArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let files = Recordings::new(&here.places.state).list(Some(&goal.id))?;
    print(&files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())?;
    Ok(Exit::Achieved)
}
