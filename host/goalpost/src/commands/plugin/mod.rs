//! `goalpost plugin`: what plugin authors and their users do, one verb a file.

mod inspect;
mod source;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;

/// Look at plugins: judges, gates and workflows as WebAssembly components
#[derive(Debug, clap::Args)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::InspectArgs),
}

pub(crate) async fn run(args: &PluginArgs) -> Result<Exit> {
    match &args.command {
        Command::Inspect(args) => inspect::run(args).await,
    }
}
