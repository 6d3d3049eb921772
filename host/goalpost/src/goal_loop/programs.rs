//! The programs of gates, checks, setups and workers, resolved to absolute paths before a worker first runs: what it later
//! puts on the search path is never found.

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config::{GateKind, GoalConfig};
use goalpost_workspace::process::{ResolveError, resolve_program};

use crate::exit::UsageError;

/// Replaces the program of every command by its absolute path. One that is named by a path stays as it is: `./check` is a
/// file of the tree that is verified.
pub(super) fn pin(config: &mut GoalConfig, workspace: &Path) -> Result<()> {
    for gate in &mut config.gates {
        if let GateKind::Command(command) = &mut gate.kind {
            pin_one(&mut command.argv, workspace, &format!("gate `{}`", gate.name))?;
        }
    }
    for check in &mut config.checks {
        pin_one(&mut check.command.argv, workspace, &format!("check `{}`", check.name))?;
    }
    for setup in &mut config.setups {
        pin_one(&mut setup.command, workspace, &format!("setup `{}`", setup.name))?;
    }
    Ok(())
}

fn pin_one(argv: &mut [String], workspace: &Path, whom: &str) -> Result<()> {
    let Some(program) = argv.first_mut() else { return Ok(()) };
    let found = resolve(program, workspace).map_err(|error| UsageError(format!("{whom}: {error}")))?;
    *program = found
        .into_os_string()
        .into_string()
        .map_err(|path| UsageError(format!("{whom}: the path {} is not UTF-8", path.display())))?;
    Ok(())
}

/// Where the program `name` is; never in the workspace, where the worker could replace it.
pub(super) fn resolve(name: &str, workspace: &Path) -> Result<PathBuf, ResolveError> {
    resolve_program(name, &std::env::var_os("PATH").unwrap_or_default(), &[workspace])
}
