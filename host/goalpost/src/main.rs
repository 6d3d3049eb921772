//! `goalpost`: goal loops for coding agents where the goalposts don't move.

mod builtin;
mod commands;
mod exit;
mod goal_loop;
mod interrupt;
mod paths;
mod receipt;
mod report;
mod signature;
mod store;

use std::process::ExitCode;

use clap::Parser as _;
use goalpost_core::text;

use crate::commands::Cli;
use crate::exit::{Exit, Inconclusive, UsageError};
use crate::interrupt::Interrupted;

fn main() -> ExitCode {
    // A confined process starts as this very program: the launcher never returns.
    goalpost_workspace::sandbox::launcher::run_if_launcher();
    // So does the compiler of plugins.
    goalpost_plugins::run_if_compiler();

    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Achieved };
            // Nobody is there to be told when printing fails.
            let _ = error.print();
            return code.into();
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("GOALPOST_LOG"))
        .with_writer(std::io::stderr)
        .without_time()
        .init();

    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()).into(),
    };
    let exit = runtime.block_on(commands::run(cli)).unwrap_or_else(|error| failed(&error));
    // What still sleeps in the kernel, such as a wait for a lock, is not waited for.
    runtime.shutdown_background();
    exit.into()
}

/// Says what went wrong, once, on standard error.
fn failed(error: &anyhow::Error) -> Exit {
    if error.is::<Interrupted>() {
        eprintln!("interrupted");
        return Exit::Interrupted;
    }
    if let Some(inconclusive) = error.downcast_ref::<Inconclusive>() {
        eprintln!("{}", text::visible(&inconclusive.to_string()));
        return Exit::Waiting;
    }
    // It may quote what a worker or a plugin wrote: file names, keys of a configuration, words of a component.
    let text = text::visible(&whole(error));
    // What is wrong in a file is shown as compilers show it, each problem with the word before it.
    let word = if text.starts_with("error: ") { "" } else { "error: " };
    eprintln!("{word}{text}");
    if error.chain().any(|cause| cause.is::<UsageError>()) { Exit::Usage } else { Exit::Internal }
}

/// An error with its causes. One that says in its own words what its cause was is not followed by it.
fn whole(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        _ if said.contains(&cause) => said,
        _ => format!("{said}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let error = anyhow::anyhow!("no such file").context("`a` can't be read: no such file").context("the judge");
        assert_eq!(whole(&error), "the judge: `a` can't be read: no such file");
    }
}
