//! Answers a call from a recording, and tells where the call asks otherwise than the recorded one did.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goalpost_core::config::Limits;
use goalpost_core::evidence::Change;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{
    AgentError, AgentOutput, AgentRequest, AgentSpawner, BoxFuture, CheckError, CheckRun, CheckRunner, Edit, Entry,
    TreeError, TreeView, Trees,
};
use goalpost_core::redact::Redactor;
use serde::de::DeserializeOwned;

use super::asked::{Bytes, RecordedResponse, RecordedRun, Which};
use super::redacted::without_secrets;
use super::{Event, Input, Outcome, Question, Recording, RecordingError};
use crate::admission::AdmissionError;
use crate::call::CallContext;
use crate::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};
use crate::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest};
use crate::plugin::Plugin;
use crate::run_order::RunOrder;
use crate::state_book::StateBook;
use crate::wasi::{Clock, Outside};

/// Divergences that are told one by one.
const TOLD: usize = 50;

/// What a plugin is told when its question is not in the recording.
const NOT_RECORDED: &str = "this was not asked when the call was recorded";

/// What a replay gave.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// What the plugin concluded.
    pub outcome: Outcome,
    /// Where it asked otherwise than it was recorded, in order.
    pub divergences: Vec<String>,
}

/// Puts the recorded input before `plugin`, and answers it from the recording.
///
/// # Errors
/// The plugin can't be admitted with the grants and the configuration of the recording, or the recording is incomplete.
pub async fn replay(
    plugin: &Plugin,
    recording: &Recording,
) -> Result<Result<Replayed, AdmissionError>, RecordingError> {
    if !recording.complete {
        return Err(RecordingError::Incomplete);
    }
    let header = &recording.header;
    // The file may be anybody's: it gets what a goal could give, and no more.
    let limits = header.limits.at_most(&Limits::MOST);
    let admitted = match plugin.admit(&header.grants, &limits, &header.config).await {
        Ok(admitted) => admitted,
        Err(error) => return Ok(Err(error)),
    };
    let player = Player::new(recording);
    let context = player.context();
    let outcome = match &header.input {
        Input::Evidence(evidence) => admitted.evaluate(context, &**evidence).await.map(|(answer, _)| answer.into()),
        Input::Subject(subject) => admitted.check(context, subject).await.map(|(answer, _)| answer.into()),
        Input::Turn(turn) => admitted.run(context, turn).await.map(|(answer, _)| answer.into()),
    };
    let outcome = outcome.unwrap_or_else(|error| Outcome::from(&error));
    Ok(Ok(Replayed { outcome: player.shared.as_recorded(outcome), divergences: player.divergences() }))
}

/// A recording that answers.
pub struct Player {
    shared: Arc<Shared>,
    seed: [u8; 32],
    agents: Vec<String>,
    trees: Option<[TreeId; 3]>,
    folders: BTreeMap<String, TreeId>,
    state: Option<StateBook>,
}

struct Shared {
    exchanges: Vec<(Question, serde_json::Value)>,
    /// The places of each kind's exchanges, in order.
    queues: HashMap<&'static str, Vec<usize>>,
    state: Mutex<State>,
    redactor: Redactor,
}

#[derive(Default)]
struct State {
    used: Vec<bool>,
    /// How far each queue is used up.
    heads: HashMap<&'static str, usize>,
    divergences: Vec<String>,
}

impl Player {
    /// Winds back a recording.
    pub fn new(recording: &Recording) -> Self {
        let exchanges: Vec<_> = recording
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Exchange { ask, answer } => Some((ask.clone(), answer.clone())),
                Event::Log { .. } => None,
            })
            .collect();
        let mut seed = [0; 32];
        for (byte, digits) in seed.iter_mut().zip(recording.header.seed.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
        }
        let trees = match &recording.header.input {
            Input::Evidence(evidence) => Some(&evidence.trees),
            Input::Subject(subject) => Some(&subject.trees),
            Input::Turn(_) => None,
        };
        let mut queues: HashMap<_, Vec<_>> = HashMap::new();
        for (index, (ask, _)) in exchanges.iter().enumerate() {
            queues.entry(ask.kind()).or_default().push(index);
        }
        let state = State { used: vec![false; exchanges.len()], ..State::default() };
        Self {
            // Formats of secrets are known everywhere: what the plugin asks now is compared as it would have been kept.
            shared: Arc::new(Shared { exchanges, queues, state: Mutex::new(state), redactor: Redactor::new([]) }),
            seed,
            agents: recording.header.agents.clone(),
            trees: trees.map(|ids| [ids.baseline.clone(), ids.candidate.clone(), ids.sealed.clone()]),
            folders: recording.header.folders.clone(),
            state: recording
                .header
                .grants
                .state
                .as_ref()
                .zip(recording.header.state.as_ref())
                .map(|(grant, found)| StateBook::open(grant, found)),
        }
    }

    /// What to call with.
    pub fn context(&self) -> CallContext {
        let played = Arc::new(Played { shared: self.shared.clone(), agents: self.agents.clone() });
        let tree = |which, id: &TreeId| -> Arc<dyn TreeView> {
            Arc::new(PlayedTree { which, id: id.clone(), shared: self.shared.clone() })
        };
        CallContext {
            trees: self.trees.as_ref().map(|[baseline, candidate, sealed]| Trees {
                baseline: tree(Which::Baseline, baseline),
                candidate: tree(Which::Candidate, candidate),
                sealed: tree(Which::Sealed, sealed),
            }),
            folders: self
                .folders
                .iter()
                .map(|(name, id)| (name.clone(), tree(Which::Folder(name.clone()), id)))
                .collect(),
            state: self.state.clone(),
            checks: Some(played.clone()),
            llm: Some(played.clone()),
            http: Some(played.clone()),
            agents: Some(played.clone()),
            order: Some(played.clone()),
            outside: Some(Outside { clock: played, seed: self.seed }),
            ..CallContext::default()
        }
    }

    /// What was asked that is not in the recording, asked otherwise, or recorded and not asked.
    pub fn divergences(&self) -> Vec<String> {
        let state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = state.divergences.clone();
        let unasked = self.shared.exchanges.iter().zip(&state.used).filter(|((ask, _), used)| {
            // How often a runtime looks at its clock, or whether something is done, is nobody's decision.
            !**used && !matches!(ask, Question::Wall | Question::Monotonic | Question::Done { .. })
        });
        told.extend(unasked.map(|((ask, _), _)| format!("it did not ask for {}", ask.line())));
        let more = told.len().saturating_sub(TOLD);
        told.truncate(TOLD);
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        told
    }
}

impl Shared {
    /// A value as a recording would have kept it.
    fn as_recorded<T: serde::Serialize + DeserializeOwned>(&self, value: T) -> T {
        without_secrets(&self.redactor, &value).unwrap_or(value)
    }

    /// The recorded answer: to this very question; the first of them that was not given yet, and the last one for ever.
    fn answer<T: DeserializeOwned>(&self, ask: Question) -> Option<T> {
        let ask = self.as_recorded(ask);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = self.queues.get(ask.kind()).map_or(&[][..], Vec::as_slice);
        let mut head = state.heads.get(ask.kind()).copied().unwrap_or_default();
        while queue.get(head).is_some_and(|index| state.used[*index]) {
            head += 1;
        }
        state.heads.insert(ask.kind(), head);
        let next = queue.get(head).copied();
        let is_it = |index: &usize| self.exchanges[*index].0 == ask;
        let exact = match next.filter(&is_it) {
            Some(next) => Some(next),
            None => {
                let unused = queue.iter().skip(head).copied().filter(|index| !state.used[*index]).find(&is_it);
                unused.or_else(|| queue.iter().rev().copied().find(&is_it))
            }
        };
        let index = match (exact, next) {
            (Some(index), _) => {
                if next.is_some_and(|next| next < index) && !state.used[index] {
                    let expected = next.map(|next| self.exchanges[next].0.line()).unwrap_or_default();
                    state.divergences.push(format!("it asked for {} before {expected}", ask.line()));
                }
                index
            }
            (None, Some(next)) if ask.takes_any() => {
                state.divergences.push(format!("it asked for {} in other words than recorded", ask.line()));
                next
            }
            _ => {
                state.divergences.push(format!("it asked for {}, which was not recorded", ask.line()));
                return None;
            }
        };
        state.used[index] = true;
        serde_json::from_value(self.exchanges[index].1.clone()).ok()
    }
}

struct PlayedTree {
    which: Which,
    id: TreeId,
    shared: Arc<Shared>,
}

impl PlayedTree {
    fn ask<T: DeserializeOwned>(&self, ask: Question) -> Result<T, TreeError> {
        let answer = self.shared.answer::<Result<T, TreeError>>(ask);
        answer.unwrap_or_else(|| Err(TreeError::Unavailable(NOT_RECORDED.to_owned())))
    }
}

impl TreeView for PlayedTree {
    fn id(&self) -> &TreeId {
        &self.id
    }

    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.ask(Question::Entries { tree: self.which.clone(), prefix, after, limit })
    }

    fn stat(&self, path: &str) -> Result<Entry, TreeError> {
        self.ask(Question::Stat { tree: self.which.clone(), path: path.to_owned() })
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        let ask = Question::Read { tree: self.which.clone(), path: path.to_owned(), offset, max };
        self.ask::<Bytes>(ask).map(Vec::from)
    }

    fn diff(&self, base: &TreeId, prefix: &str) -> Result<Vec<Change>, TreeError> {
        self.ask(Question::Diff { tree: self.which.clone(), base: base.clone(), prefix: prefix.to_owned() })
    }

    fn patch(&self, base: &TreeId, path: &str, max: usize) -> Result<String, TreeError> {
        self.ask(Question::Patch { tree: self.which.clone(), base: base.clone(), path: path.to_owned(), max })
    }
}

/// What answers everything but the trees.
struct Played {
    shared: Arc<Shared>,
    agents: Vec<String>,
}

impl CheckRunner for Played {
    fn run<'a>(&'a self, name: &'a str, edits: Vec<Edit>, _: Duration) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        let ask = Question::Check { name: name.to_owned(), edits: edits.iter().map(Into::into).collect() };
        let answer = self.shared.answer::<Result<RecordedRun, CheckError>>(ask);
        let answer = answer.unwrap_or_else(|| Err(CheckError::Unavailable(NOT_RECORDED.to_owned())));
        Box::pin(std::future::ready(answer.map(CheckRun::from)))
    }
}

impl LlmProvider for Played {
    fn complete<'a>(&'a self, request: LlmRequest, _: Duration) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        let answer = self.shared.answer(Question::Model(Box::new(request)));
        let answer = answer.unwrap_or_else(|| Err(LlmFailure::Provider(NOT_RECORDED.to_owned())));
        Box::pin(std::future::ready(answer))
    }
}

impl HttpService for Played {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        _: Within<'a>,
        _: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        let ask = Question::Http(Box::new((&request).into()));
        let answer = self.shared.answer::<Result<RecordedResponse, HttpFailure>>(ask);
        let answer = answer.unwrap_or_else(|| Err(HttpFailure::Transport(NOT_RECORDED.to_owned())));
        Box::pin(std::future::ready(answer.map(HttpResponse::from)))
    }
}

impl AgentSpawner for Played {
    fn run(&self, mut request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>> {
        request.timeout = None;
        let answer = self.shared.answer::<Option<_>>(Question::Agent(Box::new(request)));
        match answer.unwrap_or_else(|| Some(Err(AgentError::Failed(NOT_RECORDED.to_owned())))) {
            Some(answer) => Box::pin(std::future::ready(answer)),
            // It did not end by itself, then: what ended it does so again.
            None => Box::pin(std::future::pending()),
        }
    }

    fn names(&self) -> Vec<String> {
        self.agents.clone()
    }

    fn budget(&self) -> (Option<u64>, u64) {
        self.shared.answer(Question::Budget).unwrap_or_default()
    }

    fn phase(&self, _: &str) {}
}

impl RunOrder for Played {
    fn done(&self, run: u32, now: bool) -> bool {
        self.shared.answer(Question::Done { run }).unwrap_or(now)
    }

    fn foreseen(&self, runs: &[u32]) -> Option<u32> {
        let place: u32 = self.shared.answer(Question::First { runs: runs.to_vec() })?;
        ((place as usize) < runs.len()).then_some(place)
    }

    fn first(&self, _: &[u32], _: u32) {}
}

impl Clock for Played {
    fn wall(&self) -> Duration {
        self.shared.answer(Question::Wall).unwrap_or_default()
    }

    fn monotonic(&self) -> u64 {
        self.shared.answer(Question::Monotonic).unwrap_or_default()
    }
}
