//! A judge whose answer is of the right type and makes no sense. `config.kind` says how.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(
    judge,
    name = "garbage",
    summary = "Answers nonsense",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": {
            "kind": { "enum": [
                "nan-score", "score-out-of-range", "infinite-confidence", "huge-reason", "many-findings",
                "control-characters", "empty-reason", "line-zero", "path-outside"
            ] },
            "size": { "type": "integer", "minimum": 0 }
        }
    }"#,
);

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    kind: String,
    /// Bytes of `huge-reason`, number of `many-findings`.
    size: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { kind: "nan-score".into(), size: 64 << 20 }
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let mut verdict = Verdict::satisfied("fine");
    match config.kind.as_str() {
        "nan-score" => verdict.score = Some(f64::NAN),
        "score-out-of-range" => verdict.score = Some(17.0),
        "infinite-confidence" => verdict.confidence = Some(f64::INFINITY),
        "huge-reason" => verdict.reason = "x".repeat(config.size),
        "many-findings" => verdict.findings = vec![Finding::info("one of many"); config.size],
        "control-characters" => verdict.reason = "\u{1b}[2J\u{202e}fine\u{0}\u{200b}".into(),
        "empty-reason" => verdict = Verdict::unsatisfied(""),
        "line-zero" => verdict = verdict.finding(Finding::error("at line 0").path("src/lib.rs").line(0)),
        "path-outside" => verdict = verdict.finding(Finding::error("far away").path("/etc/../../passwd")),
        kind => return Err(format!("no such kind: {kind}")),
    }
    Ok(verdict)
}
