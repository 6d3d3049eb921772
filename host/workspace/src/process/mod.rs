//! Running other people's programs: confined, bounded, and gone at the end.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use goalpost_workspace::process::{Command, resolve_program, run};
//! use goalpost_workspace::sandbox::{Spec, probe};
//!
//! let program = resolve_program("cargo", "/usr/bin:/bin".as_ref(), &["/work/project".as_ref()])?;
//! let mut command = Command::new(program, Spec::new(probe().level), "/work/project");
//! command.args(["test", "--offline"]);
//! let ended = run(command, std::future::pending(), |_, _| {}).await?;
//! println!("{:?} after {:?}", ended.how, ended.duration);
//! # Ok(())
//! # }
//! ```

mod capture;
mod channel;
mod error;
mod presence;
mod resolve;

use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::pin::pin;
use std::time::{Duration, Instant};

use goalpost_core::isolation::IsolationLevel;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

use self::capture::Capture;
pub use self::capture::{Captured, OutputLimit};
use self::channel::Channel;
pub use self::error::SpawnError;
pub use self::presence::Presence;
pub use self::resolve::{ResolveError, resolve_program, search_path};
use crate::sandbox::launcher::protocol::{Job, Order, Report};
use crate::sandbox::{Spec, Status};

/// How long a launcher may take to end everything before it is given up. What it does is SIGKILL and reap, so this is for a
/// machine that is very busy, and for a process that hangs in the kernel.
const KILL_PATIENCE: Duration = Duration::from_secs(15);

/// How long output is read on after the last process is gone. Only without namespaces can somebody still hold the pipe.
const DRAIN_PATIENCE: Duration = Duration::from_millis(200);

/// A program to run, and everything that bounds it.
#[derive(Debug)]
pub struct Command {
    /// Absolute, from [`resolve_program`]; or relative to `cwd`, for a program that is part of the tree.
    pub program: PathBuf,
    /// `argv[0]` first.
    pub argv: Vec<String>,
    /// As seen inside the sandbox.
    pub cwd: PathBuf,
    /// All of it: nothing is inherited. `TMPDIR` is added.
    pub env: Vec<(String, String)>,
    /// The whole of standard input; none for an empty one.
    pub stdin: Option<Vec<u8>>,
    /// Wall time.
    pub timeout: Duration,
    /// Time between SIGTERM to the program and SIGKILL to everything, when it is ended early; zero for SIGKILL at once.
    pub grace: Duration,
    /// How much output is kept.
    pub output: OutputLimit,
    /// Whether standard error has its own capture.
    pub streams: Streams,
    /// The walls.
    pub spec: Spec,
    /// Where [`crate::sandbox::ExecRecord`] is written when the program ends by itself. One that is there is removed first.
    pub record: Option<PathBuf>,
    /// Kept open until every process is gone, at most two: see [`crate::lock::WorkspaceLock::lease`] and
    /// [`Presence::token`].
    pub leases: Vec<OwnedFd>,
}

impl Command {
    /// `program` without arguments, environment and input, for 10 minutes.
    pub fn new(program: impl Into<PathBuf>, spec: Spec, cwd: impl Into<PathBuf>) -> Self {
        let program = program.into();
        Self {
            argv: vec![program.to_string_lossy().into_owned()],
            program,
            cwd: cwd.into(),
            env: Vec::new(),
            stdin: None,
            timeout: Duration::from_mins(10),
            grace: Duration::ZERO,
            output: OutputLimit::default(),
            streams: Streams::Together,
            spec,
            record: None,
            leases: Vec::new(),
        }
    }

    /// Adds arguments.
    pub fn args<S: Into<String>>(&mut self, args: impl IntoIterator<Item = S>) -> &mut Self {
        self.argv.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    pub fn env(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.env.push((name.into(), value.into()));
        self
    }
}

/// What becomes of the two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// One pipe, in the order of the writes: for people.
    Together,
    /// A pipe each: for a program that speaks a format on standard output.
    Apart,
}

/// Which stream a piece of output came from. [`Streams::Together`] has only `Out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal that the host did not send.
    Signalled(i32),
    /// Ended at its time limit.
    TimedOut,
    /// Ended because the caller said so.
    Cancelled,
}

/// A finished run. No process of it is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How the program ended.
    pub how: How,
    /// Standard output, or both streams.
    pub output: Captured,
    /// Standard error, with [`Streams::Apart`].
    pub errors: Captured,
    /// Wall time, from the launch to the death of the last process.
    pub duration: Duration,
    /// Names of the descendants that the program left behind; they were killed.
    pub leftovers: Vec<String>,
    /// The level that it ran at: the one that was demanded.
    pub level: IsolationLevel,
}

/// Runs `command` to its end. `cancel` ends it early; `on_output` sees all output as it comes, also what is not kept.
///
/// Dropping the future ends the program and all of its processes, a moment later, which [`Presence`] tells; so does the death
/// of the host.
/// Safe from any thread of a tokio runtime.
///
/// # Errors
/// [`SpawnError`] when the program never ran, its launcher was lost, or a process of it can't be ended.
pub async fn run(
    command: Command,
    cancel: impl Future<Output = ()>,
    mut on_output: impl FnMut(Stream, &[u8]),
) -> Result<Ended, SpawnError> {
    let started = Instant::now();
    let Command { program, argv, cwd, env, stdin, timeout, grace, output, streams, spec, record, leases } = command;
    if let Some(record) = &record {
        match std::fs::remove_file(record) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(SpawnError::Io(e)),
            _ => {}
        }
    }
    let level = spec.level;
    let job = Job { spec, program, argv, cwd, env, record, leases: leases.len() };
    let (mut channel, out, err) = Channel::open(&job, stdin.as_deref(), leases, streams)?;
    let (mut out, mut err) = (Pipe::new(out, output), Pipe::new(err, output));

    let mut cancel = pin!(cancel);
    let mut deadline = pin!(tokio::time::sleep(timeout));
    let mut ordered: Option<How> = None;
    let mut killing = false;
    let mut is_running = false;
    let mut ended = None;
    loop {
        let stop = tokio::select! {
            report = channel.next() => match report {
                Some(Report::Started) => { is_running = true; None }
                Some(Report::Ended { status, leftovers }) => { ended = Some((status, leftovers)); None }
                Some(Report::Failed(failure)) => return Err(SpawnError::from_launcher(failure, &job)),
                None => break,
            },
            piece = out.next() => { on_output(Stream::Out, piece); None }
            piece = err.next() => { on_output(Stream::Err, piece); None }
            () = &mut cancel, if ordered.is_none() => Some(How::Cancelled),
            () = &mut deadline => Some(How::TimedOut),
        };
        let Some(how) = stop else { continue };
        let first = ordered.is_none();
        ordered.get_or_insert(how);
        let wait = if killing {
            // Whether it ever ends is not known: a result would say that it has.
            channel.kill_launcher();
            return Err(SpawnError::NotEnded("it did not end when it was killed".to_owned()));
        } else if first && !grace.is_zero() {
            channel.order(Order::Terminate);
            grace
        } else {
            killing = true;
            channel.order(Order::Kill);
            KILL_PATIENCE
        };
        deadline.as_mut().reset(tokio::time::Instant::now() + wait);
    }
    let was_killed = channel.was_killed().await;
    let duration = started.elapsed();

    let drained = async {
        while out.is_open() || err.is_open() {
            tokio::select! {
                piece = out.next() => on_output(Stream::Out, piece),
                piece = err.next() => on_output(Stream::Err, piece),
            }
        }
    };
    drop(tokio::time::timeout(DRAIN_PATIENCE, drained).await);

    let (output, errors) = (out.capture.finish(), err.capture.finish());
    let (how, leftovers) = match (ordered, ended) {
        (Some(how), ended) => (how, ended.map(|(_, l)| l).unwrap_or_default()),
        (None, Some((Status::ExitCode(code), leftovers))) => (How::Exited(code), leftovers),
        (None, Some((Status::Signal(signal), leftovers))) => (How::Signalled(signal), leftovers),
        (None, None) if is_running || was_killed => return Err(SpawnError::LauncherLost),
        (None, None) => return Err(SpawnError::NotALauncher),
    };
    Ok(Ended { how, output, errors, duration, leftovers, level })
}

/// One stream of the program.
struct Pipe {
    receiver: Option<Receiver>,
    buffer: Box<[u8]>,
    capture: Capture,
}

impl Pipe {
    fn new(receiver: Option<Receiver>, limit: OutputLimit) -> Self {
        // As much as a pipe holds.
        let buffer = vec![0; if receiver.is_some() { 64 << 10 } else { 0 }].into_boxed_slice();
        Self { receiver, buffer, capture: Capture::new(limit) }
    }

    fn is_open(&self) -> bool {
        self.receiver.is_some()
    }

    /// The next piece, already captured; empty at the end of the stream, and never again after that.
    async fn next(&mut self) -> &[u8] {
        let Some(receiver) = &mut self.receiver else { return std::future::pending().await };
        match receiver.read(&mut self.buffer).await {
            Ok(n) if n > 0 => {
                self.capture.add(&self.buffer[..n]);
                &self.buffer[..n]
            }
            _ => {
                self.receiver = None;
                &[]
            }
        }
    }
}
