//! Compiled plugins on disk: compiling takes seconds, loading compiled code a millisecond.
//!
//! Compiled code runs with all rights of the host. It is taken from a folder that only the user can write, and each
//! file is authenticated with a key that stands beside it: what was cut off, damaged, renamed, made for another engine,
//! or copied in from another machine is compiled anew.
//!
//! ```text
//! <folder>/key                       32 random bytes, mode 0600
//! <folder>/<component>-<engine>.cwasm  MAC (32 bytes), then the code
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use goalpost_core::ids::Digest;
use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use crate::engine::Engine;

/// SHA-256's block and output (FIPS 180-4).
const BLOCK: usize = 64;
const MAC: usize = 32;

/// Past this, the entries that were made first are removed.
const CACHE_BYTES: u64 = 2 << 30;

/// Why a folder can't hold compiled code.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It is not the user's alone.
    #[error("{} can't hold compiled plugins: {why}", path.display())]
    Unsafe {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// It can't be used.
    #[error("the cache of compiled plugins in {}: {error}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
}

/// A folder of compiled plugins.
#[derive(Debug)]
pub struct CodeCache {
    folder: PathBuf,
    key: [u8; MAC],
}

impl CodeCache {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// It is a link, belongs to somebody else, or others can write it; or it can't be made or read.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, CacheError> {
        let folder = folder.into();
        let io = |error| CacheError::Io { path: folder.clone(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(io)?;
        let meta = fs::symlink_metadata(&folder).map_err(io)?;
        let unsafe_because = |why: String| CacheError::Unsafe { path: folder.clone(), why };
        if !meta.is_dir() {
            return Err(unsafe_because("it is no folder of its own: remove the link".into()));
        }
        only_ours(&meta).map_err(unsafe_because)?;
        let key = read_or_make_key(&folder)?;
        Ok(Self { folder, key })
    }

    /// The compiled component, from the cache where it is there and genuine.
    pub(crate) fn component(&self, engine: &Engine, digest: &Digest, bytes: &[u8]) -> wasmtime::Result<Component> {
        let path = self.folder.join(format!("{digest}-{}.cwasm", engine.compatibility().short()));
        if let Some(component) = self.load(engine, digest, &path) {
            return Ok(component);
        }
        let component = Component::from_binary(engine.wasmtime(), bytes)?;
        // A cache that can't be written costs time and nothing else.
        if let Err(error) = component.serialize().map_err(io::Error::other).and_then(|code| {
            self.store(engine, digest, &path, &code)?;
            self.prune(&path)
        }) {
            tracing::warn!(path = %path.display(), %error, "a compiled plugin could not be kept");
        }
        Ok(component)
    }

    fn load(&self, engine: &Engine, digest: &Digest, path: &Path) -> Option<Component> {
        let mut file =
            OpenOptions::new().read(true).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32).open(path).ok()?;
        only_ours(&file.metadata().ok()?).ok()?;
        let mut entry = Vec::new();
        file.read_to_end(&mut entry).ok()?;
        let (mac, code) = entry.split_at_checked(MAC)?;
        if !same(mac, &self.mac(engine, digest, code)) {
            tracing::warn!(path = %path.display(), "a compiled plugin is damaged or not from here; it is compiled anew");
            return None;
        }
        deserialize(engine, code)
    }

    fn store(&self, engine: &Engine, digest: &Digest, path: &Path, code: &[u8]) -> io::Result<()> {
        let temporary = temporary_in(&self.folder);
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(&self.mac(engine, digest, code))?;
            file.write_all(code)?;
            // Not synced: an entry that a power cut left half-written does not authenticate.
            fs::rename(&temporary, path)
        })();
        if written.is_err() {
            // Also clears the name that a killed process of the same id left behind.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// Removes the oldest entries until the rest fits.
    fn prune(&self, keep: &Path) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let meta = entry.metadata()?;
            if entry.path().extension().is_some_and(|name| name == "cwasm" || name == "tmp") && entry.path() != keep {
                entries.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len(), entry.path()));
            }
        }
        let mut total: u64 = entries.iter().map(|(_, len, _)| len).sum();
        entries.sort();
        for (_, len, path) in entries {
            if total <= CACHE_BYTES {
                break;
            }
            fs::remove_file(path)?;
            total -= len;
        }
        Ok(())
    }

    /// HMAC-SHA-256 (RFC 2104) over what the code was made from, what it was made for, and the code.
    fn mac(&self, engine: &Engine, digest: &Digest, code: &[u8]) -> [u8; MAC] {
        let pad = |byte: u8| {
            let mut block = [byte; BLOCK];
            block.iter_mut().zip(self.key).for_each(|(pad, key)| *pad ^= key);
            block
        };
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(digest.as_str())
            .chain_update(engine.compatibility().as_str())
            .chain_update(code)
            .finalize();
        Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
    }
}

/// A name that no other thread or process writes to.
fn temporary_in(folder: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let unique = COUNT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".{}-{unique}.tmp", std::process::id()))
}

/// Without an early end, so that the time tells nothing of the place where they differ.
fn same(a: &[u8], b: &[u8; MAC]) -> bool {
    a.len() == MAC && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: `code` must be what `Component::serialize` made. It was read into memory once, and its MAC was checked on
    // that copy with a key that only processes of this user hold, which write nothing else under it.
    unsafe { Component::deserialize(engine.wasmtime(), code) }.ok()
}

fn only_ours(meta: &fs::Metadata) -> Result<(), String> {
    let us = rustix::process::geteuid().as_raw();
    if meta.uid() != us {
        return Err(format!("it belongs to the user {}, not to {us}", meta.uid()));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(format!("others can write it (mode {:03o}): `chmod go-w` it", meta.mode() & 0o777));
    }
    Ok(())
}

fn read_or_make_key(folder: &Path) -> Result<[u8; MAC], CacheError> {
    let path = folder.join("key");
    let io = |error| CacheError::Io { path: path.clone(), error };
    // A second process may make it at the same time: whoever links first wins, and the other reads that one's.
    for _ in 0..3 {
        let found = OpenOptions::new().read(true).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32).open(&path);
        match found {
            Ok(mut file) => {
                let meta = file.metadata().map_err(io)?;
                only_ours(&meta).map_err(|why| CacheError::Unsafe { path: path.clone(), why })?;
                if meta.mode() & 0o044 != 0 {
                    let why = "others can read it: remove it, and a new one is made".into();
                    return Err(CacheError::Unsafe { path, why });
                }
                let mut key = [0; MAC];
                if file.read_exact(&mut key).is_ok() {
                    return Ok(key);
                }
                // Never written whole: no entry can depend on it.
                fs::remove_file(&path).map_err(io)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
        let mut key = [0; MAC];
        File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut key)).map_err(io)?;
        let temporary = temporary_in(folder);
        let made = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(&key)?;
            file.sync_all()?;
            fs::hard_link(&temporary, &path)
        })();
        let _ = fs::remove_file(&temporary);
        match made {
            Ok(()) => return Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(error)),
        }
    }
    Err(io(io::Error::other("it changes while it is read")))
}
