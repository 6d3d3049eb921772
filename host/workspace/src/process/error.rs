//! Why a program did not run.

use std::io;
use std::path::PathBuf;

use goalpost_core::isolation::IsolationLevel;

use crate::sandbox::launcher::protocol::{Failure, FailureKind, Job};

/// Why a program did not run, or nothing is known of its end. None of these says anything about the work.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// No such file inside the sandbox.
    #[error(
        "the program {} was not found in the sandbox: install it, or name the folder it is in as a tool chain",
        program.display()
    )]
    ProgramNotFound {
        /// As it was to be executed.
        program: PathBuf,
    },
    /// The kernel would not execute it.
    #[error("the program {} can't be executed: {reason}", program.display())]
    NotExecutable {
        /// As it was to be executed.
        program: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The working directory can't be entered.
    #[error("the working directory {} can't be entered: {reason}", cwd.display())]
    WorkingDirectory {
        /// Inside the sandbox.
        cwd: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A path of the spec is missing, or leads through a symbolic link.
    #[error("{0}")]
    Path(String),
    /// The machine does not give the level that was demanded.
    #[error(
        "isolation `{level}` could not be reached: {what}. Run the probe for what this machine allows, or accept a \
         lower level with `min_isolation`"
    )]
    Isolation {
        /// What was demanded.
        level: IsolationLevel,
        /// The wall that could not be built.
        what: String,
    },
    /// A path, argument or variable is not UTF-8.
    #[error("a path or argument is not valid text: {0}")]
    NotText(String),
    /// The launcher could not be started.
    #[error("the sandbox's launcher could not be started: {0}")]
    Launcher(#[source] io::Error),
    /// The program that was started as the launcher did not take the job.
    #[error("the launcher did not answer: a program that uses the sandbox must call `run_if_launcher` first in `main`")]
    NotALauncher,
    /// The launcher died under its program; everything in the sandbox died with it.
    #[error("the sandbox's launcher was killed from outside, perhaps for lack of memory")]
    LauncherLost,
    /// Something that the program started is still alive: what it may yet do is not known.
    #[error("the program's processes could not be ended ({0}): look for them with `ps`, and end them by hand")]
    NotEnded(String),
    /// The system has no descriptor, memory or process left.
    #[error("the sandbox could not be set up: {0}")]
    Io(#[from] io::Error),
}

impl SpawnError {
    pub(super) fn from_launcher(failure: Failure, job: &Job) -> Self {
        let reason = || io::Error::from_raw_os_error(failure.errno).to_string();
        match failure.kind {
            FailureKind::Isolation => Self::Isolation { level: job.spec.level, what: failure.to_string() },
            FailureKind::Execute if failure.errno == libc::ENOENT => {
                Self::ProgramNotFound { program: job.program.clone() }
            }
            FailureKind::Execute if failure.errno == 0 => {
                Self::NotExecutable { program: job.program.clone(), reason: failure.to_string() }
            }
            FailureKind::Execute => Self::NotExecutable { program: job.program.clone(), reason: reason() },
            FailureKind::Directory => Self::WorkingDirectory { cwd: job.cwd.clone(), reason: reason() },
            FailureKind::Path => Self::Path(failure.to_string()),
            FailureKind::Ending => Self::NotEnded(failure.to_string()),
        }
    }
}
