//! DSSE envelopes (<https://github.com/secure-systems-lab/dsse>): how a payload is signed and how it is opened again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::text::one_line;

/// What the payload is.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// Why an envelope was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not an envelope, or one in other bytes than Goalpost writes.
    #[error("it is not an envelope as Goalpost writes it: {0}")]
    Malformed(String),
    /// Signed with another key.
    #[error("it is signed with the key {}, not with {}", short(found), short(expected))]
    OtherKey {
        /// As the envelope names it.
        found: String,
        /// The key that was asked for.
        expected: String,
    },
    /// Changed since it was signed.
    #[error("its signature does not match: it was changed after it was signed")]
    BadSignature,
}

/// What a parser says may quote what it read.
fn malformed(what: &dyn std::fmt::Display) -> EnvelopeError {
    EnvelopeError::Malformed(one_line(&what.to_string(), 300))
}

fn short(id: &str) -> String {
    id.chars().take(12).flat_map(char::escape_default).collect()
}

/// SHA-256 of a public key, hexadecimal: what an envelope names its key by.
pub fn key_id(key: &VerifyingKey) -> String {
    Digest::of(key.as_bytes()).to_string()
}

/// Signs `payload` and writes the envelope. The same payload and key give the same text.
///
/// # Errors
/// None that is known of: whatever writing JSON may have.
pub fn seal(payload: &[u8], key: &SigningKey) -> Result<String, serde_json::Error> {
    let signature = key.sign(&pre_authentication(PAYLOAD_TYPE, payload));
    serde_json::to_string(&Envelope {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature {
            keyid: key_id(&key.verifying_key()),
            sig: STANDARD.encode(signature.to_bytes()),
        }],
    })
}

/// The payload of an envelope that `key` signed.
///
/// The signature covers the payload and its type. Everything else in the bytes (key id, field order, white space) is held
/// to what [`seal`] would write, so that no byte can differ unseen.
///
/// # Errors
/// It is no envelope in that form, or not one of that key.
pub fn open(bytes: &[u8], key: &VerifyingKey) -> Result<Vec<u8>, EnvelopeError> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    if serde_json::to_vec(&envelope).map_err(|error| malformed(&error))? != bytes {
        return Err(malformed(&"its bytes are not in the one form that is signed"));
    }
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(malformed(&"its payload is of another type"));
    }
    let [signature] = envelope.signatures.as_slice() else {
        return Err(malformed(&"it does not have one signature"));
    };
    let expected = key_id(key);
    if signature.keyid != expected {
        return Err(EnvelopeError::OtherKey { found: signature.keyid.clone(), expected });
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|error| malformed(&error))?;
    let signature = STANDARD.decode(&signature.sig).map_err(|error| malformed(&error))?;
    let signature = Signature::from_slice(&signature).map_err(|error| malformed(&error))?;
    key.verify_strict(&pre_authentication(PAYLOAD_TYPE, &payload), &signature)
        .map_err(|_| EnvelopeError::BadSignature)?;
    Ok(payload)
}

/// The payload of an envelope, whoever signed it: to find out which key to open it with.
///
/// # Errors
/// It is no envelope.
pub fn peek(bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    STANDARD.decode(&envelope.payload).map_err(|error| malformed(&error))
}

/// DSSE's `PAE(type, body)`: what is signed, so that no payload can pass for one of another type.
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn pre_authentication_matches_the_specification_s_vector() {
        assert_eq!(
            pre_authentication("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_alone() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let envelope = seal(b"payload", &key).unwrap();
        assert_eq!(open(envelope.as_bytes(), &key.verifying_key()).unwrap(), b"payload");
        assert_eq!(peek(envelope.as_bytes()).unwrap(), b"payload");
        let other = SigningKey::from_bytes(&[2; 32]).verifying_key();
        assert!(matches!(open(envelope.as_bytes(), &other), Err(EnvelopeError::OtherKey { .. })));
    }

    #[test]
    fn what_is_said_of_bytes_from_outside_does_not_reach_the_terminal_as_it_is() {
        let said = peek(br#"{"\u001b[2J":1}"#).unwrap_err().to_string();
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
}
