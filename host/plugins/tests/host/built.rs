//! Guests that were built with the SDK: Goalpost's own plugins, and the hostile ones of the tests.

use std::path::{Path, PathBuf};
use std::time::Duration;

use goalpost_core::config::{AgentsGrant, Grants, HttpGrant, Limits, LlmGrant};
use goalpost_plugins::{CallContext, CallError, CallFailure, CallStats, Kind, Plugin, Problem};
use serde_json::{Map, Value, json};

use crate::host::{ENGINE, evidence, limits, log_sink, subject};

fn everything() -> Grants {
    Grants {
        tree: true,
        checks: vec!["tests".into()],
        llm: Some(LlmGrant { models: vec!["p/m".into()], tokens: 1000, micro_usd: None, calls: 5 }),
        agents: Some(AgentsGrant { runs: 4, concurrent: 2 }),
        http: vec![HttpGrant::of("a.example.com".parse().unwrap())],
        ..Grants::default()
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// A guest's bytes, unless it was not built.
pub(crate) fn built(name: &str) -> Option<Vec<u8>> {
    let path = folder("tests/guests/dist").join(name).with_extension("wasm");
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        eprintln!("skipped: {} is not there; `cargo xtask plugins` builds it", path.display());
    }
    bytes.ok()
}

pub(crate) fn map(config: Value) -> Map<String, Value> {
    match config {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

async fn judged(
    bytes: Vec<u8>,
    config: Value,
    limits: &Limits,
) -> Result<(goalpost_core::verdict::Verdict, CallStats), CallError> {
    let plugin = Plugin::load(&ENGINE, None, bytes, "test", Kind::Evaluator).unwrap();
    let admitted = plugin.admit(&Grants::default(), limits, &map(config)).await.unwrap();
    let (context, _) = log_sink();
    admitted.evaluate(context, &evidence()).await
}

#[tokio::test]
async fn goalposts_own_plugins_are_admitted_and_say_what_they_are() {
    let Ok(files) = std::fs::read_dir(folder("plugins/dist")) else {
        eprintln!("skipped: plugins/dist is not there; `cargo xtask plugins` builds it");
        return;
    };
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "wasm"));
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let mut reasons = Vec::new();
        for kind in Kind::ALL {
            let plugin = Plugin::load(&ENGINE, None, bytes.clone(), path.display().to_string(), kind).unwrap();
            match plugin.admit(&everything(), &limits(), &Map::new()).await {
                Ok(admitted) => {
                    let name = path.file_stem().unwrap().to_str().unwrap();
                    assert_eq!(admitted.description().name, name);
                    assert!(admitted.imports().iter().all(|import| import.starts_with("goalpost:plugin/")));
                }
                Err(error) => reasons.extend(error.problems),
            }
        }
        // It is of one world, and of its config at most a required field is missing.
        let others = reasons.iter().filter(|reason| matches!(reason, Problem::WrongWorld { .. })).count();
        assert_eq!(others, 2, "{}: {reasons:?}", path.display());
        for reason in &reasons {
            let expected =
                matches!(reason, Problem::WrongWorld { .. } | Problem::NotForWorld { .. } | Problem::Config(_));
            assert!(expected, "{}: {reason}", path.display());
        }
    }
}

#[tokio::test]
async fn a_panic_keeps_its_text() {
    let Some(bytes) = built("panic") else { return };
    let error = judged(bytes, json!({}), &limits()).await.unwrap_err();
    assert!(matches!(error.failure, CallFailure::Trapped(_)), "{error}");
    assert!(error.last_log.as_deref().is_some_and(|text| text.contains("panic")), "{error}");
}

#[tokio::test]
async fn hostile_guests_end_as_what_they_are() {
    let short = Limits { timeout: Duration::from_millis(300), ..limits() };
    for (name, limits) in [("spin", &short), ("trap", &limits()), ("stack-bomb", &limits()), ("err", &limits())] {
        let Some(bytes) = built(name) else { continue };
        let failure = judged(bytes, json!({}), limits).await.unwrap_err().failure;
        let expected = match name {
            "spin" => matches!(failure, CallFailure::TimedOut(_)),
            "err" => matches!(failure, CallFailure::Refused(_)),
            _ => matches!(failure, CallFailure::Trapped(_)),
        };
        assert!(expected, "{name}: {failure}");
    }
}

#[tokio::test]
async fn a_memory_bomb_built_with_the_sdk_is_contained() {
    let Some(bytes) = built("memory-bomb") else { return };
    let limits = Limits { memory: 32 << 20, ..limits() };
    let stats = match judged(bytes, json!({}), &limits).await {
        Ok((_, stats)) => stats,
        Err(error) => {
            assert_eq!(error.failure, CallFailure::Memory(32 << 20), "{error}");
            error.stats
        }
    };
    assert!(stats.peak_memory <= 32 << 20, "{stats:?}");
}

#[tokio::test]
async fn nonsense_is_malformed_or_made_harmless() {
    let Some(bytes) = built("garbage") else { return };
    let limits = Limits { memory: 256 << 20, ..limits() };
    for kind in ["nan-score", "score-out-of-range", "infinite-confidence", "empty-reason"] {
        let error = judged(bytes.clone(), json!({"kind": kind}), &limits).await.unwrap_err();
        assert!(matches!(error.failure, CallFailure::Malformed(_)), "{kind}: {error}");
    }
    for (kind, size) in [("huge-reason", 1 << 20), ("huge-reason", 64 << 20), ("many-findings", 20_000)] {
        let error = judged(bytes.clone(), json!({"kind": kind, "size": size}), &limits).await.unwrap_err();
        let refused = matches!(error.failure, CallFailure::TooLarge(_) | CallFailure::Malformed(_));
        assert!(refused, "{kind}: {error}");
    }
    let (verdict, _) = judged(bytes.clone(), json!({"kind": "control-characters"}), &limits).await.unwrap();
    assert_eq!(verdict.reason, "fine");
    for kind in ["line-zero", "path-outside"] {
        let (verdict, _) = judged(bytes.clone(), json!({"kind": kind}), &limits).await.unwrap();
        assert_eq!((verdict.findings.len(), verdict.findings[0].line), (1, None), "{kind}");
    }
}

#[tokio::test]
async fn a_judge_is_shown_the_evidence_and_its_config() {
    let Some(bytes) = built("echo-evidence") else { return };
    let mut shown = evidence();
    shown.facts.push(goalpost_core::evidence::Fact { name: "coverage".into(), json: "{\"share\":0.8}".into() });
    let plugin = Plugin::load(&ENGINE, None, bytes, "test", Kind::Evaluator).unwrap();
    let admitted = plugin.admit(&Grants::default(), &limits(), &Map::new()).await.unwrap();
    let (verdict, _) = admitted.evaluate(CallContext::default(), &shown).await.unwrap();
    for part in ["Make it work", "+ a line", "coverage", &shown.digest().to_string(), &"c".repeat(40)] {
        assert!(verdict.reason.contains(part), "`{part}` is missing in {}", verdict.reason);
    }
}

#[tokio::test]
async fn a_gate_reads_its_config() {
    let Some(bytes) = built("gate-fixed") else { return };
    let plugin = Plugin::load(&ENGINE, None, bytes, "test", Kind::Gate).unwrap();
    let config = map(json!({"passed": false, "summary": "two secrets", "output": "a\nb"}));
    let admitted = plugin.admit(&Grants::default(), &limits(), &config).await.unwrap();
    let (answer, _) = admitted.check(CallContext::default(), &subject()).await.unwrap();
    assert_eq!((answer.passed, answer.summary.as_str(), answer.output.as_str()), (false, "two secrets", "a\nb"));
}
