//! The configuration that a named baseline holds: what a verification goes by whose worker can write the workspace.
//!
//! Behind a stop hook the agent stands in the very folder that is verified. A gate that it takes out of `goalpost.toml`, or a
//! judge of its own that it writes into `goalpost.lock`, must change nothing. Nor must it be able to keep a judge from being
//! asked: components that the baseline holds are the baseline's, too.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::config::{self, PluginSource};
use goalpost_core::ids::TreeId;
use goalpost_core::lock_file::{self, LockFile};
use goalpost_core::ports::{TreeError, TreeView as _};
use goalpost_plugins::COMPONENT_BYTES;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use super::folders::without_dots;
use super::found::{FILE, Found};
use crate::exit::UsageError;
use crate::signature;

/// Bytes of a configuration that are read.
const MAX: usize = 1 << 20;

/// The files of a baseline, by the names that its `goalpost.toml` has for them.
pub(super) struct Committed {
    tree: GitTree,
    root: PathBuf,
    folder: PathBuf,
}

impl Committed {
    /// A component, as the goal names it.
    pub(super) fn component(&self, source: &PluginSource) -> Result<Option<Vec<u8>>, UsageError> {
        match source {
            PluginSource::File(path) => self.read(&self.folder.join(path), COMPONENT_BYTES),
            PluginSource::Builtin(_) => Ok(None),
        }
    }

    /// A signature, by its path in the workspace.
    pub(super) fn signature(&self, path: &Path) -> io::Result<Option<String>> {
        let most = usize::try_from(signature::MAX_FILE).unwrap_or(usize::MAX);
        let bytes = self.read(path, most).map_err(io::Error::other)?;
        bytes.map(String::from_utf8).transpose().map_err(io::Error::other)
    }

    /// The file at a path in the workspace; none where the baseline has no plain file there. One that is longer is cut, and
    /// is not what anybody agreed to.
    fn read(&self, path: &Path, most: usize) -> Result<Option<Vec<u8>>, UsageError> {
        let path = without_dots(path);
        let Some(below) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { return Ok(None) };
        match self.tree.read(below, 0, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(TreeError::NotFound | TreeError::NotAFile | TreeError::InvalidPath(_)) => Ok(None),
            Err(error) => Err(UsageError(format!("{below} of the baseline: {error}"))),
        }
    }
}

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
        match view.read(&name, 0, MAX + 1) {
            // A part of it would be another goal.
            Ok(bytes) if bytes.len() > MAX => {
                Err(UsageError(format!("{name} of {revision} has more than {} KiB", MAX >> 10)).into())
            }
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
        let committed = Some(Committed { tree: view, root: workspace.root().to_owned(), folder: folder.clone() });
        return Ok(Some(Found { workspace, folder, config, lock, committed }));
    }
    Ok(None)
}
