//! The programs that builds call.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::exit::UsageError;

/// A program called `name`: in `below` of the project's folder or one above it, else on PATH.
///
/// # Errors
/// There is none; `install` says how to get it.
pub(super) fn find(name: &str, project: &Path, below: &str, install: &str) -> Result<PathBuf> {
    let near = project.ancestors().map(|folder| folder.join(below).join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    let found = near.chain(on_path.iter().map(|folder| folder.join(name))).find(|path| path.is_file());
    found.ok_or_else(|| {
        UsageError(format!("`{name}` is not installed: run `{install}` in {}", project.display())).into()
    })
}

/// Runs a program to its end. What it says is shown when it fails.
///
/// # Errors
/// It does not start, or fails.
pub(super) fn run(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("`{name}` can't be started"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Err(UsageError(format!("`{name}` failed:\n{}", said.trim_end())).into())
}
