//! Checkouts that are made once and then only read: the lower layers of overlays.
//!
//! In the cache folder, `<tree>-<boot>` is a checkout and `<tree>-<boot>.lease` the file whose lock its users share. A
//! checkout gets its name only when it is complete. It is not forced to disk, which would cost more than making it: after a
//! power loss it could be complete in name only, and so it counts for the boot of the machine that made it, and no other.
//!
//! Files keep the usual modes, since they show through the overlay and gates may rewrite them there; the folder that
//! holds the cache is this user's alone, and is hidden from workers and gates.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use goalpost_core::ids::TreeId;

use super::{CheckoutError, checkout_into, failed};
use crate::store::ObjectStore;
use crate::{lease, trash};

/// A checkout that stays as long as this is held.
#[derive(Debug)]
pub struct Pristine {
    path: PathBuf,
    _lease: File,
}

impl Pristine {
    /// The checkout of `tree` in `cache`, made if it is not there. Processes that want the same one wait for the first.
    ///
    /// # Errors
    /// As [`CheckoutError`] says.
    pub fn ensure(cache: &Path, store: &ObjectStore, tree: &TreeId) -> Result<Self, CheckoutError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(cache).map_err(failed("created", cache))?;
        let name = format!("{tree}-{}", boot());
        let path = cache.join(&name);
        let lease_path = cache.join(format!("{name}.lease"));
        let lease = lease::share(&lease_path).map_err(failed("locked", &lease_path))?;
        if !path.exists() {
            let building = builders_lock(cache)?;
            building.lock().map_err(failed("locked", cache))?;
            // Whoever was before us may have made it; and no other builder is alive now.
            discard_unfinished(cache)?;
            if !path.exists() {
                let unfinished =
                    tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(cache).map_err(failed("created", cache))?;
                let dir = unfinished.path().join("tree");
                checkout_into(store, tree, &dir)?;
                fs::rename(&dir, &path).map_err(failed("created", &path))?;
            }
        }
        // What was used last is evicted last.
        lease.set_modified(SystemTime::now()).map_err(failed("touched", &path))?;
        Ok(Self { path, _lease: lease })
    }

    /// Where it is. Nothing may be written in it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts all but the `keep` checkouts used last into the trash, and those of earlier boots; never one that is held.
    /// [`trash::empty`] on `cache` then frees the space.
    ///
    /// # Errors
    /// The cache can't be read or changed.
    pub fn evict(cache: &Path, keep: usize) -> Result<(), CheckoutError> {
        if let building = builders_lock(cache)?
            && building.try_lock().is_ok()
        {
            discard_unfinished(cache)?;
        }
        let mut leases = Vec::new();
        for entry in fs::read_dir(cache).map_err(failed("read", cache))? {
            let entry = entry.map_err(failed("read", cache))?;
            if entry.path().extension().is_some_and(|e| e == "lease") {
                let used = entry.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                leases.push((used, entry.path()));
            }
        }
        leases.sort_by(|a, b| b.cmp(a));
        let this_boot = format!("-{}", boot());
        let mut kept = 0;
        for (_, path) in leases {
            let checkout = path.with_extension("");
            let current = checkout.as_os_str().as_encoded_bytes().ends_with(this_boot.as_bytes());
            if current && kept < keep {
                kept += 1;
                continue;
            }
            let lease = File::open(&path).map_err(failed("opened", &path))?;
            match lease.try_lock() {
                Ok(()) => {
                    if checkout.exists() {
                        trash::discard(&checkout).map_err(failed("removed", &checkout))?;
                    }
                    fs::remove_file(&path).map_err(failed("removed", &path))?;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(failed("locked", &path)(e)),
            }
        }
        Ok(())
    }
}

const UNFINISHED: &str = ".unfinished-";

fn builders_lock(cache: &Path) -> Result<File, CheckoutError> {
    let path = cache.join(".building");
    File::options().create(true).append(true).open(&path).map_err(failed("opened", &path))
}

/// What a builder that was killed left. The caller holds the builders' lock.
fn discard_unfinished(cache: &Path) -> Result<(), CheckoutError> {
    for entry in fs::read_dir(cache).map_err(failed("read", cache))?.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            trash::discard(&entry.path()).map_err(failed("removed", &entry.path()))?;
        }
    }
    Ok(())
}

/// Tells one boot of the machine from another.
fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let short: String = id.chars().filter(char::is_ascii_hexdigit).take(8).collect();
    if short.is_empty() { "unknown".into() } else { short }
}
