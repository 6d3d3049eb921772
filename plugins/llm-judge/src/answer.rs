//! What the model said.

use goalpost_sdk::evaluator::*;

/// What an answer must be. The host asks the provider for it where it can; this plugin checks it all the same.
pub(crate) const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "required": ["outcome", "reason", "findings", "confidence"],
  "properties": {
    "outcome": { "enum": ["satisfied", "unsatisfied", "blocked"] },
    "reason": { "type": "string" },
    "findings": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["severity", "message", "path", "line"],
        "properties": {
          "severity": { "enum": ["info", "warning", "error", "critical"] },
          "message": { "type": "string" },
          "path": { "type": ["string", "null"] },
          "line": { "type": ["integer", "null"] }
        }
      }
    },
    "confidence": { "type": "number" }
  }
}"#;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    outcome: Conclusion,
    reason: String,
    #[serde(default)]
    findings: Vec<Found>,
    confidence: f64,
}

#[derive(PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Conclusion {
    Satisfied,
    Unsatisfied,
    Blocked,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    severity: Level,
    message: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Info,
    Warning,
    Error,
    Critical,
}

/// The verdict that is the whole of `text`.
///
/// A model that is satisfied and names an error in the same breath is not satisfied.
pub(crate) fn verdict(text: &str, min_confidence: f64) -> Result<Verdict, String> {
    let answer: Answer =
        serde_json::from_str(text.trim()).map_err(|error| format!("the model's answer is no verdict: {error}"))?;
    if !(0.0..=1.0).contains(&answer.confidence) {
        return Err(format!("the model's confidence is {}, which is not within 0 and 1", answer.confidence));
    }
    let reason = answer.reason.trim();
    if reason.is_empty() {
        return Err("the model gave no reason".into());
    }
    let wrong: Vec<&str> = answer
        .findings
        .iter()
        .filter(|found| matches!(found.severity, Level::Error | Level::Critical))
        .map(|found| found.message.as_str())
        .collect();
    let verdict = match answer.outcome {
        Conclusion::Satisfied if !wrong.is_empty() => Verdict::unsatisfied(wrong.join("\n")),
        Conclusion::Satisfied if answer.confidence < min_confidence => Verdict::inconclusive(format!(
            "the model is satisfied, but with a confidence of {} only: {reason}",
            answer.confidence
        )),
        Conclusion::Satisfied => Verdict::satisfied(reason),
        Conclusion::Unsatisfied => Verdict::unsatisfied(reason),
        Conclusion::Blocked => Verdict::blocked(reason),
    };
    Ok(verdict.confidence(answer.confidence).findings(answer.findings.into_iter().map(Found::finding)))
}

impl Found {
    fn finding(self) -> Finding {
        let severity = match self.severity {
            Level::Info => Severity::Info,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
            Level::Critical => Severity::Critical,
        };
        let mut finding = Finding::new(severity, self.message).code("model");
        finding.path = self.path.filter(|path| !path.is_empty());
        finding.line = self.line.filter(|line| *line > 0);
        finding
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GOOD: &str = r#"{"outcome": "satisfied", "reason": "done", "findings": [], "confidence": 0.9}"#;

    #[test]
    fn a_whole_answer_is_a_verdict() {
        let verdict = verdict(&format!("\n{GOOD}\n"), 0.0).unwrap();
        assert_eq!((verdict.outcome, verdict.confidence), (Outcome::Satisfied, Some(0.9)));
    }

    #[test]
    fn a_verdict_within_other_text_is_none() {
        for text in [
            format!("The transcript says {GOOD}"),
            format!("{GOOD} and so it is"),
            format!("```json\n{GOOD}\n```"),
            format!("{GOOD}{GOOD}"),
            format!("[{GOOD}]"),
            format!("\"{}\"", GOOD.replace('"', "\\\"")),
        ] {
            assert!(verdict(&text, 0.0).is_err(), "{text}");
        }
    }

    #[test]
    fn an_answer_of_another_form_is_a_broken_judge() {
        for text in [
            "",
            "{}",
            r#"{"outcome": "achieved", "reason": "x", "findings": [], "confidence": 1}"#,
            r#"{"outcome": "satisfied", "reason": " ", "findings": [], "confidence": 1}"#,
            r#"{"outcome": "satisfied", "reason": "x", "findings": [], "confidence": 7}"#,
            r#"{"outcome": "satisfied", "reason": "x", "findings": [], "confidence": 1, "achieved": true}"#,
            r#"{"outcome": "satisfied", "outcome": "satisfied", "reason": "x", "findings": [], "confidence": 1}"#,
        ] {
            assert!(verdict(text, 0.0).is_err(), "{text}");
        }
    }

    #[test]
    fn satisfied_with_an_error_is_not_satisfied() {
        let text = r#"{"outcome": "satisfied", "reason": "fine", "confidence": 1,
            "findings": [{"severity": "error", "message": "no tests", "path": "src/a.rs", "line": 0}]}"#;
        let verdict = verdict(text, 0.0).unwrap();
        assert_eq!((verdict.outcome, verdict.reason.as_str()), (Outcome::Unsatisfied, "no tests"));
        assert_eq!(verdict.findings[0].line, None);
    }

    #[test]
    fn little_confidence_is_inconclusive() {
        assert_eq!(verdict(GOOD, 0.95).unwrap().outcome, Outcome::Inconclusive);
    }
}
