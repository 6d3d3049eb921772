//! `goalpost plugin`: what plugin authors and their users do, one verb a file.

mod build;
mod inspect;
mod new;
mod project;
mod source;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;

/// Write plugins and look at them: judges, gates and workflows as WebAssembly components
#[derive(Debug, clap::Args)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Inspect(inspect::InspectArgs),
}

pub(crate) async fn run(args: &PluginArgs) -> Result<Exit> {
    match &args.command {
        Command::New(args) => new::run(args),
        Command::Build(args) => build::run(args).await,
        Command::Inspect(args) => inspect::run(args).await,
    }
}
