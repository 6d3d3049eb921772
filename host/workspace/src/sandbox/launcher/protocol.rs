//! What the host and the launcher say to each other.
//!
//! The launcher's standard input is a socket. The host's first message is one byte that carries descriptors: the [`Job`] as
//! JSON in memory, the program's standard input, and perhaps leases. After it every byte from the host is an [`Order`].
//! The launcher answers with lines of JSON, each a [`Report`]. The end of the stream is the death of the other side:
//! whoever dies, and however, the sandbox ends.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::sandbox::spec::Spec;

/// The launcher's first argument. Not for people.
pub(crate) const MARKER: &str = "__goalpost_sandbox_launcher";

/// The second argument of the program that a probe launches.
pub(crate) const PROBE: &str = "probe";

/// Descriptors of the first message: the job, standard input, and leases.
pub(crate) const MOST_DESCRIPTORS: usize = 4;

/// One program to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) spec: Spec,
    /// Absolute.
    pub(crate) program: PathBuf,
    /// `argv[0]` first.
    pub(crate) argv: Vec<String>,
    pub(crate) cwd: PathBuf,
    /// All of it.
    pub(crate) env: Vec<(String, String)>,
    /// Where the outer process says how the program ended.
    pub(crate) record: Option<PathBuf>,
    /// How many descriptors at the end are only to be kept open.
    pub(crate) leases: usize,
}

/// What the host wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Ask the program to end: SIGTERM to its process group.
    Terminate,
    /// End everything now.
    Kill,
}

impl Order {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Terminate => b't',
            Self::Kill => b'k',
        }
    }

    pub(crate) fn parse(byte: u8) -> Self {
        if byte == b't' { Self::Terminate } else { Self::Kill }
    }
}

/// What became of the job. A sandbox says `Started` and `Ended`, or `Failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    /// The walls stand and the program runs.
    Started,
    /// The program ended, and so has every other process of the sandbox.
    Ended {
        status: Status,
        /// Names of the descendants that were still alive when the program ended.
        leftovers: Vec<String>,
    },
    /// The program never ran, or, with [`FailureKind::Ending`], not all of it ended.
    Failed(Failure),
}

/// How the main process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// By itself.
    ExitCode(i32),
    /// By a signal.
    Signal(i32),
}

/// A step of the launcher that did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// What kind of step.
    pub(crate) kind: FailureKind,
    /// What was tried, and on what.
    pub(crate) what: String,
    /// As the kernel numbers it; 0 for none.
    pub(crate) errno: i32,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureKind {
    /// The kernel, or the machine's policy, does not allow a wall.
    Isolation,
    /// The program can't be executed.
    Execute,
    /// The working directory can't be entered.
    Directory,
    /// A path of the spec is missing or is not canonical.
    Path,
    /// The program ran, and something of it outlives being killed.
    Ending,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, what: impl Into<String>, error: impl Into<std::io::Error>) -> Self {
        let error = error.into();
        let errno = error.raw_os_error().unwrap_or(0);
        let what = if errno == 0 { format!("{}: {error}", what.into()) } else { what.into() };
        Self { kind, what, errno }
    }

    /// A wall that the machine does not give.
    pub(crate) fn isolation(what: impl Into<String>, error: impl Into<std::io::Error>) -> Self {
        Self::new(FailureKind::Isolation, what, error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        if self.errno != 0 {
            write!(f, ": {}", std::io::Error::from_raw_os_error(self.errno))?;
        }
        Ok(())
    }
}
