//! The key of a cache, and what it vouches for.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

use super::{CacheError, only_ours, open, temporary_in};

/// What vouches for an entry, made part by part.
pub(super) type Mac = Hmac<Sha256>;

/// Bytes of a [`Mac`], and of the key.
pub(super) const MAC: usize = 32;

/// 32 random bytes that only this user's processes can read.
pub(super) struct Key([u8; MAC]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

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
            getrandom::fill(&mut key).map_err(|error| io(io::Error::other(error.to_string())))?;
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
        // HMAC fills a key that is shorter than a block of its hash with zeros.
        let mut block = hmac::digest::Key::<Mac>::default();
        block[..MAC].copy_from_slice(&self.0);
        Mac::new(&block)
    }
}

#[cfg(test)]
mod tests {
    use hmac::Mac as _;

    use super::*;

    #[test]
    fn a_mac_is_that_of_rfc_4231() {
        // Test case 1: the key is 20 bytes, here filled up with zeros as HMAC does.
        let mut key = [0; MAC];
        key[..20].fill(0x0b);
        let mut mac = Key(key).mac();
        mac.update(b"Hi ");
        mac.update(b"There");
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }
}
