//! A goal is frozen: everything that it needs is checked, loaded and pinned, before anything of it runs.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::config::{self, GateKind, GoalConfig, WorkerKind};
use goalpost_core::ecosystem::Protection;
use goalpost_core::ids::{GoalId, TreeId};
use goalpost_core::ports::TreeView as _;
use goalpost_plugins::Kind;
use goalpost_workspace::diff;
use goalpost_workspace::sandbox::Probe;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use super::found::Found;
use super::frozen::{Frozen, ReadyGate, Runs};
use super::pinned::PinnedTools;
use super::plugins::{ReadyPlugin, Trust};
use super::reach::Reach;
use super::{Host, folders, held_out, plugins, programs, tools, worker};
use crate::exit::{Inconclusive, UsageError};
use crate::store::GoalRecord;

/// Bytes of a script or Makefile that are read for what a gate starts.
const SCRIPT_BYTES: usize = 256 << 10;

/// Freezes what was found; of a goal that goes on (`resumed`), what was frozen when it started.
pub(super) async fn freeze(
    host: &Host,
    id: GoalId,
    found: Found,
    objects: Arc<ObjectStore>,
    baseline: TreeId,
    resumed: Option<&GoalRecord>,
) -> Result<Frozen> {
    let Found { workspace, folder, mut config, lock, committed } = found;
    isolated_enough(host.probe, &config)?;
    if workspace.root().to_str().is_none() {
        let path = workspace.root().display();
        let message = format!("the workspace's path {path} is not UTF-8, and programs are told of it: move it");
        return Err(UsageError(message).into());
    }
    worker::refuse_own_places(host, &config)?;
    if !config.setups.is_empty() && !host.overlay {
        let missing = host.probe.missing.join("; ");
        let message =
            "nothing was run: [[setup]] needs overlays in user namespaces, and this machine does not allow them";
        return Err(Inconclusive(format!("{message}. {missing}").trim_end().to_owned()).into());
    }
    let reach = Reach::of(&config, &workspace);
    tools::refuse_writable(&config)?;
    let mut notices = Vec::new();
    // A goal that goes on was pinned when it started.
    let (config_digest, tools) = match resumed {
        Some(record) => (record.config_digest.clone(), PinnedTools::kept(record.tools.clone())),
        None => {
            let tools = programs::pin(&mut config, workspace.root(), &reach)?;
            held_out::freeze(host, &workspace, &objects, &reach, &mut config)?;
            let source = folders::Source {
                host,
                workspace: &workspace,
                folder: &folder,
                objects: &objects,
                baseline: &baseline,
                reach: &reach,
            };
            notices = source.freeze(&mut config)?;
            (config::fingerprint(&config), tools)
        }
    };
    // Bound to what it started with, whatever goalpost.lock says by now.
    let trust = |key: &str| match resumed {
        Some(record) => Trust::Frozen(record.plugins.get(key)),
        None => Trust::Lock { lock: &lock, committed: committed.as_ref() },
    };
    let Ready { gates, evaluators, workflow } = ready(host, &folder, &config, trust).await?;
    let signers = match resumed {
        Some(record) => record.signers.clone(),
        None => lock.signers(&config),
    };
    let paths = diff::paths(&objects, &baseline)?;
    let prefix = folder.strip_prefix(workspace.root()).unwrap_or(Path::new("")).to_owned();
    let tree = GitTree::open(objects.clone(), &baseline)?;
    let read = |path: &str| tree.read(path, 0, SCRIPT_BYTES).ok();
    let protection = Protection::for_goal(&config, &prefix.to_string_lossy(), &paths, &read)?;
    Ok(Frozen {
        prefix,
        id,
        config,
        config_digest,
        workspace,
        objects,
        baseline,
        protection,
        tools: Arc::new(tools),
        reach,
        gates,
        evaluators,
        workflow,
        signers,
        notices,
    })
}

/// Who looks at the work, and who drives it where a plugin does.
struct Ready {
    gates: Vec<ReadyGate>,
    evaluators: Vec<ReadyPlugin>,
    workflow: Option<ReadyPlugin>,
}

/// Loads and admits every plugin of the goal, each for a reason that `trust` knows by its use.
async fn ready<'t>(
    host: &Host,
    folder: &Path,
    config: &GoalConfig,
    trust: impl Fn(&str) -> Trust<'t>,
) -> Result<Ready> {
    let mut gates = Vec::new();
    for gate in &config.gates {
        let runs = match &gate.kind {
            GateKind::Command(command) => Runs::Command(command.clone()),
            GateKind::Plugin(plugin) => {
                let key = format!("gate/{}", gate.name);
                let ready = plugins::ready(host, folder, Kind::Gate, &key, &gate.name, plugin, trust(&key)).await?;
                Runs::Plugin(Box::new(ready))
            }
        };
        gates.push(ReadyGate { name: gate.name.clone(), required: gate.required, tests: gate.tests.clone(), runs });
    }
    let mut evaluators = Vec::new();
    for evaluator in &config.evaluators {
        let key = format!("evaluator/{}", evaluator.name);
        let (name, plugin) = (&evaluator.name, &evaluator.plugin);
        evaluators.push(plugins::ready(host, folder, Kind::Evaluator, &key, name, plugin, trust(&key)).await?);
    }
    let workflow = match config.worker.as_ref().map(|worker| &worker.kind) {
        Some(WorkerKind::Workflow { plugin, .. }) => {
            let key = "workflow";
            Some(plugins::ready(host, folder, Kind::Workflow, key, key, plugin, trust(key)).await?)
        }
        _ => None,
    };
    Ok(Ready { gates, evaluators, workflow })
}

/// Refuses to run anything of a goal on a machine that can't keep it apart as the goal demands.
pub(super) fn isolated_enough(probe: &Probe, config: &GoalConfig) -> Result<(), Inconclusive> {
    let least = config.goal.min_isolation;
    let is_command = |gate: &config::Gate| matches!(gate.kind, GateKind::Command(_));
    let runs_programs = config.worker.is_some()
        || config.gates.iter().any(is_command)
        || !config.checks.is_empty()
        || !config.setups.is_empty();
    if !runs_programs || probe.level >= least {
        return Ok(());
    }
    let missing = match probe.missing.join("; ") {
        unknown if unknown.is_empty() => "the kernel does not say why".to_owned(),
        missing => missing,
    };
    Err(Inconclusive(format!(
        "nothing was run: this machine isolates programs at level `{}`, and the goal accepts no less than `{least}` \
         (`min_isolation`). {missing}",
        probe.level
    )))
}
