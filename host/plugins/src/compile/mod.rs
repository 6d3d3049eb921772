//! Compiling a component, in a process of its own.
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
use crate::engine::Engine;

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

/// Why a component was not compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CompileError {
    /// It is not valid, or has what no plugin may have.
    #[error("{0}")]
    Refused(String),
    #[error("compiling it takes more than {} s", .0.as_secs())]
    Time(Duration),
    #[error("the compiler was ended by signal {signal}: most likely it needs more than {} MiB of memory", memory >> 20)]
    Ended { signal: i32, memory: u64 },
    #[error("the compiler could not be run: {0}")]
    NotRun(String),
}

/// The component's code, for this engine.
///
/// A program that never called [`run_if_compiler`] can't be the compiler, and compiles in itself: without limits.
pub(crate) fn code(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    if !child::is_possible() {
        return engine.wasmtime().precompile_component(component).map_err(refused);
    }
    let limits = engine.compiling();
    // The running program, also when its file was replaced meanwhile.
    let mut command = Command::new("/proc/self/exe");
    command.args(child::arguments(engine.layout(), limits)).env_clear().current_dir("/");
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
        if status.success() { code.map_err(not_run) } else { Err(failed(status, &word, limits)) }
    })
}

fn refused(error: wasmtime::Error) -> CompileError {
    CompileError::Refused(text::one_line(&format!("{error:#}"), 500))
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
