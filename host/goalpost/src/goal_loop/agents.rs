//! Agent programs in the workspace: confined, metered, and read as they speak.

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goalpost_agents::{Activity, Agent, Invocation, Request, Transcript};
use goalpost_core::config::{AgentRef, Worker, WorkerKind};
use goalpost_core::environment::{self, Role};
use goalpost_core::event::Event;
use goalpost_core::evidence::WorkerReport;
use goalpost_core::ports::{AgentError, AgentOutput, AgentRequest, AgentSpawner, BoxFuture};
use goalpost_core::text;
use goalpost_core::usage::Usage;
use goalpost_workspace::process::{self, Command, Ended, How, Presence, ResolveError, Stream, Streams};
use goalpost_workspace::sandbox::Spec;

use super::frozen::Frozen;
use super::host::Host;
use super::{Journal, history, programs, worker};
use crate::exit::UsageError;

/// Time between asking a worker to end and killing it.
const GRACE: Duration = Duration::from_secs(2);
/// Name resolution's files, which a worker with network needs below the `/run` that it otherwise can't see.
const RESOLVERS: &[&str] = &["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"];

/// The workspace's lock, held for as long as any process of an agent lives.
pub(super) type Lease = Arc<dyn Fn() -> std::io::Result<OwnedFd> + Send + Sync>;

/// Runs agents for one turn.
pub(super) struct Spawner {
    pub(super) host: Arc<Host>,
    pub(super) goal: Arc<Frozen>,
    pub(super) journal: Arc<Journal>,
    pub(super) lease: Lease,
    /// Who of the turn's agents is still there.
    pub(super) presence: Presence,
    pub(super) turn: u32,
    /// Tokens that the goal had spent before this turn, and may spend.
    pub(super) spent: u64,
    pub(super) total: Option<u64>,
    /// Tokens of this turn, over all agents.
    pub(super) tokens: Arc<AtomicU64>,
    /// What each run of this turn used, however it ended.
    pub(super) used: Mutex<Vec<Usage>>,
}

impl Spawner {
    /// What all runs used: those that failed, that were cut off and that nobody waited for are paid for like the others.
    pub(super) fn usage(&self) -> Usage {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().sum()
    }

    /// A place for what another run uses.
    fn begin(&self) -> usize {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.push(Usage::default());
        used.len() - 1
    }

    /// Notes what a run has used so far.
    fn note(&self, run: usize, usage: Usage) {
        if let Some(used) = self.used.lock().unwrap_or_else(PoisonError::into_inner).get_mut(run) {
            *used = usage;
        }
    }
}

/// One run of an agent.
pub(super) struct Job {
    /// Empty for a turn's only worker.
    pub(super) label: String,
    pub(super) agent: AgentRef,
    pub(super) prompt: String,
    pub(super) model: Option<String>,
    pub(super) read_only: bool,
    pub(super) timeout: Duration,
    pub(super) max_tokens: Option<u64>,
    /// Where its end is noted for a host that dies.
    pub(super) record: Option<PathBuf>,
}

/// A finished run.
pub(super) struct AgentEnd {
    pub(super) report: WorkerReport,
    pub(super) how: How,
    pub(super) duration: Duration,
    /// The agent's own error, or what it wrote to standard error.
    pub(super) complaint: String,
    /// It says itself that it failed: some programs end with 0 all the same.
    pub(super) failed: bool,
}

/// The agent that the configuration names, when its program is there.
pub(super) fn find(goal: &Frozen, agent: &AgentRef) -> Result<Agent, UsageError> {
    let agent = Agent::from_config(agent).map_err(|error| UsageError(error.to_string()))?;
    match programs::resolve(agent.program(), goal.workspace.root()) {
        Ok(_) => Ok(agent),
        Err(ResolveError::NotFound { .. }) => Err(UsageError(agent.not_installed().to_string())),
        Err(error) => Err(UsageError(format!("worker `{}`: {error}", agent.name()))),
    }
}

/// Runs an agent to its end. Dropping the future ends it and all of its processes.
pub(super) async fn run(spawner: &Spawner, job: Job) -> Result<AgentEnd, AgentError> {
    let worker = spawner.goal.config.worker.as_ref().ok_or_else(|| unavailable("the goal has no worker"))?;
    let agent = find(&spawner.goal, &job.agent).map_err(|error| unavailable(&error.to_string()))?;
    let invocation = agent.invocation(&Request {
        prompt: &job.prompt,
        model: job.model.as_deref(),
        args: &worker.args,
        read_only: job.read_only,
    });
    let mut command = command(spawner, worker, &job, &invocation)?;
    command.record.clone_from(&job.record);

    let mut stream = agent.stream().redacted_by(spawner.host.redactor.clone());
    let own = AtomicU64::new(0);
    let place = spawner.begin();
    let (limit_met, over) = tokio::sync::oneshot::channel();
    let mut limit_met = Some(limit_met);
    let mut line = String::new();
    let on_output = |from, bytes: &[u8]| {
        if from == Stream::Err {
            return stream.push_stderr(bytes);
        }
        for activity in stream.push(bytes) {
            spawner.note(place, stream.usage());
            let now = stream.usage().billable_tokens();
            let more = now.saturating_sub(own.swap(now, Ordering::Relaxed));
            let turn_tokens = spawner.tokens.fetch_add(more, Ordering::Relaxed) + more;
            if !matches!(activity, Activity::Spent(_)) {
                line = activity.to_string();
            }
            worker::activity(&spawner.journal, spawner.turn, &job.label, &line, turn_tokens);
            if job.max_tokens.is_some_and(|most| now >= most)
                && let Some(limit_met) = limit_met.take()
            {
                // Nobody listens any more when the agent has ended.
                let _ = limit_met.send(());
            }
        }
    };
    let cancel = async {
        if over.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let ended = process::run(command, cancel, on_output).await.map_err(|error| unavailable(&error.to_string()))?;
    let transcript = stream.finish();
    spawner.note(place, transcript.usage);
    // What the stream said only at its end.
    let more = transcript.usage.billable_tokens().saturating_sub(own.into_inner());
    spawner.tokens.fetch_add(more, Ordering::Relaxed);
    Ok(end(spawner, agent.name(), transcript, &ended))
}

fn end(spawner: &Spawner, agent: &str, transcript: Transcript, ended: &Ended) -> AgentEnd {
    let redact = |text: &str| spawner.host.redactor.redact(text).into_owned();
    let failed = transcript.error.is_some();
    let complaint = redact(transcript.error.as_deref().unwrap_or(&text::last_line(&transcript.diagnostics, 300)));
    let exit_code = match ended.how {
        How::Exited(code) => Some(code),
        _ => None,
    };
    // Once more, as a whole: what was printed line by line may be a key.
    let mut report = spawner.host.redactor.worker(transcript.into_report(agent, exit_code));
    if ended.how == How::TimedOut {
        report.final_text.push_str("\n[ended by Goalpost at the worker's time limit]");
    } else if report.final_text.trim().is_empty() {
        report.final_text.clone_from(&complaint);
    }
    AgentEnd { report, how: ended.how, duration: ended.duration, complaint, failed }
}

/// The walls of an agent: it writes the workspace, its own configuration and a private temporary folder. What Goalpost
/// keeps is not there at all.
fn command(spawner: &Spawner, worker: &Worker, job: &Job, invocation: &Invocation) -> Result<Command, AgentError> {
    let (host, goal) = (&spawner.host, &spawner.goal);
    let workspace = &goal.workspace;
    let mut spec = Spec::new(host.probe.level);
    spec.network = worker.network;
    spec.hide = goal.out_of_sight(host);
    spec.readonly = RESOLVERS.iter().map(PathBuf::from).collect();
    let is_replaced = history::replace(host, goal, &mut spec, !job.read_only);
    if job.read_only {
        spec.readonly.push(workspace.root().to_owned());
    } else {
        spec.writable.push(workspace.root().to_owned());
        // Git's folders of a linked worktree lie elsewhere.
        for folder in [workspace.git_dir(), workspace.common_dir()] {
            if !is_replaced && !worker::is_within(folder, workspace.root()) {
                spec.writable.push(folder.to_owned());
            }
        }
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let variable = |name: &str| std::env::var(name).ok();
    for place in &invocation.writable {
        let path = place.resolve(&home, variable);
        // An agent that never ran has nothing yet; what can't be made is what it can't use either.
        match place.file {
            _ if path.exists() => {}
            None => drop(std::fs::create_dir_all(&path)),
            Some(content) => drop(std::fs::write(&path, content)),
        }
        spec.writable.extend(path.canonicalize());
    }
    // What the user's next session, unconfined, would obey.
    spec.readonly_paths
        .extend(invocation.guarded.iter().filter_map(|p| p.resolve(&home, variable).canonicalize().ok()));
    for path in &worker.writable {
        let path = at_home(path);
        drop(std::fs::create_dir_all(&path));
        spec.writable.extend(path.canonicalize());
    }
    spec.writable.sort();
    spec.writable.dedup();

    let cwd = workspace.root().join(&goal.prefix);
    let program = invocation.argv.first().ok_or_else(|| unavailable("an agent without a program"))?;
    let program = programs::resolve(program, workspace.root()).map_err(|error| unavailable(&error.to_string()))?;
    let mut command = Command::new(program, spec, cwd);
    command.argv.clone_from(&invocation.argv);
    let allowed = invocation.env_allowed.iter().map(|name| (*name).to_owned());
    let pass: Vec<String> = worker.pass_env.iter().cloned().chain(allowed).collect();
    let mut env = environment::filter(super::variables(), Role::Worker, &pass);
    env.extend(invocation.env.iter().cloned());
    command.env = env.into_iter().collect();
    command.env("GOALPOST_GOAL", goal.id.as_str()).env("GOALPOST_TURN", spawner.turn.to_string());
    command.stdin = invocation.stdin.clone().map(String::into_bytes);
    command.timeout = job.timeout;
    command.grace = GRACE;
    command.streams = Streams::Apart;
    // Without both, somebody could take the workspace, or the turn its snapshot, while the agent still writes.
    for lease in [(spawner.lease)(), spawner.presence.token()] {
        command.leases.push(lease.map_err(|error| unavailable(&error.to_string()))?);
    }
    Ok(command)
}

/// A path of the configuration, in which `~/` is the home folder.
pub(super) fn at_home(path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(below) => std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(below),
        None => PathBuf::from(path),
    }
}

/// The agents of a turn, for its workflow.
pub(super) struct Agents(pub(super) Arc<Spawner>);

impl AgentSpawner for Agents {
    fn run(&self, request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>> {
        let spawner = self.0.clone();
        Box::pin(async move {
            let worker = spawner.goal.config.worker.as_ref().ok_or_else(|| unavailable("the goal has no worker"))?;
            let WorkerKind::Workflow { agents, default_agent, .. } = &worker.kind else {
                return Err(unavailable("only a workflow spawns agents"));
            };
            let name = request.agent.as_ref().unwrap_or(default_agent);
            let agent = agents.get(name).cloned().ok_or_else(|| {
                let known = agents.keys().cloned().collect::<Vec<_>>().join(", ");
                unavailable(&format!("the goal has no agent `{name}`: there are {known}"))
            })?;
            let job = Job {
                label: request.label,
                agent,
                prompt: request.prompt,
                model: request.model.or_else(|| worker.model.clone()),
                read_only: request.read_only,
                timeout: request.timeout.unwrap_or(worker.timeout).min(worker.timeout),
                max_tokens: request.max_tokens,
                record: None,
            };
            let end = run(&spawner, job).await?;
            match end.how {
                How::TimedOut => Err(AgentError::TimedOut),
                How::Cancelled => Err(AgentError::Limit("the agent spent its tokens".to_owned())),
                How::Exited(0) if !end.failed => Ok(AgentOutput {
                    text: end.report.final_text,
                    exit_code: end.report.exit_code,
                    tool_calls: end.report.tool_calls,
                    usage: end.report.usage,
                    duration: end.duration,
                }),
                how => Err(AgentError::Failed(format!("{how:?}: {}", end.complaint))),
            }
        })
    }

    fn names(&self) -> Vec<String> {
        let Some(WorkerKind::Workflow { agents, default_agent, .. }) =
            self.0.goal.config.worker.as_ref().map(|worker| &worker.kind)
        else {
            return Vec::new();
        };
        let others = agents.keys().filter(|name| *name != default_agent);
        std::iter::once(default_agent).chain(others).cloned().collect()
    }

    fn budget(&self) -> (Option<u64>, u64) {
        (self.0.total, self.0.spent + self.0.tokens.load(Ordering::Relaxed))
    }

    fn phase(&self, title: &str) {
        let event = Event::Phase { turn: self.0.turn, title: text::one_line(title, 200) };
        if let Err(error) = self.0.journal.emit(event) {
            tracing::error!("a phase of the workflow was lost: {error:#}");
        }
    }
}

fn unavailable(why: &str) -> AgentError {
    AgentError::Unavailable(why.to_owned())
}
