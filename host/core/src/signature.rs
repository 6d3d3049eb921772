//! What stands in the file beside a component: who says that it is theirs.
//!
//! One DSSE envelope around an in-toto statement that names the component by SHA-256 and holds the public key that signed it.

use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::envelope::{EnvelopeError, open, peek, seal};
use crate::ids::Digest;
use crate::signer::Signer;
use crate::text::one_line;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:goalpost:plugin-signature:v1";

/// in-toto's statement, with what is ours in it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// Of the file when it was signed. Nothing depends on it.
    name: String,
    digest: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sha256 {
    sha256: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Predicate {
    public_key: Signer,
}

/// Why bytes are no signature.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// The envelope does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// In it is something else.
    #[error("what it signs is no statement about a plugin: {0}")]
    Statement(String),
    /// Of another kind, or about several things.
    #[error("what it signs is a statement about something else")]
    OtherStatement,
    /// Of no kind that can sign.
    #[error("the key in it is no Ed25519 key")]
    Key,
}

/// A signature of a component, as it is kept in a file.
///
/// # Errors
/// As [`seal`].
pub fn sign(name: &str, component: &Digest, key: &SigningKey) -> Result<String, serde_json::Error> {
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: vec![Subject { name: name.to_owned(), digest: Sha256 { sha256: component.clone() } }],
        predicate_type: PREDICATE.to_owned(),
        predicate: Predicate { public_key: Signer::new(key.verifying_key().to_bytes()) },
    };
    Ok(seal(&serde_json::to_vec(&statement)?, key)? + "\n")
}

/// Who signed, and the digest of what was signed.
///
/// # Errors
/// It is no signature of whoever it says.
pub fn verify(bytes: &[u8]) -> Result<(Signer, Digest), Invalid> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    // The key is read first from what is not verified yet; then it must have signed what it was read from.
    let signer = read(&peek(bytes)?)?.predicate.public_key;
    let key = VerifyingKey::from_bytes(signer.key()).map_err(|_| Invalid::Key)?;
    let statement = read(&open(bytes, &key)?)?;
    if statement.kind != STATEMENT || statement.predicate_type != PREDICATE || statement.predicate.public_key != signer
    {
        return Err(Invalid::OtherStatement);
    }
    match statement.subject.as_slice() {
        [one] => Ok((signer, one.digest.sha256.clone())),
        _ => Err(Invalid::OtherStatement),
    }
}

/// What a parser says may quote what it read.
fn read(payload: &[u8]) -> Result<Statement, Invalid> {
    serde_json::from_slice(payload).map_err(|error| Invalid::Statement(one_line(&error.to_string(), 300)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::envelope::key_id;

    fn component() -> Digest {
        Digest::of(b"judge")
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn signature() -> String {
        sign("judge.wasm", &component(), &key(1)).unwrap()
    }

    fn statement_text() -> String {
        String::from_utf8(peek(signature().trim_end().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn no_byte_of_it_can_be_another() {
        let good = signature().into_bytes();
        for place in 0..good.len() - 1 {
            for flip in [1, 0x20, 0x80] {
                let mut bytes = good.clone();
                bytes[place] ^= flip;
                assert!(verify(&bytes).is_err(), "byte {place} with {flip}: {}", String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn no_part_of_it_is_one() {
        let good = signature().into_bytes();
        for length in 0..good.len() - 1 {
            assert!(verify(&good[..length]).is_err(), "{length} bytes");
        }
        assert!(verify(&[good.as_slice(), good.as_slice()].concat()).is_err());
    }

    #[test]
    fn a_key_that_did_not_sign_is_not_the_signer() {
        // The statement names one key, and another one signs it.
        let statement = statement_text();
        let forged = seal(statement.as_bytes(), &key(2)).unwrap();
        assert!(verify(forged.as_bytes()).is_err());
        // The other key's envelope claims the first one's id.
        let claimed = forged.replace(&key_id(&key(2).verifying_key()), &key_id(&key(1).verifying_key()));
        assert!(verify(claimed.as_bytes()).is_err());
    }

    #[test]
    fn a_statement_about_something_else_is_no_signature() {
        let statement = statement_text();
        let two = statement
            .replace("\"subject\":[", "\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\"DIGEST\"}},")
            .replace("DIGEST", component().as_str());
        let changed = [
            statement.replace(PREDICATE, "https://in-toto.io/attestation/test-result/v0.1"),
            statement.replace(STATEMENT, "https://in-toto.io/Statement/v0"),
            two,
            "{}".to_owned(),
        ];
        for other in changed {
            assert_ne!(other, statement);
            assert!(verify(seal(other.as_bytes(), &key(1)).unwrap().as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn what_is_said_of_a_statement_from_outside_does_not_reach_the_terminal_as_it_is() {
        for escape in ["\\u001b[2J", "\\u009b2J"] {
            let member = statement_text().replacen('{', &format!("{{\"{escape}\":1,"), 1);
            let digest = statement_text().replace(component().as_str(), escape);
            for text in [member, digest] {
                let said = verify(seal(text.as_bytes(), &key(1)).unwrap().as_bytes()).unwrap_err().to_string();
                assert!(!said.contains(char::is_control), "{said:?}");
            }
        }
    }
}
