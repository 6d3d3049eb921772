//! `goalpost.toml`: what a goal is, how it is checked and by whom. Parsed and validated once, then frozen with the goal.

mod argv;
mod error;
mod evaluator;
mod files;
mod fingerprint;
mod gate;
mod goal;
mod grants;
mod held_out;
mod http;
mod limits;
mod parse;
mod plain_time;
mod plugin;
mod protect;
mod section;
mod state;
mod units;
mod value;
mod wider;
mod words;
mod worker;

use std::collections::BTreeMap;
use std::time::Duration;

pub use error::{ConfigErrors, Problem};
pub use files::FolderGrant;
pub use fingerprint::{canonical_json, fingerprint, fingerprint_of};
pub use grants::{AgentsGrant, Grants, LlmGrant};
pub use http::HttpGrant;
pub use limits::Limits;
pub use parse::{parse, parse_plugin_options};
pub use plugin::{Plugin, PluginOptions, PluginSource, World};
pub(crate) use section::quoted as toml_string;
pub use state::StateGrant;
pub use worker::AGENT_PRESETS;

use serde::{Deserialize, Serialize};

use crate::isolation::IsolationLevel;
use crate::verdict::{PanelRule, Weight};

/// A whole goal, valid: every limit within its bounds, every name once, every glob well-formed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalConfig {
    /// `[goal]`
    pub goal: Goal,
    /// `[worker]`; none for a goal that is only ever verified.
    pub worker: Option<Worker>,
    /// `[protect]`
    pub protect: Protect,
    /// `[[setup]]`
    pub setups: Vec<Setup>,
    /// `[[gate]]`, in order.
    pub gates: Vec<Gate>,
    /// `[[check]]`: commands that plugins may be granted to run.
    pub checks: Vec<Check>,
    /// `[[evaluator]]`
    pub evaluators: Vec<Evaluator>,
    /// `[panel]`
    pub panel: PanelRule,
}

/// `[goal]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// 1 to 4,000 characters.
    pub objective: String,
    /// 1 to 50; 20 when not given.
    pub max_turns: u32,
    /// Required: one of the two.
    pub budget: TokenBudget,
    /// Share of the budget at which the user is warned, once; 0.8 when not given.
    pub budget_warning: f64,
    /// Globs.
    pub scope: Vec<String>,
    /// Sentences for the judges.
    pub criteria: Vec<String>,
    /// The least isolation that the worker and the gates may run with; `landlock` when not given.
    pub min_isolation: IsolationLevel,
    /// Work on a fresh copy of the folder, made into a repository of its own; false when not given.
    pub scratch: bool,
}

/// How many tokens a goal may spend: the worker's and the plugins' together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenBudget {
    /// 1,000 or more.
    Tokens(u64),
    /// The user said so.
    Unlimited,
}

/// What drives a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// Which program or plugin.
    pub kind: WorkerKind,
    /// Handed to the agent where its preset knows how.
    pub model: Option<String>,
    /// More arguments for the agent's command line.
    pub args: Vec<String>,
    /// Names of environment variables that it gets beyond the allow-list and its preset's own.
    pub pass_env: Vec<String>,
    /// Wall time of one turn; an hour when not given.
    pub timeout: Duration,
    /// Folders outside the workspace that it may write, beyond its preset's own; `~/` is the home folder.
    pub writable: Vec<String>,
    /// Whether it reaches the network; true when not given.
    pub network: bool,
    /// What it sees of the repository's history; all of it when not given.
    #[serde(default)]
    pub history: History,
}

/// What a worker sees of the repository's history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// The repository itself: every branch, and what it commits stays.
    #[default]
    All,
    /// The commits that the goal starts from, in a git folder that stands in for the real one. What it commits stays there.
    Baseline,
    /// One commit with the files that the goal starts from.
    None,
}

/// Which program or plugin drives a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one in a goal")]
pub enum WorkerKind {
    /// A preset: `claude`, `codex`, `pi`, `opencode`, `gemini`, `aider`.
    Agent(String),
    /// Any program, with its arguments; the prompt comes on standard input.
    Command(Vec<String>),
    /// A workflow plugin, which spawns `agents` (preset names, or a command under a name).
    Workflow {
        /// The component.
        plugin: Plugin,
        /// What it may spawn, first is the default.
        agents: BTreeMap<String, AgentRef>,
        /// The name of the default one.
        default_agent: String,
    },
}

/// An agent that a workflow may spawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentRef {
    /// A preset.
    Preset(String),
    /// A program with its arguments.
    Command(Vec<String>),
}

/// `[protect]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protect {
    /// Globs that are protected beside the defaults.
    pub paths: Vec<String>,
    /// Globs that the worker may change although a default or a path above protects them.
    pub allow: Vec<String>,
    /// Whether the defaults of the ecosystems found in the baseline count; true when not given.
    pub defaults: bool,
    /// What tampering means.
    pub policy: TamperPolicy,
}

/// What tampering means for the turn. It is always reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TamperPolicy {
    /// Verify the sealed tree and say so.
    #[default]
    Restore,
    /// The turn fails.
    Reject,
}

/// `[[setup]]`: prepares dependencies that gates need and git does not hold, such as `node_modules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Unique.
    pub name: String,
    /// Program and arguments; no shell.
    pub command: Vec<String>,
    /// Globs of the files that determine the result: it is run again only when one of them differs.
    pub inputs: Vec<String>,
    /// Whether it reaches the network; false when not given.
    pub network: bool,
    /// 10 minutes when not given.
    pub timeout: Duration,
    /// Environment variables that it gets beyond the allow-list.
    pub pass_env: Vec<String>,
}

/// `[[gate]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Unique.
    pub name: String,
    /// A command or a plugin.
    pub kind: GateKind,
    /// Sets the ceiling; true when not given.
    pub required: bool,
    /// Folders below the command's own that are kept from one turn to the next; none when not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cache: Vec<String>,
    /// How its runs are held against the baseline's.
    #[serde(default)]
    pub tests: GateTests,
    /// What the worker is not to see of it; none for a gate that hides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out: Option<HeldOut>,
    /// Whether a run that passes is only believed when a test that must fail, laid into it, is seen failing. When not given,
    /// wherever that can be done; `true` demands it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<bool>,
}

/// How the runs of a gate are held against its run on the baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateTests {
    /// `baseline`: run it on the baseline when the goal starts, so that its tests can be compared; for a required command,
    /// true when not given.
    pub baseline: bool,
    /// `require_red`: the goal does not start when the gate passes already.
    pub require_red: bool,
    /// `may_lose`: globs over the names of tests that need not run any more.
    pub may_lose: Vec<String>,
    /// `report`: a glob of the JUnit XML that a run writes, below the folder of `goalpost.toml`; where there is one, it is read
    /// instead of the output.
    pub report: Option<String>,
}

impl GateTests {
    /// Whether the author lets a test of this name go.
    pub fn may_lose(&self, name: &str) -> bool {
        // Checked when they were read: one that is none matches nothing.
        self.may_lose.iter().filter_map(|glob| gate::name_glob(glob).ok()).any(|glob| glob.is_match(name))
    }
}

/// What is kept from the worker of a hidden gate: all of its output, and files that are laid over the work for it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOut {
    /// A folder outside the workspace; `~/` is the home folder.
    pub files: Option<String>,
    /// Where in the workspace its files are laid; `.` when not given.
    pub at: String,
    /// All that the worker is told, in the author's words.
    pub requirement: Option<String>,
    /// The git tree of the files, from when the goal started.
    pub tree: Option<crate::ids::TreeId>,
    /// Where the files really were then: no worker and no gate sees this folder.
    pub folder: Option<String>,
}

impl HeldOut {
    /// What the worker is told of a hidden gate whose author says nothing.
    pub const REQUIREMENT: &str = "a held-out check of the goal did not pass";

    /// All that the worker is told of a gate that did not pass.
    pub fn told(&self) -> &str {
        self.requirement.as_deref().unwrap_or(Self::REQUIREMENT)
    }
}

/// How a gate is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// By the host.
    Command(NativeCommand),
    /// By a component of the world `gate`.
    Plugin(Plugin),
}

/// `[[check]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Unique.
    pub name: String,
    /// What is run.
    pub command: NativeCommand,
    /// Globs of the files that a plugin may read after a run.
    pub artifacts: Vec<String>,
}

/// A program that is run on the sealed tree, without a shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeCommand {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Folder below the workspace, `.` when not given.
    pub dir: String,
    /// 10 minutes when not given.
    pub timeout: Duration,
    /// Set for it.
    pub env: BTreeMap<String, String>,
    /// Names taken from the host beyond the allow-list.
    pub pass_env: Vec<String>,
    /// Whether it reaches the network; false when not given.
    pub network: bool,
}

/// `[[evaluator]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluator {
    /// Unique; the plugin's own name when not given.
    pub name: String,
    /// The component.
    pub plugin: Plugin,
    /// What it counts for in a weighted panel; 1 when not given.
    #[serde(default, skip_serializing_if = "Weight::is_default")]
    pub weight: Weight,
    /// On trial: asked and shown, and never counted; false when not given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

impl Evaluator {
    /// Whether an answer costs tokens: those that are free are asked first.
    pub fn costs_tokens(&self) -> bool {
        self.plugin.grants.llm.is_some() || self.plugin.grants.agents.is_some()
    }
}
