//! An agent program and how it is started.

use std::path::{Path, PathBuf};

use goalpost_core::config::AgentRef;

use crate::agents;
use crate::collector::Reader;
use crate::environment::NETWORK;
use crate::stream::EventStream;

/// What an agent is asked. It is run in the workspace, which is its current folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// What it is told.
    pub prompt: &'a str,
    /// None for the program's own default.
    pub model: Option<&'a str>,
    /// More arguments, before anything positional.
    pub args: &'a [String],
    /// It is not to change the workspace. The host enforces that; here the agent is told, where it has a way to be told, so
    /// that it wastes no turn on edits that fail.
    pub read_only: bool,
}

/// A file or folder of the program's own, outside the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Below the home folder.
    pub home: &'static str,
    /// The environment variable that moves it, and what is below that variable's value.
    pub moved_by: Option<(&'static str, &'static str)>,
    /// A file, which is made with this content where it does not exist; none for a folder.
    pub file: Option<&'static str>,
}

impl Place {
    pub(crate) const fn folder(home: &'static str) -> Self {
        Self { home, moved_by: None, file: None }
    }

    pub(crate) const fn moved_by(self, variable: &'static str, below: &'static str) -> Self {
        Self { moved_by: Some((variable, below)), ..self }
    }

    /// Where it is, given the home folder and the environment that the program will have. It need not exist.
    pub fn resolve(&self, home: &Path, variable: impl Fn(&str) -> Option<String>) -> PathBuf {
        let moved = self.moved_by.and_then(|(name, below)| {
            let value = variable(name).filter(|value| Path::new(value).is_absolute())?;
            Some(if below.is_empty() { PathBuf::from(value) } else { Path::new(&value).join(below) })
        });
        moved.unwrap_or_else(|| home.join(self.home))
    }
}

/// All that the host needs to run an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Program and arguments. The program is a name to be found on `PATH`, or what the user's command says.
    pub argv: Vec<String>,
    /// Written to its standard input, which is then closed.
    pub stdin: Option<String>,
    /// Set for it, over anything inherited.
    pub env: Vec<(String, String)>,
    /// Names it may inherit beyond the host's allow-list: its keys, its settings, its proxies.
    pub env_allowed: Vec<&'static str>,
    /// What it writes outside the workspace: sessions, credentials, state.
    pub writable: Vec<Place>,
    /// Below `writable`, and yet to be closed to writing where the host can: settings, hooks and instructions, which a later
    /// session of the same program obeys outside of any confinement. It names what exists for most users, not all: the
    /// programs keep settings and state in the same files too.
    pub guarded: Vec<Place>,
    /// Globs, relative to the workspace, of what the program itself leaves there however it is asked not to. Untracked
    /// matches are no part of the work.
    pub litter: &'static [&'static str],
}

/// A program that this crate knows.
pub struct Preset {
    /// As in `agent = "..."`.
    pub name: &'static str,
    /// Its executable.
    pub program: &'static str,
    /// A command that installs it.
    pub install: &'static str,
    /// Where it says how to use it.
    pub homepage: &'static str,
    /// Whether tokens are reported while it runs, so that a budget can end a turn in the middle. Otherwise they are known
    /// when the turn ends.
    pub meters_live: bool,
    pub(crate) arguments: fn(&Request<'_>) -> Vec<String>,
    pub(crate) env: &'static [(&'static str, &'static str)],
    pub(crate) env_allowed: &'static [&'static str],
    pub(crate) writable: &'static [Place],
    pub(crate) guarded: &'static [Place],
    pub(crate) litter: &'static [&'static str],
    pub(crate) reader: fn() -> Box<dyn Reader>,
}

impl std::fmt::Debug for Preset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preset").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Preset {
    /// Every preset, in the order in which they are listed to people.
    pub const ALL: [&'static Self; 6] = [
        &agents::claude::PRESET,
        &agents::codex::PRESET,
        &agents::pi::PRESET,
        &agents::opencode::PRESET,
        &agents::gemini::PRESET,
        &agents::aider::PRESET,
    ];

    /// The preset called `name`.
    ///
    /// # Errors
    /// [`UnknownAgent`] lists the names.
    pub fn find(name: &str) -> Result<&'static Self, UnknownAgent> {
        Self::ALL.into_iter().find(|preset| preset.name == name).ok_or_else(|| UnknownAgent {
            name: name.chars().take(80).flat_map(char::escape_default).collect(),
            known: Self::ALL.map(|preset| preset.name).join(", "),
        })
    }

    /// How it is run for `request`.
    pub fn invocation(&self, request: &Request<'_>) -> Invocation {
        let mut argv = vec![self.program.to_owned()];
        argv.extend((self.arguments)(request));
        Invocation {
            argv,
            stdin: Some(request.prompt.to_owned()),
            env: self.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            env_allowed: self.env_allowed.iter().chain(NETWORK).copied().collect(),
            writable: self.writable.to_vec(),
            guarded: self.guarded.to_vec(),
            litter: self.litter,
        }
    }
}

/// A preset, or any program.
#[derive(Debug, Clone, PartialEq)]
pub enum Agent {
    /// A program that this crate knows.
    Preset(&'static Preset),
    /// The user's own program and its arguments. The prompt comes on its standard input; the model, where one is given, as
    /// `GOALPOST_MODEL`, and `GOALPOST_READ_ONLY=1` where the workspace is not to be changed. It may report in
    /// [lines of JSON](Agent::stream); other output is read as text.
    Command(Vec<String>),
}

impl Agent {
    /// The preset called `name`.
    ///
    /// # Errors
    /// [`UnknownAgent`] lists the names.
    pub fn preset(name: &str) -> Result<Self, UnknownAgent> {
        Preset::find(name).map(Self::Preset)
    }

    /// What `goalpost.toml` names.
    ///
    /// # Errors
    /// [`UnknownAgent`] lists the names.
    pub fn from_config(agent: &AgentRef) -> Result<Self, UnknownAgent> {
        match agent {
            AgentRef::Preset(name) => Self::preset(name),
            AgentRef::Command(argv) => Ok(Self::Command(argv.clone())),
        }
    }

    /// The preset's name, or `command`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preset(preset) => preset.name,
            Self::Command(_) => "command",
        }
    }

    /// What is to be found on `PATH`.
    pub fn program(&self) -> &str {
        match self {
            Self::Preset(preset) => preset.program,
            Self::Command(argv) => argv.first().map_or("", String::as_str),
        }
    }

    /// How it is run for `request`.
    pub fn invocation(&self, request: &Request<'_>) -> Invocation {
        match self {
            Self::Preset(preset) => preset.invocation(request),
            Self::Command(argv) => agents::command::invocation(argv, request),
        }
    }

    /// A reader of what it prints on its standard output.
    ///
    /// A [command](Agent::Command) may print lines of JSON, which are documented in this crate's README: `usage`, `message`,
    /// `tool`, `error` and `session`.
    pub fn stream(&self) -> EventStream {
        EventStream::new(match self {
            Self::Preset(preset) => (preset.reader)(),
            Self::Command(_) => agents::command::reader(),
        })
    }

    /// The error to show when [`Agent::program`] is not on `PATH`.
    pub fn not_installed(&self) -> NotInstalled {
        let fix = match self {
            Self::Preset(preset) => {
                format!("install it with `{}` (see {}), or name another worker", preset.install, preset.homepage)
            }
            Self::Command(_) => {
                "give a path, or the name of a program on PATH, as the first word of `command`".to_owned()
            }
        };
        NotInstalled { agent: self.name(), program: self.program().to_owned(), fix }
    }
}

/// A name that no preset has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no agent is called `{name}`: the presets are {known}; any other program is `command = [\"program\", ...]`")]
pub struct UnknownAgent {
    name: String,
    known: String,
}

/// The agent's program is not on this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the program `{program}` of the worker `{agent}` was not found: {fix}")]
pub struct NotInstalled {
    /// Preset, or `command`.
    pub agent: &'static str,
    /// What was looked for.
    pub program: String,
    /// What to do.
    pub fix: String,
}
