//! Compiling a component, and looking at its types before, in a process of its own.
//!
//! A compiler is no guest: it has no fuel, no epoch and no account of its memory, and a small component can keep it busy for
//! hours. So this program executes itself again as the compiler, with limits that the kernel keeps, and takes what it prints.
//! A component on which the compiler crashes, grows or never ends costs that process, and is refused.

mod child;

use std::io::{Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use goalpost_core::text;

pub use self::child::run_if_compiler;
use crate::contract::types::{self, Misfit};
use crate::engine::Engine;
use crate::surface::Kind;

/// Compiled code is some five times as long as the component.
const CODE_BYTES: u64 = 1 << 30;

/// What of the compiler's word is read.
const WORD_BYTES: u64 = 4 << 10;

/// What compiling one component may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Of the processor's time over all threads, and of the clock's. The largest tool chain measured (StarlingMonkey, 12 MB)
    /// takes 15 s of a processor, four times that without optimisation.
    pub time: Duration,
    /// Bytes that it may write to. The same one takes 360 MB.
    pub memory: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self { time: Duration::from_secs(180), memory: 2 << 30 }
    }
}

/// A look at its types alone is over sooner.
const LOOK: Duration = Duration::from_secs(20);

/// What is done with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Its types are compared with the contract's.
    Look,
    /// Then it is compiled.
    Compile,
}

/// Why a component was not compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CompileError {
    /// It is not valid, or has what no plugin may have.
    #[error("{0}")]
    Refused(String),
    /// Its types are not the contract's.
    #[error("its types are not the contract's")]
    Misfits(Vec<Misfit>),
    #[error("compiling it takes more than {} s", .0.as_secs())]
    Time(Duration),
    #[error("the compiler was ended by signal {signal}: most likely it needs more than {} MiB of memory", memory >> 20)]
    Ended { signal: i32, memory: u64 },
    #[error("the compiler could not be run: {0}")]
    NotRun(String),
}

/// Whether the component's types are the contract's, for a plugin of this world.
pub(crate) fn look(engine: &Engine, kind: Kind, component: &[u8]) -> Result<(), CompileError> {
    let limits = engine.compiling();
    let limits = CompileLimits { time: limits.time.min(LOOK), ..limits };
    perform(engine, limits, Task::Look, kind, component).map(drop)
}

/// The component's code, for this engine, where its types are the contract's.
pub(crate) fn code(engine: &Engine, kind: Kind, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    perform(engine, engine.compiling(), Task::Compile, kind, component)
}

/// What both processes do, when it is their turn: nothing is given for a look.
fn work(engine: &wasmtime::Engine, task: Task, kind: Kind, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let refused = |why: &str| CompileError::Refused(text::one_line(why, 500));
    let misfits = types::misfits(kind, component).map_err(|why| refused(&why))?;
    if !misfits.is_empty() {
        return Err(CompileError::Misfits(misfits));
    }
    match task {
        Task::Look => Ok(Vec::new()),
        Task::Compile => engine.precompile_component(component).map_err(|error| refused(&format!("{error:#}"))),
    }
}

/// A program that never called [`run_if_compiler`] can't be the compiler, and works in itself: without limits.
fn perform(
    engine: &Engine,
    limits: CompileLimits,
    task: Task,
    kind: Kind,
    component: &[u8],
) -> Result<Vec<u8>, CompileError> {
    if !child::is_possible() {
        return work(engine.wasmtime(), task, kind, component);
    }
    // The running program, also when its file was replaced meanwhile.
    let mut command = Command::new("/proc/self/exe");
    command.args(child::arguments(task, kind, engine.layout(), limits)).env_clear().current_dir("/");
    let not_run = |error: std::io::Error| CompileError::NotRun(error.to_string());
    let mut compiler =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(not_run)?;
    let (stdin, stdout, stderr) = (compiler.stdin.take(), compiler.stdout.take(), compiler.stderr.take());
    std::thread::scope(|scope| {
        let (done, code) = mpsc::channel();
        scope.spawn(move || give(stdin, component));
        let word = scope.spawn(move || word(stderr));
        scope.spawn(move || done.send(read(stdout)));
        let code = code.recv_timeout(limits.time);
        if code.is_err() {
            // It is gone already, or is now.
            let _ = compiler.kill();
        }
        let status = compiler.wait().map_err(not_run)?;
        let Ok(code) = code else { return Err(CompileError::Time(limits.time)) };
        let word = word.join().unwrap_or_default();
        let code = code.map_err(not_run)?;
        match status.code() {
            Some(0) => Ok(code),
            Some(child::MISFITS) => Err(misfits(&code)),
            _ => Err(failed(status, &word, limits)),
        }
    })
}

/// A compiler that ends early reads no more: its exit status tells why.
fn give(stdin: Option<ChildStdin>, component: &[u8]) {
    let _ = stdin.map(|mut stdin| stdin.write_all(component));
}

fn read(stdout: Option<ChildStdout>) -> std::io::Result<Vec<u8>> {
    let mut code = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(CODE_BYTES).read_to_end(&mut code)?;
    }
    Ok(code)
}

fn misfits(printed: &[u8]) -> CompileError {
    match serde_json::from_slice(printed) {
        Ok(misfits) => CompileError::Misfits(misfits),
        Err(error) => CompileError::NotRun(format!("its answer can't be read: {error}")),
    }
}

fn word(stderr: Option<ChildStderr>) -> String {
    let mut word = Vec::new();
    if let Some(stderr) = stderr {
        // What can't be read is not said.
        let _ = stderr.take(WORD_BYTES).read_to_end(&mut word);
    }
    text::one_line(&text::visible(&String::from_utf8_lossy(&word)), 500)
}

fn failed(status: ExitStatus, word: &str, limits: CompileLimits) -> CompileError {
    match status.signal() {
        Some(signal) if signal == rustix::process::Signal::XCPU.as_raw() => CompileError::Time(limits.time),
        Some(signal) => CompileError::Ended { signal, memory: limits.memory },
        None if status.code() == Some(child::REFUSED) => CompileError::Refused(word.to_owned()),
        None => CompileError::NotRun(format!("{status}: {word}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_fails_says_of_what() {
        let limits = CompileLimits { time: Duration::from_secs(7), memory: 64 << 20 };
        let said = |raw: i32| failed(ExitStatus::from_raw(raw), "invalid", limits).to_string();
        assert_eq!(said(child::REFUSED << 8), "invalid");
        assert_eq!(said(24), "compiling it takes more than 7 s");
        assert!(said(6).contains("signal 6") && said(6).contains("64 MiB"), "{}", said(6));
        assert!(said(101 << 8).contains("could not be run"), "{}", said(101 << 8));
    }
}
