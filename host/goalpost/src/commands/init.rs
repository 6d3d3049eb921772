//! `goalpost init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::init::{RepoFacts, starter};
use goalpost_workspace::process::resolve_program;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::snapshot::snapshot;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::{diff, scratch};

use crate::exit::{Exit, UsageError};
use crate::goal_loop::FILE;
use crate::paths::Places;

/// Write a commented goalpost.toml that fits what is found in the folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost init && $EDITOR goalpost.toml")]
pub(crate) struct InitArgs {
    /// The folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print it instead of writing it
    #[arg(long)]
    print: bool,
}

/// Files whose content tells what a project is.
const MANIFESTS: &[&str] = &[
    "package.json",
    "Cargo.toml",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "requirements.txt",
    "go.mod",
    "Makefile",
    "justfile",
];
/// A manifest larger than this is not one.
const MANIFEST_BYTES: u64 = 1 << 20;

pub(crate) fn run(args: &InitArgs) -> Result<Exit> {
    let workspace = Workspace::open(&args.dir).map_err(|error| UsageError(error.to_string()))?;
    let folder = args.dir.canonicalize()?;
    let text = starter(&facts(&workspace, &folder)?);
    if args.print {
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(Exit::Achieved);
    }
    let path = folder.join(FILE);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            UsageError(format!(
                "{} is there already; `goalpost init --print` shows what would be written",
                path.display()
            ))
        } else {
            UsageError(format!("{}: {error}", path.display()))
        }
    })?;
    file.write_all(text.as_bytes()).with_context(|| format!("{}", path.display()))?;
    eprintln!("wrote {}", path.display());
    eprintln!("next: say what is to be achieved in it, commit it, and `goalpost run`");
    Ok(Exit::Achieved)
}

fn facts(workspace: &Workspace, folder: &Path) -> Result<RepoFacts> {
    let places = Places::open(Some(workspace.root())).map_err(|error| UsageError(error.to_string()))?;
    let objects = ObjectStore::open(&places.objects(workspace.common_dir()), workspace)?;
    let taken = snapshot(workspace, &objects, None).context("the folder could not be read")?;
    let agents = goalpost_agents::Preset::ALL.into_iter().map(|preset| (preset.name, preset.program));
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(RepoFacts {
        paths: scratch::within(&diff::paths(&objects, &taken.tree)?, workspace.prefix()),
        manifests: MANIFESTS
            .iter()
            .filter(|name| folder.join(name).metadata().is_ok_and(|found| found.len() <= MANIFEST_BYTES))
            .filter_map(|name| Some(((*name).to_owned(), std::fs::read_to_string(folder.join(name)).ok()?)))
            .collect(),
        agents: agents
            .filter(|(_, program)| resolve_program(program, &path, &[workspace.root()]).is_ok())
            .map(|(name, _)| name.to_owned())
            .collect(),
    })
}
