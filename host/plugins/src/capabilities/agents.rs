//! `agents`: a workflow spawns the user's agents in the workspace.
//!
//! Every run is a task of its own, so that a guest without any notion of threads has real concurrency: `spawn` returns at
//! once, `wait-any` waits for the first to end. A run above the grant's `concurrent` waits in the host for its turn. No run
//! outlives the call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goalpost_core::config::{AgentsGrant, Grants};
use goalpost_core::ports::{self, AgentOutput, AgentRequest};
use goalpost_core::text;
use goalpost_core::usage::Usage;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use wasmtime::component::{Linker, Resource};

use super::{Capability, Host, review};
use crate::call::Call;
use crate::contract::v0_1::bindings::agents::{self, AgentError};
use crate::contract::v0_1::to_guest;
use crate::surface::Kind;

/// A label is a short name for people.
const LABEL_BYTES: usize = 60;

/// Longest prompt.
const PROMPT_BYTES: usize = 1 << 20;

/// What a workflow is told of a run whose driver panicked.
pub(crate) const NO_RESULT: &str = "its driver ended without a result";

pub(crate) struct Agents;

impl Capability for Agents {
    fn interface(&self) -> &'static str {
        "agents"
    }

    fn in_world(&self, kind: Kind) -> bool {
        kind == Kind::Workflow
    }

    fn granted(&self, grants: &Grants) -> bool {
        grants.agents.is_some()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("agents = { runs = 16, concurrent = 4 }")
    }

    fn means(&self) -> &'static str {
        "start your agents in the workspace, as a worker does"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        agents::add_to_linker::<_, Host>(linker, |call| call)
    }
}

type RunResult = Result<AgentOutput, ports::AgentError>;

/// A guest's handle to a run.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct AgentRun {
    /// Its place among the call's runs, from 1.
    number: u32,
    label: String,
    end: watch::Receiver<Option<RunResult>>,
    ended: Arc<watch::Sender<Option<RunResult>>>,
    task: tokio::task::AbortHandle,
}

impl AgentRun {
    fn is_done(&self) -> bool {
        self.end.borrow().is_some()
    }

    /// Whether waiting for it would not wait. A task that panicked is over as well.
    fn is_over(&self) -> bool {
        self.is_done() || self.task.is_finished()
    }

    /// Ends the run, if it hasn't ended: dropping its future ends the agent and its processes.
    fn cancel(&self) {
        self.task.abort();
        self.ended.send_if_modified(|end| {
            let running = end.is_none();
            if running {
                *end = Some(Err(ports::AgentError::Cancelled));
            }
            running
        });
    }
}

/// The runs of one call.
pub(crate) struct AgentRuns {
    most: u32,
    started: u32,
    turns: Arc<Semaphore>,
    tasks: Vec<JoinHandle<()>>,
    usage: Arc<Mutex<Usage>>,
    /// Counts the ends of runs: what `wait-any` listens to.
    ends: Arc<watch::Sender<u64>>,
}

impl AgentRuns {
    pub(crate) fn new(grant: Option<&AgentsGrant>) -> Self {
        let (most, concurrent) = grant.map_or((0, 0), |grant| (grant.runs, grant.concurrent));
        Self {
            most,
            started: 0,
            turns: Arc::new(Semaphore::new(concurrent.max(1) as usize)),
            tasks: Vec::new(),
            usage: Arc::default(),
            ends: Arc::new(watch::Sender::new(0)),
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.started
    }

    pub(crate) fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every run and waits until its future is dropped, and with that its processes are gone.
    pub(crate) async fn shut_down(&mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        tasks.iter().for_each(JoinHandle::abort);
        for task in tasks {
            // An error says that it was aborted, or panicked: over in either case.
            let _ = task.await;
        }
    }
}

impl Drop for AgentRuns {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Call {
    fn spawn_agent(&mut self, request: AgentRequest) -> Result<AgentRun, AgentError> {
        if request.prompt.len() > PROMPT_BYTES {
            return Err(AgentError::Limit(format!("a prompt has at most {PROMPT_BYTES} bytes")));
        }
        if self.agents.started >= self.agents.most {
            return Err(AgentError::Limit(format!("the grant's {} runs are used (`agents.runs`)", self.agents.most)));
        }
        let Some(spawner) = self.context.agents.clone() else {
            return Err(AgentError::Unavailable("there are no agents in this call".into()));
        };
        let names = spawner.names();
        if let Some(agent) = &request.agent
            && !names.contains(agent)
        {
            let asked = text::one_line(agent, 100);
            return Err(AgentError::Unavailable(format!(
                "no agent is called `{asked}`; there are: {}",
                names.join(", ")
            )));
        }
        if let Some(model) = request.model.as_deref().filter(|model| !is_model(model)) {
            return Err(AgentError::Unavailable(format!("`{model}` is no name of a model")));
        }
        if let (Some(total), spent) = spawner.budget()
            && spent >= total
        {
            return Err(AgentError::Limit(format!("the goal's budget of {total} tokens is spent")));
        }
        self.agents.started += 1;

        let label = request.label.clone();
        let turns = self.agents.turns.clone();
        let usage = self.agents.usage.clone();
        let ends = self.agents.ends.clone();
        let ended = Arc::new(watch::Sender::new(None));
        let end = ended.subscribe();
        let report = ended.clone();
        let run = spawner.run(request);
        let task = tokio::spawn(async move {
            let permit = turns.acquire().await;
            let result = run.await;
            drop(permit);
            if let Ok(output) = &result {
                *usage.lock().unwrap_or_else(PoisonError::into_inner) += output.usage;
            }
            report.send_if_modified(|end| {
                let running = end.is_none();
                if running {
                    *end = Some(result);
                }
                running
            });
            ends.send_modify(|count| *count += 1);
        });
        let run = AgentRun { number: self.agents.started, label, end, ended, task: task.abort_handle() };
        self.agents.tasks.retain(|task| !task.is_finished());
        self.agents.tasks.push(task);
        Ok(run)
    }
}

/// Waits for a run's end. A task that panicked never reports: that counts as a failure of the agent.
async fn wait(mut end: watch::Receiver<Option<RunResult>>, task: tokio::task::AbortHandle) -> RunResult {
    loop {
        if let Some(result) = end.borrow_and_update().clone() {
            return result;
        }
        if task.is_finished() && end.borrow().is_none() {
            return Err(ports::AgentError::Failed(NO_RESULT.to_owned()));
        }
        // The sender lives in the handle, so that a panicked task is only seen by looking again.
        let _ = tokio::time::timeout(Duration::from_millis(500), end.changed()).await;
    }
}

impl agents::Host for Call {
    async fn spawn(
        &mut self,
        request: agents::AgentRequest,
    ) -> wasmtime::Result<Result<Resource<AgentRun>, AgentError>> {
        self.enter()?;
        let request = AgentRequest {
            label: label(&request.label),
            prompt: request.prompt,
            agent: request.agent,
            model: request.model.map(|model| text::one_line(&model, 200)),
            read_only: request.read_only,
            max_tokens: request.max_tokens,
            timeout: Some(self.timeout(request.timeout_ms)),
        };
        match self.spawn_agent(request) {
            Ok(run) => Ok(Ok(self.table.push(run)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn wait_any(&mut self, runs: Vec<Resource<AgentRun>>) -> wasmtime::Result<Option<u32>> {
        self.enter()?;
        if runs.is_empty() {
            return Ok(None);
        }
        let numbers = runs.iter().map(|run| Ok(self.table.get(run)?.number)).collect::<wasmtime::Result<Vec<_>>>()?;
        let order = self.context.order.clone();
        let foreseen = order.as_ref().and_then(|order| order.foreseen(&numbers));
        let mut ends = self.agents.ends.subscribe();
        loop {
            ends.mark_unchanged();
            for (run, place) in runs.iter().zip(0..) {
                if foreseen.is_none_or(|foreseen| foreseen == place) && self.table.get(run)?.is_over() {
                    if let Some(order) = order {
                        order.first(&numbers, place);
                    }
                    return Ok(Some(place));
                }
            }
            let _ = tokio::time::timeout(Duration::from_millis(500), ends.changed()).await;
        }
    }

    async fn review(
        &mut self,
        request: agents::ReviewRequest,
    ) -> wasmtime::Result<Result<agents::ReviewResult, AgentError>> {
        self.enter()?;
        let question = AgentRequest {
            label: label(&request.label),
            prompt: review::prompt(&request.criteria, &request.subject, self.review_nonce()),
            agent: request.agent,
            model: None,
            read_only: true,
            max_tokens: None,
            timeout: Some(self.timeout(None)),
        };
        let run = match self.spawn_agent(question) {
            Ok(run) => run,
            Err(error) => return Ok(Err(error)),
        };
        let result = wait(run.end.clone(), run.task.clone()).await;
        Ok(result.map_err(error).map(|output| {
            let review = review::parse(&output.text);
            let outcome = match review.outcome {
                review::Outcome::Accepted => agents::ReviewOutcome::Accepted,
                review::Outcome::ChangesRequested => agents::ReviewOutcome::ChangesRequested,
                review::Outcome::Rejected => agents::ReviewOutcome::Rejected,
            };
            agents::ReviewResult { outcome, feedback: review.feedback, usage: to_guest::usage(output.usage) }
        }))
    }
}

impl agents::HostAgentRun for Call {
    async fn label(&mut self, run: Resource<AgentRun>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&run)?.label.clone())
    }

    async fn wait(&mut self, run: Resource<AgentRun>) -> wasmtime::Result<Result<agents::AgentOutput, AgentError>> {
        self.enter()?;
        let run = self.table.get(&run)?;
        let result = wait(run.end.clone(), run.task.clone()).await;
        Ok(result.map(output).map_err(error))
    }

    async fn done(&mut self, run: Resource<AgentRun>) -> wasmtime::Result<bool> {
        self.enter()?;
        let run = self.table.get(&run)?;
        let now = run.is_done();
        Ok(self.context.order.as_ref().map_or(now, |order| order.done(run.number, now)))
    }

    async fn cancel(&mut self, run: Resource<AgentRun>) -> wasmtime::Result<()> {
        self.enter()?;
        self.table.get(&run)?.cancel();
        Ok(())
    }

    async fn drop(&mut self, run: Resource<AgentRun>) -> wasmtime::Result<()> {
        self.table.delete(run)?.cancel();
        Ok(())
    }
}

impl Call {
    /// For the next run, of the call's own random numbers: a repeated call asks in the same words.
    #[expect(clippy::cast_possible_truncation, reason = "64 bits are enough of a nonce")]
    fn review_nonce(&self) -> u64 {
        self.outside.number(&format!("review {}", self.agents.started)) as u64
    }

    /// What a run may take: what it asks for, within what the call has left.
    fn timeout(&self, asked_ms: Option<u64>) -> Duration {
        asked_ms.map_or(Duration::MAX, Duration::from_millis).min(self.remaining())
    }
}

/// Whether a text can be the name of a model. It stands among the arguments of the user's programs, many of which would take one
/// with a hyphen before it for an option of theirs.
fn is_model(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn label(label: &str) -> String {
    let label = text::one_line(&text::visible(label), LABEL_BYTES);
    if label.is_empty() { "agent".into() } else { label }
}

fn output(output: AgentOutput) -> agents::AgentOutput {
    agents::AgentOutput {
        text: output.text,
        exit_code: output.exit_code,
        tool_calls: output.tool_calls.iter().map(to_guest::tool_call).collect(),
        usage: to_guest::usage(output.usage),
        duration_ms: to_guest::millis(output.duration),
    }
}

fn error(error: ports::AgentError) -> AgentError {
    match error {
        ports::AgentError::Unavailable(why) => AgentError::Unavailable(why),
        ports::AgentError::Limit(why) => AgentError::Limit(why),
        ports::AgentError::Failed(why) => AgentError::Failed(why),
        ports::AgentError::TimedOut => AgentError::TimedOut,
        ports::AgentError::Cancelled => AgentError::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_no_option_of_the_program_that_is_told_of_it() {
        for name in ["opus", "gpt-5.1", "openrouter/meta-llama/llama-3.1:free", "sonnet[1m]", "us.x@v1"] {
            assert!(is_model(name), "{name}");
        }
        for name in ["", "--attach=http://example.invalid", "-c", "a b", "a\u{a0}b", "\u{2212}x"] {
            assert!(!is_model(name), "{name:?}");
        }
    }
}
