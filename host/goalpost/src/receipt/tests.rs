#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use goalpost_core::ids::GoalId;
use proptest::prelude::*;
use serde_json::Value;

use super::chain::ReceiptError;
use super::envelope::{EnvelopeError, pre_authentication};
use super::key::KeyError;
use super::*;
use crate::store::fixtures::{claims, keys};

fn goal() -> GoalId {
    "g20261122-203100-0000002a".parse().unwrap()
}

/// A signed chain of `turns` receipts.
fn chain(turns: u32) -> Vec<Receipt> {
    let mut chain: Vec<Receipt> = Vec::new();
    for turn in 1..=turns {
        let previous = chain.last().map(|receipt| receipt.digest.clone());
        chain.push(sign(&claims(&goal(), turn, turn == turns, previous), &keys()).unwrap());
    }
    chain
}

fn envelopes(chain: &[Receipt]) -> Vec<&str> {
    chain.iter().map(|receipt| receipt.envelope.as_str()).collect()
}

fn payload(receipt: &Receipt) -> Value {
    let envelope: Value = serde_json::from_str(&receipt.envelope).unwrap();
    serde_json::from_slice(&STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn pre_authentication_matches_the_specification_s_vector() {
    assert_eq!(
        pre_authentication("http://example.com/HelloWorld", b"hello world"),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
}

#[test]
fn a_chain_verifies_and_gives_back_what_was_claimed() {
    let chain = chain(3);
    let verified = verify_chain(&envelopes(&chain), &keys().public()).unwrap();
    assert_eq!(verified[0], claims(&goal(), 1, false, None));
    assert_eq!(verified[2].previous.as_ref(), Some(&chain[1].digest));
    assert_eq!(verify_chain(&[] as &[&str], &keys().public()), Ok(Vec::new()));
}

#[test]
fn the_statement_is_a_test_result_about_the_sealed_tree() {
    let statement = payload(&chain(1)[0]);
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
    assert_eq!(statement["subject"][0]["digest"]["gitTree"], "5ea1ed00".repeat(5));
    let predicate = &statement["predicate"];
    // Every gate passed, and a protected path was touched.
    assert_eq!(predicate["result"], "WARNED");
    assert_eq!(predicate["passedTests"], serde_json::json!(["fmt", "tests"]));
    assert!(predicate["configuration"].as_array().unwrap().iter().all(|c| c["digest"]["sha256"].is_string()));
    assert_eq!(predicate["urn:goalpost:turn:v1"]["isolation"], "full");

    let failed = payload(&chain(2)[0]);
    assert_eq!(failed["predicate"]["result"], "FAILED");
    assert_eq!(failed["predicate"]["failedTests"], serde_json::json!(["tests"]));
}

#[test]
fn a_receipt_that_is_missing_moved_or_of_another_goal_is_found() {
    let key = keys().public();
    let [a, b, c]: [Receipt; 3] = chain(3).try_into().unwrap();
    let (a, b, c) = (a.envelope.as_str(), b.envelope.as_str(), c.envelope.as_str());
    assert!(matches!(verify_chain(&[b, c], &key), Err(ReceiptError::OutOfOrder { position: 1, found: 2 })));
    assert!(matches!(verify_chain(&[a, c], &key), Err(ReceiptError::OutOfOrder { position: 2, found: 3 })));
    assert!(matches!(verify_chain(&[a, a], &key), Err(ReceiptError::OutOfOrder { position: 2, found: 1 })));

    // Another turn 1, as validly signed, in the place of the one that turn 2 follows.
    let other = sign(&claims(&goal(), 1, true, None), &keys()).unwrap();
    assert!(matches!(
        verify_chain(&[other.envelope.as_str(), b], &key),
        Err(ReceiptError::BrokenLink { position: 2, .. })
    ));
    let stranger = sign(&claims(&"g2".parse().unwrap(), 2, true, None), &keys()).unwrap();
    assert!(matches!(
        verify_chain(&[a, stranger.envelope.as_str()], &key),
        Err(ReceiptError::OtherGoal { position: 2, .. })
    ));
}

#[test]
fn a_goal_whose_baseline_moved_is_found_though_each_receipt_is_signed() {
    let first = sign(&claims(&goal(), 1, false, None), &keys()).unwrap();
    let mut moved = claims(&goal(), 2, true, Some(first.digest.clone()));
    moved.trees.baseline = "f".repeat(40).parse().unwrap();
    let second = sign(&moved, &keys()).unwrap();
    let error = verify_chain(&[first.envelope, second.envelope], &keys().public()).unwrap_err();
    assert_eq!(error, ReceiptError::MovedGoalposts { position: 2 });
}

#[test]
fn another_key_s_receipts_are_refused_by_name() {
    let chain = chain(1);
    let other = Keys::generate().unwrap().public();
    let error = verify_chain(&envelopes(&chain), &other).unwrap_err();
    assert!(matches!(&error, ReceiptError::Envelope { source: EnvelopeError::OtherKey { .. }, .. }), "{error}");

    // The key id is a hint that anyone can write: the signature decides.
    let renamed = chain[0].envelope.replace(&keys().id(), &key_id(&other));
    let error = verify_chain(&[renamed], &other).unwrap_err();
    assert!(matches!(&error, ReceiptError::Envelope { source: EnvelopeError::BadSignature, .. }), "{error}");
}

#[test]
fn an_envelope_in_any_other_form_is_refused() {
    let envelope = chain(1).remove(0).envelope;
    let value: Value = serde_json::from_str(&envelope).unwrap();
    let signature = value["signatures"][0].clone();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = value.clone();
        change(&mut changed);
        changed.to_string()
    };
    let others = [
        format!("{envelope}\n"),
        envelope.replacen('{', "{ ", 1),
        serde_json::to_string_pretty(&value).unwrap(),
        envelope.replacen("payload", "p\\u0061yload", 1),
        with(&|v| v["more"] = Value::Bool(true)),
        with(&|v| v["signatures"] = serde_json::json!([signature, signature])),
        with(&|v| v["signatures"] = serde_json::json!([])),
        with(&|v| v["payloadType"] = "application/json".into()),
    ];
    for other in others {
        assert_ne!(other, envelope);
        let error = verify_chain(&[&other], &keys().public()).unwrap_err();
        assert!(
            matches!(&error, ReceiptError::Envelope { source: EnvelopeError::Malformed(_), .. }),
            "{error}: {other}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_is_found(which in 0usize..3, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let chain = chain(3);
        let mut bytes: Vec<Vec<u8>> = chain.iter().map(|receipt| receipt.envelope.clone().into_bytes()).collect();
        let at = at.index(bytes[which].len());
        bytes[which][at] ^= 1 << bit;
        prop_assert!(verify_chain(&bytes, &keys().public()).is_err(), "receipt {which}, byte {at}");
    }

    #[test]
    fn any_byte_put_in_or_left_out_is_found(at in any::<prop::sample::Index>(), put in any::<Option<u8>>()) {
        let mut bytes = chain(1).remove(0).envelope.into_bytes();
        let at = at.index(bytes.len());
        match put {
            Some(byte) => bytes.insert(at, byte),
            None => drop(bytes.remove(at)),
        }
        prop_assert!(verify_chain(&[bytes], &keys().public()).is_err(), "byte {at}");
    }

    #[test]
    fn no_bytes_make_the_check_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_chain(&[bytes], &keys().public()).is_err());
    }
}

#[test]
fn keys_are_made_once_and_are_private() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("keys");
    let made = Keys::open(&folder).unwrap();
    assert_eq!(Keys::open(&folder).unwrap().id(), made.id());
    assert_eq!(fs::metadata(folder.join("receipts.key")).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(read_public_key(&folder.join("receipts.pub")).unwrap(), made.public());
    let others: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(others.len(), 2, "{others:?}");
}

#[test]
fn processes_that_make_the_key_at_once_agree_on_one() {
    let dir = tempfile::tempdir().unwrap();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| Keys::open(dir.path()).unwrap().id())).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn a_key_that_is_exposed_or_damaged_is_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    Keys::open(dir.path()).unwrap();
    let path = dir.path().join("receipts.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Keys::open(dir.path()), Err(KeyError::Exposed { mode: 0o640, .. })));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    for damage in ["", "garbage", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(&path, damage).unwrap();
        assert!(matches!(Keys::open(dir.path()), Err(KeyError::NotAKey { .. })), "{damage:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), damage);
    }
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    assert!(matches!(Keys::open(dir.path()), Err(KeyError::Io { .. })));
}

#[test]
fn another_program_can_check_a_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let made = Keys::open(dir.path()).unwrap();
    let receipt = sign(&claims(&goal(), 1, true, None), &made).unwrap();
    let envelope: Value = serde_json::from_str(&receipt.envelope).unwrap();
    let text = |field: &Value| STANDARD.decode(field.as_str().unwrap()).unwrap();
    let signed = pre_authentication(envelope["payloadType"].as_str().unwrap(), &text(&envelope["payload"]));
    fs::write(dir.path().join("signed"), signed).unwrap();
    fs::write(dir.path().join("sig"), text(&envelope["signatures"][0]["sig"])).unwrap();
    let openssl = Command::new("openssl")
        .current_dir(dir.path())
        .args(["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "receipts.pub", "-in", "signed", "-sigfile", "sig"])
        .output();
    let Ok(output) = openssl else {
        eprintln!("skipped: there is no openssl program");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if String::from_utf8_lossy(&output.stderr).contains("-rawin") {
        eprintln!("skipped: this openssl is too old for Ed25519");
        return;
    }
    assert!(output.status.success() && said.contains("Verified Successfully"), "{output:?}");
}
