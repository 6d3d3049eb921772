//! A judge that says that it broke. `config.message` is what it says.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    name = "err",
    summary = "Says that it broke",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "message": { "type": "string" } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default = "message")]
    message: String,
}

fn message() -> String {
    "the judge is broken".into()
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    Err(evidence.config::<Config>()?.message)
}
