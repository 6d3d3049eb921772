//! `goalpost plugin build`: from a project to a component.

mod c;
mod component;
mod go;
mod javascript;
mod python;
mod rust;
mod tools;
mod world;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::project::{Language, Project};
use super::{inspect, locking, source};
use crate::exit::{Exit, UsageError};

/// Build a plugin's project into a component that a goal can use
///
/// Calls the language's own tools, found in the project, or on PATH. What a component imports is what the code uses, so a
/// plugin that never asks a model needs no grant for one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin build changelog-judge")]
pub(crate) struct BuildArgs {
    /// The project's folder, or one in it
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) async fn run(args: &BuildArgs) -> Result<Exit> {
    let project = Project::find(&args.dir)?;
    let scratch = tempfile::tempdir()?;
    let component = match project.language {
        Language::Ts => javascript::build(&project, scratch.path())?,
        Language::Rust => rust::build(&project)?,
        Language::C => c::build(&project, scratch.path())?,
        Language::Go => go::build(&project, scratch.path())?,
        Language::Python => python::build(&project, scratch.path())?,
    };
    let output = project.output();
    let plugin = source::load(&output.display().to_string(), component.clone())?;
    if plugin.kind() != project.kind {
        let message = format!(
            "the project says that it is of kind `{}`, and it exports what a `{}` does",
            project.kind,
            plugin.kind()
        );
        return Err(UsageError(message).into());
    }
    plugin.describe(&source::limits(plugin.kind())).await.map_err(|error| UsageError(error.to_string()))?;
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    locking::replace(&output, &component)?;
    eprintln!("built {}", output.display());
    inspect::show(&plugin, component.len()).await?;
    Ok(Exit::Achieved)
}
