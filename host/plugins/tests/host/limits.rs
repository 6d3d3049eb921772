//! What calls share, how they end, and what is said then. Guests that go past a limit are in `tests/hostile`.

use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{CallContext, CallFailure, Engine, Kind, Layout, Plugin};

use crate::guests::{Guest, content};
use crate::host::{ENGINE, admit, evidence, judge, limits};

const SPIN: &str = "(loop $l (br $l)) unreachable";

fn judged(body: &str) -> Vec<u8> {
    Guest::new(Kind::Evaluator).body(body).build()
}

#[tokio::test]
async fn spinning_guests_leave_the_runtime_to_others() {
    // One thread for everything: it is the guests' giving way that lets the small one answer.
    let slow = Limits { timeout: Duration::from_secs(20), ..limits() };
    let spin = admit(judged(SPIN), Kind::Evaluator, &Grants::default(), &slow).await.unwrap();
    let quick = admit(content(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let spinning = tokio::spawn(async move { spin.evaluate(CallContext::default(), &evidence()).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    quick.evaluate(CallContext::default(), &evidence()).await.unwrap();
    assert!(!spinning.is_finished());
    spinning.abort();
    assert!(spinning.await.unwrap_err().is_cancelled(), "dropping a call's future ends the guest");
}

#[tokio::test]
async fn a_call_can_be_cancelled() {
    let admitted = admit(judged(SPIN), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let (cancel, cancelled) = tokio::sync::watch::channel(false);
    let context = CallContext { cancel: Some(cancelled), ..CallContext::default() };
    let call = tokio::spawn(async move { admitted.evaluate(context, &evidence()).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    cancel.send(true).unwrap();
    assert_eq!(call.await.unwrap().unwrap_err().failure, CallFailure::Cancelled);
}

#[tokio::test]
async fn a_trap_is_a_crash_with_the_last_words_of_the_guest() {
    let mut guest = Guest::new(Kind::Evaluator).log();
    let text = guest.text("panicked at 'index out of bounds'\u{1b}[0m");
    let bytes = guest.body(format!("(call $log (i32.const 4) {text}) unreachable")).build();
    let error = judge(bytes, &limits()).await.unwrap_err();
    assert!(matches!(&error.failure, CallFailure::Trapped(why) if why.contains("unreachable")), "{error}");
    assert_eq!(error.last_log.as_deref(), Some("panicked at 'index out of bounds'"));
    assert!(error.to_string().ends_with("its last log message: panicked at 'index out of bounds'"), "{error}");
    assert_eq!(error.stats.host_calls, 1);
}

#[tokio::test]
async fn an_error_is_the_plugins_own_word() {
    let mut guest = Guest::new(Kind::Evaluator);
    let body = guest.error("the rules file is missing");
    let error = judge(guest.body(body).build(), &limits()).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::Refused("the rules file is missing".into()));
}

/// Grows what it can until the host says no, then answers with how much it got.
fn grower(memory: &str, body: &str) -> Guest {
    let mut guest = Guest::new(Kind::Evaluator).memory(memory);
    let answer = guest.verdict(0, "contained", None);
    guest.body(format!("{body} {answer}"))
}

#[tokio::test]
async fn a_guest_that_dies_of_being_denied_memory_is_told_so() {
    let bomb = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    let limits = Limits { memory: 8 << 20, ..limits() };
    let error = judge(judged(bomb), &limits).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::Memory(8 << 20));
    assert!(error.to_string().contains("8 MiB of memory (`limits.memory`)"), "{error}");
}

#[tokio::test]
async fn a_fresh_instance_answers_every_call() {
    // A counter in a global: any memory between calls would show as another outcome.
    let mut guest = Guest::new(Kind::Evaluator).code("(global $calls (mut i32) (i32.const 0))");
    let answer = guest.verdict(0, "", None);
    let bytes = guest
        .body(format!(
            "(if (global.get $calls) (then unreachable))
             (global.set $calls (i32.const 1)) {answer}"
        ))
        .build();
    let admitted = admit(bytes, Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    for _ in 0..3 {
        admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    }
}

/// Slots of memory and tables serve one call after the other: what one left in them is not there for the next.
#[tokio::test]
async fn nothing_that_a_call_wrote_is_left_in_its_slot() {
    // From the second page on, where neither data nor the evidence lies, to the end; and an element that was never set.
    let looks = "
        (loop $next
            (if (i64.ne (i64.load (global.get $at)) (i64.const 0)) (then unreachable))
            (i64.store (global.get $at) (i64.const -1))
            (global.set $at (i32.add (global.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (global.get $at) (i32.const 0x200000))))
        (if (i32.eqz (ref.is_null (table.get $slots (i32.const 9999)))) (then unreachable))
        (table.set $slots (i32.const 9999) (ref.func $own))
        (drop (memory.grow (i32.const 4)))
        (i64.store (i32.const 0x230000) (i64.const -1))";
    let code = "(global $at (mut i32) (i32.const 0x10000))
        (table $slots 10000 funcref) (func $own) (elem declare func $own)";
    let guest = grower("(memory (export \"memory\") 32)", looks).code(code);
    let admitted = admit(guest.build(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    for _ in 0..60 {
        admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_calls_than_places_all_get_their_answer() {
    let admitted = admit(content(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let admitted = admitted.clone();
            tokio::spawn(async move { admitted.evaluate(CallContext::default(), &evidence()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn every_layout_of_memory_contains_the_same_guests() {
    assert_eq!(ENGINE.layout(), Layout::Pooled, "what this machine allows");
    let bomb = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    let limits = Limits { memory: 16 << 20, timeout: Duration::from_millis(300), ..limits() };
    for layout in [Layout::OnDemand, Layout::Small] {
        let engine = Engine::with_layout(layout).unwrap();
        for (bytes, ends_well) in
            [(content(), true), (grower("(memory (export \"memory\") 1)", bomb).build(), true), (judged(SPIN), false)]
        {
            let plugin = Plugin::load(&engine, None, bytes, "test", Kind::Evaluator).unwrap();
            let admitted = plugin.admit(&Grants::default(), &limits, &serde_json::Map::new()).await.unwrap();
            let answer = admitted.evaluate(CallContext::default(), &evidence()).await;
            assert_eq!(answer.is_ok(), ends_well, "{layout:?}: {answer:?}");
        }
    }
}

/// Runs this test binary again with 3 GB of address space: less than one reservation of the usual layouts.
#[test]
fn a_small_address_space_is_enough() {
    const INNER: &str = "GOALPOST_TEST_SMALL_ADDRESS_SPACE";
    if std::env::var_os(INNER).is_some() {
        let engine = Engine::new().unwrap();
        assert_eq!(engine.layout(), Layout::Small);
        let plugin = Plugin::load(&engine, None, content(), "test", Kind::Evaluator).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let admitted = plugin.admit(&Grants::default(), &limits(), &serde_json::Map::new()).await.unwrap();
            admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
        });
        return;
    }
    let status = std::process::Command::new("/bin/sh")
        .args(["-c", "ulimit -v 3000000 && exec \"$0\" --exact limits::a_small_address_space_is_enough"])
        .arg(std::env::current_exe().unwrap())
        .env(INNER, "1")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
