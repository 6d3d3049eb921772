//! Who signed a component: a public key, and nothing about whose it is.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What stands before the key: another kind of key would have another word.
const KIND: &str = "ed25519:";

/// An Ed25519 public key, written as `ed25519:` and its 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signer([u8; 32]);

/// Why a text names no signer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a signer is written as `{KIND}` and 32 bytes in base64")]
pub struct NoSigner;

impl Signer {
    /// The signer with this public key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The public key.
    pub fn key(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}{}", STANDARD.encode(self.0))
    }
}

impl FromStr for Signer {
    type Err = NoSigner;

    fn from_str(text: &str) -> Result<Self, NoSigner> {
        let key = text.strip_prefix(KIND).and_then(|key| STANDARD.decode(key).ok()).ok_or(NoSigner)?;
        key.try_into().map(Self).map_err(|_| NoSigner)
    }
}

impl TryFrom<String> for Signer {
    type Error = NoSigner;

    fn try_from(text: String) -> Result<Self, NoSigner> {
        text.parse()
    }
}

impl From<Signer> for String {
    fn from(signer: Signer) -> Self {
        signer.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_reads_back_and_nothing_else_is_one() {
        let signer = Signer::new([7; 32]);
        assert_eq!(signer.to_string().parse(), Ok(signer.clone()));
        let text = signer.to_string();
        for other in [
            "",
            "ed25519:",
            &text[8..],
            &text.replace("ed25519", "rsa"),
            &text[..text.len() - 4],
            &format!("{text}AAAA"),
        ] {
            assert_eq!(other.parse::<Signer>(), Err(NoSigner), "{other}");
        }
    }
}
