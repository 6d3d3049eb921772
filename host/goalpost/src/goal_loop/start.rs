//! How a goal comes to be owned by this process: started, resumed, or only verified.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use goalpost_core::budget::Budget;
use goalpost_core::config::{self, GateKind, GoalConfig, WorkerKind};
use goalpost_core::ecosystem::Protection;
use goalpost_core::event::Event;
use goalpost_core::evidence::WorkerReport;
use goalpost_core::ids::{GoalId, TreeId};
use goalpost_core::lock_file::{self, LockFile};
use goalpost_core::ports::TreeView as _;
use goalpost_core::state::GoalState;
use goalpost_core::usage::Usage;
use goalpost_plugins::Kind;
use goalpost_workspace::lock::{Owner, Wait, WorkspaceLock};
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::sandbox::Probe;
use goalpost_workspace::snapshot;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;
use goalpost_workspace::{diff, revision, scratch};

use super::frozen::{Frozen, ReadyGate, Runs};
use super::pinned::PinnedTools;
use super::plugins::Trust;
use super::reach::Reach;
use super::verification::{Verification, Verified};
use super::{
    Baselines, GoalLoop, Host, Journal, baseline, committed, folders, held_out, history, plugins, programs, tools,
    worker,
};
use crate::exit::{Inconclusive, UsageError};
use crate::interrupt::Interrupt;
use crate::report::Reporter;
use crate::store::{Candidate, GoalRecord, NewGoal, NextState};

/// The name of a goal's configuration.
pub(crate) const FILE: &str = "goalpost.toml";

/// Bytes of a script or Makefile that are read for what a gate starts.
const SCRIPT_BYTES: usize = 256 << 10;

/// `goalpost.toml`, read, with the workspace that it is about.
pub(super) struct Found {
    pub(super) workspace: Workspace,
    /// The folder of `goalpost.toml`.
    pub(super) folder: PathBuf,
    pub(super) config: GoalConfig,
    /// What a person agreed to run; of a goal that goes on, nothing: its plugins are the very ones it started with.
    pub(super) lock: LockFile,
}

/// Starts the goal of the folder at `dir`.
pub(crate) async fn start(dir: &Path, wait: bool, interrupt: Interrupt, reporter: Reporter) -> Result<GoalLoop> {
    let mut found = find(dir)?;
    if found.config.worker.is_none() {
        let message = format!("{FILE} has no [worker]: add one to run the goal, or use `goalpost verify`");
        return Err(UsageError(message).into());
    }
    let host = Arc::new(Host::open(found.workspace.root(), interrupt)?);
    let tidied = host.clone();
    tokio::task::spawn_blocking(move || tidied.tidy());
    let id = new_id()?;
    let objects = objects(&host, &found.workspace)?;
    if found.config.goal.scratch {
        found = copy(&host, &id, &found, &objects)?;
    }
    let mut journal = Journal::shown(id.clone(), reporter, host.redactor.clone());
    let lock = own(&host, &found.workspace, &id, wait, &journal).await?;
    let taken = snapshot::snapshot(&found.workspace, &objects, None).context("the workspace could not be read")?;
    let goal = Arc::new(freeze(&host, id, found, objects, taken.tree, None).await?);
    worker::check(&goal)?;
    history::lay_out(&host, &goal).await?;

    let new = NewGoal {
        id: goal.id.clone(),
        workspace: goal.workspace.root().to_owned(),
        prefix: goal.prefix.to_string_lossy().into_owned(),
        config: goal.config.clone(),
        config_digest: goal.config_digest.clone(),
        baseline: goal.baseline.clone(),
        isolation: host.probe.level,
        plugins: goal.plugin_digests(),
        tools: goal.tools.pinned().clone(),
    };
    let budget = Budget::new(goal.config.goal.budget, goal.config.goal.budget_warning);
    let started = Event::GoalStarted {
        objective: goal.config.goal.objective.trim().to_owned(),
        workspace: goal.workspace.root().display().to_string(),
        baseline: goal.baseline.clone(),
        max_turns: goal.config.goal.max_turns,
        budget: budget.total(),
        worker: worker::name(&goal.config),
        isolation: host.probe.level,
    };
    let notices = goal.notices.iter().map(|text| Event::Notice { text: text.clone() });
    let events: Vec<Event> = std::iter::once(started).chain(notices).collect();
    let (token, shown) = host.store.create_goal(&new, &events)?;
    journal.show(&shown);
    journal.keep(host.store.clone(), token);
    Ok(GoalLoop {
        host,
        goal,
        journal: Arc::new(journal),
        token,
        budget,
        history: Vec::new(),
        seen_stuck: 0,
        hint: None,
        baselines: Baselines::default(),
        lease: lease(lock),
    })
}

/// Takes a goal that waits, or whose owner died, and lets it go on.
pub(crate) async fn resume(
    record: GoalRecord,
    hint: Option<String>,
    wait: bool,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<GoalLoop> {
    if record.state.is_terminal() {
        return Err(UsageError(format!("goal {} is {}: it has ended", record.id, record.state)).into());
    }
    let workspace = Workspace::open(&record.workspace).map_err(|error| UsageError(error.to_string()))?;
    let host = Arc::new(Host::open(workspace.root(), interrupt)?);
    // Asked before the goal is taken: it stays as it is, for a machine that can run it.
    isolated_enough(host.probe, &record.config)?;
    let mut journal = Journal::shown(record.id.clone(), reporter, host.redactor.clone());
    let lock = own(&host, &workspace, &record.id, wait, &journal).await?;
    let token = host.store.take_over(&record.id)?;
    // Read again: until the lock was ours, another process may have moved the goal on.
    let record = host.store.goal(&record.id)?;
    let objects = objects(&host, &workspace)?;
    let found = Found {
        folder: record.workspace.join(&record.prefix),
        workspace,
        config: record.config.clone(),
        lock: LockFile::default(),
    };
    let goal = freeze(&host, record.id.clone(), found, objects, record.baseline.clone(), Some(&record)).await?;
    // There unless it was taken away.
    history::lay_out(&host, &goal).await?;

    let resumed = Event::GoalResumed { from: record.state, hint: hint.clone() };
    let shown = if record.state == GoalState::Running {
        host.store.append_events(&record.id, token, &[resumed])?
    } else {
        let next = NextState { state: GoalState::Running, assurance: None, reason: String::new() };
        host.store.set_state(&record.id, token, &next, &[resumed])?
    };
    journal.show(&shown);
    journal.keep(host.store.clone(), token);
    if let Some(hint) = &hint {
        host.store.set_hint(&record.id, token, Some(hint))?;
    }
    let history: Vec<_> = host.store.turns(&record.id)?.iter().filter_map(|turn| turn.past()).collect();
    let seen_stuck = if record.state == GoalState::Running { 0 } else { history.len() };
    let limits = &record.config.goal;
    Ok(GoalLoop {
        budget: Budget::restored(limits.budget, limits.budget_warning, record.spent, record.budget_warned),
        host,
        goal: Arc::new(goal),
        journal: Arc::new(journal),
        token,
        history,
        seen_stuck,
        hint: hint.or(record.hint),
        baselines: Baselines::default(),
        lease: lease(lock),
    })
}

/// Judges the workspace as it is, once, against `baseline` (a revision; the last commit when none is named). The goal is that
/// of a named baseline, where it holds one.
pub(crate) async fn verify_once(
    dir: &Path,
    baseline: Option<&str>,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Verified> {
    // Before it is known whose goal counts: a worker may have taken the workspace's away.
    let workspace = Workspace::open(dir).map_err(|error| UsageError(error.to_string()))?;
    let host = Arc::new(Host::open(workspace.root(), interrupt)?);
    let objects = objects(&host, &workspace)?;
    let id = new_id()?;
    let journal = Arc::new(Journal::shown(id.clone(), reporter, host.redactor.clone()));
    let revision = baseline.unwrap_or("HEAD");
    let committed = revision::tree_of(&workspace, revision, &objects).map_err(|error| UsageError(error.to_string()))?;
    let agreed = match (baseline, &committed) {
        (Some(revision), Some(tree)) => committed::find(&workspace, &objects, tree, revision)?,
        _ => None,
    };
    let found = match agreed {
        Some(found) => found,
        None => find(dir)?,
    };
    let taken = snapshot::snapshot(&found.workspace, &objects, committed.as_ref())
        .context("the workspace could not be read")?;
    // A repository without a commit has nothing to compare with: its files are what the goal starts from.
    let baseline: TreeId = committed.unwrap_or_else(|| taken.tree.clone());
    let goal = Arc::new(freeze(&host, id, found, objects, baseline, None).await?);
    for text in &goal.notices {
        journal.emit(Event::Notice { text: text.clone() })?;
    }
    let baselines = tokio::select! {
        asked = baseline::for_verification(&host, &goal, &journal) => asked?,
        () = host.interrupt.wait() => return Err(Interrupted.into()),
    };
    let mut candidate: Candidate = goal.seal(taken.tree)?;
    host.redactor.sealed(&mut candidate.tampering, &mut candidate.kept);
    journal.emit(Event::Sealed {
        turn: 1,
        candidate: candidate.trees.candidate.clone(),
        sealed: candidate.trees.sealed.clone(),
        changed: candidate.changed,
        tampering: candidate.tampering.clone(),
        kept: candidate.kept.clone(),
    })?;
    let nobody = WorkerReport {
        agent: "none".to_owned(),
        exit_code: None,
        final_text: String::new(),
        transcript: String::new(),
        transcript_truncated: false,
        tool_calls: Vec::new(),
        usage: Usage::default(),
    };
    let verification = Verification {
        host: &host,
        goal: &goal,
        journal: &journal,
        turn: 1,
        candidate: &candidate,
        baselines: &baselines,
        seen: &Default::default(),
        // It has no turns to remember anything from.
        memories: &Default::default(),
        layers: Default::default(),
        inventories: Default::default(),
    };
    tokio::select! {
        // Whoever asked for this passes it on to the worker: it is what a stop hook runs.
        verified = verification.run(&nobody, &[]) => verified.map(|verified| Verified {
            gates: goal.for_worker(&verified.gates),
            clean_room: goal.for_worker(&verified.clean_room),
            ..verified
        }),
        () = host.interrupt.wait() => Err(Interrupted.into()),
    }
}

/// The workspace of the folder at `dir`, as a goal that starts from it and has changed nothing.
pub(super) async fn as_it_is(
    dir: &Path,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<(Arc<Host>, Arc<Frozen>, Arc<Journal>, Candidate)> {
    let found = find(dir)?;
    let host = Arc::new(Host::open(found.workspace.root(), interrupt)?);
    let objects = objects(&host, &found.workspace)?;
    let id = new_id()?;
    let journal = Arc::new(Journal::shown(id.clone(), reporter, host.redactor.clone()));
    let taken = snapshot::snapshot(&found.workspace, &objects, None).context("the workspace could not be read")?;
    let goal = Arc::new(freeze(&host, id, found, objects, taken.tree.clone(), None).await?);
    let candidate = goal.seal(taken.tree)?;
    Ok((host, goal, journal, candidate))
}

/// The user pressed Ctrl-C where there is nothing to resume.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

fn find(dir: &Path) -> Result<Found> {
    let (folder, text) = text_of(dir)?;
    let config = config::parse(&text, FILE).map_err(|errors| UsageError(errors.to_string()))?;
    let workspace = Workspace::open(&folder).map_err(|error| UsageError(error.to_string()))?;
    let lock = lock_of(&folder).map_err(|error| UsageError(error.to_string()))?;
    Ok(Found { workspace, folder, config, lock })
}

/// The lock file of a folder; an empty one where there is none.
pub(crate) fn lock_of(folder: &Path) -> Result<LockFile> {
    let path = folder.join(lock_file::FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(LockFile::parse(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(LockFile::default()),
        Err(error) => Err(UsageError(format!("{}: {error}", path.display())).into()),
    }
}

/// The folder and the text of the configuration that holds at `dir`.
pub(crate) fn text_of(dir: &Path) -> Result<(PathBuf, String)> {
    let start = dir.canonicalize().map_err(|error| UsageError(format!("{}: {error}", dir.display())))?;
    // The nearest one going up, as git finds its repository; not beyond the repository's top.
    let Some(folder) = start
        .ancestors()
        .find(|folder| folder.join(FILE).is_file() || folder.join(".git").exists())
        .filter(|folder| folder.join(FILE).is_file())
    else {
        let message = format!("there is no {FILE} in {}: `goalpost init` writes one", start.display());
        return Err(UsageError(message).into());
    };
    let path = folder.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
    Ok((folder.to_owned(), text))
}

/// A copy of the goal's folder, made into a repository of its own.
fn copy(host: &Host, id: &GoalId, found: &Found, objects: &ObjectStore) -> Result<Found> {
    let taken = snapshot::snapshot(&found.workspace, objects, None).context("the folder could not be read")?;
    let target = host.places.scratch(id)?;
    scratch::create(objects, &taken.tree, found.workspace.prefix(), &target)
        .with_context(|| format!("the copy at {} could not be made", target.display()))?;
    Ok(Found {
        workspace: Workspace::open(&target)?,
        folder: target,
        config: found.config.clone(),
        lock: found.lock.clone(),
    })
}

pub(super) fn objects(host: &Host, workspace: &Workspace) -> Result<Arc<ObjectStore>> {
    // One store a repository, whatever its worktrees are called.
    let folder = host.places.objects(workspace.common_dir());
    Ok(Arc::new(ObjectStore::open(&folder, workspace)?))
}

/// Waits for the workspace, or fails at once naming its owner.
async fn own(
    host: &Host,
    workspace: &Workspace,
    goal: &GoalId,
    wait: bool,
    journal: &Journal,
) -> Result<WorkspaceLock> {
    let record = host.places.owner_record(workspace.root());
    let owner = Owner::current(goal.clone());
    let root = workspace.root().to_owned();
    let (waiting, mut told) = tokio::sync::mpsc::unbounded_channel();
    // The kernel wakes a waiter, and only a thread can sleep there. One that still sleeps when the program ends dies with it.
    let mut locked = tokio::task::spawn_blocking(move || {
        let on_wait = |owner: Option<Owner>| drop(waiting.send(owner));
        let wait = if wait { Wait::Queue { on_wait: &on_wait } } else { Wait::No };
        WorkspaceLock::acquire(&root, &record, &owner, wait)
    });
    loop {
        tokio::select! {
            locked = &mut locked => return locked?.map_err(|error| UsageError(error.to_string()).into()),
            Some(owner) = told.recv() => {
                let owner = owner.map_or_else(|| "another process".to_owned(), |owner| owner.to_string());
                journal.emit(Event::Waiting { owner })?;
            }
            () = host.interrupt.wait() => return Err(Interrupted.into()),
        }
    }
}

/// Checks, loads and pins everything that the goal needs, before anything of it runs.
pub(super) async fn freeze(
    host: &Host,
    id: GoalId,
    found: Found,
    objects: Arc<ObjectStore>,
    baseline: TreeId,
    resumed: Option<&GoalRecord>,
) -> Result<Frozen> {
    let Found { workspace, folder, mut config, lock } = found;
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
        None => Trust::Lock(&lock),
    };
    let mut gates = Vec::new();
    for gate in &config.gates {
        let runs = match &gate.kind {
            GateKind::Command(command) => Runs::Command(command.clone()),
            GateKind::Plugin(plugin) => {
                let key = format!("gate/{}", gate.name);
                let ready = plugins::ready(host, &folder, Kind::Gate, &key, &gate.name, plugin, trust(&key)).await?;
                Runs::Plugin(Box::new(ready))
            }
        };
        gates.push(ReadyGate { name: gate.name.clone(), required: gate.required, tests: gate.tests.clone(), runs });
    }
    let mut evaluators = Vec::new();
    for evaluator in &config.evaluators {
        let key = format!("evaluator/{}", evaluator.name);
        let name = &evaluator.name;
        let (plugin, trust) = (&evaluator.plugin, trust(&key));
        evaluators.push(plugins::ready(host, &folder, Kind::Evaluator, &key, name, plugin, trust).await?);
    }
    let workflow = match config.worker.as_ref().map(|worker| &worker.kind) {
        Some(WorkerKind::Workflow { plugin, .. }) => Some(
            plugins::ready(host, &folder, Kind::Workflow, "workflow", "workflow", plugin, trust("workflow")).await?,
        ),
        _ => None,
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
        notices,
    })
}

/// Refuses to run anything of a goal on a machine that can't keep it apart as the goal demands.
fn isolated_enough(probe: &Probe, config: &GoalConfig) -> Result<(), Inconclusive> {
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

/// Keeps the lock, and gives workers their share of it.
fn lease(lock: WorkspaceLock) -> super::agents::Lease {
    Arc::new(move || lock.lease())
}

fn new_id() -> Result<GoalId> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    Ok(GoalId::new(seconds, u32::from_le_bytes(super::entropy()?)))
}
