//! A judge that is never satisfied. `config.reason` is what it tells the worker.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    name = "always-unsatisfied",
    summary = "Satisfied with nothing",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "reason": { "type": "string" } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default = "reason")]
    reason: String,
}

fn reason() -> String {
    "it is not good enough".into()
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    Ok(Verdict::unsatisfied(config.reason).finding(Finding::error("never good enough").code("never")))
}
