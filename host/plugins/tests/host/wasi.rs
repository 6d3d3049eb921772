//! WASI with nothing behind it: what a guest finds there, and what it never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{CallContext, CallFailure, Clock, Kind, LogLevel, Outside, Problem};

use crate::guests::Guest;
use crate::host::{admit, evidence, judge, limits, log_sink};

/// A clock that says what it is told to.
struct Told(AtomicU64);

impl Clock for Told {
    fn wall(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> u64 {
        self.0.fetch_add(7, Ordering::Relaxed)
    }
}

/// Answers with the time in seconds as its reason: two letters of it, and eight letters of randomness.
fn diviner() -> Vec<u8> {
    let mut guest = Guest::new(Kind::Evaluator).wasi("random/random", "get-random-u64", "random", "(result i64)").wasi(
        "clocks/wall-clock",
        "now",
        "now",
        "(param i32)",
    );
    let answer = guest.verdict(0, "@@@@@@@@@", None);
    // The reason lies at the start of the data: one letter from the clock, eight from the random number.
    let letters = "(i64.or (i64.const 0x4040404040404040) (i64.and (i64.const 0x0f0f0f0f0f0f0f0f) (call $random)))";
    let body = format!(
        "(call $now (i32.const 512))
         (i32.store8 (i32.const 1024) (i32.or (i32.const 64) (i32.and (i32.const 15) (i32.load (i32.const 512)))))
         (i64.store (i32.const 1025) {letters}) {answer}"
    );
    guest.body(body).build()
}

#[tokio::test]
async fn the_same_outside_gives_the_same_answer() {
    let admitted = admit(diviner(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let ask = |seed: u8, time: u64| {
        let outside = Outside { clock: Arc::new(Told(time.into())), seed: [seed; 32] };
        let context = CallContext { outside: Some(outside), ..CallContext::default() };
        let admitted = admitted.clone();
        async move { admitted.evaluate(context, &evidence()).await.unwrap().0.reason }
    };
    let first = ask(1, 5).await;
    assert_eq!(first, ask(1, 5).await);
    let (other_seed, other_time) = (ask(2, 5).await, ask(1, 6).await);
    assert_eq!((&first[..1], &other_time[..1]), ("E", "F"));
    assert_eq!(first[1..], other_time[1..]);
    assert_ne!(first[1..], other_seed[1..]);
    let fresh = admitted.evaluate(CallContext::default(), &evidence()).await.unwrap().0.reason;
    assert_ne!(fresh[1..], first[1..]);
}

#[tokio::test]
async fn a_plugin_describes_itself_without_the_time() {
    let mut guest = Guest::new(Kind::Evaluator).wasi("clocks/wall-clock", "now", "now", "(param i32)").describe(
        "(call $now (i32.const 512))
         (if (i64.ne (i64.load (i32.const 512)) (i64.const 946684800)) (then unreachable))",
    );
    let answer = guest.verdict(0, "", None);
    judge(guest.body(answer).build(), &limits()).await.unwrap();
}

#[tokio::test]
async fn standard_output_is_the_log() {
    let mut guest = Guest::new(Kind::Evaluator).wasi("cli/stdout", "get-stdout", "stdout", "(result i32)").wasi(
        "io/streams",
        "[method]output-stream.blocking-write-and-flush",
        "write",
        "(param i32 i32 i32 i32)",
    );
    let (lines, rest) = (guest.text("one\ntwo \u{1b}[31mred\n\n"), guest.text("no end"));
    let answer = guest.verdict(0, "", None);
    let body = format!(
        "(local.set $i (call $stdout))
         (call $write (local.get $i) {lines} (i32.const 512)) (call $write (local.get $i) {rest} (i32.const 512)) {answer}"
    );
    let admitted = admit(guest.body(body).build(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let (context, lines) = log_sink();
    admitted.evaluate(context, &evidence()).await.unwrap();
    let lines = lines.lock().unwrap().clone();
    let texts: Vec<_> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["one", "two red", "no end"]);
    assert!(lines.iter().all(|(level, _)| *level == LogLevel::Info));
}

#[tokio::test]
async fn a_flood_on_standard_output_is_a_flood_of_the_log() {
    let mut guest = Guest::new(Kind::Evaluator).wasi("cli/stdout", "get-stdout", "stdout", "(result i32)").wasi(
        "io/streams",
        "[method]output-stream.blocking-write-and-flush",
        "write",
        "(param i32 i32 i32 i32)",
    );
    let line = guest.text("0123456789012345678901234567890123456789\n");
    let answer = guest.verdict(0, "", None);
    let body = format!(
        "(local.set $i (call $stdout))
         (loop $more
            (call $write (local.get $i) {line} (i32.const 512))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $j) (i32.const 1000))))
         {answer}"
    );
    let limits = Limits { log_bytes: 560, ..limits() };
    let admitted = admit(guest.body(body).build(), Kind::Evaluator, &Grants::default(), &limits).await.unwrap();
    let (context, lines) = log_sink();
    let (_, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    assert_eq!((lines.lock().unwrap().len(), stats.log_dropped), (10, 990));
}

#[tokio::test]
async fn there_are_no_files_no_environment_and_no_sockets() {
    let mut guest = Guest::new(Kind::Evaluator)
        .wasi("filesystem/preopens", "get-directories", "folders", "(param i32)")
        .wasi("cli/environment", "get-environment", "environment", "(param i32)")
        .wasi("cli/environment", "get-arguments", "arguments", "(param i32)")
        .wasi("sockets/tcp-create-socket", "create-tcp-socket", "socket", "(param i32 i32)");
    let answer = guest.verdict(0, "", None);
    let empty =
        |call: &str| format!("(call {call} (i32.const 512)) (if (i32.load (i32.const 516)) (then unreachable))");
    let denied = "(call $socket (i32.const 0) (i32.const 512))
        (if (i32.ne (i32.load8_u (i32.const 512)) (i32.const 1)) (then unreachable))";
    let body = [empty("$folders"), empty("$environment"), empty("$arguments"), denied.into(), answer].join("\n");
    judge(guest.body(body).build(), &limits()).await.unwrap();
}

#[tokio::test]
async fn a_guest_that_sleeps_is_ended_at_its_deadline() {
    let guest = Guest::new(Kind::Evaluator)
        .wasi("clocks/monotonic-clock", "subscribe-duration", "later", "(param i64) (result i32)")
        .wasi("io/poll", "[method]pollable.block", "block", "(param i32)")
        .body("(call $block (call $later (i64.const 9000000000000000000))) unreachable");
    let limits = Limits { timeout: Duration::from_millis(200), ..limits() };
    let begun = Instant::now();
    let error = judge(guest.build(), &limits).await.unwrap_err();
    assert_eq!(error.failure, CallFailure::TimedOut(Duration::from_millis(200)));
    assert!(begun.elapsed() < Duration::from_secs(20), "a sleep of centuries was cut");
}

#[tokio::test]
async fn more_randomness_than_anybody_needs_is_refused() {
    let guest = Guest::new(Kind::Evaluator)
        .wasi("random/random", "get-random-bytes", "random", "(param i64 i32)")
        .body("(call $random (i64.const 0x7fffffffffff) (i32.const 512)) unreachable");
    let error = judge(guest.build(), &limits()).await.unwrap_err();
    assert!(matches!(error.failure, CallFailure::Malformed(_)), "{error}");
}

#[tokio::test]
async fn the_rest_of_wasi_is_not_there() {
    let text = r#"(component
        (import "wasi:http/outgoing-handler@0.2.3" (instance))
        (import "wasi:cli/stdout@0.3.0" (instance))
        (import "wasi:cli/stdout@0.2.3" (instance)))"#;
    let error = admit(wat::parse_str(text).unwrap(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    let refused: Vec<_> = error
        .problems
        .iter()
        .filter_map(|p| if let Problem::Wasi { import } = p { Some(import.as_str()) } else { None })
        .collect();
    assert_eq!(refused, ["wasi:http/outgoing-handler@0.2.3", "wasi:cli/stdout@0.3.0"]);
}
