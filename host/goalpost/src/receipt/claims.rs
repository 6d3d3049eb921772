//! What the host claims of a turn.
//!
//! A field that comes later has a default, and is left out while it has it: a statement is made again from its claims when
//! it is verified, and an older one must come out as it was.

use std::collections::BTreeMap;

use goalpost_core::baseline::BaselineResult;
use goalpost_core::canary;
use goalpost_core::config::{GoalConfig, Plugin, canonical_json};
use goalpost_core::evidence::{GateReport, GateStatus, Kept, RunFacts, Tamper, TreeIds};
use goalpost_core::ids::{Digest, GoalId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::lock_file;
use goalpost_core::redact::Redactor;
use goalpost_core::signer::Signer;
use goalpost_core::state::GoalState;
use goalpost_core::tools::Tools;
use goalpost_core::verdict::{Opinion, Outcome, PanelRule, TurnVerdict, Weight};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::store::{Candidate, TurnResult, WorkerDone};

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
    /// Whose signatures they had to come with, likewise.
    pub(crate) signers: &'a BTreeMap<String, Signer>,
    /// The programs of gates, checks and setups.
    pub(crate) tools: &'a Tools,
    /// The level that the machine gives now.
    pub(crate) isolation: IsolationLevel,
    /// What the gates that were run on the baseline said of it.
    pub(crate) baselines: BTreeMap<String, BaselineResult>,
}

/// A turn that was just judged.
#[derive(Debug, Clone)]
pub(crate) struct TurnFacts<'a> {
    pub(crate) turn: u32,
    pub(crate) worker: &'a WorkerDone,
    pub(crate) candidate: &'a Candidate,
    pub(crate) result: &'a TurnResult,
    /// What the goal becomes with it, when it ends.
    pub(crate) ends: Option<GoalState>,
    /// The turn as the store keeps it.
    pub(crate) stored: Option<StoredTurn>,
    /// The digest of the goal's receipt before this one.
    pub(crate) previous: Option<Digest>,
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
    /// Whose signatures they had to come with, by the same names: `goalpost.lock`'s when the goal started. None for a builtin,
    /// and for one that came without.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) signers: BTreeMap<String, Signer>,
    /// SHA-256 of what each plugin was told, granted and limited to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) plugin_configs: BTreeMap<String, Digest>,
    /// The programs of gates, checks and setups, as they were before the worker first ran.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tools: Tools,
    /// The lowest level that a gate ran with; the machine's where no command ran.
    pub(crate) isolation: IsolationLevel,
    pub(crate) gates: Vec<GateClaim>,
    /// The required gates once more; empty when the turn would not have ended the goal.
    pub(crate) clean_room: Vec<GateClaim>,
    pub(crate) tampering: Vec<Tamper>,
    /// What the worker changed in manifests and keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) kept: Vec<Kept>,
    pub(crate) opinions: Vec<OpinionClaim>,
    /// SHA-256 of what plugins, a workflow among them, remember from this turn on, by the same names, where it changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) remembered: BTreeMap<String, Digest>,
    /// How they are combined.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) panel: PanelRule,
    /// Evaluators that were not asked, because the others had settled it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spared: Vec<String>,
    pub(crate) verdict: TurnVerdict,
    /// SHA-256 of the evidence that the verdict was made from.
    pub(crate) evidence: Digest,
    /// The turn as the store keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stored: Option<StoredTurn>,
    /// What the goal became with this turn: no receipt follows. None while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends: Option<GoalState>,
    /// A verification summary follows in the chain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) summarised: bool,
    /// The version of the program that signed.
    pub(crate) version: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) time_ms: u64,
    /// The digest of the goal's receipt before this one.
    pub(crate) previous: Option<Digest>,
}

/// SHA-256 of a turn's texts in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredTurn {
    pub(crate) worker: Digest,
    pub(crate) candidate: Digest,
    pub(crate) result: Digest,
}

/// A gate: what was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GateClaim {
    pub(crate) name: String,
    pub(crate) required: bool,
    /// Run by the host itself.
    pub(crate) native: bool,
    /// As frozen with the goal, without secrets.
    pub(crate) definition: Value,
    pub(crate) status: GateStatus,
    pub(crate) summary: String,
    pub(crate) exit_code: Option<i32>,
    /// SHA-256 of the output that the store keeps.
    pub(crate) output: Digest,
    pub(crate) duration_ms: u64,
    pub(crate) tests: Option<TestCounts>,
    /// What it said of the baseline: a green gate could not tell the two apart.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) baseline: BaselineResult,
    /// Of a command that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<RunFacts>,
    /// Whether tests that must fail were seen failing; none where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) canary: Option<canary::Outcome>,
}

/// The tests of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TestCounts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
    /// Ran on the baseline, and not now.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) missing: u32,
    /// Ran on the baseline, and are skipped now.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) newly_skipped: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
    /// What it counts for in a weighted panel.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) weight: Weight,
    /// On trial: the verdict is not made from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) shadow: bool,
}

impl TurnClaims {
    /// The claims of a turn of `goal`, signed at `time_ms`.
    pub(crate) fn new(goal: &GoalFacts<'_>, turn: &TurnFacts<'_>, time_ms: u64) -> Self {
        let TurnFacts { worker, candidate, result, .. } = turn;
        let remembered = worker.remembered.iter().chain(&result.remembered);
        let canary = |name: &str| result.canaries.iter().find(|known| known.gate == name).map(|known| known.outcome);
        let gates = |reports: &[GateReport], is_clean: bool| {
            let claim = |report: &GateReport| GateClaim {
                canary: canary(&report.name).filter(|_| is_clean),
                ..GateClaim::new(goal, report)
            };
            reports.iter().map(claim).collect()
        };
        let runs = result.gates.iter().chain(&result.clean_room).filter_map(|report| report.run.as_ref());
        Self {
            goal: goal.id.clone(),
            turn: turn.turn,
            trees: candidate.trees.clone(),
            config: goal.config_digest.clone(),
            plugins: goal.plugins.clone(),
            signers: goal.signers.clone(),
            plugin_configs: plugin_configs(goal.config),
            tools: goal.tools.clone(),
            isolation: runs.map(|run| run.isolation).min().unwrap_or(goal.isolation),
            gates: gates(&result.gates, false),
            clean_room: gates(&result.clean_room, true),
            tampering: candidate.tampering.clone(),
            kept: candidate.kept.clone(),
            opinions: result.opinions.iter().map(OpinionClaim::new).collect(),
            remembered: remembered.map(|(plugin, digest)| (plugin.clone(), digest.clone())).collect(),
            panel: goal.config.panel,
            spared: result.spared.clone(),
            verdict: result.verdict.clone(),
            evidence: result.evidence.clone(),
            stored: turn.stored.clone(),
            ends: turn.ends,
            summarised: true,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            time_ms,
            previous: turn.previous.clone(),
        }
    }

    /// `PASSED` when every gate passed on untouched protected paths, `WARNED` when the required ones did, else `FAILED`.
    pub(super) fn result(&self) -> &'static str {
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

/// The digests of what the goal's plugins were told, by the names that [`GoalFacts::plugins`] has.
fn plugin_configs(config: &GoalConfig) -> BTreeMap<String, Digest> {
    // Plain configuration has a JSON form.
    let digest = |plugin: &Plugin| Digest::of(canonical_json(&serde_json::to_value(plugin).unwrap_or(Value::Null)));
    lock_file::uses(config).into_iter().map(|(key, plugin)| (key, digest(plugin))).collect()
}

impl GateClaim {
    fn new(goal: &GoalFacts<'_>, report: &GateReport) -> Self {
        let definition = goal.config.gates.iter().find(|gate| gate.name == report.name);
        Self {
            name: report.name.clone(),
            required: report.required,
            native: report.native,
            // Plain configuration has a JSON form. Receipts are handed on: what a gate's `env` has in it is not.
            definition: definition
                .and_then(|gate| serde_json::to_value(gate).ok())
                .map(|gate| Redactor::default().redact_json(&gate))
                .unwrap_or_default(),
            status: report.status,
            summary: report.summary.clone(),
            exit_code: report.exit_code,
            output: Digest::of(&report.output),
            duration_ms: report.duration_ms,
            tests: report.tests.as_ref().map(|tests| TestCounts {
                passed: tests.passed,
                failed: tests.failed,
                skipped: tests.skipped,
                missing: count(&tests.missing),
                newly_skipped: count(&tests.newly_skipped),
            }),
            baseline: goal.baselines.get(&report.name).copied().unwrap_or_default(),
            run: report.run.clone(),
            canary: None,
        }
    }
}

fn count(names: &[String]) -> u32 {
    u32::try_from(names.len()).unwrap_or(u32::MAX)
}

impl OpinionClaim {
    fn new(opinion: &Opinion) -> Self {
        Self {
            evaluator: opinion.evaluator.clone(),
            plugin: opinion.plugin.clone(),
            outcome: opinion.verdict.outcome,
            reason: opinion.verdict.reason.clone(),
            weight: opinion.weight,
            shadow: opinion.shadow,
        }
    }
}
