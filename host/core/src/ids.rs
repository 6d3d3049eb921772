//! Names of things, each its own type so that one can't be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::civil_date;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind}: expected {expected}")]
pub struct InvalidId {
    kind: &'static str,
    text: String,
    expected: &'static str,
}

impl InvalidId {
    fn new(kind: &'static str, text: &str, expected: &'static str) -> Self {
        // The text comes from outside: enough of it to recognise, never a page.
        Self { kind, text: text.chars().take(80).flat_map(char::escape_default).collect(), expected }
    }
}

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId::new($kind, text, $expected)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

string_id!(
    /// The id of a git tree object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
    TreeId,
    "tree id",
    "40 or 64 hexadecimal digits",
    |text| matches!(text.len(), 40 | 64) && is_lower_hex(text)
);

string_id!(
    /// A SHA-256 digest: 64 lower-case hexadecimal digits.
    Digest,
    "SHA-256 digest",
    "64 hexadecimal digits",
    |text| text.len() == 64 && is_lower_hex(text)
);

string_id!(
    /// The id of a goal: ASCII letters, digits, `-` and `_`, 1 to 64 of them. It is used in file names.
    GoalId,
    "goal id",
    "1 to 64 letters, digits, `-` or `_`",
    |text| (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
);

impl TreeId {
    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        use sha2::Digest as _;
        Self::from_bytes(&sha2::Sha256::digest(bytes.as_ref()))
    }

    /// The digest of all that `reader` gives.
    ///
    /// # Errors
    /// The reader's.
    pub fn of_reader(mut reader: impl std::io::Read) -> std::io::Result<Self> {
        use sha2::Digest as _;
        let mut hasher = sha2::Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(Self::from_bytes(&hasher.finalize())),
                n => hasher.update(&buffer[..n]),
            }
        }
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(64);
        for byte in bytes {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        Self(text)
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl GoalId {
    /// An id that sorts by time: `g` and the UTC date and time, then 8 digits of `entropy`.
    pub fn new(unix_seconds: u64, entropy: u32) -> Self {
        let (y, mo, d) = civil_date(unix_seconds / 86_400);
        let s = unix_seconds % 86_400;
        Self(format!("g{y:04}{mo:02}{d:02}-{:02}{:02}{:02}-{entropy:08x}", s / 3600, s / 60 % 60, s % 60))
    }
}

/// Grows by one with each owner of a goal. A write that carries an older one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub u64);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_id_from_outside_is_no_path() {
        for bad in ["", "../escape", "a/b", "a.b", "a b", "a\n", "a\0", "é", &"x".repeat(65)] {
            assert!(bad.parse::<GoalId>().is_err(), "{bad:?}");
        }
        assert!("g20261122-203100-0000002a".parse::<GoalId>().is_ok());
    }

    #[test]
    fn goal_ids_carry_the_utc_time() {
        assert_eq!(GoalId::new(1_795_379_460, 42).as_str(), "g20261122-203100-0000002a");
        assert_eq!(GoalId::new(951_782_400, 0).as_str(), "g20000229-000000-00000000");
    }

    #[test]
    fn digests_match_the_standard_vector() {
        assert_eq!(Digest::of("abc").as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let long = vec![7; 200_000];
        assert_eq!(Digest::of_reader(long.as_slice()).unwrap(), Digest::of(&long));
    }
}
