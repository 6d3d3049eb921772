//! The command line: one file a verb.

mod cancel;
mod diff;
mod events;
mod find;
mod gates;
mod init;
mod plugin;
mod receipt;
mod resume;
mod run;
mod show;
mod status;
mod verify;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Goal loops for coding agents where the goalposts don't move.
///
/// A worker takes a turn, the host verifies a sealed copy of its work, and the reason goes back, until the gates pass and
/// no judge objects.
#[derive(Debug, Parser)]
#[command(name = "goalpost", version, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  achieved, or the command did what it was asked
    2  not achieved
    3  the goal waits for a person (paused, stuck), or a verification is inconclusive
   64  the command line, goalpost.toml or the workspace is not right
   70  Goalpost or the machine failed
  130  interrupted; a goal can be resumed";

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Run(run::RunArgs),
    Resume(resume::ResumeArgs),
    Verify(verify::VerifyArgs),
    Gates(gates::GatesArgs),
    Status(status::StatusArgs),
    Show(show::ShowArgs),
    Events(events::EventsArgs),
    Diff(diff::DiffArgs),
    Pause(cancel::PauseArgs),
    Cancel(cancel::CancelArgs),
    Receipt(receipt::ReceiptArgs),
    Plugin(plugin::PluginArgs),
}

/// Does what the command line says.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Run(args) => run::run(&args).await,
        Command::Resume(args) => resume::run(args).await,
        Command::Verify(args) => verify::run(&args).await,
        Command::Gates(args) => gates::run(&args).await,
        Command::Status(args) => status::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Events(args) => events::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Pause(args) => cancel::pause(&args),
        Command::Cancel(args) => cancel::cancel(&args),
        Command::Receipt(args) => receipt::run(&args).await,
        Command::Plugin(args) => plugin::run(&args).await,
    }
}
