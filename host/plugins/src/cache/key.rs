//! The key of a cache, and what it vouches for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{CacheError, only_ours, open, temporary_in};

/// SHA-256's block and output (FIPS 180-4).
const BLOCK: usize = 64;
pub(super) const MAC: usize = 32;

/// 32 random bytes that only this user's processes can read.
#[derive(Debug)]
pub(super) struct Key([u8; MAC]);

impl Key {
    /// The key in the folder. A new one where there is none.
    pub(super) fn read_or_make(folder: &Path) -> Result<Self, CacheError> {
        let path = folder.join("key");
        let io = |error| CacheError::Io { path: path.clone(), error };
        // A second process may make it at the same time: whoever links first wins, and the other reads that one's.
        for _ in 0..3 {
            match open(&path) {
                Ok(mut file) => {
                    let meta = file.metadata().map_err(io)?;
                    only_ours(&meta).map_err(|why| CacheError::Unsafe { path: path.clone(), why })?;
                    if meta.mode() & 0o044 != 0 {
                        let why = "others can read it: remove it, and a new one is made".into();
                        return Err(CacheError::Unsafe { path, why });
                    }
                    let mut key = [0; MAC];
                    if file.read_exact(&mut key).is_ok() {
                        return Ok(Self(key));
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
                Ok(()) => return Ok(Self(key)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io(error)),
            }
        }
        Err(io(io::Error::other("it changes while it is read")))
    }

    /// Begins a MAC.
    pub(super) fn mac(&self) -> Mac {
        let pad = |byte: u8| {
            let mut block = [byte; BLOCK];
            block.iter_mut().zip(self.0).for_each(|(pad, key)| *pad ^= key);
            Sha256::new().chain_update(block)
        };
        Mac { inner: pad(0x36), outer: pad(0x5c) }
    }
}

/// HMAC-SHA-256 (RFC 2104) of what it is given, part by part.
pub(super) struct Mac {
    inner: Sha256,
    outer: Sha256,
}

impl Mac {
    pub(super) fn update(&mut self, part: &[u8]) {
        self.inner.update(part);
    }

    pub(super) fn finish(self) -> [u8; MAC] {
        self.outer.chain_update(self.inner.finalize()).finalize().into()
    }

    /// Whether this is it. Without an early end, so that the time tells nothing of the place where they differ.
    pub(super) fn fits(self, found: &[u8; MAC]) -> bool {
        self.finish().iter().zip(found).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_that_of_rfc_4231() {
        // Test case 1: the key is 20 bytes, here filled up with zeros as HMAC does.
        let mut key = [0; MAC];
        key[..20].fill(0x0b);
        let mut mac = Key(key).mac();
        mac.update(b"Hi ");
        mac.update(b"There");
        let hex: String = mac.finish().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }
}
