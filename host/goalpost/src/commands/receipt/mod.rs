//! `goalpost receipt`

mod replay;
mod verify;

use anyhow::Result;
use clap::Subcommand;

use super::find::{Here, print};
use crate::exit::{Exit, UsageError};
use crate::receipt::Keys;

/// Check, replay or hand out the signed records of a goal's turns
///
/// Each turn leaves a receipt: an in-toto test result about the tree that was verified, and SLSA's verification summary of
/// it, each in a DSSE envelope, signed with this user's key and chained to the one before it.
#[derive(Debug, clap::Args)]
pub(crate) struct ReceiptArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::VerifyArgs),
    Replay(replay::ReplayArgs),
    /// Print a goal's receipts, a DSSE envelope a line: for each turn its test result and its verification summary
    Export(ExportArgs),
    /// Print the id and file of the public key, for whoever is to check receipts elsewhere
    #[command(after_help = "Example:\n  $ goalpost receipt key")]
    Key,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost receipt export 6a59 > chain.jsonl")]
struct ExportArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Only this turn's
    #[arg(long, short, value_name = "N")]
    turn: Option<u32>,
}

pub(crate) async fn run(args: &ReceiptArgs) -> Result<Exit> {
    match &args.command {
        Command::Verify(args) => verify::run(args),
        Command::Replay(args) => replay::run(args).await,
        Command::Export(args) => export(args),
        Command::Key => key(),
    }
}

fn key() -> Result<Exit> {
    let here = Here::open()?;
    let keys = Keys::open(&here.places.keys())?;
    print(&[format!("{}  {}", keys.id(), here.places.keys().join("receipts.pub").display())])?;
    Ok(Exit::Achieved)
}

fn export(args: &ExportArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?;
    let receipts = here.store.receipts(&goal.id)?;
    let chosen: Vec<_> = receipts
        .iter()
        .filter(|(turn, _)| args.turn.is_none_or(|wanted| wanted == *turn))
        .flat_map(|(_, receipt)| receipt.envelopes().map(str::to_owned))
        .collect();
    if chosen.is_empty() {
        let turns = goal.turns;
        return Err(
            UsageError(format!("goal {} has no such receipt: {turns} of its turns are finished", goal.id)).into()
        );
    }
    print(&chosen)?;
    Ok(Exit::Achieved)
}
