//! Goals and turns for tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use goalpost_core::baseline::BaselineResult;
use goalpost_core::config;
use goalpost_core::event::Event;
use goalpost_core::evidence::{
    GateReport, GateStatus, Kept, RunFacts, Tamper, TamperKind, TestSummary, TreeIds, WorkerReport,
};
use goalpost_core::ids::{Digest, FencingToken, GoalId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;
use goalpost_core::tools::{Tool, Tools};
use goalpost_core::usage::Usage;
use goalpost_core::verdict::{Assurance, Opinion, Outcome, TurnVerdict, Verdict, Weight};

use super::{Candidate, FinishedTurn, GoalRecord, NewGoal, NextState, Store, TurnResult, WorkerDone};
use crate::paths::Places;
use crate::receipt::{self, GoalFacts, Keys, Receipt, StoredTurn, TurnClaims, TurnFacts};

/// Places below a folder.
pub(crate) fn places(dir: &Path) -> Places {
    Places::resolve(|name| (name == "HOME").then(|| dir.into())).unwrap()
}

/// An empty store, and the folder that it is gone with.
pub(crate) fn store() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    places.prepare(None).unwrap();
    (Store::open(&places).unwrap(), dir)
}

/// The same keys each time.
pub(crate) fn keys() -> Keys {
    Keys::from_seed([7; 32])
}

pub(crate) fn new_goal(id: &str, workspace: &str) -> NewGoal {
    let text = r#"
        [goal]
        objective = "Make the parser accept trailing commas. All tests pass."
        max_turns = 8
        budget = { tokens = 500_000 }
        [worker]
        agent = "codex"
        [[gate]]
        name = "fmt"
        command = ["cargo", "fmt", "--check"]
        [[gate]]
        name = "tests"
        command = ["cargo", "test"]
    "#;
    NewGoal {
        id: id.parse().unwrap(),
        workspace: workspace.into(),
        prefix: String::new(),
        config: config::parse(text, "goalpost.toml").unwrap(),
        config_digest: config::fingerprint(&config::parse(text, "goalpost.toml").unwrap()),
        baseline: "ba5e".repeat(10).parse().unwrap(),
        isolation: IsolationLevel::Full,
        plugins: BTreeMap::from([("scope".to_owned(), Digest::of("scope.wasm"))]),
        signers: BTreeMap::from([("scope".to_owned(), Signer::new([9; 32]))]),
        tools: Tools::from([(
            "/usr/bin/cargo".to_owned(),
            Tool { real: "/usr/bin/cargo".to_owned(), sha256: Digest::of("cargo"), interpreter: None, shim: None },
        )]),
    }
}

/// A goal that was just started.
pub(crate) fn record(store: &Store, id: &str, workspace: &str) -> GoalRecord {
    let new = new_goal(id, workspace);
    store.create_goal(&new, &[]).unwrap();
    store.goal(&new.id).unwrap()
}

pub(crate) fn worker_done() -> WorkerDone {
    WorkerDone {
        report: WorkerReport {
            agent: "codex".to_owned(),
            exit_code: Some(0),
            final_text: "Added the comma handling in parser.rs.".to_owned(),
            transcript: "…".to_owned(),
            usage: usage(),
            ..WorkerReport::default()
        },
        duration_ms: 134_200,
        blocked: None,
        remembered: BTreeMap::from([("workflow".to_owned(), Digest::of("what a workflow remembers"))]),
    }
}

pub(crate) fn usage() -> Usage {
    Usage { input_tokens: 40_000, output_tokens: 8_200, cached_tokens: 100_000, micro_usd: Some(250_000) }
}

pub(crate) fn candidate() -> Candidate {
    Candidate {
        trees: TreeIds {
            baseline: "ba5e".repeat(10).parse().unwrap(),
            candidate: "cafe".repeat(10).parse().unwrap(),
            sealed: "5ea1ed00".repeat(5).parse().unwrap(),
        },
        tampering: vec![Tamper {
            path: "tests/parser.rs".to_owned(),
            kind: TamperKind::Edited,
            detail: "the sealed tree has the baseline's version".to_owned(),
        }],
        kept: vec![Kept { path: "Cargo.toml".to_owned(), parts: vec!["dependency `memchr` added".to_owned()] }],
        changed: 3,
    }
}

fn gate(name: &str, status: GateStatus) -> GateReport {
    GateReport {
        summary: if status == GateStatus::Passed { String::new() } else { "3 of 41 tests failed".to_owned() },
        exit_code: Some(i32::from(status != GateStatus::Passed)),
        output: format!("running {name}\nerror: expected 2 elements\tfound 1\n"),
        duration_ms: 12_400,
        tests: (name == "tests").then(|| TestSummary {
            format: "cargo-test".to_owned(),
            passed: if status == GateStatus::Passed { 41 } else { 38 },
            failed: if status == GateStatus::Passed { 0 } else { 3 },
            skipped: 0,
            failures: Vec::new(),
            missing: vec!["parser::empty".to_owned()],
            newly_skipped: Vec::new(),
        }),
        run: Some(RunFacts { isolation: IsolationLevel::Full, warm: Vec::new() }),
        ..GateReport::new(name, status)
    }
}

/// A turn that passed, or one that did not.
pub(crate) fn result(passed: bool) -> TurnResult {
    let status = if passed { GateStatus::Passed } else { GateStatus::Failed };
    TurnResult {
        gates: vec![gate("fmt", GateStatus::Passed), gate("tests", status)],
        clean_room: Vec::new(),
        canaries: Vec::new(),
        opinions: vec![Opinion {
            evaluator: "scope".to_owned(),
            plugin: Digest::of("scope.wasm"),
            verdict: Verdict {
                outcome: Outcome::Satisfied,
                reason: "every change is within the scope".to_owned(),
                findings: Vec::new(),
                score: None,
                confidence: None,
            },
            attempts: 1,
            duration_ms: 30,
            usage: Usage::default(),
            weight: Weight::default(),
            shadow: false,
        }],
        spared: Vec::new(),
        verdict: TurnVerdict {
            outcome: if passed { Outcome::Satisfied } else { Outcome::Unsatisfied },
            assurance: passed.then_some(Assurance::Verified),
            reason: if passed { "every gate passed".to_owned() } else { "tests: 3 of 41 tests failed".to_owned() },
            failing: if passed { Vec::new() } else { vec!["tests".to_owned()] },
        },
        evidence: Digest::of("evidence"),
        remembered: BTreeMap::from([("scope".to_owned(), Digest::of("what a plugin remembers"))]),
        usage: usage(),
        duration_ms: 151_000,
    }
}

/// A turn that passed ends the goal.
pub(crate) fn claims(id: &GoalId, turn: u32, passed: bool, previous: Option<Digest>) -> TurnClaims {
    claims_of(id, turn, passed, previous, None)
}

fn claims_of(id: &GoalId, turn: u32, passed: bool, previous: Option<Digest>, stored: Option<StoredTurn>) -> TurnClaims {
    let new = new_goal(id.as_str(), "/w");
    let facts = GoalFacts {
        id,
        config: &new.config,
        config_digest: &new.config_digest,
        plugins: new.plugins,
        signers: &new.signers,
        tools: &new.tools,
        isolation: new.isolation,
        baselines: [("tests".to_owned(), BaselineResult::Red)].into(),
    };
    let turn = TurnFacts {
        turn,
        worker: &worker_done(),
        candidate: &candidate(),
        result: &result(passed),
        ends: passed.then_some(GoalState::Achieved),
        stored,
        previous,
    };
    TurnClaims::new(&facts, &turn, 1_795_379_460_000)
}

pub(crate) fn receipt(store: &Store, id: &GoalId, turn: u32, passed: bool) -> Receipt {
    let stored = store.turn_to_store(id, turn, &result(passed)).unwrap();
    receipt::sign(&claims_of(id, turn, passed, store.last_receipt(id).unwrap(), stored), &keys()).unwrap()
}

/// What ends turn `turn` of a goal; a turn that passed ends the goal.
pub(crate) fn finish(store: &Store, id: &GoalId, turn: u32, passed: bool) -> FinishedTurn {
    let receipt = receipt(store, id, turn, passed);
    let result = result(passed);
    FinishedTurn {
        turn,
        events: vec![Event::TurnFinished {
            turn,
            outcome: result.verdict.outcome,
            assurance: result.verdict.assurance,
            reason: result.verdict.reason.clone(),
            duration_ms: result.duration_ms,
            tokens: result.usage.billable_tokens(),
            receipt: receipt.digest.clone(),
        }],
        receipt,
        remembered: BTreeMap::new(),
        spent: usage(),
        budget_warned: false,
        next: passed.then(|| NextState {
            state: GoalState::Achieved,
            assurance: Some(Assurance::Verified),
            reason: result.verdict.reason.clone(),
        }),
        result,
    }
}

/// Runs turn `turn` from its start to its end.
pub(crate) fn run_turn(store: &Store, id: &GoalId, token: FencingToken, turn: u32, passed: bool) {
    store.begin_turn(id, token, turn, &[Event::TurnStarted { turn, max_turns: 8 }]).unwrap();
    store.worker_done(id, token, turn, &worker_done(), &Default::default(), &[]).unwrap();
    store.candidate(id, token, turn, &candidate(), &[]).unwrap();
    store.finish_turn(id, token, &finish(store, id, turn, passed)).unwrap();
}

/// A goal that was achieved in its turn number `turns`.
pub(crate) fn finished(store: &Store, id: &str, turns: u32) -> GoalRecord {
    let goal = record(store, id, "/w");
    for turn in 1..=turns {
        run_turn(store, &goal.id, goal.fence, turn, turn == turns);
    }
    store.goal(&goal.id).unwrap()
}
