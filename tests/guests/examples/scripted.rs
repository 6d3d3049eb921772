//! A judge that follows a script: `config.outcomes` has an outcome for each turn, the last one for all that follow. Besides
//! the five of a verdict there are `err` and `panic`.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    name = "scripted",
    summary = "Follows a script",
    config_schema = r#"{
        "type": "object", "additionalProperties": false, "required": ["outcomes"],
        "properties": {
            "outcomes": { "type": "array", "minItems": 1, "items": {
                "enum": ["satisfied", "unsatisfied", "blocked", "inconclusive", "abstain", "err", "panic"]
            } },
            "reasons": { "type": "array", "items": { "type": "string" } }
        }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    outcomes: Vec<String>,
    /// A reason for each turn, likewise.
    #[serde(default)]
    reasons: Vec<String>,
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let at = |list: &[String]| {
        let last = list.len().checked_sub(1)?;
        list.get(last.min(evidence.turn.saturating_sub(1) as usize)).cloned()
    };
    let reason = at(&config.reasons).unwrap_or_else(|| format!("as the script says of turn {}", evidence.turn));
    match at(&config.outcomes).ok_or("the script is empty")?.as_str() {
        "satisfied" => Ok(Verdict::satisfied(reason)),
        "unsatisfied" => Ok(Verdict::unsatisfied(reason)),
        "blocked" => Ok(Verdict::blocked(reason)),
        "inconclusive" => Ok(Verdict::inconclusive(reason)),
        "abstain" => Ok(Verdict::abstain(reason)),
        "panic" => panic!("{reason}"),
        _ => Err(reason),
    }
}
