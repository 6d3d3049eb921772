//! A judge that remembers all that it can: `config.keys` (100,000) keys with `config.text`, `config.times` (1 MiB)
//! repeated, each. Imports `state`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::state::{self, StateError};

goalpost_sdk::evaluator!(
    judge,
    name = "state-bomb",
    summary = "Remembers far too much",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "keys": { "type": "integer" }, "times": { "type": "integer" }, "text": { "type": "string" } }
    }"#,
);

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    keys: u32,
    times: usize,
    text: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { keys: 100_000, times: 1 << 20, text: "x".into() }
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let value = config.text.repeat(config.times).into_bytes();
    let mut last = String::new();
    for key in 0..config.keys {
        match state::set(&format!("key-{key}"), &value) {
            Ok(()) => {}
            Err(StateError::Limit(why)) => last = why,
            Err(error) => return Err(format!("{error:?}")),
        }
    }
    let kept = state::keys("").map_err(|error| format!("{error:?}"))?.len();
    Ok(Verdict::unsatisfied(format!("{kept} keys kept; {last}")))
}
