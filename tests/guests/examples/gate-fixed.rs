//! A gate whose answer is in its config: `passed`, `summary`, `output`; with `error` it breaks.

use goalpost_sdk::gate::*;

goalpost_sdk::gate!(
    check,
    name = "gate-fixed",
    summary = "Answers what it is told to",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": {
            "passed": { "type": "boolean" }, "summary": { "type": "string" },
            "output": { "type": "string" }, "error": { "type": "string" }
        }
    }"#,
);

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    passed: bool,
    summary: String,
    output: String,
    error: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self { passed: true, summary: "as told".into(), output: String::new(), error: None }
    }
}

fn check(subject: Subject) -> Result<GateResult, String> {
    let config: Config = subject.config()?;
    if let Some(error) = config.error {
        return Err(error);
    }
    let result = if config.passed { GateResult::passed(config.summary) } else { GateResult::failed(config.summary) };
    Ok(result.output(config.output))
}
