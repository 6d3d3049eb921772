//! `goalpost plugin`: what plugin authors and their users do, one verb a file.

mod add;
mod agree;
mod bench;
mod build;
mod case;
mod check;
mod diff;
mod inspect;
mod list;
mod locking;
mod new;
mod project;
mod recordings;
mod remove;
mod replay;
mod run;
mod say;
mod score;
mod sign;
mod source;
mod test;
mod update;
mod uses;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;

/// Write plugins, and use other people's: judges, gates and workflows as WebAssembly components
#[derive(Debug, clap::Args)]
#[command(after_help = DAYS)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    command: Command,
}

/// Who needs which of them, in the order of their days.
const DAYS: &str = "\
Whoever writes one:  new, build, check, test, bench, score, sign
Whoever uses one:    inspect, add, list, update, remove
When one is odd:     run, recordings, replay, diff";

#[derive(Debug, Subcommand)]
enum Command {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Check(check::CheckArgs),
    Test(test::TestArgs),
    Bench(bench::BenchArgs),
    Score(score::ScoreArgs),
    Run(run::RunArgs),
    Recordings(recordings::RecordingsArgs),
    Replay(replay::ReplayArgs),
    Diff(diff::DiffArgs),
    Inspect(inspect::InspectArgs),
    Sign(sign::SignArgs),
    Add(add::AddArgs),
    Update(update::UpdateArgs),
    List(list::ListArgs),
    Remove(remove::RemoveArgs),
}

pub(crate) async fn run(args: &PluginArgs) -> Result<Exit> {
    match &args.command {
        Command::New(args) => new::run(args),
        Command::Build(args) => build::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Test(args) => test::run(args).await,
        Command::Bench(args) => bench::run(args).await,
        Command::Score(args) => score::run(args).await,
        Command::Run(args) => run::run(args).await,
        Command::Recordings(args) => recordings::run(args),
        Command::Replay(args) => replay::run(args).await,
        Command::Diff(args) => diff::run(args).await,
        Command::Inspect(args) => inspect::run(args).await,
        Command::Sign(args) => sign::run(args),
        Command::Add(args) => add::run(args).await,
        Command::Update(args) => update::run(args),
        Command::List(args) => list::run(args),
        Command::Remove(args) => remove::run(args),
    }
}
