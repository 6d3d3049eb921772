//! The programs of gates, checks, setups and workers, resolved to absolute paths before a worker first runs: what it later
//! puts on the search path is never found.

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config::{GateKind, GoalConfig};
use goalpost_workspace::process::{ResolveError, resolve_program};

use super::pinned::PinnedTools;
use super::reach::Reach;
use crate::exit::UsageError;

/// Replaces the program of every command by its absolute path, and pins what is there. One that is named by a path in the
/// workspace (`./check`) stays as it is: it is a file of the tree that is verified.
pub(super) fn pin(config: &mut GoalConfig, workspace: &Path, reach: &Reach) -> Result<PinnedTools> {
    let mut tools = PinnedTools::default();
    let mut pin = |argv: &mut [String], whom: String| pin_one(&mut tools, argv, workspace, reach, &whom);
    for gate in &mut config.gates {
        if let GateKind::Command(command) = &mut gate.kind {
            pin(&mut command.argv, format!("gate `{}`", gate.name))?;
        }
    }
    for check in &mut config.checks {
        pin(&mut check.command.argv, format!("check `{}`", check.name))?;
    }
    for setup in &mut config.setups {
        pin(&mut setup.command, format!("setup `{}`", setup.name))?;
    }
    Ok(tools)
}

fn pin_one(
    tools: &mut PinnedTools,
    argv: &mut [String],
    workspace: &Path,
    reach: &Reach,
    whom: &str,
) -> Result<(), UsageError> {
    let Some(program) = argv.first_mut() else { return Ok(()) };
    let wrong = |why: &dyn std::fmt::Display| UsageError(format!("{whom}: {why}"));
    let places: Vec<&Path> = reach.places().collect();
    let found = resolve_program(program, &reach.search_path(), &places).map_err(|error| wrong(&error))?;
    if found.is_relative() || found.starts_with(workspace) {
        return Ok(());
    }
    if reach.holds(&found) {
        let error = ResolveError::OnlyInWorkspace { name: program.clone(), found };
        return Err(wrong(&error));
    }
    tools.pin(&found, reach).map_err(|error| wrong(&format!("{} can't be read: {error}", found.display())))?;
    *program = found
        .into_os_string()
        .into_string()
        .map_err(|path| wrong(&format!("the path {} is not UTF-8", path.display())))?;
    Ok(())
}

/// Where the program `name` of a worker is; never in the workspace, where the worker could replace it.
pub(super) fn resolve(name: &str, workspace: &Path) -> Result<PathBuf, ResolveError> {
    resolve_program(name, &std::env::var_os("PATH").unwrap_or_default(), &[workspace])
}
