//! Writes down what a call learns, on its way to the plugin.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use goalpost_core::evidence::Change;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{
    AgentError, AgentOutput, AgentRequest, AgentSpawner, BoxFuture, CheckError, CheckRun, CheckRunner, Edit, Entry,
    TreeError, TreeView, Trees,
};
use goalpost_core::redact::Redactor;
use serde::Serialize;

use super::asked::{Bytes, RecordedResponse, RecordedRun, Which};
use super::redacted::without_secrets;
use super::{Event, FORMAT, Header, Input, Outcome, Question, RECORDING_BYTES, Recording, RecordingError, Used};
use crate::admission::Admitted;
use crate::call::{CallContext, CallError, CallStats};
use crate::capabilities::agents::NO_RESULT;
use crate::contract::CONTRACT_VERSION;
use crate::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};
use crate::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest};
use crate::run_order::RunOrder;
use crate::state_book::StateBook;
use crate::wasi::{Clock, Outside};

/// A call that is being recorded.
pub struct Recorder {
    header: Header,
    tape: Arc<Tape>,
}

impl Recorder {
    /// Wraps all that a call is given. The context that comes back is the one to call with.
    ///
    /// # Errors
    /// The kernel gives no random numbers.
    pub fn begin(
        plugin: &Admitted,
        mut context: CallContext,
        input: Input,
        redactor: Arc<Redactor>,
    ) -> Result<(Self, CallContext), getrandom::Error> {
        let outside = context.outside.take().map_or_else(Outside::fresh, Ok)?;
        let config = serde_json::from_str(&plugin.config).unwrap_or_default();
        let header = Header {
            goalpost_recording: FORMAT,
            contract: CONTRACT_VERSION.to_string(),
            plugin: plugin.source().to_owned(),
            digest: plugin.digest().clone(),
            grants: (*plugin.grants).clone(),
            limits: plugin.limits.clone(),
            config,
            seed: outside.seed.iter().map(|byte| format!("{byte:02x}")).collect(),
            agents: context.agents.as_ref().map(|agents| agents.names()).unwrap_or_default(),
            folders: context.folders.iter().map(|(name, folder)| (name.clone(), folder.id().clone())).collect(),
            // All that it will ever learn from it: what it writes there, it knows.
            state: context.state.as_ref().map(StateBook::remembered),
            input,
        };
        let tape = Arc::new(Tape { redactor, reel: Mutex::default() });
        let tree = |which, tree| -> Arc<dyn TreeView> { Arc::new(TapedTree { which, tree, tape: tape.clone() }) };
        let log = context.log.take();
        let logged = tape.clone();
        let context = CallContext {
            trees: context.trees.map(|trees| Trees {
                baseline: tree(Which::Baseline, trees.baseline),
                candidate: tree(Which::Candidate, trees.candidate),
                sealed: tree(Which::Sealed, trees.sealed),
            }),
            folders: context
                .folders
                .into_iter()
                .map(|(name, folder)| (name.clone(), tree(Which::Folder(name), folder)))
                .collect(),
            checks: context.checks.map(|to| -> Arc<dyn CheckRunner> { Arc::new(Taped { to, tape: tape.clone() }) }),
            llm: context.llm.map(|to| -> Arc<dyn LlmProvider> { Arc::new(Taped { to, tape: tape.clone() }) }),
            http: context.http.map(|to| -> Arc<dyn HttpService> { Arc::new(Taped { to, tape: tape.clone() }) }),
            agents: context.agents.map(|to| -> Arc<dyn AgentSpawner> { Arc::new(Taped { to, tape: tape.clone() }) }),
            order: Some(tape.clone()),
            log: Some(Arc::new(move |level, message| {
                logged.keep(Event::Log { level: level.as_str().to_owned(), message: message.to_owned() });
                if let Some(log) = &log {
                    log(level, message);
                }
            })),
            outside: Some(Outside {
                clock: Arc::new(Taped { to: outside.clock, tape: tape.clone() }),
                seed: outside.seed,
            }),
            ..context
        };
        Ok((Self { header, tape }, context))
    }

    /// The recording of the call, now that it has ended.
    ///
    /// # Errors
    /// A secret stands in its input or its outcome where nothing can stand in for it.
    pub fn end<T: Clone + Into<Outcome>>(
        self,
        ended: &Result<(T, CallStats), CallError>,
    ) -> Result<Recording, RecordingError> {
        let (outcome, stats) = match ended {
            Ok((answer, stats)) => (answer.clone().into(), stats),
            Err(error) => (error.into(), &error.stats),
        };
        let reel = std::mem::take(&mut *self.tape.reel());
        let redactor = &self.tape.redactor;
        Ok(Recording {
            header: without_secrets(redactor, &self.header).ok_or(RecordingError::Secret)?,
            events: reel.events,
            outcome: without_secrets(redactor, &outcome).ok_or(RecordingError::Secret)?,
            used: Used::from(stats),
            complete: !reel.full,
        })
    }
}

/// Where events are kept, in order.
struct Tape {
    redactor: Arc<Redactor>,
    reel: Mutex<Reel>,
}

#[derive(Default)]
struct Reel {
    events: Vec<Event>,
    bytes: usize,
    full: bool,
}

impl Reel {
    /// Takes the room that something needs; false where there is too little.
    fn takes(&mut self, value: &impl Serialize) -> bool {
        let Ok(text) = serde_json::to_string(value) else { return false };
        let has_room = !self.full && self.bytes + text.len() <= RECORDING_BYTES;
        if has_room {
            self.bytes += text.len();
        }
        has_room
    }
}

impl Tape {
    fn exchange(&self, ask: Question, answer: &impl Serialize) {
        let answer = serde_json::to_value(answer).unwrap_or_default();
        self.keep(Event::Exchange { ask, answer });
    }

    /// Keeps the place of a question whose answer comes later, if it does.
    fn begin(&self, ask: Question) -> Option<usize> {
        self.keep(Event::Exchange { ask, answer: serde_json::Value::Null })
    }

    /// The answer of a question that was begun.
    fn answer(&self, begun: usize, answer: &impl Serialize) {
        let answer = without_secrets(&self.redactor, &serde_json::to_value(answer).unwrap_or_default());
        let mut reel = self.reel();
        match answer {
            Some(given) if reel.takes(&given) => {
                if let Some(Event::Exchange { answer, .. }) = reel.events.get_mut(begun) {
                    *answer = given;
                }
            }
            _ => reel.full = true,
        }
    }

    /// Gives the place of what was kept.
    fn keep(&self, event: Event) -> Option<usize> {
        // The end of a long call would be of no use without its middle.
        if self.reel().full {
            return None;
        }
        let event = without_secrets(&self.redactor, &event);
        let mut reel = self.reel();
        match event {
            Some(event) if reel.takes(&event) => {
                reel.events.push(event);
                Some(reel.events.len() - 1)
            }
            _ => {
                reel.full = true;
                None
            }
        }
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something whose answers are kept.
struct Taped<T: ?Sized> {
    to: Arc<T>,
    tape: Arc<Tape>,
}

struct TapedTree {
    which: Which,
    tree: Arc<dyn TreeView>,
    tape: Arc<Tape>,
}

impl TreeView for TapedTree {
    fn id(&self) -> &TreeId {
        self.tree.id()
    }

    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        let answer = self.tree.entries(prefix, after, limit);
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.tape.exchange(Question::Entries { tree: self.which.clone(), prefix, after, limit }, &answer);
        answer
    }

    fn stat(&self, path: &str) -> Result<Entry, TreeError> {
        let answer = self.tree.stat(path);
        self.tape.exchange(Question::Stat { tree: self.which.clone(), path: path.to_owned() }, &answer);
        answer
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        let answer = self.tree.read(path, offset, max);
        let kept = answer.clone().map(Bytes::from);
        self.tape.exchange(Question::Read { tree: self.which.clone(), path: path.to_owned(), offset, max }, &kept);
        answer
    }

    fn diff(&self, base: &TreeId, prefix: &str) -> Result<Vec<Change>, TreeError> {
        let answer = self.tree.diff(base, prefix);
        let ask = Question::Diff { tree: self.which.clone(), base: base.clone(), prefix: prefix.to_owned() };
        self.tape.exchange(ask, &answer);
        answer
    }

    fn patch(&self, base: &TreeId, path: &str, max: usize) -> Result<String, TreeError> {
        let answer = self.tree.patch(base, path, max);
        let ask = Question::Patch { tree: self.which.clone(), base: base.clone(), path: path.to_owned(), max };
        self.tape.exchange(ask, &answer);
        answer
    }
}

impl CheckRunner for Taped<dyn CheckRunner> {
    fn run<'a>(
        &'a self,
        name: &'a str,
        edits: Vec<Edit>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        Box::pin(async move {
            let ask = Question::Check { name: name.to_owned(), edits: edits.iter().map(Into::into).collect() };
            let answer = self.to.run(name, edits, deadline).await;
            self.tape.exchange(ask, &answer.as_ref().map(RecordedRun::from));
            answer
        })
    }
}

impl LlmProvider for Taped<dyn LlmProvider> {
    fn complete<'a>(
        &'a self,
        request: LlmRequest,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        Box::pin(async move {
            let ask = Question::Model(Box::new(request.clone()));
            let answer = self.to.complete(request, deadline).await;
            self.tape.exchange(ask, &answer);
            answer
        })
    }
}

impl HttpService for Taped<dyn HttpService> {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        within: Within<'a>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        Box::pin(async move {
            let ask = Question::Http(Box::new((&request).into()));
            let answer = self.to.send(request, within, deadline).await;
            self.tape.exchange(ask, &answer.as_ref().map(RecordedResponse::from));
            answer
        })
    }
}

impl AgentSpawner for Taped<dyn AgentSpawner> {
    fn run(&self, request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>> {
        let tape = self.tape.clone();
        let mut ask = request.clone();
        // What is left of the deadline is another in every run.
        ask.timeout = None;
        let run = self.to.run(request);
        let mut pending = Pending { begun: tape.begin(Question::Agent(Box::new(ask))), tape };
        Box::pin(async move {
            let answer = run.await;
            pending.ended(&answer);
            answer
        })
    }

    fn names(&self) -> Vec<String> {
        self.to.names()
    }

    fn budget(&self) -> (Option<u64>, u64) {
        let answer = self.to.budget();
        self.tape.exchange(Question::Budget, &answer);
        answer
    }

    fn phase(&self, title: &str) {
        self.to.phase(title);
    }
}

/// A run of an agent without an answer yet.
struct Pending {
    tape: Arc<Tape>,
    begun: Option<usize>,
}

impl Pending {
    fn ended(&mut self, answer: &Result<AgentOutput, AgentError>) {
        if let Some(begun) = self.begun.take() {
            self.tape.answer(begun, answer);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What a workflow is told of a driver that panicked.
            self.ended(&Err(AgentError::Failed(NO_RESULT.to_owned())));
        }
    }
}

impl RunOrder for Tape {
    fn done(&self, run: u32, now: bool) -> bool {
        self.exchange(Question::Done { run }, &now);
        now
    }

    fn foreseen(&self, _: &[u32]) -> Option<u32> {
        None
    }

    fn first(&self, runs: &[u32], place: u32) {
        self.exchange(Question::First { runs: runs.to_vec() }, &place);
    }
}

impl Clock for Taped<dyn Clock> {
    fn wall(&self) -> Duration {
        let now = self.to.wall();
        self.tape.exchange(Question::Wall, &now);
        now
    }

    fn monotonic(&self) -> u64 {
        let now = self.to.monotonic();
        self.tape.exchange(Question::Monotonic, &now);
        now
    }
}
