//! A judge that counts how often it was asked, and is content when it was asked `config.enough` times before. In the turn
//! `config.breaks_at` it panics after it has counted. Imports `state`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::state;

goalpost_sdk::evaluator!(
    judge,
    name = "remembers",
    summary = "Counts how often it was asked",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "enough": { "type": "integer" }, "breaks_at": { "type": "integer" } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default = "enough")]
    enough: u32,
    breaks_at: Option<u32>,
}

fn enough() -> u32 {
    1
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let before: u32 = state::get_json("asked").map_err(|error| format!("{error:?}"))?.unwrap_or(0);
    state::set_json("asked", &(before + 1)).map_err(|error| format!("{error:?}"))?;
    if config.breaks_at == Some(evidence.turn) {
        panic!("counted to {}, and broke", before + 1);
    }
    let reason = format!("asked {before} times before");
    Ok(if before >= config.enough { Verdict::satisfied(reason) } else { Verdict::unsatisfied(reason) })
}
