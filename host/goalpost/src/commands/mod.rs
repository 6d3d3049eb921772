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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory as _;

    use super::*;

    /// The words of a line as a shell has them, up to what begins another command or redirects this one.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut quote) = (vec![String::new()], None);
        for c in line.chars() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, ' ') => words.push(String::new()),
                (_, c) => words.last_mut().unwrap().push(c),
            }
        }
        words.into_iter().take_while(|word| !["|", "&&", ">"].contains(&word.as_str())).collect()
    }

    fn every(command: &clap::Command, path: &str, check: &mut dyn FnMut(&clap::Command, &str)) {
        if !command.has_subcommands() {
            check(command, path);
        }
        for below in command.get_subcommands() {
            every(below, &format!("{path} {}", below.get_name()), check);
        }
    }

    #[test]
    fn every_command_teaches_with_an_example_that_it_takes() {
        every(&Cli::command(), "goalpost", &mut |command, path| {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example =
                help.strip_prefix("Example:\n  $ ").unwrap_or_else(|| panic!("{path} has no example: {help}"));
            assert!(example.starts_with(path), "{path} is shown with {example}");
            Cli::try_parse_from(words(example)).unwrap_or_else(|error| panic!("{example}: {error}"));
        });
    }

    #[test]
    fn every_command_stands_in_the_documentation() {
        const README: &str = include_str!("../../../../README.md");
        const PLUGINS: &str = include_str!("../../../../docs/plugins.md");
        every(&Cli::command(), "goalpost", &mut |command, path| {
            let name = command.get_name();
            let (text, written) = match path.strip_prefix("goalpost plugin ") {
                Some(_) => (PLUGINS, [format!("| `{name}"), format!(", `{name}")]),
                None => (README, [path.to_owned(), format!(", `{name}")]),
            };
            assert!(written.iter().any(|form| text.contains(form)), "{path}");
        });
    }
}
