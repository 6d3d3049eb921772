//! Every limit of a call, each with a guest that goes past it, and every way in which a guest can break.

use std::time::{Duration, Instant};

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{CallContext, CallFailure, Engine, Kind, Layout, Plugin};

use crate::guests::{Guest, content};
use crate::host::{ENGINE, admit, evidence, judge, limits, log_sink};

const SPIN: &str = "(loop $l (br $l)) unreachable";

fn judged(body: &str) -> Vec<u8> {
    Guest::new(Kind::Evaluator).body(body).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_never_returns_ends_at_its_deadline() {
    let limits = Limits { timeout: Duration::from_millis(100), ..limits() };
    let admitted = admit(judged(SPIN), Kind::Evaluator, &Grants::default(), &limits).await.unwrap();
    // The machine may be busy: the best of some runs shows what the host itself adds.
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        let error = admitted.evaluate(CallContext::default(), &evidence()).await.unwrap_err();
        let took = start.elapsed();
        assert_eq!(error.failure, CallFailure::TimedOut(limits.timeout));
        assert!(took >= limits.timeout, "{took:?}");
        best = best.min(took);
        if best <= limits.timeout + Duration::from_millis(20) {
            return;
        }
    }
    panic!("the best of 20 runs took {best:?}");
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
async fn a_guest_that_spins_while_it_starts_ends_too() {
    let guest = Guest::new(Kind::Evaluator).code("(func $spin (loop $l (br $l))) (start $spin)");
    let limits = Limits { timeout: Duration::from_millis(50), ..limits() };
    let error = admit(guest.build(), Kind::Evaluator, &Grants::default(), &limits).await.unwrap_err();
    assert!(error.to_string().contains("did not answer within 50 ms"), "{error}");
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
async fn endless_recursion_is_a_crash() {
    let guest = Guest::new(Kind::Evaluator)
        .code("(func $down (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1)))")
        .body("(call $down (i32.const 0))");
    let error = judge(guest.build(), &limits()).await.unwrap_err();
    assert!(matches!(&error.failure, CallFailure::Trapped(why) if why.contains("stack")), "{error}");
}

#[tokio::test]
async fn an_error_is_the_plugins_own_word() {
    let mut guest = Guest::new(Kind::Evaluator);
    let body = guest.error("the rules file is missing");
    let error = judge(guest.body(body).build(), &limits()).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::Refused("the rules file is missing".into()));
}

#[tokio::test]
async fn a_malformed_answer_is_told_apart_from_a_crash() {
    // A score out of range, an outcome that does not exist, text outside of memory, text that is no UTF-8.
    let mut score = Guest::new(Kind::Evaluator);
    let body = score.verdict(0, "", Some(f64::NAN));
    let score = score.body(body);
    let mut outcome = Guest::new(Kind::Evaluator);
    let body = outcome.verdict(99, "", None);
    let outcome = outcome.body(body);
    let mut utf8 = Guest::new(Kind::Evaluator);
    let body = utf8.verdict(0, "xx", None);
    let utf8 = utf8.body(format!("(i32.store16 (i32.const 1024) (i32.const 0xffff)) {body}"));
    let outside = Guest::new(Kind::Evaluator).body("(i32.const -8)");
    for (name, guest) in [("score", score), ("outcome", outcome), ("outside", outside), ("utf8", utf8)] {
        let error = judge(guest.build(), &limits()).await.unwrap_err();
        assert!(matches!(error.failure, CallFailure::Malformed(_)), "{name}: {error}");
    }
}

#[tokio::test]
async fn an_answer_past_output_bytes_is_too_large() {
    let mut guest = Guest::new(Kind::Evaluator);
    let body = guest.verdict(0, &"x".repeat(2000), None);
    let limits = Limits { output_bytes: 1999, ..limits() };
    let error = judge(guest.body(body).build(), &limits).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::TooLarge(1999));
}

#[tokio::test]
async fn an_answer_that_claims_gigabytes_costs_the_host_nothing() {
    // 64 million findings of zero bytes' worth of text, all in the same place.
    let mut guest = Guest::new(Kind::Evaluator).memory("(memory (export \"memory\") 900)");
    let body = guest.verdict(0, "", None);
    let address: u32 = body.trim_start_matches("(i32.const ").trim_end_matches(')').parse().unwrap();
    let guest = guest.body(format!(
        "(i32.store (i32.const {}) (i32.const 65536)) (i32.store (i32.const {}) (i32.const 900000)) {body}",
        address + 20,
        address + 24
    ));
    let error = judge(guest.build(), &Limits { output_bytes: 1 << 20, ..limits() }).await.unwrap_err();
    assert!(matches!(error.failure, CallFailure::Malformed(_) | CallFailure::TooLarge(_)), "{error}");
}

/// Grows what it can until the host says no, then answers with how much it got.
fn grower(memory: &str, body: &str) -> Guest {
    let mut guest = Guest::new(Kind::Evaluator).memory(memory);
    let answer = guest.verdict(0, "contained", None);
    guest.body(format!("{body} {answer}"))
}

#[tokio::test]
async fn a_memory_bomb_over_several_memories_is_contained() {
    let memories = "(memory (export \"memory\") 1) (memory $b 1) (memory $c 1) (memory $d 1)";
    let bomb = "(loop $l
        (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))
        (br_if $l (i32.ne (memory.grow $b (i32.const 16)) (i32.const -1)))
        (br_if $l (i32.ne (memory.grow $c (i32.const 16)) (i32.const -1)))
        (br_if $l (i32.ne (memory.grow $d (i32.const 16)) (i32.const -1))))";
    let limits = Limits { memory: 32 << 20, ..limits() };
    let (verdict, stats) = judge(grower(memories, bomb).build(), &limits).await.unwrap();
    assert_eq!(verdict.reason, "contained");
    assert!(stats.peak_memory <= 32 << 20, "{stats:?}");
    assert!(stats.peak_memory > 30 << 20, "{stats:?}");
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
async fn a_guest_that_begins_with_too_much_memory_is_told_so() {
    let guest = Guest::new(Kind::Evaluator).memory("(memory (export \"memory\") 200)");
    let limits = Limits { memory: 8 << 20, ..limits() };
    let error = admit(guest.build(), Kind::Evaluator, &Grants::default(), &limits).await.unwrap_err();
    assert!(error.to_string().contains("8 MiB of memory"), "{error}");
}

#[tokio::test]
async fn a_table_bomb_is_contained() {
    let tables = "(memory (export \"memory\") 1) (table $a 1 funcref) (table $b 1 funcref)";
    let bomb = "(loop $l
        (br_if $l (i32.ne (table.grow $a (ref.null func) (i32.const 1000)) (i32.const -1)))
        (br_if $l (i32.ne (table.grow $b (ref.null func) (i32.const 1000)) (i32.const -1))))";
    let limits = Limits { memory: 256 << 10, ..limits() };
    let (_, stats) = judge(grower(tables, bomb).build(), &limits).await.unwrap();
    assert!(stats.peak_memory <= 256 << 10, "{stats:?}");
    assert!(stats.peak_memory > 240 << 10, "{stats:?}");
}

#[tokio::test]
async fn growing_past_its_own_maximum_gives_a_guest_nothing_back() {
    let memories = "(memory (export \"memory\") 1) (memory $b 1 2)";
    // Every failing growth of the small memory would be given back, if failures were.
    let bomb = "(loop $l
        (drop (memory.grow $b (i32.const 64)))
        (drop (memory.grow $b (i32.const 65535)))
        (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    let limits = Limits { memory: 16 << 20, ..limits() };
    let (_, stats) = judge(grower(memories, bomb).build(), &limits).await.unwrap();
    assert!(stats.peak_memory <= 16 << 20, "{stats:?}");
    assert!(stats.peak_memory > 14 << 20, "{stats:?}");
}

#[tokio::test]
async fn many_instances_in_one_component_are_refused() {
    let instances = "(core instance (instantiate $m))".repeat(100);
    let text = format!(
        r#"(component
        (core module $m (memory 1) (func (export "f") (result i32) i32.const 1))
        {instances}
        (core instance $i (instantiate $m))
        (func $f (result u32) (canon lift (core func $i "f")))
        (instance $info (export "describe" (func $f)))
        (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
        (export "evaluate" (func $f)))"#
    );
    let error = admit(wat::parse_str(text).unwrap(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    assert!(error.to_string().contains("instances"), "{error}");
}

#[tokio::test]
async fn a_log_flood_is_counted_and_dropped() {
    let mut guest = Guest::new(Kind::Evaluator).log();
    let text = guest.text(&"x".repeat(84));
    let answer = guest.verdict(0, "", None);
    let bytes = guest
        .body(format!(
            "(local.set $i (i32.const 500))
             (loop $l (call $log (i32.const 2) {text})
                (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
             {answer}"
        ))
        .build();
    let limits = Limits { log_bytes: 1000, ..limits() };
    let admitted = admit(bytes, Kind::Evaluator, &Grants::default(), &limits).await.unwrap();
    let (context, lines) = log_sink();
    let (_, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    assert_eq!((lines.lock().unwrap().len(), stats.log_dropped, stats.host_calls), (10, 490, 500));
}

#[tokio::test]
async fn empty_log_messages_are_no_way_around_the_limit() {
    let mut guest = Guest::new(Kind::Evaluator).log();
    let answer = guest.verdict(0, "", None);
    let bytes = guest
        .body(format!(
            "(local.set $i (i32.const 5000))
             (loop $l (call $log (i32.const 2) (i32.const 0) (i32.const 0))
                (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
             {answer}"
        ))
        .build();
    let limits = Limits { log_bytes: 1600, ..limits() };
    let admitted = admit(bytes, Kind::Evaluator, &Grants::default(), &limits).await.unwrap();
    let (context, lines) = log_sink();
    admitted.evaluate(context, &evidence()).await.unwrap();
    assert_eq!(lines.lock().unwrap().len(), 100);
}

#[tokio::test]
async fn a_flood_of_host_calls_ends_the_guest() {
    let guest = Guest::new(Kind::Evaluator)
        .log()
        .body("(loop $l (call $log (i32.const 0) (i32.const 0) (i32.const 0)) (br $l)) unreachable");
    let error = judge(guest.build(), &Limits { host_calls: 300, ..limits() }).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::HostCalls(300));
    assert_eq!(error.stats.host_calls, 300);
}

#[tokio::test]
async fn a_message_larger_than_any_transfer_is_refused_before_it_is_copied() {
    let guest = Guest::new(Kind::Evaluator)
        .memory("(memory (export \"memory\") 512)")
        .log()
        .body("(call $log (i32.const 0) (i32.const 0) (i32.const 0x1800000)) unreachable");
    let error = judge(guest.build(), &limits()).await.unwrap_err();
    assert!(matches!(error.failure, CallFailure::Malformed(_)), "{error}");
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
