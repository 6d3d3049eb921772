//! `state`: what a call finds, what it leaves, and where it ends.

use std::sync::Arc;

use goalpost_core::config::{Grants, StateGrant};
use goalpost_core::plugin_state::Remembered;
use goalpost_core::redact::Redactor;
use goalpost_core::verdict::Verdict;
use goalpost_plugins::record::{Input, Recorder, Recording, replay};
use goalpost_plugins::{Admitted, CallContext, CallError, Kind, Problem, StateBook};
use serde_json::{Value, json};

use crate::built::{built, map};
use crate::host::{admit, evidence, limits, load};

const SECRET: &str = "correct-horse-battery-9";

fn granted(keys: u32, bytes: u64) -> Grants {
    Grants { state: Some(StateGrant { keys, bytes }), ..Grants::default() }
}

async fn admitted(name: &str, grants: &Grants, config: Value) -> Option<Admitted> {
    let plugin = load(built(name)?, Kind::Evaluator);
    Some(plugin.admit(grants, &limits(), &map(config)).await.unwrap())
}

fn remembered(entries: &[(&str, &str)]) -> Remembered {
    entries.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
}

/// Asks with what is remembered, and gives what is remembered then.
async fn asked(plugin: &Admitted, found: &Remembered) -> (Result<Verdict, CallError>, Remembered) {
    let book = StateBook::open(plugin.grants().state.as_ref().unwrap(), found);
    let context = CallContext { state: Some(book.clone()), ..CallContext::default() };
    let verdict = plugin.evaluate(context, &evidence()).await.map(|(verdict, _)| verdict);
    (verdict, book.remembered())
}

#[tokio::test]
async fn a_plugin_without_the_grant_is_not_admitted_and_with_it_is() {
    let Some(bytes) = built("remembers") else { return };
    let error = admit(bytes.clone(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    assert!(matches!(&error.problems[..], [Problem::Ungranted { fix: "state = true", .. }]), "{error}");
    admit(bytes, Kind::Evaluator, &granted(64, 1024), &limits()).await.unwrap();
}

#[tokio::test]
async fn a_call_goes_on_from_what_was_found_and_leaves_the_original_alone() {
    let Some(plugin) = admitted("remembers", &granted(64, 1024), json!({})).await else { return };
    let found = remembered(&[("asked", "4"), ("other", "x")]);
    for _ in 0..2 {
        let (verdict, left) = asked(&plugin, &found).await;
        assert_eq!(verdict.unwrap().reason, "asked 4 times before");
        assert_eq!(left, remembered(&[("asked", "5"), ("other", "x")]));
    }
}

#[tokio::test]
async fn what_another_version_left_is_borne_with() {
    let Some(plugin) = admitted("remembers", &granted(64, 1024), json!({})).await else { return };
    let damaged: Remembered = [("asked".to_owned(), vec![0xff, 0xfe])].into_iter().collect();
    assert_eq!(asked(&plugin, &damaged).await.0.unwrap().reason, "asked 0 times before");
}

#[tokio::test]
async fn a_bomb_of_keys_or_of_bytes_meets_its_grant() {
    for (grants, config, says) in [
        (
            granted(3, 1 << 20),
            json!({ "keys": 100, "times": 1 }),
            "3 keys kept; the plugin may remember at most 3 keys",
        ),
        (
            granted(64, 5_000),
            json!({ "keys": 5, "times": 1 << 20 }),
            "0 keys kept; the plugin may remember at most 5000",
        ),
        (granted(64, 50), json!({ "keys": 9, "times": 10 }), "3 keys kept"),
    ] {
        let Some(plugin) = admitted("state-bomb", &grants, config).await else { return };
        let (verdict, left) = asked(&plugin, &Remembered::default()).await;
        let reason = verdict.unwrap().reason;
        assert!(reason.starts_with(says), "{reason}");
        let bytes: usize = left.iter().map(|(key, value)| key.len() + value.len()).sum();
        assert!(bytes as u64 <= grants.state.as_ref().unwrap().bytes);
    }
}

#[tokio::test]
async fn a_call_without_a_goal_says_so_to_the_plugin() {
    let Some(plugin) = admitted("remembers", &granted(64, 1024), json!({})).await else { return };
    let error = plugin.evaluate(CallContext::default(), &evidence()).await.unwrap_err();
    assert!(error.to_string().contains("no goal to remember"), "{error}");
}

#[tokio::test]
async fn a_secret_is_masked_before_it_is_remembered() {
    let Some(plugin) =
        admitted("state-bomb", &granted(64, 1024), json!({ "keys": 1, "times": 1, "text": SECRET })).await
    else {
        return;
    };
    let redactor = Arc::new(Redactor::new([SECRET.to_owned()]));
    let book = StateBook::open(plugin.grants().state.as_ref().unwrap(), &Remembered::default()).redacted_by(redactor);
    let context = CallContext { state: Some(book.clone()), ..CallContext::default() };
    plugin.evaluate(context, &evidence()).await.unwrap();
    assert_eq!(book.remembered(), remembered(&[("key-0", &"*".repeat(SECRET.len()))]));
}

#[tokio::test]
async fn a_recording_has_what_was_found_and_gives_the_same_anywhere() {
    let Some(plugin) = admitted("remembers", &granted(64, 1024), json!({})).await else { return };
    let book = StateBook::open(plugin.grants().state.as_ref().unwrap(), &remembered(&[("asked", "7")]));
    let context = CallContext { state: Some(book), ..CallContext::default() };
    let redactor = Arc::new(Redactor::new([]));
    let input = Input::Evidence(Box::new(evidence()));
    let (recorder, context) = Recorder::begin(&plugin, context, input, redactor).unwrap();
    let ended = plugin.evaluate(context, &evidence()).await;
    let recording = Recording::parse(&recorder.end(&ended).unwrap().to_text()).unwrap();
    assert_eq!(recording.header.state, Some(remembered(&[("asked", "7")])));

    let again = replay(&load(built("remembers").unwrap(), Kind::Evaluator), &recording).await.unwrap().unwrap();
    assert_eq!(again.outcome, recording.outcome);
    assert!(again.outcome.line().contains("asked 7 times before"), "{}", again.outcome.line());
    assert!(again.divergences.is_empty(), "{:?}", again.divergences);
}
