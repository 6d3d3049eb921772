//! Compiled plugins on disk: compiling takes seconds, loading compiled code a millisecond.
//!
//! Compiled code runs with all rights of the host. It is taken from a folder that only the user can write, and each
//! file is authenticated with a key that stands beside it: what was cut off, damaged, renamed, made for another engine,
//! or copied in from another machine is compiled anew.
//!
//! ```text
//! <folder>/key                         32 random bytes, mode 0600
//! <folder>/<component>-<engine>.cwasm  the code, then its MAC (32 bytes)
//! ```
//!
//! The code is not copied: its pages are those of the file, shared by every process that runs it. Checking it reads it once
//! on the way, at the speed of SHA-256; what is checked and what is mapped is one open file. An entry is never written
//! again in place: a new one takes its name, and who has mapped the old one keeps that.

mod key;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use goalpost_core::ids::Digest;
use hmac::Mac as _;
use wasmtime::component::Component;

use self::key::{Key, MAC, Mac};
use crate::compile::{self, CompileError};
use crate::engine::Engine;
use crate::surface::Kind;

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
    key: Key,
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
        let key = Key::read_or_make(&folder)?;
        Ok(Self { folder, key })
    }

    /// The compiled component, from the cache where it is there and genuine.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        kind: Kind,
        digest: &Digest,
        bytes: &[u8],
    ) -> Result<Component, CompileError> {
        let path = self.folder.join(format!("{digest}-{}.cwasm", engine.compatibility().short()));
        if let Some(component) = self.load(engine, digest, &path) {
            return Ok(component);
        }
        let code = compile::code(engine, kind, bytes)?;
        // A cache that can't be written costs time and nothing else.
        match self.store(engine, digest, &path, &code).and_then(|()| self.prune(&path)) {
            Ok(()) => {
                if let Some(component) = self.load(engine, digest, &path) {
                    return Ok(component);
                }
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a compiled plugin could not be kept");
            }
        }
        copied(engine, &code)
    }

    fn load(&self, engine: &Engine, digest: &Digest, path: &Path) -> Option<Component> {
        let mut file = open(path).ok()?;
        let meta = file.metadata().ok()?;
        only_ours(&meta).ok()?;
        if !self.vouches_for(engine, digest, &mut file, meta.len()).ok()? {
            tracing::warn!(path = %path.display(), "a compiled plugin is damaged or not from here; it is compiled anew");
            return None;
        }
        map(engine, &file)
    }

    /// Whether the file ends in the MAC of what is before it.
    fn vouches_for(&self, engine: &Engine, digest: &Digest, file: &mut File, len: u64) -> io::Result<bool> {
        let Some(mut left) = len.checked_sub(MAC as u64) else { return Ok(false) };
        let mut mac = self.mac(engine, digest);
        // Fits the fastest cache of a processor.
        let mut chunk = [0; 16 << 10];
        while left > 0 {
            let want = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            file.read_exact(&mut chunk[..want])?;
            mac.update(&chunk[..want]);
            left -= want as u64;
        }
        let mut found = [0; MAC];
        file.read_exact(&mut found)?;
        Ok(mac.verify_slice(&found).is_ok())
    }

    fn store(&self, engine: &Engine, digest: &Digest, path: &Path, code: &[u8]) -> io::Result<()> {
        let temporary = temporary_in(&self.folder);
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(code)?;
            let mut mac = self.mac(engine, digest);
            mac.update(code);
            file.write_all(&mac.finalize().into_bytes())?;
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

    /// A MAC that begins with what the code was made from and what it was made for.
    fn mac(&self, engine: &Engine, digest: &Digest) -> Mac {
        let mut mac = self.key.mac();
        mac.update(digest.as_str().as_bytes());
        mac.update(engine.compatibility().as_str().as_bytes());
        mac
    }
}

/// A name that no other thread or process writes to.
fn temporary_in(folder: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let unique = COUNT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".{}-{unique}.tmp", std::process::id()))
}

/// Opens what is there itself, never what a link leads to.
fn open(path: &Path) -> io::Result<File> {
    // A pipe in its place is no entry, and is not waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

/// Compiles the component, without a cache.
pub(crate) fn compiled(engine: &Engine, kind: Kind, bytes: &[u8]) -> Result<Component, CompileError> {
    copied(engine, &compile::code(engine, kind, bytes)?)
}

/// Takes code that was just compiled.
#[allow(unsafe_code)]
fn copied(engine: &Engine, code: &[u8]) -> Result<Component, CompileError> {
    // SAFETY: `code` must be what `Component::serialize` makes. It is what this program's own compiler gave, in this process
    // or over a pipe that no other process holds, and was never outside of memory.
    unsafe { Component::deserialize(engine.wasmtime(), code) }
        .map_err(|error| CompileError::NotRun(format!("its code can't be loaded: {error:#}")))
}

/// Maps the code in an open file.
#[allow(unsafe_code)]
fn map(engine: &Engine, file: &File) -> Option<Component> {
    // wasmtime takes a path. This one leads to the open file, whatever its name leads to by now.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    // SAFETY: the file must be what `Component::serialize` made, and stay so for as long as it is mapped. Its MAC was
    // checked, with a key that only processes of this user hold, which write nothing else under it; only they can write the
    // file, and they don't: `store` makes another one. wasmtime finds its sections by their distance from the front, so that
    // the MAC behind them makes no difference.
    unsafe { Component::deserialize_file(engine.wasmtime(), path) }
        .inspect_err(|error| tracing::warn!(%error, "a compiled plugin could not be mapped; it is compiled anew"))
        .ok()
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
