//! Guests that attack the host, one behaviour each, all at once beside a guest that behaves: each ends for its own reason, near
//! its deadline at the latest, and neither the host's memory nor the neighbour notices.
//!
//! `cargo test --workspace --test host hostile -- --nocapture` prints what each cost.

use std::time::{Duration, Instant};

use goalpost_core::config::Limits;
use goalpost_core::verdict::Verdict;
use goalpost_plugins::{CallContext, CallError, CallFailure, CallStats, Kind, Plugin};

use crate::capabilities::{tree_grant, tree_guest, with_trees};
use crate::guests::{Guest, content};
use crate::host::{ENGINE, admit, evidence, limits};

const DEADLINE: Duration = Duration::from_millis(400);

/// What the host itself may add on a machine that is busy with other things; on an idle one it is under 20 ms.
const BUSY: Duration = Duration::from_secs(5);

/// What a guest's memory may cost the host beyond the guest's own limit, in KiB.
const OVERHEAD_KIB: u64 = 64 << 10;

/// How an attack must end.
enum End {
    TimedOut,
    Trapped,
    Malformed,
    HostCalls,
    Memory,
    /// Nothing but the guest itself was harmed: it goes on to its answer.
    Answers,
}

struct Attack {
    name: &'static str,
    guest: Guest,
    end: End,
}

fn plain(body: &str) -> Guest {
    Guest::new(Kind::Evaluator).body(body)
}

/// A guest that answers when `body` is over.
fn answering(mut guest: Guest, body: &str) -> Guest {
    let answer = guest.verdict(0, "", None);
    guest.body(format!("{body} {answer}"))
}

fn attacks() -> Vec<Attack> {
    let tree = |body: &str| tree_guest().body(body);
    let attack = |name, guest, end| Attack { name, guest, end };
    // Touched, so that it is memory and no promise.
    let grow = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (memory.fill (i32.const 65536) (i32.const 7)
            (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))";
    // Bytes that are no UTF-8, where a path is expected.
    let bad_path = "(i32.store (i32.const 800) (i32.const 0xfffefdfc))
        (call $read (call $sealed) (i32.const 800) (i32.const 4) (i64.const 0) (i32.const 1) (i32.const 512)) unreachable";
    let outside_path = "(call $read (call $sealed) (i32.const -16) (i32.const 64) (i64.const 0) (i32.const 1)
        (i32.const 512)) unreachable";
    vec![
        attack("spin", plain("(loop $l (br $l)) unreachable"), End::TimedOut),
        attack(
            "spin, and touch memory",
            plain("(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 60000)) (br $l)) unreachable"),
            End::TimedOut,
        ),
        attack(
            "one long memory.fill after another",
            Guest::new(Kind::Evaluator)
                .memory("(memory (export \"memory\") 400)")
                .body("(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 26000000)) (br $l)) unreachable"),
            End::TimedOut,
        ),
        attack(
            "host calls without end",
            Guest::new(Kind::Evaluator)
                .log()
                .body("(loop $l (call $log (i32.const 0) (i32.const 0) (i32.const 0)) (br $l)) unreachable"),
            End::HostCalls,
        ),
        attack(
            "a host call now and then",
            Guest::new(Kind::Evaluator).log().body(
                "(loop $l (local.set $i (i32.const 5000000))
                    (loop $m (br_if $m (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
                    (call $log (i32.const 0) (i32.const 0) (i32.const 0)) (br $l)) unreachable",
            ),
            End::TimedOut,
        ),
        attack(
            "endless recursion",
            Guest::new(Kind::Evaluator)
                .code("(func $down (param i64) (result i64) (i64.add (call $down (local.get 0)) (i64.const 1)))")
                .body("(drop (call $down (i64.const 0))) unreachable"),
            End::Trapped,
        ),
        attack("unreachable", plain("unreachable"), End::Trapped),
        attack("division by zero", plain("(i32.div_u (i32.const 1) (i32.const 0))"), End::Trapped),
        attack("a read outside of memory", plain("(i32.load (i32.const -4))"), End::Trapped),
        attack(
            "a call through a table of nothing",
            Guest::new(Kind::Evaluator)
                .code("(table $t 4 funcref) (type $f (func (result i32)))")
                .body("(call_indirect $t (type $f) (i32.const 2))"),
            End::Trapped,
        ),
        attack("memory until it is refused", plain(&format!("{grow} unreachable")), End::Memory),
        attack("memory until it is refused, politely", answering(Guest::new(Kind::Evaluator), grow), End::Answers),
        attack("a handle that was never given", tree("(call $drop_tree (i32.const 77)) unreachable"), End::Malformed),
        attack(
            "a handle dropped twice",
            tree(
                "(local.set $i (call $sealed)) (call $drop_tree (local.get $i)) (call $drop_tree (local.get $i)) unreachable",
            ),
            End::Malformed,
        ),
        attack(
            "a handle used after it was dropped",
            tree(
                "(local.set $i (call $sealed)) (call $drop_tree (local.get $i))
                 (call $id (local.get $i) (i32.const 512)) unreachable",
            ),
            End::Malformed,
        ),
        attack("a path that is no UTF-8", tree(bad_path), End::Malformed),
        attack("a path outside of memory", tree(outside_path), End::Malformed),
        attack(
            "a result outside of memory",
            tree("(call $id (call $sealed) (i32.const -64)) unreachable"),
            End::Malformed,
        ),
        attack(
            "a call of the host from within the host's own",
            // The host asks for memory for the tree's id, and the guest uses that moment to call back.
            tree_guest()
                .reallocating("(drop (call $sealed))")
                .body("(call $id (call $sealed) (i32.const 512)) unreachable"),
            End::Trapped,
        ),
        attack(
            "memory given to the host that is not there",
            tree_guest()
                .reallocating("(return (i32.const -8))")
                .body("(call $id (call $sealed) (i32.const 512)) unreachable"),
            End::Malformed,
        ),
        attack(
            "never giving the host its memory",
            tree_guest()
                .reallocating("(loop $l (br $l))")
                .body("(call $id (call $sealed) (i32.const 512)) unreachable"),
            End::TimedOut,
        ),
    ]
}

/// What is resident, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn contained(end: &End, answer: &Result<(Verdict, CallStats), CallError>) -> bool {
    match (end, answer) {
        (End::Answers, answer) => answer.is_ok(),
        (_, Ok(_)) => false,
        (End::TimedOut, Err(error)) => error.failure == CallFailure::TimedOut(DEADLINE),
        (End::Trapped, Err(error)) => matches!(error.failure, CallFailure::Trapped(_)),
        (End::Malformed, Err(error)) => matches!(error.failure, CallFailure::Malformed(_)),
        (End::HostCalls, Err(error)) => matches!(error.failure, CallFailure::HostCalls(_)),
        (End::Memory, Err(error)) => matches!(error.failure, CallFailure::Memory(_)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attack_ends_for_its_own_reason_and_no_neighbour_notices() {
    let limits = Limits { timeout: DEADLINE, memory: 32 << 20, ..limits() };
    let neighbour = admit(content(), Kind::Evaluator, &tree_grant(), &crate::host::limits()).await.unwrap();
    neighbour.evaluate(with_trees(), &evidence()).await.unwrap();
    let mut wrong = Vec::new();
    println!("{:<46} {:>9} {:>10} {:>9}  ended as", "attack", "over", "memory", "neighbour");
    for Attack { name, guest, end } in attacks() {
        let mut limits = limits.clone();
        // The drip is to meet its deadline, the flood its count.
        limits.host_calls = if matches!(end, End::HostCalls) { 300 } else { 10_000 };
        let admitted = admit(guest.build(), Kind::Evaluator, &tree_grant(), &limits).await.unwrap();
        let before = resident_kib();
        let begun = Instant::now();
        let call = tokio::spawn(async move { admitted.evaluate(with_trees(), &evidence()).await });
        let (mut slowest, mut highest, mut asked) = (Duration::ZERO, before, 0);
        while asked < 5 || !call.is_finished() {
            let begun = Instant::now();
            neighbour.evaluate(with_trees(), &evidence()).await.unwrap();
            slowest = slowest.max(begun.elapsed());
            highest = highest.max(resident_kib());
            asked += 1;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let answer = call.await.unwrap();
        let over = begun.elapsed().saturating_sub(DEADLINE);
        let grown = highest.saturating_sub(before);
        let ended = answer.as_ref().map_or_else(|error| error.failure.to_string(), |_| "answered".into());
        let ended: String = ended.chars().take(60).collect();
        println!("{name:<46} {over:>9.1?} {grown:>6} KiB {slowest:>9.1?}  {ended}");
        if !contained(&end, &answer) {
            wrong.push(format!("{name}: {ended}"));
        }
        if over > BUSY || slowest > BUSY {
            wrong.push(format!("{name}: {over:?} over its deadline, its neighbour waited {slowest:?}"));
        }
        if grown > (limits.memory >> 10) + OVERHEAD_KIB {
            wrong.push(format!("{name}: the host grew by {grown} KiB"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn attacks_that_start_before_the_first_call_are_refused_with_the_plugin() {
    for (name, code) in [
        ("a trap in start", "(func $start unreachable) (start $start)"),
        ("recursion in start", "(func $start (call $start)) (start $start)"),
        ("data outside of memory", "(data (i32.const 70000) \"x\")"),
        ("an element outside of its table", "(table 1 funcref) (func $f) (elem (i32.const 5) func $f)"),
    ] {
        let guest = answering(Guest::new(Kind::Evaluator).code(code), "");
        let refused = admit(guest.build(), Kind::Evaluator, &tree_grant(), &limits()).await;
        assert!(refused.is_err(), "{name}");
    }
}

#[test]
fn components_of_absurd_shape_are_refused_and_quickly() {
    let nested = |depth: usize| {
        let text = format!("{}{}", "(component ".repeat(depth), ")".repeat(depth));
        wat::parse_str(text).ok()
    };
    let header = b"\0asm\x0d\0\x01\0".to_vec();
    // Component sections within component sections, by hand: no text parser stands in their way.
    let mut deep = header.clone();
    for _ in 0..1000 {
        let mut outer = header.clone();
        outer.push(4);
        let mut length = deep.len();
        loop {
            let low = (length & 0x7f) as u8;
            length >>= 7;
            outer.push(if length == 0 { low } else { low | 0x80 });
            if length == 0 {
                break;
            }
        }
        outer.append(&mut deep);
        deep = outer;
    }
    let mut huge = content();
    let padding = 100 << 20;
    huge.push(0);
    huge.extend([0x81, 0x80, 0x80, 0x32]);
    huge.resize(huge.len() + padding, 0);
    let mut shapes =
        vec![("a thousand deep", deep), ("100 MB", huge), ("empty", Vec::new()), ("only a header", header)];
    shapes.extend(nested(50).map(|bytes| ("fifty deep", bytes)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for (name, bytes) in shapes {
        let (begun, before) = (Instant::now(), resident_kib());
        if let Ok(plugin) = Plugin::load(&ENGINE, None, bytes, "test:absurd", Kind::Evaluator) {
            let refused = runtime.block_on(plugin.admit(&tree_grant(), &limits(), &serde_json::Map::new()));
            assert!(refused.is_err(), "{name}");
        }
        let (took, grown) = (begun.elapsed(), resident_kib().saturating_sub(before));
        println!("{name:<46} {took:>9.1?} {grown:>6} KiB  refused");
        assert!(took < BUSY, "{name}: {took:?}");
        assert!(grown < 2 * OVERHEAD_KIB + (padding as u64 >> 10), "{name}: {grown} KiB");
    }
    let runtime_answers = runtime.block_on(async {
        let admitted = admit(content(), Kind::Evaluator, &tree_grant(), &limits()).await.unwrap();
        admitted.evaluate(CallContext::default(), &evidence()).await
    });
    assert!(runtime_answers.is_ok(), "the host goes on");
}
