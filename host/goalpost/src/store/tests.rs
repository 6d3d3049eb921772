#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use goalpost_core::event::Event;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::state::GoalState;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::Assurance;

use super::fixtures::{candidate, finish, finished, new_goal, places, record, run_turn, store, usage, worker_done};
use super::*;

fn started(turn: u32) -> Event {
    Event::TurnStarted { turn, max_turns: 8 }
}

fn to(state: GoalState) -> NextState {
    NextState { state, assurance: None, reason: "because".to_owned() }
}

#[test]
fn a_goal_is_read_as_it_was_written() {
    let (store, _dir) = store();
    let new = new_goal("g1", "/home/me/parser");
    let (token, events) = store.create_goal(&new, &[started(1)]).unwrap();
    assert_eq!(events[0].seq, 1);
    let goal = store.goal(&new.id).unwrap();
    assert_eq!(
        (&goal.config, &goal.config_digest, &goal.baseline, &goal.plugins, &goal.signers, &goal.workspace),
        (&new.config, &new.config_digest, &new.baseline, &new.plugins, &new.signers, &new.workspace)
    );
    assert_eq!((goal.state, goal.fence, goal.turns, goal.open_turn), (GoalState::Running, token, 0, None));
    assert!(matches!(store.create_goal(&new, &[]), Err(StoreError::Exists(_))));
    assert!(matches!(store.goal(&"g2".parse().unwrap()), Err(StoreError::NoSuchGoal(_))));
}

#[test]
fn a_workspace_whose_path_is_not_text_is_read_as_it_was_written() {
    let (store, _dir) = store();
    let path = Path::new(std::ffi::OsStr::from_bytes(b"/w/\xff"));
    let mut new = new_goal("g1", "");
    new.workspace = path.to_owned();
    store.create_goal(&new, &[]).unwrap();
    assert_eq!(store.goal(&new.id).unwrap().workspace, path);
}

#[test]
fn goals_are_listed_newest_first() {
    let (store, _dir) = store();
    for id in ["g1", "g2", "g3"] {
        record(&store, id, "/w");
    }
    let ids: Vec<_> = store.goals().unwrap().into_iter().map(|goal| goal.id.to_string()).collect();
    assert_eq!(ids, ["g3", "g2", "g1"]);
}

#[test]
fn a_turn_goes_through_its_phases_and_none_is_skipped_or_repeated() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let (id, token) = (&goal.id, goal.fence);
    let wrong =
        |result: Result<_, StoreError>| assert!(matches!(result, Err(StoreError::WrongPhase { .. })), "{result:?}");

    wrong(store.worker_done(id, token, 1, &worker_done(), &Default::default(), &[]));
    assert!(matches!(store.begin_turn(id, token, 2, &[]), Err(StoreError::NotNext { next: 1, .. })));
    store.begin_turn(id, token, 1, &[started(1)]).unwrap();
    wrong(store.candidate(id, token, 1, &candidate(), &[]));
    wrong(store.finish_turn(id, token, &finish(&store, id, 1, false)));
    store.worker_done(id, token, 1, &worker_done(), &Default::default(), &[]).unwrap();
    wrong(store.worker_done(id, token, 1, &worker_done(), &Default::default(), &[]));
    wrong(store.begin_turn(id, token, 1, &[]).map(|_| Vec::new()));
    assert_eq!(store.turn(id, 1).unwrap().unwrap().phase(), Phase::WorkerDone);
    store.candidate(id, token, 1, &candidate(), &[]).unwrap();
    assert_eq!(store.goal(id).unwrap().open_turn, Some(1));
    store.finish_turn(id, token, &finish(&store, id, 1, false)).unwrap();
    wrong(store.finish_turn(id, token, &finish(&store, id, 1, false)));

    let turn = store.turn(id, 1).unwrap().unwrap();
    assert_eq!(turn.phase(), Phase::Finished);
    assert_eq!((turn.worker.unwrap(), turn.candidate.unwrap()), (worker_done(), candidate()));
    let goal = store.goal(id).unwrap();
    assert_eq!((goal.turns, goal.open_turn, goal.spent, goal.duration_ms), (1, None, usage(), 151_000));
    assert!(store.turn(id, 2).unwrap().is_none());
}

#[test]
fn a_turn_whose_worker_was_lost_begins_again_as_another_attempt() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    assert_eq!(store.begin_turn(&goal.id, goal.fence, 1, &[started(1)]).unwrap().0, 1);
    store.spend(&goal.id, goal.fence, usage()).unwrap();
    let token = store.take_over(&goal.id).unwrap();
    assert_eq!(store.begin_turn(&goal.id, token, 1, &[started(1)]).unwrap().0, 2);
    assert_eq!(store.goal(&goal.id).unwrap().spent, usage());
}

fn remembered(plugin: &str, value: &str) -> BTreeMap<String, Remembered> {
    let entries = [("key".to_owned(), value.as_bytes().to_vec())].into_iter().collect();
    [(plugin.to_owned(), entries)].into()
}

#[test]
fn a_turn_finds_what_the_turns_before_it_left_and_nothing_of_its_own() {
    let (store, _dir) = store();
    let (goal, other) = (record(&store, "g1", "/w"), record(&store, "g2", "/w"));
    let (id, token) = (&goal.id, goal.fence);
    let turn = |number: u32, driven: BTreeMap<_, _>, judged: BTreeMap<_, _>| {
        store.begin_turn(id, token, number, &[]).unwrap();
        store.worker_done(id, token, number, &worker_done(), &driven, &[]).unwrap();
        store.candidate(id, token, number, &candidate(), &[]).unwrap();
        let finished = FinishedTurn { remembered: judged, ..finish(&store, id, number, false) };
        store.finish_turn(id, token, &finished).unwrap();
    };
    turn(1, remembered("workflow", "w1"), remembered("evaluator/a", "a1"));
    turn(2, BTreeMap::new(), remembered("gate/a", "g2"));
    turn(3, BTreeMap::new(), remembered("evaluator/a", "a3"));

    let together = |parts: &[BTreeMap<String, Remembered>]| -> BTreeMap<String, Remembered> {
        parts.iter().flatten().map(|(plugin, remembered)| (plugin.clone(), remembered.clone())).collect()
    };
    let (workflow, gate) = (remembered("workflow", "w1"), remembered("gate/a", "g2"));
    assert!(store.remembered_before(id, 1).unwrap().is_empty());
    let first = together(&[workflow.clone(), remembered("evaluator/a", "a1")]);
    assert_eq!(store.remembered_before(id, 2).unwrap(), first);
    assert_eq!(store.remembered_before(id, 3).unwrap(), together(&[first, gate.clone()]));
    let last = together(&[workflow, gate, remembered("evaluator/a", "a3")]);
    assert_eq!(store.remembered_before(id, 4).unwrap(), last);
    assert!(store.remembered_before(&other.id, 9).unwrap().is_empty());
}

#[test]
fn a_turn_that_is_not_committed_leaves_nothing_remembered() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let (id, token) = (&goal.id, goal.fence);
    store.begin_turn(id, token, 1, &[]).unwrap();
    let early = FinishedTurn { remembered: remembered("gate/a", "x"), ..finish(&store, id, 1, false) };
    assert!(store.finish_turn(id, token, &early).is_err());
    assert!(store.remembered_before(id, 2).unwrap().is_empty());
}

#[test]
fn what_plugins_remember_goes_after_its_goal_has_ended() {
    let (store, _dir) = store();
    let goals = [GoalState::Achieved, GoalState::Cancelled, GoalState::Paused, GoalState::Running].map(|state| {
        let goal = record(&store, &format!("g-{state}"), "/w");
        store.begin_turn(&goal.id, goal.fence, 1, &[]).unwrap();
        let left = remembered("workflow", "w");
        store.worker_done(&goal.id, goal.fence, 1, &worker_done(), &left, &[]).unwrap();
        if state != GoalState::Running {
            store.set_state(&goal.id, goal.fence, &to(state), &[]).unwrap();
        }
        goal.id
    });
    let kept = || goals.each_ref().map(|goal| !store.remembered_before(goal, 2).unwrap().is_empty());
    // They have just ended.
    store.forget_memories(now_ms() - 60_000).unwrap();
    assert_eq!(kept(), [true; 4]);
    store.forget_memories(now_ms() + 60_000).unwrap();
    assert_eq!(kept(), [false, false, true, true]);
}

#[test]
fn finishing_a_turn_is_all_or_nothing() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let (id, token) = (&goal.id, goal.fence);
    store.begin_turn(id, token, 1, &[]).unwrap();
    store.worker_done(id, token, 1, &worker_done(), &Default::default(), &[]).unwrap();
    store.candidate(id, token, 1, &candidate(), &[]).unwrap();
    let before = (store.goal(id).unwrap(), store.turns(id).unwrap());

    // Running can't become running: the last step of the transaction fails.
    let impossible = FinishedTurn { next: Some(to(GoalState::Running)), ..finish(&store, id, 1, false) };
    assert!(matches!(store.finish_turn(id, token, &impossible), Err(StoreError::Transition { .. })));
    // A receipt that names another one before it.
    let mut stray = finish(&store, id, 1, false);
    stray.receipt.previous = Some(goalpost_core::ids::Digest::of("elsewhere"));
    assert!(matches!(store.finish_turn(id, token, &stray), Err(StoreError::BrokenChain { turn: 1, .. })));

    assert_eq!((store.goal(id).unwrap(), store.turns(id).unwrap()), before);
    assert!(store.receipts(id).unwrap().is_empty());
    assert!(store.events(id, 0).unwrap().is_empty());
}

#[test]
fn receipts_are_chained_turn_by_turn() {
    let (store, _dir) = store();
    let goal = finished(&store, "g1", 3);
    let receipts = store.receipts(&goal.id).unwrap();
    assert_eq!(receipts.iter().map(|(turn, _)| *turn).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(receipts[0].1.previous, None);
    assert_eq!(receipts[2].1.previous.as_ref(), Some(&receipts[1].1.digest));
    assert_eq!(store.last_receipt(&goal.id).unwrap().as_ref(), Some(&receipts[2].1.digest));
    assert_eq!(store.turn(&goal.id, 3).unwrap().unwrap().receipt.as_ref(), Some(&receipts[2].1.digest));
}

#[test]
fn an_owner_that_was_taken_over_writes_nothing_more() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let (id, old) = (&goal.id, goal.fence);
    store.begin_turn(id, old, 1, &[started(1)]).unwrap();
    let new = store.take_over(id).unwrap();
    assert!(new > old);
    let before = (store.goal(id).unwrap(), store.turns(id).unwrap(), store.events(id, 0).unwrap());
    let fenced = [
        store.begin_turn(id, old, 1, &[]).map(drop),
        store.worker_done(id, old, 1, &worker_done(), &Default::default(), &[]).map(drop),
        store.candidate(id, old, 1, &candidate(), &[]).map(drop),
        store.finish_turn(id, old, &finish(&store, id, 1, true)).map(drop),
        store.set_state(id, old, &to(GoalState::Paused), &[]).map(drop),
        store.set_hint(id, old, Some("x")),
        store.spend(id, old, usage()),
        store.append_events(id, old, &[started(1)]).map(drop),
    ];
    for result in fenced {
        assert!(
            matches!(&result, Err(StoreError::Fenced { current, ours, .. }) if *current == new && *ours == old),
            "{result:?}"
        );
    }
    assert_eq!((store.goal(id).unwrap(), store.turns(id).unwrap(), store.events(id, 0).unwrap()), before);
    store.worker_done(id, new, 1, &worker_done(), &Default::default(), &[]).unwrap();
}

#[test]
fn nothing_is_added_to_a_goal_that_has_ended() {
    for state in GoalState::ALL.into_iter().filter(|state| state.is_terminal()) {
        let (store, _dir) = store();
        let goal = record(&store, "g1", "/w");
        let (id, token) = (&goal.id, goal.fence);
        store.set_state(id, token, &to(state), &[]).unwrap();
        let before = store.goal(id).unwrap();
        assert_eq!((before.state, before.reason.as_str()), (state, "because"));
        let ended = [
            store.begin_turn(id, token, 1, &[]).map(drop),
            store.append_events(id, token, &[started(1)]).map(drop),
            store.set_state(id, token, &to(GoalState::Running), &[]).map(drop),
            store.request(id, Wanted::Cancel),
            store.take_over(id).map(drop),
        ];
        for result in ended {
            assert!(matches!(result, Err(StoreError::Ended { .. })), "{state}: {result:?}");
        }
        assert_eq!(store.goal(id).unwrap(), before);
    }
}

#[test]
fn an_achieved_goal_carries_what_it_is_worth() {
    let (store, _dir) = store();
    let goal = finished(&store, "g1", 1);
    assert_eq!((goal.state, goal.assurance), (GoalState::Achieved, Some(Assurance::Verified)));
}

#[test]
fn events_are_numbered_without_gaps_and_passing_ones_are_not_kept() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let passing = Event::WorkerActivity { turn: 1, text: "reads".to_owned(), tokens: 1 };
    let stamped = store.append_events(&goal.id, goal.fence, &[started(1), passing.clone(), started(2)]).unwrap();
    assert_eq!(stamped.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 0, 2]);
    assert_eq!(store.append_events(&goal.id, goal.fence, &[passing]).unwrap()[0].seq, 0);
    let kept = store.events(&goal.id, 0).unwrap();
    assert_eq!(kept, [stamped[0].clone(), stamped[2].clone()]);
    assert_eq!(store.events(&goal.id, 1).unwrap(), kept[1..]);
    let other = record(&store, "g2", "/w");
    assert_eq!(store.append_events(&other.id, other.fence, &[started(1)]).unwrap()[0].seq, 1);
}

#[test]
fn a_wish_reaches_the_owner_and_cancelling_outranks_pausing() {
    let (store, dir) = store();
    let goal = record(&store, "g1", "/w");
    assert_eq!(store.wanted(&goal.id).unwrap(), None);
    let other_process = Store::open(&places(dir.path())).unwrap();
    other_process.request(&goal.id, Wanted::Pause).unwrap();
    assert_eq!(store.wanted(&goal.id).unwrap(), Some(Wanted::Pause));
    other_process.request(&goal.id, Wanted::Cancel).unwrap();
    other_process.request(&goal.id, Wanted::Pause).unwrap();
    assert_eq!(store.wanted(&goal.id).unwrap(), Some(Wanted::Cancel));
    let token = store.take_over(&goal.id).unwrap();
    assert_eq!(store.wanted(&goal.id).unwrap(), None);
    other_process.request(&goal.id, Wanted::Pause).unwrap();
    store.set_state(&goal.id, token, &to(GoalState::Paused), &[]).unwrap();
    assert_eq!(store.wanted(&goal.id).unwrap(), None);
}

#[test]
fn lost_tokens_count_beside_those_of_finished_turns() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    store.spend(&goal.id, goal.fence, Usage { input_tokens: 5, ..Usage::default() }).unwrap();
    run_turn(&store, &goal.id, goal.fence, 1, false);
    let spent = store.goal(&goal.id).unwrap().spent;
    assert_eq!(spent.input_tokens, usage().input_tokens + 5);
    assert_eq!(spent.micro_usd, usage().micro_usd);
}

#[test]
fn another_connection_reads_while_a_turn_is_being_written() {
    let (store, dir) = store();
    let goal = record(&store, "g1", "/w");
    let reader = Store::open(&places(dir.path())).unwrap();
    store
        .transact(|tx| {
            tx.execute("UPDATE goals SET turns = 7", [])?;
            // Neither blocked nor shown what is not committed.
            assert_eq!(reader.goal(&goal.id).unwrap().turns, 0);
            Ok(())
        })
        .unwrap();
    assert_eq!(reader.goal(&goal.id).unwrap().turns, 7);
}

#[test]
fn the_database_is_readable_by_its_owner_alone() {
    let (store, _dir) = store();
    assert_eq!(fs::metadata(&store.path).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_damaged_database_is_named_and_left_as_it_is() {
    for damage in [&b""[..], b"not a database at all, but long enough to be read as one", &[0; 8192]] {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        places.prepare(None).unwrap();
        fs::write(places.database(), damage).unwrap();
        let error = Store::open(&places).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(error.to_string().contains("goalpost.db"), "{error}");
        assert_eq!(fs::read(places.database()).unwrap(), damage);
    }
}

#[test]
fn a_page_of_noise_is_an_error_and_never_an_empty_list() {
    let (store, dir) = store();
    finished(&store, "g1", 2);
    let path = store.path.clone();
    drop(store);
    let places = places(dir.path());
    // Everything but the first page, which has the header and the schema.
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 8192, "the last connection's end moved the log into the file");
    bytes[4096..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let error = Store::open(&places).and_then(|store| store.goals()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_row_that_this_program_never_wrote_is_damage() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    for change in [
        "UPDATE goals SET state = 'done'",
        "UPDATE goals SET state = 'running', baseline = 'HEAD'",
        "UPDATE goals SET baseline = hex(zeroblob(20)), config = '{}'",
    ] {
        store.transact(|tx| Ok(tx.execute(change, [])?)).unwrap();
        let error = store.goal(&goal.id).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{change}: {error:?}");
    }
}

#[test]
fn a_database_of_a_later_version_is_not_touched() {
    let (store, dir) = store();
    store.read(|db| Ok(db.pragma_update(None, "user_version", schema::VERSION + 1)?)).unwrap();
    drop(store);
    let error = Store::open(&places(dir.path())).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { .. }), "{error:?}");
    assert!(error.to_string().contains("update Goalpost"), "{error}");
}

#[test]
fn a_database_of_another_program_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    places.prepare(None).unwrap();
    Connection::open(places.database()).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(Store::open(&places).unwrap_err(), StoreError::Corrupt { .. }));
}

#[test]
fn a_full_disk_is_said_to_be_one_and_the_turn_can_be_finished_later() {
    let (store, _dir) = store();
    let goal = record(&store, "g1", "/w");
    let (id, token) = (&goal.id, goal.fence);
    store.begin_turn(id, token, 1, &[]).unwrap();
    store.worker_done(id, token, 1, &worker_done(), &Default::default(), &[]).unwrap();
    store.candidate(id, token, 1, &candidate(), &[]).unwrap();
    let limit = |pages: i64| {
        store
            .read(|db| Ok(db.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?))
            .unwrap()
    };
    limit(1);
    let mut big = finish(&store, id, 1, false);
    big.result.gates[0].output = "x".repeat(1 << 20);
    let error = store.finish_turn(id, token, &big).unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    assert_eq!(store.turn(id, 1).unwrap().unwrap().phase(), Phase::Candidate);
    limit(1 << 20);
    store.finish_turn(id, token, &big).unwrap();
    assert_eq!(store.goal(id).unwrap().turns, 1);
}

#[test]
fn many_processes_may_open_a_store_that_is_not_there_yet() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    places.prepare(None).unwrap();
    std::thread::scope(|scope| {
        let stores: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::open(&places).unwrap())).collect();
        for (i, store) in stores.into_iter().enumerate() {
            record(&store.join().unwrap(), &format!("g{i}"), "/w");
        }
    });
    assert_eq!(Store::open(&places).unwrap().goals().unwrap().len(), 8);
    let names: Vec<_> = fs::read_dir(&places.state).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name.to_string_lossy().starts_with("goalpost.db")), "{names:?}");
}

#[test]
fn of_many_who_end_a_goal_at_once_one_does() {
    let (store, dir) = store();
    for round in 0..20 {
        let goal = record(&store, &format!("g{round}"), "/w");
        let won = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let store = Store::open(&places(dir.path())).unwrap();
                        store.set_state(&goal.id, goal.fence, &to(GoalState::Cancelled), &[started(1)]).is_ok()
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
        assert_eq!(store.events(&goal.id, 0).unwrap().len(), 1);
    }
}
