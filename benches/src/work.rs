//! The work that is judged: a turn's evidence, of 8 KiB as JSON.

use anyhow::{Result, ensure};
use goalpost_core::evidence::{
    Change, ChangeKind, Evidence, GateReport, GateStatus, GoalText, LineCount, TreeIds, WorkerReport,
};

/// How large the evidence is as JSON.
pub const BYTES: usize = 8 << 10;

/// The line that the judgement is about.
pub const ADMISSION: &str = "The second half of the parser is not implemented yet, its test is skipped for now.";

/// The judge as a Goalpost plugin, and as an Extism plugin.
pub const COMPONENT: &[u8] = include_bytes!("../guests/dist/component.wasm");
pub const MODULE: &[u8] = include_bytes!("../guests/dist/extism.wasm");

/// A turn: three files changed, two gates passed, and a transcript that fills the rest. It admits something near its end, so
/// that the judge has to read nearly all of it.
pub fn evidence() -> Result<Evidence> {
    let mut evidence = Evidence {
        goal: GoalText {
            id: "g-bench".parse()?,
            objective: "Make the parser accept trailing commas. All tests pass.".into(),
            scope: vec!["src/**".into(), "tests/**".into()],
            criteria: vec![],
        },
        turn: 2,
        max_turns: 8,
        trees: TreeIds { baseline: tree('a')?, candidate: tree('b')?, sealed: tree('c')? },
        changes: ["src/lexer.rs", "src/parser.rs", "tests/commas.rs"].map(change).into(),
        diff: "--- a/src/parser.rs\n+++ b/src/parser.rs\n@@ -1 +1,2 @@\n-fn list() {}\n+fn list() { item(); }\n".into(),
        diff_truncated: false,
        gates: ["lint", "tests"].map(gate).into(),
        tampering: vec![],
        worker: WorkerReport {
            agent: "command".into(),
            exit_code: Some(0),
            final_text: "The parser accepts trailing commas.".into(),
            ..WorkerReport::default()
        },
        history: vec![],
        facts: vec![],
    };
    let mut step = 0;
    while serde_json::to_vec(&evidence)?.len() + ADMISSION.len() < BYTES - 100 {
        step += 1;
        evidence.worker.transcript += &format!("Step {step}: read src/parser.rs, changed it, ran the tests again.\n");
    }
    evidence.worker.transcript += ADMISSION;
    let rest = BYTES - serde_json::to_vec(&evidence)?.len();
    evidence.worker.final_text += &".".repeat(rest);
    Ok(evidence)
}

/// Whether the reason is the one that the evidence calls for.
pub fn expect(reason: &str) -> Result<()> {
    ensure!(reason.contains(ADMISSION), "another judgement: {reason}");
    Ok(())
}

fn tree(digit: char) -> Result<goalpost_core::ids::TreeId> {
    Ok(digit.to_string().repeat(40).parse()?)
}

fn change(path: &str) -> Change {
    let lines = Some(LineCount { added: 12, removed: 3 });
    Change { path: path.into(), kind: ChangeKind::Modified, old_path: None, lines }
}

fn gate(name: &str) -> GateReport {
    GateReport {
        summary: format!("{name} passed"),
        exit_code: Some(0),
        output: "running 12 tests\ntest result: ok. 12 passed; 0 failed\n".into(),
        duration_ms: 812,
        ..GateReport::new(name, GateStatus::Passed)
    }
}
