//! What a plugin must conclude in a case, and how what it concluded differs from that.

use std::collections::BTreeMap;

use goalpost_core::evidence::{Finding, Severity};
use goalpost_core::plugin_state::Remembered;
use goalpost_core::verdict::Outcome;
use goalpost_plugins::TurnEnd;
use serde::Deserialize;

use super::Came;

/// What is expected. What is left out is not looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Expect {
    /// Of an evaluator.
    outcome: Option<Outcome>,
    /// Of a gate.
    passed: Option<bool>,
    /// Of a workflow: whether it says that the goal can't be reached.
    blocked: Option<bool>,
    /// What the call's error must hold: the plugin is expected to break.
    broken: Option<String>,
    /// The whole reason, summary or text.
    reason: Option<String>,
    /// What must stand in the reason, summary or text.
    says: Vec<String>,
    /// What must not.
    never_says: Vec<String>,
    /// Findings, in order; none may be left over.
    findings: Option<Vec<Found>>,
    /// 0 to 1.
    score: Option<f64>,
    /// All that the plugin remembers from then on.
    state: Option<BTreeMap<String, String>>,
}

/// What is expected of a finding.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Found {
    severity: Option<Severity>,
    code: Option<String>,
    path: Option<String>,
    line: Option<u32>,
    /// What must stand in its message.
    says: Option<String>,
}

impl Expect {
    pub(super) fn differences(&self, came: &Came, remembered: Option<&Remembered>) -> Vec<String> {
        let mut differences = Differences::default();
        let remembered: BTreeMap<String, String> = remembered
            .iter()
            .flat_map(|remembered| remembered.iter())
            .map(|(key, value)| (key.to_owned(), String::from_utf8_lossy(&value).into_owned()))
            .collect();
        differences.same("state", self.state.as_ref(), Some(&remembered));
        let broken = match came {
            Came::Broke(error) => Some(error.to_string()),
            _ => None,
        };
        match (&self.broken, &broken) {
            (Some(part), Some(error)) if error.contains(part) => return differences.0,
            (Some(part), _) => differences.add("broken", part, broken.as_deref().unwrap_or("it answered")),
            (None, Some(error)) => differences.add("broken", "an answer", error),
            (None, None) => {}
        }
        let (text, findings): (&str, &[Finding]) = match came {
            Came::Verdict(verdict) => {
                differences.same("outcome", self.outcome.map(outcome), Some(outcome(verdict.outcome)));
                differences.same("score", self.score, verdict.score);
                (&verdict.reason, &verdict.findings)
            }
            Came::Gate(answer) => {
                differences.same("passed", self.passed, Some(answer.passed));
                (&answer.summary, &answer.findings)
            }
            Came::Turn(summary) => {
                differences.same("blocked", self.blocked, Some(matches!(summary.end, TurnEnd::Blocked(_))));
                match &summary.end {
                    TurnEnd::Blocked(why) => (why, &[]),
                    TurnEnd::Finished => (summary.result.as_deref().unwrap_or(&summary.text), &[]),
                }
            }
            Came::Broke(_) => return differences.0,
        };
        differences.same("reason", self.reason.as_deref(), Some(text));
        for part in self.says.iter().filter(|part| !text.contains(part.as_str())) {
            differences.add("says", part, text);
        }
        for part in self.never_says.iter().filter(|part| text.contains(part.as_str())) {
            differences.add("never_says", part, text);
        }
        if let Some(expected) = &self.findings {
            self.compare_findings(expected, findings, &mut differences);
        }
        differences.0
    }

    fn compare_findings(&self, expected: &[Found], got: &[Finding], differences: &mut Differences) {
        differences.same("findings", Some(expected.len()), Some(got.len()));
        for (index, (found, finding)) in expected.iter().zip(got).enumerate() {
            let at = |field: &str| format!("findings[{index}].{field}");
            differences.same(&at("severity"), found.severity, Some(finding.severity));
            differences.same(&at("code"), found.code.as_ref(), finding.code.as_ref());
            differences.same(&at("path"), found.path.as_ref(), finding.path.as_ref());
            differences.same(&at("line"), found.line, finding.line);
            if let Some(part) = found.says.as_ref().filter(|part| !finding.message.contains(part.as_str())) {
                differences.add(&at("says"), part, &finding.message);
            }
        }
    }
}

/// As the contract spells it.
fn outcome(outcome: Outcome) -> String {
    serde_json::to_value(outcome).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn add(&mut self, field: &str, expected: &str, got: &str) {
        self.0.push(format!("{field}\n    - {expected}\n    + {got}"));
    }

    /// What is not expected is not compared.
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, field: &str, expected: Option<T>, got: Option<T>) {
        if let Some(expected) = expected
            && got.as_ref() != Some(&expected)
        {
            let got = got.map_or_else(|| "nothing".to_owned(), |got| format!("{got:?}"));
            self.add(field, &format!("{expected:?}"), &got);
        }
    }
}
