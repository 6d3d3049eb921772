//! A goal as it was frozen when it started: nothing here changes while it runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use goalpost_core::config::{GateTests, GoalConfig, NativeCommand};
use goalpost_core::ecosystem::Protection;
use goalpost_core::ids::{Digest, GoalId, TreeId};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::signer::Signer;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;

use super::baseline::Baselines;
use super::pinned::PinnedTools;
use super::plugins::ReadyPlugin;
use super::reach::Reach;
use crate::receipt::GoalFacts;

/// A goal with everything that it needs to be verified.
pub(crate) struct Frozen {
    pub(crate) id: GoalId,
    /// Programs are absolute.
    pub(crate) config: GoalConfig,
    pub(crate) config_digest: Digest,
    pub(crate) workspace: Workspace,
    /// The folder of `goalpost.toml`, below the workspace: where commands run.
    pub(crate) prefix: PathBuf,
    pub(crate) objects: Arc<ObjectStore>,
    pub(crate) baseline: TreeId,
    pub(crate) protection: Protection,
    /// The programs that gates, checks and setups start with.
    pub(crate) tools: Arc<PinnedTools>,
    /// What the worker can write: nothing of it decides.
    pub(crate) reach: Reach,
    /// In the order of the configuration.
    pub(crate) gates: Vec<ReadyGate>,
    pub(crate) evaluators: Vec<ReadyPlugin>,
    pub(crate) workflow: Option<ReadyPlugin>,
    /// Whose signatures the plugins had to come with, by their uses.
    pub(crate) signers: BTreeMap<String, Signer>,
    /// What people should know before work begins.
    pub(crate) notices: Vec<String>,
}

/// A gate of the goal, ready to be run.
pub(crate) struct ReadyGate {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) tests: GateTests,
    pub(crate) runs: Runs,
}

/// What a gate runs.
pub(crate) enum Runs {
    Command(NativeCommand),
    Plugin(Box<ReadyPlugin>),
}

impl Frozen {
    /// What receipts say of every turn.
    pub(crate) fn facts(&self, isolation: IsolationLevel, baselines: &Baselines) -> GoalFacts<'_> {
        GoalFacts {
            id: &self.id,
            config: &self.config,
            config_digest: &self.config_digest,
            plugins: self.plugin_digests(),
            signers: &self.signers,
            tools: self.tools.pinned(),
            isolation,
            baselines: baselines.results(),
        }
    }

    /// The digests of the plugins, by their role and name.
    pub(crate) fn plugin_digests(&self) -> BTreeMap<String, Digest> {
        let gates = self.gates.iter().filter_map(|gate| match &gate.runs {
            Runs::Plugin(plugin) => Some((format!("gate/{}", plugin.name), plugin.digest.clone())),
            Runs::Command(_) => None,
        });
        let evaluators = self.evaluators.iter().map(|p| (format!("evaluator/{}", p.name), p.digest.clone()));
        let workflow = self.workflow.iter().map(|p| (p.name.clone(), p.digest.clone()));
        gates.chain(evaluators).chain(workflow).collect()
    }
}
