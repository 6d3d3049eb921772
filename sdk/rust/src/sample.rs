//! Values to start a test from: an ordinary turn of an ordinary goal, to be changed where the test looks.
//!
//! ```
//! use goalpost_sdk::{sample, types::GateStatus};
//!
//! let mut evidence = sample::evidence();
//! evidence.gates = vec![sample::gate("tests", GateStatus::Failed)];
//! ```

use crate::types::{
    Change, ChangeKind, Evidence, GateReport, GateStatus, Goal, LineCount, Subject, TreeIds, Turn, Usage, WorkerReport,
};

/// The first of five turns; one file was changed, no gate ran, the worker said little.
pub fn evidence() -> Evidence {
    Evidence {
        goal: goal(),
        turn: 1,
        max_turns: 5,
        digest: "d1".repeat(32),
        trees: trees(),
        changes: vec![change("src/parser.rs")],
        diff: String::new(),
        diff_truncated: false,
        gates: Vec::new(),
        tampering: Vec::new(),
        worker: WorkerReport {
            agent: "command".into(),
            exit_code: Some(0),
            final_text: "Done.".into(),
            transcript: String::new(),
            transcript_truncated: false,
            tool_calls: Vec::new(),
            usage: usage(),
        },
        history: Vec::new(),
        facts: Vec::new(),
        config: "{}".into(),
    }
}

/// What a gate is asked about the same turn.
pub fn subject() -> Subject {
    let Evidence { goal, turn, trees, changes, tampering, facts, config, .. } = evidence();
    Subject { goal, turn, trees, changes, tampering, facts, config }
}

/// The same turn, for a workflow to drive.
pub fn turn() -> Turn {
    Turn {
        goal: goal(),
        turn: 1,
        max_turns: 5,
        prompt: "Accept trailing commas.".into(),
        feedback: None,
        agents: vec!["command".into()],
        config: "{}".into(),
    }
}

/// A required gate that took a second.
pub fn gate(name: &str, status: GateStatus) -> GateReport {
    GateReport {
        name: name.into(),
        required: true,
        status,
        summary: status.verb().into(),
        exit_code: Some(i32::from(status != GateStatus::Passed)),
        output: String::new(),
        output_truncated: false,
        duration_ms: 1_000,
        tests: None,
        findings: Vec::new(),
    }
}

/// A file with three new lines and one lost.
pub fn change(path: &str) -> Change {
    Change {
        path: path.into(),
        kind: ChangeKind::Modified,
        old_path: None,
        lines: Some(LineCount { added: 3, removed: 1 }),
    }
}

fn goal() -> Goal {
    Goal {
        id: "goal_0001".into(),
        objective: "Make the parser accept trailing commas.".into(),
        scope: Vec::new(),
        criteria: Vec::new(),
    }
}

fn trees() -> TreeIds {
    TreeIds { baseline: "a".repeat(40), candidate: "b".repeat(40), sealed: "c".repeat(40) }
}

fn usage() -> Usage {
    Usage { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: None }
}
