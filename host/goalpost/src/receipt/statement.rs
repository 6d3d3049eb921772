//! What a receipt says: an in-toto Statement v1 with the predicate `test-result/v0.1`.

use std::collections::BTreeMap;

use goalpost_core::config::GoalConfig;
use goalpost_core::evidence::{GateReport, GateStatus, Kept, Tamper, TreeIds};
use goalpost_core::ids::{Digest, GoalId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::verdict::{Opinion, Outcome, TurnVerdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::store::{Candidate, TurnResult};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// The predicate's extension field; in-toto has such fields named by a URI.
const EXTENSION: &str = "urn:goalpost:turn:v1";

/// What is the same for every turn of a goal.
#[derive(Debug, Clone)]
pub(crate) struct GoalFacts<'a> {
    pub(crate) id: &'a GoalId,
    /// Frozen.
    pub(crate) config: &'a GoalConfig,
    /// SHA-256 of the frozen configuration.
    pub(crate) config_digest: &'a Digest,
    /// SHA-256 of the components, by the names that the goal gives them.
    pub(crate) plugins: BTreeMap<String, Digest>,
    /// The level that the gates run with.
    pub(crate) isolation: IsolationLevel,
}

/// Everything that the host claims of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TurnClaims {
    pub(crate) goal: GoalId,
    pub(crate) turn: u32,
    pub(crate) trees: TreeIds,
    /// SHA-256 of the frozen configuration.
    pub(crate) config: Digest,
    /// SHA-256 of the components, by the names that the goal gives them.
    pub(crate) plugins: BTreeMap<String, Digest>,
    /// The level that the gates ran with.
    pub(crate) isolation: IsolationLevel,
    pub(crate) gates: Vec<GateClaim>,
    /// The required gates once more; empty when the turn would not have ended the goal.
    pub(crate) clean_room: Vec<GateClaim>,
    pub(crate) tampering: Vec<Tamper>,
    /// What the worker changed in manifests and keeps.
    #[serde(default)]
    pub(crate) kept: Vec<Kept>,
    pub(crate) opinions: Vec<OpinionClaim>,
    pub(crate) verdict: TurnVerdict,
    /// SHA-256 of the evidence that the verdict was made from.
    pub(crate) evidence: Digest,
    /// The version of the program that signed.
    pub(crate) version: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) time_ms: u64,
    /// The digest of the goal's receipt before this one.
    pub(crate) previous: Option<Digest>,
}

/// A gate: what was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GateClaim {
    pub(crate) name: String,
    pub(crate) required: bool,
    /// Run by the host itself.
    pub(crate) native: bool,
    /// As frozen with the goal.
    pub(crate) definition: Value,
    pub(crate) status: GateStatus,
    pub(crate) summary: String,
    pub(crate) exit_code: Option<i32>,
    /// SHA-256 of the output that the store keeps.
    pub(crate) output: Digest,
    pub(crate) duration_ms: u64,
    pub(crate) tests: Option<TestCounts>,
}

/// The tests of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TestCounts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

/// An evaluator's conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpinionClaim {
    pub(crate) evaluator: String,
    /// SHA-256 of the component that answered.
    pub(crate) plugin: Digest,
    pub(crate) outcome: Outcome,
    pub(crate) reason: String,
}

impl TurnClaims {
    /// The claims of a turn of `goal`, signed at `time_ms`.
    pub(crate) fn new(
        goal: &GoalFacts<'_>,
        turn: u32,
        candidate: &Candidate,
        result: &TurnResult,
        previous: Option<Digest>,
        time_ms: u64,
    ) -> Self {
        let gates = |reports: &[GateReport]| reports.iter().map(|report| GateClaim::new(goal, report)).collect();
        Self {
            goal: goal.id.clone(),
            turn,
            trees: candidate.trees.clone(),
            config: goal.config_digest.clone(),
            plugins: goal.plugins.clone(),
            isolation: goal.isolation,
            gates: gates(&result.gates),
            clean_room: gates(&result.clean_room),
            tampering: candidate.tampering.clone(),
            kept: candidate.kept.clone(),
            opinions: result.opinions.iter().map(OpinionClaim::new).collect(),
            verdict: result.verdict.clone(),
            evidence: result.evidence.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            time_ms,
            previous,
        }
    }

    /// `PASSED` when every gate passed on untouched protected paths, `WARNED` when the required ones did, else `FAILED`.
    fn result(&self) -> &'static str {
        let runs = || self.gates.iter().chain(&self.clean_room);
        if runs().any(|gate| gate.required && gate.status != GateStatus::Passed) {
            "FAILED"
        } else if runs().any(|gate| gate.status != GateStatus::Passed) || !self.tampering.is_empty() {
            "WARNED"
        } else {
            "PASSED"
        }
    }
}

impl GateClaim {
    fn new(goal: &GoalFacts<'_>, report: &GateReport) -> Self {
        let definition = goal.config.gates.iter().find(|gate| gate.name == report.name);
        Self {
            name: report.name.clone(),
            required: report.required,
            native: report.native,
            // Plain configuration has a JSON form.
            definition: definition.and_then(|gate| serde_json::to_value(gate).ok()).unwrap_or_default(),
            status: report.status,
            summary: report.summary.clone(),
            exit_code: report.exit_code,
            output: Digest::of(&report.output),
            duration_ms: report.duration_ms,
            tests: report.tests.as_ref().map(|tests| TestCounts {
                passed: tests.passed,
                failed: tests.failed,
                skipped: tests.skipped,
            }),
        }
    }
}

impl OpinionClaim {
    fn new(opinion: &Opinion) -> Self {
        Self {
            evaluator: opinion.evaluator.clone(),
            plugin: opinion.plugin.clone(),
            outcome: opinion.verdict.outcome,
            reason: opinion.verdict.reason.clone(),
        }
    }
}

/// The statement's bytes.
pub(super) fn write(claims: &TurnClaims) -> Result<Vec<u8>, serde_json::Error> {
    let names = |wanted: &dyn Fn(&GateClaim) -> bool| -> Vec<&str> {
        claims.gates.iter().filter(|gate| wanted(gate)).map(|gate| gate.name.as_str()).collect()
    };
    let passed = |gate: &GateClaim| gate.status == GateStatus::Passed;
    let mut configuration =
        vec![json!({ "name": "goal-configuration", "digest": { "sha256": claims.config.as_str() } })];
    for (name, digest) in &claims.plugins {
        configuration.push(json!({ "name": format!("plugin/{name}"), "digest": { "sha256": digest.as_str() } }));
    }
    serde_json::to_vec(&json!({
        "_type": STATEMENT,
        "subject": [{ "name": "sealed-tree", "digest": { "gitTree": claims.trees.sealed.as_str() } }],
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": claims.result(),
            "configuration": configuration,
            "passedTests": names(&passed),
            "warnedTests": names(&|gate| !passed(gate) && !gate.required),
            "failedTests": names(&|gate| !passed(gate) && gate.required),
            EXTENSION: serde_json::to_value(claims)?,
        },
    }))
}

/// The claims in a statement of ours; the error is for people.
pub(super) fn read(bytes: &[u8]) -> Result<TurnClaims, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Statement {
        #[serde(rename = "_type")]
        kind: String,
        subject: Vec<Subject>,
        predicate_type: String,
        predicate: BTreeMap<String, Value>,
    }
    #[derive(Deserialize)]
    struct Subject {
        digest: BTreeMap<String, String>,
    }

    let mut statement: Statement = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if statement.kind != STATEMENT || statement.predicate_type != TEST_RESULT {
        return Err("it is a statement of another type".to_owned());
    }
    let turn = statement.predicate.remove(EXTENSION).ok_or("it says nothing of a turn")?;
    let claims: TurnClaims = serde_json::from_value(turn).map_err(|error| error.to_string())?;
    let subject = statement.subject.first().and_then(|subject| subject.digest.get("gitTree"));
    if subject.map(String::as_str) != Some(claims.trees.sealed.as_str()) {
        return Err("its subject is not the sealed tree of its turn".to_owned());
    }
    Ok(claims)
}
