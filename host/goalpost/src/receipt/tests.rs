#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use goalpost_core::envelope::{EnvelopeError, key_id, pre_authentication};
use goalpost_core::ids::GoalId;
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;
use proptest::prelude::*;
use serde_json::Value;

use super::chain::ReceiptError;
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
    chain.iter().flat_map(Receipt::envelopes).collect()
}

fn payload(envelope: &str) -> Value {
    let envelope: Value = serde_json::from_str(envelope).unwrap();
    serde_json::from_slice(&STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_chain_verifies_and_gives_back_what_was_claimed() {
    let chain = chain(3);
    let verified = verify_chain(&envelopes(&chain), &keys().public()).unwrap();
    assert_eq!(verified[0], claims(&goal(), 1, false, None));
    assert_eq!(verified[2].previous.as_ref(), Some(&chain[1].digest));
    assert_eq!(verified[2].ends, Some(GoalState::Achieved));
    assert_eq!(verify_chain(&[] as &[&str], &keys().public()), Ok(Vec::new()));
}

#[test]
fn the_statement_is_a_test_result_about_the_sealed_tree() {
    let statement = payload(&chain(1)[0].envelope);
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
    assert_eq!(statement["subject"][0]["digest"]["gitTree"], "5ea1ed00".repeat(5));
    let predicate = &statement["predicate"];
    // Every gate passed, and a protected path was touched.
    assert_eq!(predicate["result"], "WARNED");
    assert_eq!(predicate["passedTests"], serde_json::json!(["fmt", "tests"]));
    assert!(predicate["configuration"].as_array().unwrap().iter().all(|c| c["digest"]["sha256"].is_string()));
    assert_eq!(predicate["urn:goalpost:turn:v1"]["isolation"], "full");
    let scope = predicate["configuration"].as_array().unwrap().iter().find(|c| c["name"] == "plugin/scope").unwrap();
    assert_eq!(scope["annotations"]["signer"], Signer::new([9; 32]).to_string());
    let remembered = &predicate["urn:goalpost:turn:v1"]["remembered"];
    for (plugin, what) in [("scope", "what a plugin remembers"), ("workflow", "what a workflow remembers")] {
        assert_eq!(remembered[plugin], Digest::of(what).as_str());
    }

    let failed = payload(&chain(2)[0].envelope);
    assert_eq!(failed["predicate"]["result"], "FAILED");
    assert_eq!(failed["predicate"]["failedTests"], serde_json::json!(["tests"]));
}

#[test]
fn the_summary_says_what_tools_of_slsa_ask_for() {
    let [first, last]: [Receipt; 2] = chain(2).try_into().unwrap();
    let summary = payload(last.summary.as_deref().unwrap());
    assert_eq!(summary["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(summary["subject"], payload(&last.envelope)["subject"]);
    let predicate = &summary["predicate"];
    assert_eq!(predicate["verificationResult"], "PASSED");
    assert_eq!(predicate["verifiedLevels"], serde_json::json!(["GOALPOST_VERIFIED", "GOALPOST_ISOLATION_FULL"]));
    assert_eq!(predicate["timeVerified"], "2026-11-22T20:31:00.000Z");
    assert_eq!(predicate["inputAttestations"][0]["digest"]["sha256"], Digest::of(&last.envelope).as_str());
    assert_eq!(predicate["policy"]["digest"]["sha256"], claims(&goal(), 1, true, None).config.as_str());

    let failed = payload(first.summary.as_deref().unwrap());
    assert_eq!(failed["predicate"]["verificationResult"], "FAILED");
    assert_eq!(failed["predicate"]["verifiedLevels"], serde_json::json!(["FAILED"]));
}

#[test]
fn an_envelope_that_is_missing_moved_or_of_another_goal_is_found() {
    let key = keys().public();
    let chain = chain(3);
    let all = envelopes(&chain);
    let error = |order: &[usize]| {
        let chosen: Vec<&str> = order.iter().map(|index| all[*index]).collect();
        verify_chain(&chosen, &key).unwrap_err()
    };
    assert!(matches!(error(&[2, 3, 4, 5]), ReceiptError::OutOfOrder { position: 1, found: 2, expected: 1 }));
    assert!(matches!(error(&[0, 1, 4, 5]), ReceiptError::OutOfOrder { position: 3, found: 3, expected: 2 }));
    assert!(matches!(error(&[0, 1, 0, 1]), ReceiptError::OutOfOrder { position: 3, found: 1, expected: 2 }));
    assert!(matches!(error(&[0, 2, 3]), ReceiptError::NoSummary { position: 2, turn: 1 }));
    assert!(matches!(error(&[0]), ReceiptError::NoSummary { position: 1, turn: 1 }));
    assert!(matches!(error(&[1]), ReceiptError::Statement { position: 1, .. }));
    assert!(matches!(error(&[0, 1, 1]), ReceiptError::Statement { position: 3, .. }));
    assert!(matches!(error(&[0, 3]), ReceiptError::Statement { position: 2, .. }));

    // Another turn 1, as validly signed, in the place of the one that turn 2 follows.
    let mut other = claims(&goal(), 1, false, None);
    other.verdict.reason = "another".to_owned();
    let other = sign(&other, &keys()).unwrap();
    let swapped: Vec<&str> = other.envelopes().chain(all[2..].iter().copied()).collect();
    assert!(matches!(verify_chain(&swapped, &key), Err(ReceiptError::BrokenLink { position: 3, .. })));
    // Only its summary.
    let mixed: Vec<&str> = [all[0], other.summary.as_deref().unwrap()].into();
    assert!(matches!(verify_chain(&mixed, &key), Err(ReceiptError::Statement { position: 2, .. })));
    let stranger = sign(&claims(&"g2".parse().unwrap(), 2, true, None), &keys()).unwrap();
    let strange: Vec<&str> = all[..2].iter().copied().chain(stranger.envelopes()).collect();
    assert!(matches!(verify_chain(&strange, &key), Err(ReceiptError::OtherGoal { position: 3, .. })));
}

#[test]
fn nothing_follows_the_turn_that_ended_the_goal() {
    let first = sign(&claims(&goal(), 1, true, None), &keys()).unwrap();
    let second = sign(&claims(&goal(), 2, true, Some(first.digest.clone())), &keys()).unwrap();
    let both = [first, second];
    let error = verify_chain(&envelopes(&both), &keys().public()).unwrap_err();
    assert!(matches!(error, ReceiptError::AfterTheEnd { position: 3, turn: 2, .. }), "{error}");
}

#[test]
fn a_goal_whose_baseline_or_programs_moved_is_found_though_each_receipt_is_signed() {
    let first = sign(&claims(&goal(), 1, false, None), &keys()).unwrap();
    let mut moved = claims(&goal(), 2, true, Some(first.digest.clone()));
    moved.trees.baseline = "f".repeat(40).parse().unwrap();
    let mut replaced = claims(&goal(), 2, true, Some(first.digest.clone()));
    replaced.tools.clear();
    let mut judged = claims(&goal(), 2, true, Some(first.digest.clone()));
    judged.plugins.insert("scope".to_owned(), Digest::of("another"));
    let mut resigned = claims(&goal(), 2, true, Some(first.digest.clone()));
    resigned.signers.clear();
    for second in [moved, replaced, judged, resigned] {
        let both = [first.clone(), sign(&second, &keys()).unwrap()];
        let error = verify_chain(&envelopes(&both), &keys().public()).unwrap_err();
        assert_eq!(error, ReceiptError::MovedGoalposts { position: 3 });
    }
}

#[test]
fn a_statement_that_says_one_thing_in_two_ways_is_found_though_it_is_signed() {
    let key = keys().public();
    let honest = payload(&chain(1)[0].envelope);
    let signed = |text: &str| envelope::seal(text.as_bytes(), keys().signing()).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = honest.clone();
        change(&mut changed);
        signed(&goalpost_core::config::canonical_json(&changed))
    };
    let others = [
        with(&|v| v["predicate"]["result"] = "PASSED".into()),
        with(&|v| v["predicate"]["passedTests"] = serde_json::json!(["fmt"])),
        with(&|v| v["predicate"]["failedTests"] = serde_json::json!(["fmt"])),
        with(&|v| v["predicate"]["warnedTests"] = serde_json::json!(["fmt"])),
        with(&|v| v["predicate"]["configuration"][0]["digest"]["sha256"] = "0".repeat(64).into()),
        with(&|v| v["predicate"]["configuration"][1]["annotations"]["signer"] = "somebody".into()),
        with(&|v| drop(v["predicate"]["configuration"].as_array_mut().unwrap().pop())),
        with(&|v| v["subject"][0]["digest"]["gitTree"] = "0".repeat(40).into()),
        with(&|v| v["subject"].as_array_mut().unwrap().push(honest["subject"][0].clone())),
        with(&|v| v["more"] = true.into()),
        with(&|v| v["predicate"]["more"] = true.into()),
        with(&|v| v["predicate"]["urn:goalpost:turn:v1"]["more"] = true.into()),
        // The same to most readers, and not to all.
        signed(&format!("{honest} ")),
        signed(&honest.to_string().replacen('{', "{\"_type\":\"another\",", 1)),
    ];
    for other in others {
        let error = verify_chain(&[other], &key).unwrap_err();
        assert!(matches!(error, ReceiptError::Statement { position: 1, .. }), "{error}");
    }
}

#[test]
fn a_receipt_of_an_older_version_still_verifies() {
    // Written before there were summaries, programs and ends; its bytes are what matters here.
    let old = include_str!("testdata/older.jsonl");
    let lines: Vec<&str> = old.lines().collect();
    let chain = verify_chain(&lines, &keys().public()).unwrap();
    assert_eq!((chain.len(), chain[1].ends, chain[1].summarised), (2, None, false));
}

/// Every byte of an exported chain, put in another's place.
#[test]
fn each_byte_of_a_chain_counts() {
    let chain = chain(2);
    let key = keys().public();
    let exported = envelopes(&chain).join("\n");
    let positions: Vec<usize> = (0..exported.len()).collect();
    std::thread::scope(|scope| {
        for share in positions.chunks(exported.len().div_ceil(4)) {
            let (exported, key) = (&exported, &key);
            scope.spawn(move || {
                for at in share {
                    for bit in [0x01, 0x20] {
                        let mut bytes = exported.clone().into_bytes();
                        bytes[*at] ^= bit;
                        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                        assert!(verify_chain(&lines, key).is_err(), "byte {at}, bit {bit}");
                    }
                }
            });
        }
    });
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

/// What a statement is changed with.
const WORDS: [&str; 14] = [
    "",
    "null",
    "[]",
    "{}",
    "-1",
    "18446744073709551616",
    "1e400",
    "\"\\u001b[2J\"",
    "\"\\u001b[2J\":1,",
    "\"more\":1,",
    "\"PASSED\"",
    "true",
    ",\"previous\":null",
    "[[[[",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_is_found(which in 0usize..4, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let chain = chain(2);
        let mut bytes: Vec<Vec<u8>> = envelopes(&chain).iter().map(|text| text.as_bytes().to_vec()).collect();
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

    /// Whoever has the key can sign anything. What is read as a turn is what a turn's statement would be written as.
    #[test]
    fn a_signed_statement_is_read_in_its_one_form_or_not_at_all(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0usize..WORDS.len()), 1..4),
    ) {
        let mut text = payload(&chain(1)[0].envelope).to_string();
        for (from, until, word) in changes {
            let places: Vec<usize> = text.match_indices(['"', ',', ':', '{', '}', '[', ']']).map(|(at, _)| at).collect();
            let from = from.index(places.len());
            let until = (from + until.index(3)).min(places.len() - 1);
            text.replace_range(places[from]..places[until], WORDS[word]);
        }
        let envelope = envelope::seal(text.as_bytes(), keys().signing()).unwrap();
        match verify_chain(&[&envelope], &keys().public()) {
            Ok(turns) => prop_assert_eq!(statement::write(&turns[0]).unwrap(), text.as_bytes()),
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error.to_string()),
        }
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
    for envelope in receipt.envelopes() {
        let envelope: Value = serde_json::from_str(envelope).unwrap();
        let text = |field: &Value| STANDARD.decode(field.as_str().unwrap()).unwrap();
        let signed = pre_authentication(envelope["payloadType"].as_str().unwrap(), &text(&envelope["payload"]));
        fs::write(dir.path().join("signed"), signed).unwrap();
        fs::write(dir.path().join("sig"), text(&envelope["signatures"][0]["sig"])).unwrap();
        let openssl = Command::new("openssl")
            .current_dir(dir.path())
            .args([
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                "receipts.pub",
                "-in",
                "signed",
                "-sigfile",
                "sig",
            ])
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
}
