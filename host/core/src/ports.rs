//! What the plugin host asks of the rest of Goalpost, as traits: the plugin host knows no git and no processes, and tests
//! stand in for both.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::evidence::{Change, GateReport, ToolCall};
use crate::ids::TreeId;
use crate::usage::Usage;

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The kind of an entry in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A file with the exec bit.
    Executable,
    /// A symbolic link; its content is its target.
    Symlink,
    /// A commit of another repository.
    Submodule,
}

/// A file, link or submodule in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Relative to the workspace.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes; 0 for a submodule.
    pub size: u64,
    /// Git object id.
    pub oid: String,
}

/// Why a tree could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TreeError {
    /// No such path.
    #[error("no such path in the tree")]
    NotFound,
    /// Not a file.
    #[error("not a file")]
    NotAFile,
    /// Absolute, empty, or leaving the tree.
    #[error("`{0}` is not a path in a tree")]
    InvalidPath(String),
    /// The object store failed.
    #[error("the object store could not be read: {0}")]
    Unavailable(String),
}

/// One git tree, read-only. Calls block: they read an object store on disk.
pub trait TreeView: Send + Sync {
    /// Its id.
    fn id(&self) -> &TreeId;
    /// Entries below `prefix` after the path `after`, sorted by path, at most `limit`.
    ///
    /// # Errors
    /// An invalid prefix, or a store that can't be read.
    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError>;
    /// One entry.
    ///
    /// # Errors
    /// As [`TreeError`] says.
    fn stat(&self, path: &str) -> Result<Entry, TreeError>;
    /// At most `max` bytes of a file, or of a link's target, from `offset`.
    ///
    /// # Errors
    /// As [`TreeError`] says.
    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError>;
    /// What differs from `base` below `prefix`.
    ///
    /// # Errors
    /// As [`TreeError`] says.
    fn diff(&self, base: &TreeId, prefix: &str) -> Result<Vec<Change>, TreeError>;
    /// One path's unified diff from `base`, at most `max` bytes.
    ///
    /// # Errors
    /// As [`TreeError`] says.
    fn patch(&self, base: &TreeId, path: &str, max: usize) -> Result<String, TreeError>;
}

/// The trees of the turn.
#[derive(Clone)]
pub struct Trees {
    /// When the goal started.
    pub baseline: Arc<dyn TreeView>,
    /// When the worker's turn ended.
    pub candidate: Arc<dyn TreeView>,
    /// What is verified.
    pub sealed: Arc<dyn TreeView>,
}

/// A file that is to be other in one run of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Relative to the workspace.
    pub path: String,
    /// None deletes it.
    pub content: Option<Vec<u8>>,
}

/// A finished run of a check, with the files that matched its `artifacts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// What the host says of it.
    pub report: GateReport,
    /// Path and content, bounded.
    pub artifacts: Vec<(String, Vec<u8>)>,
}

/// Why a check did not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CheckError {
    /// No such check.
    #[error("no check is called `{0}`")]
    Unknown(String),
    /// An edit names a path that can't be laid over the tree.
    #[error("`{0}` can't be edited")]
    InvalidEdit(String),
    /// The sandbox could not run it.
    #[error("the check could not be run: {0}")]
    Unavailable(String),
}

/// Runs declared checks on the sealed tree of the turn.
pub trait CheckRunner: Send + Sync {
    /// Runs `name` with `edits` laid over the tree, for at most `deadline`.
    fn run<'a>(
        &'a self,
        name: &'a str,
        edits: Vec<Edit>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>>;
}

/// What a workflow asks an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRequest {
    /// For people.
    pub label: String,
    /// What it is told.
    pub prompt: String,
    /// A name that the goal's configuration gives; none for its default.
    pub agent: Option<String>,
    /// Overrides the configured model.
    pub model: Option<String>,
    /// It may not change the workspace.
    pub read_only: bool,
    /// Ends it when it has spent this many.
    pub max_tokens: Option<u64>,
    /// Wall time.
    pub timeout: Option<Duration>,
}

/// What an agent did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentOutput {
    /// Its last message.
    pub text: String,
    /// None when it was ended.
    pub exit_code: Option<i32>,
    /// The last calls, oldest first.
    pub tool_calls: Vec<ToolCall>,
    /// As its stream reports it.
    pub usage: Usage,
    /// Wall time.
    pub duration: Duration,
}

/// Why an agent gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum AgentError {
    /// Not configured or not installed.
    #[error("the agent is not available: {0}")]
    Unavailable(String),
    /// The goal's budget.
    #[error("{0}")]
    Limit(String),
    /// It ran and failed.
    #[error("the agent failed: {0}")]
    Failed(String),
    /// Its own time limit.
    #[error("the agent ran out of time")]
    TimedOut,
    /// The workflow dropped or cancelled it, or the user did.
    #[error("the agent was cancelled")]
    Cancelled,
}

/// Runs agents in the workspace. Dropping the future ends the agent and all of its processes.
pub trait AgentSpawner: Send + Sync {
    /// Runs one agent to its end. Called in the order in which a workflow spawns them; nothing runs before the future does.
    fn run(&self, request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>>;
    /// The names that `agent` takes, the default first.
    fn names(&self) -> Vec<String>;
    /// Tokens that the goal may spend in all (none for no limit), and has spent.
    fn budget(&self) -> (Option<u64>, u64);
    /// A phase of the workflow began.
    fn phase(&self, title: &str);
}
