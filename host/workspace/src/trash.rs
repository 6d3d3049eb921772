//! Removing big folders without waiting for it.
//!
//! On ext4, making files soon after deleting many is several times slower. So a folder that is done with is renamed, at
//! once, and deleted when nobody waits: after the goal, or when the next one starts.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &str = ".trash-";

/// Renames `path` into its folder's trash. It takes the time of one rename, whatever is in it.
///
/// # Errors
/// The rename fails.
pub fn discard(path: &Path) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = folder.join(format!("{PREFIX}{}-{number}", std::process::id()));
        // A folder renamed over an empty one would replace it; one that is there is another process's with our id.
        if fs::symlink_metadata(&name).is_err() {
            return fs::rename(path, &name);
        }
    }
}

/// Deletes what was discarded in `folder`. Several may do so at once.
///
/// # Errors
/// Something can't be deleted; the rest is.
pub fn empty(folder: &Path) -> io::Result<()> {
    let mut result = Ok(());
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            result = result.and(remove(&entry.path()));
        }
    }
    result
}

/// Deletes `path` with all that is in it, folders without any permission included. Follows no link. What is already gone
/// is no error.
///
/// # Errors
/// Something can't be deleted.
pub fn remove(path: &Path) -> io::Result<()> {
    let is_gone = |e: &io::Error| e.kind() == io::ErrorKind::NotFound;
    let delete = || match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    match delete() {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            open_up(path)?;
            delete().or_else(|e| if is_gone(&e) { Ok(()) } else { Err(e) })
        }
        Err(e) if !is_gone(&e) => Err(e),
        _ => Ok(()),
    }
}

/// Makes every folder below `path` writable for its owner.
fn open_up(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(path)? {
        open_up(&entry?.path())?;
    }
    Ok(())
}
