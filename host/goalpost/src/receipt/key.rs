//! The Ed25519 key that signs receipts: made on first use, readable by its owner alone.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use goalpost_core::envelope::key_id;

/// Everything in a PKCS #8 Ed25519 private key before its 32 bytes (RFC 8410).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// Everything in an Ed25519 `SubjectPublicKeyInfo` before its 32 bytes (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// Many times what a key takes: a file that is longer is something else.
const MAX_FILE: u64 = 4096;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The operating system refused.
    #[error("can't use the key {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// Others may have read or replaced it.
    #[error(
        "the key {} is open to others (mode {mode:04o}): run `chmod 600 {}` if nobody else had access, or move it away to have a new one made",
        path.display(), path.display()
    )]
    Exposed { path: PathBuf, mode: u32 },
    /// Another user's.
    #[error("the key {} belongs to user {owner}, not to you", path.display())]
    OtherOwner { path: PathBuf, owner: u32 },
    /// Damaged, or something else.
    #[error("{} does not hold {expected}", path.display())]
    NotAKey { path: PathBuf, expected: &'static str },
    /// The operating system has no random numbers.
    #[error("no random numbers for a new key: {0}")]
    NoEntropy(String),
}

/// The pair of keys that receipts are signed and checked with.
pub(crate) struct Keys(SigningKey);

impl Keys {
    /// The keys of receipts in the folder, as [`Self::named`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeyError> {
        Self::named(folder, "receipts")
    }

    /// The keys of that name in the folder, made when there are none. Both halves are PEM files, as other tools read them:
    /// `NAME.key` and `NAME.pub`.
    ///
    /// # Errors
    /// A key that is there but damaged or open to others is never replaced.
    pub(crate) fn named(folder: &Path, name: &str) -> Result<Self, KeyError> {
        let path = folder.join(name).with_extension("key");
        if path.symlink_metadata().is_err() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|source| KeyError::Io { path: folder.to_owned(), source })?;
            let key = Self::generate()?;
            publish(&path, &pem("PRIVATE KEY", &PKCS8, key.0.as_bytes()))
                .map_err(|source| KeyError::Io { path: path.clone(), source })?;
        }
        // Read back also when it was just made: another process may have been first.
        let key = Self::load(&path)?;
        let public = path.with_extension("pub");
        if public.symlink_metadata().is_err() {
            publish(&public, &pem("PUBLIC KEY", &SPKI, key.public().as_bytes()))
                .map_err(|source| KeyError::Io { path: public, source })?;
        }
        Ok(key)
    }

    /// The key in a PEM file.
    ///
    /// # Errors
    /// It is damaged, something else, or others could read it.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        // Opened once: what is checked is what is read.
        let file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
            .map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if meta.uid() != rustix::process::geteuid().as_raw() {
            return Err(KeyError::OtherOwner { path: path.to_owned(), owner: meta.uid() });
        }
        let mode = meta.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        let seed = unpem("PRIVATE KEY", &PKCS8, &read(file).map_err(io)?)
            .ok_or_else(|| KeyError::NotAKey { path: path.to_owned(), expected: "an Ed25519 private key" })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// A new key that is nowhere yet.
    pub(super) fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| KeyError::NoEntropy(error.to_string()))?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Known keys, for tests alone.
    #[cfg(test)]
    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The public half.
    pub(crate) fn public(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    /// SHA-256 of the public half, hexadecimal.
    pub(crate) fn id(&self) -> String {
        key_id(&self.public())
    }

    /// What envelopes are sealed with.
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.0
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keys").field(&self.id()).finish()
    }
}

/// The public key in a PEM file.
pub(crate) fn read_public_key(path: &Path) -> Result<VerifyingKey, KeyError> {
    let text = File::open(path).and_then(read).map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
    unpem("PUBLIC KEY", &SPKI, &text).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).ok_or_else(|| {
        KeyError::NotAKey {
            path: path.to_owned(),
            expected: "an Ed25519 public key in PEM (Goalpost keeps its own as `keys/receipts.pub` in its state folder)",
        }
    })
}

/// Writes a file that appears whole or not at all, mode 0600, and never over another.
fn publish(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // `tempfile` creates it exclusively, with mode 0600.
    let mut draft = tempfile::Builder::new().prefix(".key-").tempfile_in(folder)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(path) {
        Ok(_) => File::open(folder)?.sync_all(),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

fn read(file: File) -> io::Result<String> {
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text)?;
    Ok(text)
}

fn pem(label: &str, prefix: &[u8], key: &[u8; 32]) -> String {
    let body = STANDARD.encode([prefix, key].concat());
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn unpem(label: &str, prefix: &[u8], text: &str) -> Option<[u8; 32]> {
    let body = text
        .trim()
        .strip_prefix(&format!("-----BEGIN {label}-----"))?
        .strip_suffix(&format!("-----END {label}-----"))?
        .split_whitespace()
        .collect::<String>();
    STANDARD.decode(body).ok()?.strip_prefix(prefix)?.try_into().ok()
}
