//! A process that is killed while it writes leaves whole states, and loses nothing that it was told is kept.
//!
//! The writer is this test program once more, told by an environment variable to run the one ignored test below.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use goalpost_core::event::Event;

use super::fixtures::{candidate, finish, places, record, store, worker_done};
use super::*;
use crate::receipt::verify_chain;

const PLACE: &str = "GOALPOST_TEST_CRASH_DIR";

/// The writer: turn after turn without end, each acknowledged on standard output once it is stored.
#[test]
#[ignore = "runs as the child of `a_killed_owner_leaves_whole_turns`"]
fn writer() {
    let Some(dir) = std::env::var_os(PLACE) else { return };
    let store = Store::open(&places(Path::new(&dir))).unwrap();
    let goal: GoalId = "g1".parse().unwrap();
    let token = store.take_over(&goal).unwrap();
    let acknowledge = |turn: u32, phase: Phase| {
        // Straight to the pipe: the test harness captures `println!`.
        writeln!(std::io::stdout().lock(), "ack {turn} {phase}").unwrap();
    };
    loop {
        let record = store.goal(&goal).unwrap();
        let turn = record.turns + 1;
        let phase = store.turn(&goal, turn).unwrap().map(|turn| turn.phase());
        if phase.is_none_or(|phase| phase == Phase::Started) {
            store.begin_turn(&goal, token, turn, &[Event::TurnStarted { turn, max_turns: 50 }]).unwrap();
            acknowledge(turn, Phase::Started);
            store.worker_done(&goal, token, turn, &worker_done(), &Default::default(), &[]).unwrap();
            acknowledge(turn, Phase::WorkerDone);
        }
        if phase != Some(Phase::Candidate) {
            store.candidate(&goal, token, turn, &candidate(), &[]).unwrap();
            acknowledge(turn, Phase::Candidate);
        }
        store.finish_turn(&goal, token, &finish(&store, &goal, turn, false)).unwrap();
        acknowledge(turn, Phase::Finished);
    }
}

#[test]
fn a_killed_owner_leaves_whole_turns() {
    let (store, dir) = store();
    let goal = record(&store, "g1", "/w");
    let mut turns_before = 0;
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "store::crash_tests::writer"])
            .env(PLACE, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Killed after another number of steps each time, in the middle of whatever comes next.
        let mut acknowledged: Vec<_> =
            lines.by_ref().filter(|line| line.starts_with("ack")).take(3 + 5 * round).collect();
        assert_eq!(acknowledged.len(), 3 + 5 * round, "the writer ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(lines.filter(|line| line.starts_with("ack")));

        // Everything that was acknowledged is there.
        let last = acknowledged.last().unwrap();
        let [turn, phase] = last.split(' ').skip(1).collect::<Vec<_>>().try_into().unwrap();
        let turn: u32 = turn.parse().unwrap();
        let reached = Phase::ALL.into_iter().find(|known| known.as_str() == phase).unwrap();
        assert!(store.turn(&goal.id, turn).unwrap().unwrap().phase() >= reached, "round {round}: {last}");

        // And what is there is whole: counters, turns, receipts and events tell the same story.
        let now = store.goal(&goal.id).unwrap();
        let turns = store.turns(&goal.id).unwrap();
        let receipts = store.receipts(&goal.id).unwrap();
        assert!(now.turns >= turns_before, "turns went back from {turns_before} to {}", now.turns);
        assert_eq!(turns.iter().filter(|turn| turn.phase() == Phase::Finished).count(), now.turns as usize);
        assert!(turns.iter().zip(1..).all(|(turn, number)| turn.turn == number));
        assert!(turns.len() as u32 - now.turns <= 1, "at most one turn is open");
        assert_eq!(now.spent.input_tokens, u64::from(now.turns) * super::fixtures::usage().input_tokens);
        assert_eq!(receipts.len(), now.turns as usize);
        let envelopes: Vec<_> = receipts.iter().flat_map(|(_, receipt)| receipt.envelopes()).collect();
        verify_chain(&envelopes, &super::fixtures::keys().public()).unwrap();
        let events = store.events(&goal.id, 0).unwrap();
        assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        let finished = events.iter().filter(|event| matches!(event.event, Event::TurnFinished { .. })).count();
        assert_eq!(finished, now.turns as usize);
        turns_before = now.turns;
    }
    assert!(turns_before >= 8, "the writer got somewhere");
    let whole: String = store.read(|db| Ok(db.pragma_query_value(None, "integrity_check", |row| row.get(0))?)).unwrap();
    assert_eq!(whole, "ok");
}
