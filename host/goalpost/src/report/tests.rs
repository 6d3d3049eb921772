//! What a person sees, as files in `snapshots/`.
#![allow(clippy::unwrap_used)]

use goalpost_core::event::{Event, Stamped, Step};
use goalpost_core::evidence::{GateStatus, Kept, Tamper, TamperKind};
use goalpost_core::ids::{Digest, GoalId, TreeId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::state::GoalState;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::{Assurance, Outcome};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;

const TERMINAL: Style = Style { color: false, width: Some(88) };

fn goal() -> GoalId {
    "g20261122-203100-0000002a".parse().unwrap()
}

fn tree(digits: &str) -> TreeId {
    digits.repeat(10).parse().unwrap()
}

fn stamp(event: Event) -> Stamped {
    Stamped { seq: 1, time_ms: 0, goal: goal(), event }
}

fn show(events: Vec<Event>, style: Style) -> String {
    let mut view = View::default();
    let lines: Vec<String> = events.into_iter().flat_map(|event| render(&stamp(event), &mut view, style)).collect();
    lines.join("\n")
}

fn started() -> Event {
    Event::GoalStarted {
        objective:
            "Make the parser accept trailing commas. All tests pass, and the change-log names the new behaviour."
                .to_owned(),
        workspace: "/home/me/parser".to_owned(),
        baseline: tree("ba5e"),
        max_turns: 8,
        budget: Some(500_000),
        worker: "codex".to_owned(),
        isolation: IsolationLevel::Full,
    }
}

fn gate(turn: u32, gate: &str, status: GateStatus, summary: &str, duration_ms: u64) -> Vec<Event> {
    vec![
        Event::GateStarted { turn, gate: gate.to_owned() },
        Event::GateFinished {
            turn,
            gate: gate.to_owned(),
            required: gate != "coverage",
            status,
            summary: summary.to_owned(),
            duration_ms,
        },
    ]
}

fn worker(turn: u32, message: &str) -> Vec<Event> {
    vec![
        Event::TurnStarted { turn, max_turns: 8 },
        Event::StepStarted { turn, step: Step::Worker },
        Event::WorkerActivity { turn, text: "editing src/parser.rs".to_owned(), tokens: 12_300 },
        Event::WorkerFinished {
            turn,
            exit_code: Some(0),
            duration_ms: 134_200,
            usage: Usage { input_tokens: 40_000, output_tokens: 8_200, cached_tokens: 0, micro_usd: None },
            message: message.to_owned(),
        },
        Event::StepStarted { turn, step: Step::Seal },
    ]
}

fn first_turn() -> Vec<Event> {
    let mut events = worker(1, "Added the comma handling in parser.rs and relaxed the test that was in the way of it.");
    events.push(Event::Sealed {
        turn: 1,
        candidate: tree("cafe"),
        sealed: tree("5ea1"),
        changed: 3,
        tampering: vec![Tamper {
            path: "tests/parser.rs".to_owned(),
            kind: TamperKind::Edited,
            detail: "the sealed tree has the baseline's version".to_owned(),
        }],
        kept: vec![Kept { path: "Cargo.toml".to_owned(), parts: vec!["dependency `memchr` added".to_owned()] }],
    });
    events.push(Event::StepStarted { turn: 1, step: Step::Gates });
    events.extend(gate(1, "fmt", GateStatus::Passed, "exit code 0", 1_210));
    events.extend(gate(
        1,
        "tests",
        GateStatus::Failed,
        "3 of 41 tests failed: parser::trailing_comma and 2 more",
        12_400,
    ));
    events.extend(gate(1, "clippy", GateStatus::NotRun, "`tests` did not pass", 0));
    events.push(Event::TurnFinished {
        turn: 1,
        outcome: Outcome::Unsatisfied,
        assurance: None,
        reason:
            "tests: 3 of 41 tests failed. The first is parser::trailing_comma, which expected two elements and found \
                 one followed by an empty one."
                .to_owned(),
        duration_ms: 151_000,
        tokens: 48_200,
        receipt: Digest::of("1"),
    });
    events
}

fn last_turn(assurance: Assurance) -> Vec<Event> {
    let mut events = worker(2, "All tests pass now.");
    events.push(Event::Sealed {
        turn: 2,
        candidate: tree("0dd5"),
        sealed: tree("0dd5"),
        changed: 2,
        tampering: vec![],
        kept: vec![],
    });
    if assurance == Assurance::Verified {
        events.push(Event::StepStarted { turn: 2, step: Step::Gates });
        events.extend(gate(2, "fmt", GateStatus::Passed, "", 1_180));
        events.extend(gate(2, "tests", GateStatus::Passed, "41 passed", 11_900));
        events.extend(gate(2, "clippy", GateStatus::Passed, "", 8_000));
        events.extend(gate(2, "coverage", GateStatus::Failed, "61.2 % of lines, 70 % wanted", 3_000));
    }
    events.push(Event::StepStarted { turn: 2, step: Step::Evaluators });
    events.push(Event::PluginLog {
        turn: 2,
        plugin: "scope".to_owned(),
        level: "warn".to_owned(),
        message: "CHANGELOG.md is outside of the scope".to_owned(),
    });
    events.push(Event::EvaluatorFinished {
        turn: 2,
        evaluator: "scope".to_owned(),
        outcome: Outcome::Satisfied,
        reason: "every change is within src/** and tests/**".to_owned(),
        duration_ms: 31,
        shadow: false,
    });
    if assurance == Assurance::Verified {
        events.push(Event::StepStarted { turn: 2, step: Step::CleanRoom });
        events.extend(gate(2, "tests", GateStatus::Passed, "41 passed", 12_600));
    }
    events.push(Event::TurnFinished {
        turn: 2,
        outcome: Outcome::Satisfied,
        assurance: Some(assurance),
        reason: "nothing is missing".to_owned(),
        duration_ms: 160_000,
        tokens: 31_000,
        receipt: Digest::of("2"),
    });
    events.push(Event::BudgetWarning { spent: 410_000, total: 500_000 });
    events.push(Event::GoalStopped {
        state: GoalState::Achieved,
        assurance: Some(assurance),
        reason: "nothing is missing".to_owned(),
        turns: 2,
        duration_ms: 311_000,
        tokens: 79_200,
    });
    events
}

fn whole() -> Vec<Event> {
    [vec![started()], first_turn(), last_turn(Assurance::Verified)].concat()
}

#[test]
fn a_goal_that_is_achieved_in_two_turns() {
    insta::assert_snapshot!(show(whole(), TERMINAL));
}

#[test]
fn the_same_in_a_pipe_is_neither_cut_nor_coloured() {
    let text = show(whole(), Style::PLAIN);
    assert!(!text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_in_colour() {
    let events = [vec![started()], first_turn()].concat();
    let text = show(events, Style { color: true, width: Some(88) });
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn judges_alone_are_visibly_weaker() {
    insta::assert_snapshot!(show([vec![started()], last_turn(Assurance::Attested)].concat(), TERMINAL));
}

#[test]
fn what_does_not_go_well() {
    let stopped = |state: GoalState, reason: &str| Event::GoalStopped {
        state,
        assurance: None,
        reason: reason.to_owned(),
        turns: 1,
        duration_ms: 3_725_000,
        tokens: 1_230_000,
    };
    let mut events = vec![
        Event::Waiting { owner: "/home/me/parser is in use by goal g1 (process 4711 on host)".to_owned() },
        Event::GoalResumed { from: GoalState::Stuck, hint: Some("look at the lexer".to_owned()) },
        Event::TurnStarted { turn: 3, max_turns: 8 },
        Event::Phase { turn: 3, title: "research".to_owned() },
        Event::WorkerFinished {
            turn: 3,
            exit_code: None,
            duration_ms: 3_600_000,
            usage: Usage::default(),
            message: String::new(),
        },
        Event::Sealed {
            turn: 3,
            candidate: tree("cafe"),
            sealed: tree("cafe"),
            changed: 0,
            tampering: vec![],
            kept: vec![],
        },
    ];
    events.extend(gate(3, "slow", GateStatus::TimedOut, "ended after 10 minutes", 600_000));
    events.extend(gate(3, "fenced", GateStatus::Refused, "needs isolation full, this machine reaches landlock", 0));
    events.extend(gate(3, "broken", GateStatus::Inconclusive, "the plugin trapped: unreachable", 12));
    for outcome in [Outcome::Blocked, Outcome::Inconclusive, Outcome::Abstain] {
        events.push(Event::EvaluatorFinished {
            turn: 3,
            evaluator: "judge".to_owned(),
            outcome,
            reason: "because".to_owned(),
            duration_ms: 59_960,
            shadow: false,
        });
    }
    events.push(stopped(GoalState::Paused, "judge stayed inconclusive"));
    events.push(stopped(GoalState::Stuck, "the same tests failed three times"));
    events.push(stopped(GoalState::BudgetExceeded, "all tokens are spent"));
    insta::assert_snapshot!(show(events, TERMINAL));
}

#[test]
fn the_live_line_says_what_goes_on() {
    let mut view = View::default();
    let mut live = Vec::new();
    for event in whole() {
        render(&stamp(event), &mut view, TERMINAL);
        live.push(view.live().unwrap_or_else(|| "-".to_owned()));
    }
    live.dedup();
    insta::assert_snapshot!(live.join("\n"));
}

#[test]
fn lines_fit_the_terminal_whatever_is_in_them() {
    let wide = "広い文字が続く".repeat(40);
    for width in [40, 60, 88, 200] {
        let style = Style { color: false, width: Some(width) };
        let mut events = whole();
        events.extend(gate(2, &wide, GateStatus::Failed, &wide, 1));
        events.push(Event::Waiting { owner: wide.clone() });
        for line in show(events, style).lines() {
            assert!(line.width() <= width, "{} > {width}: {line}", line.width());
        }
    }
}

#[test]
fn durations_and_counts_are_short() {
    let times: Vec<_> = [0, 340, 999, 9_960, 59_940, 59_960, 134_200, 3_599_600, 86_400_000].map(duration).to_vec();
    assert_eq!(times, ["0ms", "340ms", "999ms", "10.0s", "59.9s", "1m 00s", "2m 14s", "1h 00m", "24h 00m"]);
    let counts: Vec<_> = [0, 999, 1_000, 48_200, 99_960, 500_000, 999_499, 999_500, 1_230_000].map(count).to_vec();
    assert_eq!(counts, ["0", "999", "1k", "48.2k", "100k", "500k", "999k", "1M", "1.2M"]);
}

/// Text with much of what a terminal obeys in it.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "\n",
            "\r",
            "\r\n",
            "\u{1b}[2J",
            "\u{1b}]0;t\u{7}",
            "\u{9b}1m",
            "\u{202e}",
            "\u{2028}",
            "a",
            " "
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A worker, a gate or a judge must not be able to draw a line of its own.
    #[test]
    fn text_from_outside_adds_no_line_and_no_control_character(text in hostile()) {
        for style in [TERMINAL, Style::PLAIN] {
            let mut events = gate(1, &text, GateStatus::Failed, &text, 1);
            events.push(Event::Phase { turn: 1, title: text.clone() });
            events.push(Event::EvaluatorFinished {
                turn: 1, evaluator: text.clone(), outcome: Outcome::Satisfied, reason: text.clone(), duration_ms: 1,
                shadow: false,
            });
            let shown = show(events, style);
            prop_assert_eq!(shown.lines().count(), 3);
            let obeyed = |c: char| c != '\n' && (c.is_control() || goalpost_core::text::is_invisible(c));
            prop_assert!(!shown.contains(obeyed), "{:?}", shown);
        }
    }
}
