//! What tests share: one engine, small evidence, and calls with little to write.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::{Evidence, GoalText, TreeIds, WorkerReport};
use goalpost_core::verdict::Verdict;
use goalpost_plugins::{
    AdmissionError, Admitted, CallContext, CallError, CallStats, Engine, Kind, LogLevel, Plugin, Subject, Turn,
};

pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().unwrap());

/// Long enough for a loaded machine: what is to end by itself does so long before.
pub(crate) fn limits() -> Limits {
    Limits {
        timeout: Duration::from_secs(60),
        memory: 64 << 20,
        host_calls: 10_000,
        log_bytes: 64 << 10,
        output_bytes: 256 << 10,
    }
}

pub(crate) fn load(bytes: Vec<u8>, kind: Kind) -> Plugin {
    Plugin::load(&ENGINE, None, bytes, "test:guest", kind).unwrap()
}

pub(crate) async fn admit(
    bytes: Vec<u8>,
    kind: Kind,
    grants: &Grants,
    limits: &Limits,
) -> Result<Admitted, AdmissionError> {
    load(bytes, kind).admit(grants, limits, &serde_json::Map::new()).await
}

/// Admits an evaluator without grants and asks it.
pub(crate) async fn judge(bytes: Vec<u8>, limits: &Limits) -> Result<(Verdict, CallStats), CallError> {
    let admitted = admit(bytes, Kind::Evaluator, &Grants::default(), limits).await.unwrap();
    admitted.evaluate(CallContext::default(), &evidence()).await
}

pub(crate) type Lines = Arc<Mutex<Vec<(LogLevel, String)>>>;

/// A log sink, and what arrives there.
pub(crate) fn log_sink() -> (CallContext, Lines) {
    let lines = Lines::default();
    let kept = lines.clone();
    let log = Arc::new(move |level, text: &str| kept.lock().unwrap().push((level, text.to_owned())));
    (CallContext { log: Some(log), ..CallContext::default() }, lines)
}

pub(crate) fn goal() -> GoalText {
    GoalText { id: "g1".parse().unwrap(), objective: "Make it work".into(), scope: vec![], criteria: vec![] }
}

pub(crate) fn trees() -> TreeIds {
    let id = |digit: &str| digit.repeat(40).parse().unwrap();
    TreeIds { baseline: id("a"), candidate: id("b"), sealed: id("c") }
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        goal: goal(),
        turn: 1,
        max_turns: 3,
        trees: trees(),
        changes: vec![],
        diff: "+ a line\n".into(),
        diff_truncated: false,
        gates: vec![],
        tampering: vec![],
        worker: WorkerReport {
            agent: "command".into(),
            exit_code: Some(0),
            final_text: "done".into(),
            ..WorkerReport::default()
        },
        history: vec![],
        facts: vec![],
    }
}

pub(crate) fn subject() -> Subject {
    Subject { goal: goal(), turn: 1, trees: trees(), changes: vec![], tampering: vec![], facts: vec![] }
}

pub(crate) fn turn() -> Turn {
    Turn {
        goal: goal(),
        turn: 1,
        max_turns: 3,
        prompt: "Make it work".into(),
        feedback: None,
        agents: vec!["main".into(), "other".into()],
    }
}
