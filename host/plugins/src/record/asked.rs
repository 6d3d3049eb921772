//! What a plugin can ask, each question with the type of its answer.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{AgentRequest, CheckRun, Edit};
use goalpost_core::web::Header;
use serde::{Deserialize, Serialize};

use crate::http::{HttpRequest, HttpResponse};
use crate::llm::LlmRequest;

/// One of the trees of a turn, or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// When the goal started.
    Baseline,
    /// When the worker's turn ended.
    Candidate,
    /// What is verified.
    Sealed,
    /// A granted folder, by its name.
    Folder(String),
}

/// Something that a plugin asked its host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// The list of a tree's files.
    Entries {
        /// In it.
        tree: Which,
        /// Below.
        prefix: String,
        /// The last one of the page before.
        after: Option<String>,
        /// At most.
        limit: usize,
    },
    /// One entry.
    Stat {
        /// In it.
        tree: Which,
        /// At.
        path: String,
    },
    /// Content.
    Read {
        /// In it.
        tree: Which,
        /// Of.
        path: String,
        /// From.
        offset: u64,
        /// At most.
        max: usize,
    },
    /// What differs between two trees.
    Diff {
        /// The later one.
        tree: Which,
        /// The earlier one.
        base: TreeId,
        /// Below.
        prefix: String,
    },
    /// How a file differs between two trees.
    Patch {
        /// The later one.
        tree: Which,
        /// The earlier one.
        base: TreeId,
        /// Of.
        path: String,
        /// At most.
        max: usize,
    },
    /// A run of a check.
    Check {
        /// Its name.
        name: String,
        /// What is other in that run.
        edits: Vec<RecordedEdit>,
    },
    /// An answer of a model.
    Model(Box<LlmRequest>),
    /// An answer of a web service.
    Http(Box<RecordedRequest>),
    /// A run of an agent, in the order of spawning; the answer of one that was ended before it had one is null.
    Agent(Box<AgentRequest>),
    /// Whether a run is done.
    Done {
        /// Of the call's runs, from 1.
        run: u32,
    },
    /// Which of these runs ended first.
    First {
        /// Of the call's runs, from 1.
        runs: Vec<u32>,
    },
    /// The goal's tokens.
    Budget,
    /// Nanoseconds since 1970.
    Wall,
    /// Nanoseconds since some moment.
    Monotonic,
}

impl Question {
    /// Questions of a kind are answered from one queue.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Entries { .. } | Self::Stat { .. } | Self::Read { .. } | Self::Diff { .. } | Self::Patch { .. } => {
                "tree"
            }
            Self::Check { .. } => "check",
            Self::Model(_) => "model",
            Self::Http(_) => "http",
            Self::Agent(_) => "agent",
            Self::Done { .. } | Self::First { .. } => "order",
            Self::Budget => "budget",
            Self::Wall => "wall clock",
            Self::Monotonic => "monotonic clock",
        }
    }

    /// Whether another question of the kind may be given the next answer: the time is asked for in no words at all, and a
    /// model's or an agent's answer to other words is still the best guess.
    pub(super) fn takes_any(&self) -> bool {
        matches!(self, Self::Model(_) | Self::Agent(_) | Self::Budget | Self::Wall | Self::Monotonic)
    }

    /// For people, in a line.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Entries { tree, prefix, .. } => format!("the files below {prefix:?} of {}", name(tree)),
            Self::Stat { tree, path } => format!("the entry {path:?} of {}", name(tree)),
            Self::Read { tree, path, offset, .. } => {
                format!("{path:?} of {} from byte {offset}", name(tree))
            }
            Self::Diff { tree, .. } => format!("what differs in {}", name(tree)),
            Self::Patch { tree, path, .. } => format!("how {path:?} differs in {}", name(tree)),
            Self::Check { name, edits } if edits.is_empty() => format!("a run of the check `{name}`"),
            Self::Check { name, edits } => format!("a run of the check `{name}` with {} edits", edits.len()),
            Self::Model(request) => format!("an answer of the model {}", request.model),
            Self::Http(request) => format!("an answer of {} to {}", request.url, request.method),
            Self::Agent(request) => format!("a run of the agent {:?}", request.label),
            Self::Done { run } => format!("whether run {run} is done"),
            Self::First { runs } => format!("the first of the runs {runs:?}"),
            Self::Budget => "the budget".to_owned(),
            Self::Wall | Self::Monotonic => "the time".to_owned(),
        }
    }
}

fn name(which: &Which) -> Cow<'static, str> {
    match which {
        Which::Baseline => "the baseline's tree".into(),
        Which::Candidate => "the candidate's tree".into(),
        Which::Sealed => "the sealed tree".into(),
        Which::Folder(name) => format!("the folder `{name}`").into(),
    }
}

/// Bytes: as text where they are text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bytes {
    /// UTF-8.
    Text(String),
    /// Anything.
    Base64(String),
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|other| Self::Base64(STANDARD.encode(other.as_bytes())), Self::Text)
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        match bytes {
            Bytes::Text(text) => text.into_bytes(),
            // What is damaged there differs from what was recorded, and so does what comes of it.
            Bytes::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

/// [`Edit`], with its content readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEdit {
    /// Relative to the workspace.
    pub path: String,
    /// None deletes it.
    pub content: Option<Bytes>,
}

impl From<&Edit> for RecordedEdit {
    fn from(edit: &Edit) -> Self {
        Self { path: edit.path.clone(), content: edit.content.clone().map(Bytes::from) }
    }
}

/// [`HttpRequest`], with its body readable. It names its secrets and has none in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// As granted.
    pub method: String,
    /// In its plain form.
    pub url: String,
    /// In order.
    pub headers: Vec<Header>,
    /// None where there is none.
    pub body: Option<Bytes>,
}

impl From<&HttpRequest> for RecordedRequest {
    fn from(request: &HttpRequest) -> Self {
        Self {
            method: request.method.clone(),
            url: request.target.to_string(),
            headers: request.headers.clone(),
            body: request.body.clone().map(Bytes::from),
        }
    }
}

/// [`HttpResponse`], with its body readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedResponse {
    status: u16,
    headers: Vec<Header>,
    body: Bytes,
}

impl From<&HttpResponse> for RecordedResponse {
    fn from(response: &HttpResponse) -> Self {
        Self { status: response.status, headers: response.headers.clone(), body: response.body.clone().into() }
    }
}

impl From<RecordedResponse> for HttpResponse {
    fn from(response: RecordedResponse) -> Self {
        Self { status: response.status, headers: response.headers, body: response.body.into() }
    }
}

/// [`CheckRun`], with its files readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedRun {
    report: goalpost_core::evidence::GateReport,
    artifacts: Vec<(String, Bytes)>,
}

impl From<&CheckRun> for RecordedRun {
    fn from(run: &CheckRun) -> Self {
        let artifacts = run.artifacts.iter().map(|(path, content)| (path.clone(), content.clone().into())).collect();
        Self { report: run.report.clone(), artifacts }
    }
}

impl From<RecordedRun> for CheckRun {
    fn from(run: RecordedRun) -> Self {
        let artifacts = run.artifacts.into_iter().map(|(path, content)| (path, content.into())).collect();
        Self { report: run.report, artifacts }
    }
}
