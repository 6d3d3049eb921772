//! The judge `{{name}}`: says what is missing, or that nothing is.

use goalpost_sdk::evaluator::*;

/// What `config` in goalpost.toml may hold.
#[derive(serde::Deserialize)]
struct Config {
    /// A word that the worker's last message must hold.
    word: String,
}

goalpost_sdk::evaluator!(
    judge,
    summary = "The worker's last message must hold a word",
    config_schema = r#"{
        "type": "object", "required": ["word"], "additionalProperties": false,
        "properties": { "word": { "type": "string", "minLength": 1 } }
    }"#,
);

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let Config { word } = evidence.config()?;
    if evidence.worker.final_text.contains(&word) {
        return Ok(Verdict::satisfied(format!("the worker said {word}")));
    }
    // What is missing, and how one would see that it is there: this goes back to the worker.
    Ok(Verdict::unsatisfied(format!("Say {word} in your last message.")))
}
