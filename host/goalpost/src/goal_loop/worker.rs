//! The worker of a turn: an agent program, any command, or a workflow plugin that spawns them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use goalpost_core::budget::Budget;
use goalpost_core::config::{AgentRef, GoalConfig, Worker, WorkerKind};
use goalpost_core::event::Event;
use goalpost_core::evidence::{PastTurn, TreeIds, WorkerReport};
use goalpost_core::ports::AgentSpawner;
use goalpost_core::prompt::{self, LastTurn, PromptInput};
use goalpost_core::state::GoalState;
use goalpost_core::usage::Usage;
use goalpost_plugins::record::Input;
use goalpost_workspace::process::Presence;
use goalpost_workspace::sandbox::{Status, read_record};

use super::agents::{self, AgentEnd, Agents, Job, Spawner};
use super::frozen::Frozen;
use super::host::Host;
use super::recordings::Recordings;
use super::{Journal, Memories, Stop, evidence, folders, plugins};
use crate::exit::UsageError;
use crate::store::{TurnRecord, Wanted};

/// How often the store is asked whether a person wants the goal to stop.
const ASK: Duration = Duration::from_millis(300);

/// How long the worker's processes may take to end once they are killed.
const LAST_BREATH: Duration = Duration::from_secs(30);

/// What a turn's worker is told.
pub(super) struct Task<'a> {
    pub(super) turn: u32,
    pub(super) attempt: u32,
    /// The turn before this one.
    pub(super) last: Option<&'a TurnRecord>,
    pub(super) history: &'a [PastTurn],
    pub(super) hint: Option<&'a str>,
    pub(super) budget: &'a Budget,
    /// What a workflow remembers.
    pub(super) memories: &'a Memories,
}

/// How the worker ended.
pub(super) enum Ended {
    /// By itself, at its time limit, or because the budget was spent: the turn goes on to its verification.
    Done(WorkerReport),
    /// Because the user wants to stop: its tokens count, the turn does not.
    Stopped(Usage, Stop),
}

/// Why a running worker is ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Early {
    Interrupted,
    Wanted(Wanted),
    Budget,
}

/// What drives the goal's turns, for people.
pub(super) fn name(config: &GoalConfig) -> String {
    match config.worker.as_ref().map(|worker| &worker.kind) {
        None => "none".to_owned(),
        Some(WorkerKind::Agent(preset)) => preset.clone(),
        Some(WorkerKind::Command(argv)) => argv.join(" "),
        Some(WorkerKind::Workflow { plugin, agents, .. }) => {
            format!("{} with {}", plugin.source, agents.keys().cloned().collect::<Vec<_>>().join(", "))
        }
    }
}

/// Whether every program that drives the goal is there, before the goal starts.
pub(super) fn check(goal: &Frozen) -> Result<()> {
    let Some(worker) = &goal.config.worker else { return Ok(()) };
    let agents: Vec<AgentRef> = match &worker.kind {
        WorkerKind::Agent(preset) => vec![AgentRef::Preset(preset.clone())],
        WorkerKind::Command(argv) => vec![AgentRef::Command(argv.clone())],
        WorkerKind::Workflow { agents, .. } => agents.values().cloned().collect(),
    };
    for agent in &agents {
        agents::find(goal, agent)?;
    }
    Ok(())
}

/// Refuses to make a place writable that holds, or lies in, what decides over goals.
pub(super) fn refuse_own_places(host: &Host, config: &GoalConfig) -> Result<()> {
    let places = [&host.places.state, &host.places.cache, &host.places.config];
    for path in config.worker.iter().flat_map(|worker| &worker.writable) {
        let real = agents::at_home(path);
        let real = real.canonicalize().unwrap_or(real);
        let own = places.iter().find(|own| real.starts_with(own) || own.starts_with(&real));
        if let Some(own) = own {
            let own = own.display();
            let message =
                format!("[worker] writable: `{path}` would open {own}, which is Goalpost's own, to the worker");
            return Err(UsageError(message).into());
        }
    }
    Ok(())
}

/// Runs the worker of a turn to its end.
pub(super) async fn run(
    host: &Arc<Host>,
    goal: &Arc<Frozen>,
    journal: &Arc<Journal>,
    lease: &agents::Lease,
    task: &Task<'_>,
) -> Result<Ended> {
    let worker = goal.config.worker.as_ref().context("the goal has no worker")?;
    let text = evidence::goal_text(goal);
    let nonce = super::nonce()?;
    let gates = task.last.and_then(|turn| Some(goal.for_worker(&turn.result.as_ref()?.gates))).unwrap_or_default();
    let last = task.last.and_then(|turn| {
        Some(LastTurn {
            verdict: &turn.result.as_ref()?.verdict,
            gates: &gates,
            opinions: &turn.result.as_ref()?.opinions,
            tampering: &turn.candidate.as_ref()?.tampering,
        })
    });
    let protected = goal.protection.globs();
    let prompt = prompt::compose(
        &PromptInput {
            goal: &text,
            turn: task.turn,
            max_turns: goal.config.goal.max_turns,
            protected: &protected,
            last,
            history: task.history,
            hint: task.hint,
        },
        &nonce,
    );

    let record = record_path(host, goal, task.turn, task.attempt);
    if let Some(folder) = record.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let tokens = Arc::new(AtomicU64::new(0));
    let spawner = Arc::new(Spawner {
        host: host.clone(),
        goal: goal.clone(),
        journal: journal.clone(),
        lease: lease.clone(),
        presence: Presence::new()?,
        turn: task.turn,
        spent: task.budget.spent(),
        total: task.budget.total(),
        tokens: tokens.clone(),
        used: Default::default(),
    });
    let feedback = last.map(|last| prompt::feedback(&last, task.history, &nonce));
    let driven = tokio::select! {
        report = drive(&spawner, worker, task, prompt, feedback) => Ok(report),
        early = stop_early(host, goal, task.budget, &tokens) => Err(early?),
    };
    // What was dropped, here or by a workflow that did not wait for its agents, ends a moment later.
    if !spawner.presence.gone(LAST_BREATH).await? {
        let why = "processes of the worker are still alive although they were killed: end them by hand, then resume";
        return Ok(Ended::Stopped(Usage::default(), Stop::paused(why, false)));
    }
    let early = match driven {
        // Nothing ran: the turn is not spent, and goes on when the program is there again.
        Ok(Err(error)) if error.is::<UsageError>() => {
            return Ok(Ended::Stopped(Usage::default(), Stop::paused(error.to_string(), false)));
        }
        Ok(report) => return Ok(Ended::Done(report?)),
        Err(early) => early,
    };
    // What it had spent is known from its stream.
    let usage = Usage { output_tokens: tokens.load(Ordering::Relaxed), ..Usage::default() };
    Ok(match early {
        Early::Budget => Ended::Done(WorkerReport {
            agent: name(&goal.config),
            final_text: format!("ended by Goalpost: the token budget was spent ({} in this turn)", usage.output_tokens),
            transcript_truncated: true,
            usage,
            ..WorkerReport::default()
        }),
        Early::Interrupted => Ended::Stopped(usage, Stop::paused("interrupted; the turn starts again on resume", true)),
        Early::Wanted(Wanted::Pause) => Ended::Stopped(usage, Stop::paused("paused by `goalpost pause`", false)),
        Early::Wanted(Wanted::Cancel) => Ended::Stopped(
            usage,
            Stop {
                state: GoalState::Cancelled,
                assurance: None,
                reason: "cancelled by `goalpost cancel`".to_owned(),
                interrupted: false,
            },
        ),
    })
}

async fn drive(
    spawner: &Arc<Spawner>,
    worker: &Worker,
    task: &Task<'_>,
    prompt: String,
    feedback: Option<String>,
) -> Result<WorkerReport> {
    let job = |agent: AgentRef| Job {
        label: String::new(),
        agent,
        prompt: prompt.clone(),
        model: worker.model.clone(),
        read_only: false,
        timeout: worker.timeout,
        max_tokens: None,
        record: Some(record_path(&spawner.host, &spawner.goal, task.turn, task.attempt)),
    };
    let end = match &worker.kind {
        WorkerKind::Agent(preset) => agents::run(spawner, job(AgentRef::Preset(preset.clone()))).await,
        WorkerKind::Command(argv) => agents::run(spawner, job(AgentRef::Command(argv.clone()))).await,
        WorkerKind::Workflow { .. } => return workflow(spawner, task, prompt, feedback).await,
    };
    match end {
        Ok(AgentEnd { report, .. }) => Ok(report),
        Err(error) => Err(UsageError(format!("the worker could not be run: {error}")).into()),
    }
}

/// Has the workflow plugin drive the turn. What it breaks is a failed turn, not a failed goal: the workspace is verified as
/// its agents left it.
async fn workflow(
    spawner: &Arc<Spawner>,
    task: &Task<'_>,
    prompt: String,
    feedback: Option<String>,
) -> Result<WorkerReport> {
    let goal = &spawner.goal;
    let plugin = goal.workflow.as_ref().context("the goal has no workflow")?;
    let turn = goalpost_plugins::Turn {
        goal: spawner.host.redactor.goal(evidence::goal_text(goal)),
        turn: task.turn,
        max_turns: goal.config.goal.max_turns,
        prompt,
        feedback,
        agents: AgentSpawner::names(&Agents(spawner.clone())),
    };
    // What is there to be read is what was verified last: this turn's trees are made from what its agents are about to do.
    let ids = match task.last.and_then(|turn| turn.candidate.as_ref()) {
        Some(candidate) => candidate.trees.clone(),
        None => {
            TreeIds { baseline: goal.baseline.clone(), candidate: goal.baseline.clone(), sealed: goal.baseline.clone() }
        }
    };
    let context = goalpost_plugins::CallContext {
        trees: Some(plugins::trees(&spawner.host, &goal.objects, &ids)?),
        llm: Some(plugins::models(&spawner.host)),
        http: Some(plugins::services(&spawner.host)),
        agents: Some(Arc::new(Agents(spawner.clone()))),
        state: task.memories.open(&spawner.host, plugin),
        folders: folders::views(&spawner.host, &goal.objects, &plugin.folders)?,
        log: Some(plugins::log_to(spawner.host.clone(), spawner.journal.clone(), task.turn, plugin.name.clone())),
        ..Default::default()
    };
    let host = &spawner.host;
    let book = context.state.clone();
    let (recorder, context) = Recordings::begin(plugin, context, Input::Turn(Box::new(turn.clone())), &host.redactor);
    let ended = plugin.admitted.run(context, &turn).await;
    host.recordings.end(recorder, (&goal.id, task.turn, &plugin.name), &ended);
    let redact = |text: &str| host.redactor.redact(text).into_owned();
    let (exit_code, final_text, transcript, stats) = match ended {
        Ok((summary, stats)) => {
            task.memories.answered(plugin, book.as_ref());
            let text = redact(&summary.text);
            let last = match summary.end {
                goalpost_plugins::TurnEnd::Finished => redact(&summary.result.unwrap_or(summary.text)),
                // The worker's honest way out, in the words that a single agent would use.
                goalpost_plugins::TurnEnd::Blocked(why) => format!("{text}\nBLOCKED: {}", redact(&why)),
            };
            (Some(0), last, text, stats)
        }
        Err(error) => {
            let text = redact(&format!("the workflow failed: {error}"));
            (None, text.clone(), text, error.stats)
        }
    };
    let mut usage = stats.llm_usage;
    usage += spawner.usage();
    Ok(WorkerReport {
        agent: "workflow".to_owned(),
        exit_code,
        final_text,
        transcript,
        usage,
        ..WorkerReport::default()
    })
}

/// Where the launcher notes that a turn's worker ended by itself.
pub(super) fn record_path(host: &Host, goal: &Frozen, turn: u32, attempt: u32) -> PathBuf {
    host.places.state.join("runs").join(format!("{}-{turn}-{attempt}.json", goal.id))
}

/// What is known of a worker that ended by itself while its host died: it is not run again.
pub(super) fn finished_unseen(host: &Host, goal: &Frozen, turn: u32, attempt: u32) -> Option<WorkerReport> {
    let path = record_path(host, goal, turn, attempt);
    let record = read_record(&path).ok().flatten()?;
    Some(WorkerReport {
        agent: name(&goal.config),
        exit_code: match record.status {
            Status::ExitCode(code) => Some(code),
            Status::Signal(_) => None,
        },
        final_text: "[the worker ended while Goalpost was killed: what it said is lost]".to_owned(),
        transcript_truncated: true,
        ..WorkerReport::default()
    })
}

/// Returns when a running worker must end: the user said so, here or elsewhere, or the budget is spent.
async fn stop_early(host: &Host, goal: &Frozen, budget: &Budget, tokens: &AtomicU64) -> Result<Early> {
    let mut tick = tokio::time::interval(ASK);
    loop {
        tokio::select! {
            () = host.interrupt.wait() => return Ok(Early::Interrupted),
            _ = tick.tick() => {}
        }
        if let Some(wanted) = host.store.wanted(&goal.id)? {
            return Ok(Early::Wanted(wanted));
        }
        let spent = tokens.load(Ordering::Relaxed);
        if spent > 0 && budget.would_exceed(spent) {
            return Ok(Early::Budget);
        }
    }
}

/// A line about what an agent does, among the passing events.
pub(super) fn activity(journal: &Journal, turn: u32, label: &str, text: &str, tokens: u64) {
    let text = if label.is_empty() { text.to_owned() } else { format!("{label}: {text}") };
    // Shown and not kept: nothing to fail on.
    let _ = journal.emit(Event::WorkerActivity { turn, text, tokens });
}

/// Whether `path` is in the workspace.
pub(super) fn is_within(path: &Path, root: &Path) -> bool {
    path.starts_with(root)
}
