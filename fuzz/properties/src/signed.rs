//! Envelopes and signatures of components: bytes that say who made them.

use ed25519_dalek::SigningKey;
use goalpost_core::envelope::{open, peek, seal};
use goalpost_core::ids::Digest;
use goalpost_core::signature::{sign, verify};

use crate::input::{choice, moves_the_cursor};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "signed",
    check,
    seeds: || {
        let signature = sign("judge.wasm", &Digest::of("judge"), &key()).unwrap_or_default();
        let statement = peek(signature.trim_end().as_bytes()).unwrap_or_default();
        let mut all: Vec<_> = seeds::choosing(0, [signature.into_bytes()]).collect();
        all.extend(seeds::choosing(1, [statement]));
        let receipts =
            String::from_utf8(seeds::file("host/goalpost/src/receipt/testdata/older.jsonl")).unwrap_or_default();
        all.extend(seeds::choosing(0, receipts.lines().map(Into::into)));
        all
    },
    words: &[
        "\"payload\":",
        "\"payloadType\":",
        "\"signatures\":[]",
        "\"keyid\":",
        "\"sig\":",
        "\"subject\":[",
        "\\u001b[2J",
        "=",
        "==",
    ],
};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// An envelope opens only in the one form that its key's owner wrote, and a signature is its signer's own.
pub fn check(data: &[u8]) {
    let Some((how, bytes)) = choice(data) else { return };
    if how % 2 == 1 {
        // The fuzzer can't sign: what it makes is a statement, and this key's owner signs whatever it says.
        let Ok(envelope) = seal(bytes, &key()) else { return };
        assert_eq!(open(envelope.as_bytes(), &key().verifying_key()).as_deref(), Ok(bytes));
        return signature(envelope.as_bytes());
    }
    if let Ok(payload) = open(bytes, &key().verifying_key()) {
        assert_eq!(seal(&payload, &key()).ok().as_deref().map(str::as_bytes), Some(bytes), "opened in another form");
        assert_eq!(peek(bytes), Ok(payload));
    }
    signature(bytes);
}

fn signature(bytes: &[u8]) {
    match verify(bytes) {
        // Nobody else has signed anything here.
        Ok((signer, _)) => assert_eq!(signer.key(), &key().verifying_key().to_bytes()),
        Err(error) => assert!(!moves_the_cursor(&error.to_string()), "{error:?}"),
    }
}
