//! Real agent programs, in the versions that the fixtures come from, installed below `target/agents`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Where a program comes from.
enum Source {
    /// A package of npm, and the executable in its folder.
    Npm(&'static str, &'static str),
    /// A package of PyPI, with its executable.
    PyPi(&'static str, &'static str),
}

struct Pinned {
    agent: &'static str,
    version: &'static str,
    source: Source,
}

const PINNED: [Pinned; 6] = [
    Pinned {
        agent: "claude",
        version: "2.1.330",
        source: Source::Npm("@anthropic-ai/claude-code", "@anthropic-ai/claude-code-linux-x64/claude"),
    },
    Pinned { agent: "codex", version: "0.169.0", source: Source::Npm("@openai/codex", ".bin/codex") },
    Pinned { agent: "pi", version: "0.74.2", source: Source::Npm("@earendil-works/pi-coding-agent", ".bin/pi") },
    Pinned {
        agent: "opencode",
        version: "1.18.33",
        source: Source::Npm("opencode-ai", "opencode-linux-x64/bin/opencode"),
    },
    Pinned { agent: "gemini", version: "0.61.0", source: Source::Npm("@google/gemini-cli", ".bin/gemini") },
    Pinned { agent: "aider", version: "0.86.2", source: Source::PyPi("aider-chat", "aider") },
];

/// The version of `agent` that is installed.
pub(crate) fn version(agent: &str) -> &'static str {
    PINNED.iter().find(|pinned| pinned.agent == agent).map_or("unknown", |pinned| pinned.version)
}

/// The folder with the program of `agent`, for `PATH`. It is installed when `GOALPOST_TEST_AGENTS` names it, or is `all`;
/// else only what an earlier run installed is used, since together they are two gigabytes. None, with the reason printed,
/// where there is none.
///
/// To be called before a test gives up its network. Tests that run side by side share what came of it.
pub(crate) fn install(agent: &str) -> Option<PathBuf> {
    static INSTALLED: Mutex<BTreeMap<String, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    installed.entry(agent.to_owned()).or_insert_with(|| find(agent)).clone()
}

fn find(agent: &str) -> Option<PathBuf> {
    let pinned = PINNED.iter().find(|pinned| pinned.agent == agent)?;
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("agents").join(format!("{agent}-{}", pinned.version));
    let bin = folder.join("bin");
    if bin.join(agent).exists() {
        return Some(bin);
    }
    let wanted = std::env::var("GOALPOST_TEST_AGENTS").unwrap_or_default();
    if !wanted.split([',', ' ']).any(|name| name == agent || name == "all") {
        eprintln!("skipped: {agent} is not installed; GOALPOST_TEST_AGENTS={agent} installs it for the tests");
        return None;
    }
    match fetch(pinned, &folder, &bin) {
        Ok(()) => Some(bin),
        Err(reason) => {
            eprintln!("skipped: {agent} could not be installed: {reason}");
            None
        }
    }
}

fn fetch(pinned: &Pinned, folder: &Path, bin: &Path) -> Result<(), String> {
    std::fs::create_dir_all(bin).map_err(|error| error.to_string())?;
    let program = match pinned.source {
        Source::Npm(package, program) => {
            // Their install scripts only copy the executable that the package of this platform holds.
            run(Command::new("npm")
                .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--prefix"])
                .arg(folder)
                .arg(format!("{package}@{}", pinned.version)))?;
            folder.join("node_modules").join(program)
        }
        Source::PyPi(package, program) => {
            let venv = folder.join("venv");
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
            run(Command::new(venv.join("bin/pip")).args(["install", "-q", &format!("{package}=={}", pinned.version)]))?;
            venv.join("bin").join(program)
        }
    };
    if !program.exists() {
        return Err(format!("{} is missing after the install", program.display()));
    }
    // Last, and in one step: a folder with the link is a finished install.
    std::os::unix::fs::symlink(program, bin.join(pinned.agent)).map_err(|error| error.to_string())
}

/// Runs a step of an install, for as long as one may take where a registry answers at all.
fn run(command: &mut Command) -> Result<(), String> {
    let mut bounded = Command::new("timeout");
    bounded.arg("300").arg(command.get_program()).args(command.get_args());
    let output = bounded
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(());
    }
    if output.status.code() == Some(124) {
        return Err("no end within 5 minutes".to_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("failed without a word").to_owned())
}
