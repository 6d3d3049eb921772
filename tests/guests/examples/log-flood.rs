//! A judge that logs without end: `config.messages` of them (100,000), `config.bytes` long (1,000), and then is satisfied.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    name = "log-flood",
    summary = "Logs far too much",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "messages": { "type": "integer" }, "bytes": { "type": "integer" } }
    }"#,
);

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    messages: usize,
    bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { messages: 100_000, bytes: 1_000 }
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let text = "z".repeat(config.bytes);
    for _ in 0..config.messages {
        log::write(log::Level::Info, &text);
    }
    Ok(Verdict::satisfied("said it all"))
}
