//! `goalpost.toml` and `goalpost.lock` as they lie in a workspace.

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config::{self, GoalConfig};
use goalpost_core::lock_file::{self, LockFile};
use goalpost_plugins::read_small_text;
use goalpost_workspace::repository::Workspace;

use super::committed::Committed;
use crate::exit::UsageError;

/// The name of a goal's configuration.
pub(crate) const FILE: &str = "goalpost.toml";

/// Bytes of it, and of `goalpost.lock`.
pub(super) const TEXT_BYTES: u64 = 1 << 20;

/// `goalpost.toml`, read, with the workspace that it is about.
pub(super) struct Found {
    pub(super) workspace: Workspace,
    /// The folder of `goalpost.toml`.
    pub(super) folder: PathBuf,
    pub(super) config: GoalConfig,
    /// What a person agreed to run; of a goal that goes on, nothing: its plugins are the very ones it started with.
    pub(super) lock: LockFile,
    /// The baseline that all of this was read from, where it was.
    pub(super) committed: Option<Committed>,
}

/// The goal of the folder at `dir`.
pub(super) fn find(dir: &Path) -> Result<Found> {
    let (folder, text) = text_of(dir)?;
    let config = config::parse(&text, FILE).map_err(|errors| UsageError(errors.to_string()))?;
    let workspace = Workspace::open(&folder).map_err(|error| UsageError(error.to_string()))?;
    let lock = lock_of(&folder).map_err(|error| UsageError(error.to_string()))?;
    Ok(Found { workspace, folder, config, lock, committed: None })
}

/// The lock file of a folder; an empty one where there is none.
pub(crate) fn lock_of(folder: &Path) -> Result<LockFile> {
    let path = folder.join(lock_file::FILE);
    // What it leads to may be where nobody looks: what git ignores, or what is out of the workspace.
    if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        let message = format!("{} is a link: put the file itself there", path.display());
        return Err(UsageError(message).into());
    }
    match read_small_text(&path, TEXT_BYTES) {
        Ok(text) => Ok(LockFile::parse(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(LockFile::default()),
        Err(error) => Err(UsageError(format!("{}: {error}", path.display())).into()),
    }
}

/// The folder and the text of the configuration that holds at `dir`.
pub(crate) fn text_of(dir: &Path) -> Result<(PathBuf, String)> {
    let start = dir.canonicalize().map_err(|error| UsageError(format!("{}: {error}", dir.display())))?;
    // The nearest one going up, as git finds its repository; not beyond the repository's top.
    let Some(folder) = start
        .ancestors()
        .find(|folder| folder.join(FILE).is_file() || folder.join(".git").exists())
        .filter(|folder| folder.join(FILE).is_file())
    else {
        let message = format!("there is no {FILE} in {}: `goalpost init` writes one", start.display());
        return Err(UsageError(message).into());
    };
    let path = folder.join(FILE);
    let text =
        read_small_text(&path, TEXT_BYTES).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
    Ok((folder.to_owned(), text))
}
