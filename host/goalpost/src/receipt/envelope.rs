//! DSSE envelopes (<https://github.com/secure-systems-lab/dsse>): how a payload is signed and how it is opened again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::key::{Keys, key_id};

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
pub(crate) enum EnvelopeError {
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

fn short(id: &str) -> String {
    id.chars().take(12).flat_map(char::escape_default).collect()
}

/// Signs `payload` and writes the envelope.
pub(crate) fn seal(payload: &[u8], keys: &Keys) -> Result<String, serde_json::Error> {
    let signature = keys.sign(&pre_authentication(PAYLOAD_TYPE, payload));
    serde_json::to_string(&Envelope {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature { keyid: keys.id(), sig: STANDARD.encode(signature.to_bytes()) }],
    })
}

/// The payload of an envelope that `key` signed.
///
/// The signature covers the payload and its type. Everything else in the bytes (key id, field order, white space) is held
/// to what [`seal`] would write, so that no byte can differ unseen.
pub(crate) fn open(bytes: &[u8], key: &VerifyingKey) -> Result<Vec<u8>, EnvelopeError> {
    let malformed = |what: &dyn std::fmt::Display| EnvelopeError::Malformed(what.to_string());
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
pub(crate) fn peek(bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let malformed = |what: &dyn std::fmt::Display| EnvelopeError::Malformed(what.to_string());
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    STANDARD.decode(&envelope.payload).map_err(|error| malformed(&error))
}

/// DSSE's `PAE(type, body)`: what is signed, so that no payload can pass for one of another type.
pub(super) fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}
