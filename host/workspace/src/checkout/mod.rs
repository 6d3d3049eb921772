//! Trees as folders: what gates run in.
//!
//! Content is written byte for byte, with exec bits and links, and without filters or line-ending conversion, as a
//! [snapshot](crate::snapshot) took it. A submodule that the snapshot knows only as a commit is an empty folder.
//!
//! Where overlays can be mounted, [`Pristine`] is the lower layer, made once for a tree, and [`overlay_delta`] fills an upper
//! layer with what differs: its cost follows the change. Elsewhere [`checkout_into`] writes the whole tree.

mod delta;
mod pristine;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use goalpost_core::ids::TreeId;

pub use delta::{Delta, overlay_delta};
pub use pristine::Pristine;

use crate::entries;
use crate::store::{ObjectStore, StoreError};

/// Why a tree could not be written as a folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckoutError {
    /// A file or folder.
    #[error("`{}` could not be {action}: {source}", path.display())]
    Io {
        /// `written`, `created`, ...
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder has something in it, which could show through.
    #[error("`{}` is not empty: a tree is written into a fresh folder only", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the whole tree into `dir`, which is made, or is empty.
///
/// # Errors
/// As [`CheckoutError`] says; `dir` may then be half full.
pub fn checkout_into(store: &ObjectStore, tree: &TreeId, dir: &Path) -> Result<(), CheckoutError> {
    fs::create_dir_all(dir).map_err(failed("created", dir))?;
    if fs::read_dir(dir).map_err(failed("read", dir))?.next().is_some() {
        return Err(CheckoutError::NotEmpty { path: dir.into() });
    }
    write::leaves(store, dir, &entries::flatten(store, tree)?)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CheckoutError {
    let path = path.to_owned();
    move |source| CheckoutError::Io { action, path, source }
}
