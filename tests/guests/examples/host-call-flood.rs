//! A judge that asks the host without end: `config.calls` (1,000,000) reads of a tree's id and entries. Imports `tree`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::tree;

goalpost_sdk::evaluator!(
    judge,
    name = "host-call-flood",
    summary = "Asks the host far too often",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "calls": { "type": "integer" } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default = "calls")]
    calls: u64,
}

fn calls() -> u64 {
    1_000_000
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let sealed = tree::sealed();
    let mut refused = None;
    for _ in 0..config.calls {
        match sealed.entries("", None, 1) {
            Err(error @ tree::TreeError::Limit(_)) => refused = Some(error),
            Err(error) => return Err(format!("{error:?}")),
            Ok(_) => {}
        }
    }
    match refused {
        Some(error) => Err(format!("{error:?}")),
        None => Ok(Verdict::satisfied("asked it all")),
    }
}
