//! The configuration that a named baseline holds: what a verification goes by whose worker can write the workspace.
//!
//! Behind a stop hook the agent stands in the very folder that is verified. A gate that it takes out of `goalpost.toml`, or a
//! judge of its own that it writes into `goalpost.lock`, must change nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::config;
use goalpost_core::ids::TreeId;
use goalpost_core::lock_file::{self, LockFile};
use goalpost_core::ports::{TreeError, TreeView as _};
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use super::found::{FILE, Found};
use crate::exit::UsageError;

/// Bytes of a configuration that are read.
const MAX: usize = 1 << 20;

/// The goal that `revision`, whose tree is `tree`, holds at `workspace` or in a folder above it. None where it holds none: a
/// goal that was never committed is the workspace's.
pub(super) fn find(
    workspace: &Workspace,
    objects: &Arc<ObjectStore>,
    tree: &TreeId,
    revision: &str,
) -> Result<Option<Found>> {
    let view = GitTree::open(objects.clone(), tree)?;
    let read = |path: &Path| -> Result<Option<String>> {
        let name = path.to_string_lossy();
        match view.read(&name, 0, MAX) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(UsageError(format!("{name} of {revision} is no text")).into()),
            },
            Err(TreeError::NotFound) => Ok(None),
            Err(error) => Err(UsageError(format!("{name} of {revision}: {error}")).into()),
        }
    };
    for prefix in workspace.prefix().ancestors() {
        let Some(text) = read(&prefix.join(FILE))? else { continue };
        let name = format!("{FILE} of {revision}");
        let config = config::parse(&text, &name).map_err(|errors| UsageError(errors.to_string()))?;
        let lock = match read(&prefix.join(lock_file::FILE))? {
            Some(text) => LockFile::parse(&text).map_err(|error| UsageError(error.to_string()))?,
            None => LockFile::default(),
        };
        let folder: PathBuf = workspace.root().join(prefix);
        let workspace = Workspace::open(&folder).map_err(|error| UsageError(error.to_string()))?;
        return Ok(Some(Found { workspace, folder, config, lock }));
    }
    Ok(None)
}
