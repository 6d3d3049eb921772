//! `cargo xtask <task>`: the project's own chores.

mod bindings;
mod componentize;
mod plugins;
mod toolchain;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

/// The project's own chores.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generates the Rust SDK's bindings from `wit/`.
    Bindings {
        /// Changes nothing; fails where the committed files are not what would be generated.
        #[arg(long)]
        check: bool,
    },
    /// Builds the plugins to `plugins/dist`, and the guests of tests and benchmarks likewise.
    Plugins {
        /// Changes nothing; fails where a committed component is not what its source gives.
        #[arg(long)]
        check: bool,
        /// With `--check`: fails also where there is no compiler of the kind that built the committed components.
        #[arg(long, requires = "check")]
        strict: bool,
    },
    /// Prints the path of a `rustc` that compiles plugins: `RUSTC=$(cargo xtask rustc) goalpost plugin build`.
    Rustc,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Bindings { check } => bindings::run(&repository(), check),
        Task::Plugins { check: false, .. } => plugins::build(&repository()),
        Task::Plugins { check: true, strict } => plugins::check(&repository(), strict),
        Task::Rustc => {
            println!(
                "{}",
                toolchain::find(&repository(), None)?.program(&repository().join("target/guests"))?.display()
            );
            Ok(())
        }
    }
}

/// The top of the repository. `cargo run` says where it is: a build shared by two checkouts remembers only one of them.
fn repository() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    xtask.parent().map(Path::to_path_buf).unwrap_or_default()
}
