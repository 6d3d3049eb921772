//! What the tests of the whole program share: a home of their own, a repository in it, and the program.

#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod guests;

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The top folder of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project is there")
}

/// A home and a repository that are gone at the end of the test.
pub(crate) struct Sandbox {
    home: tempfile::TempDir,
}

impl Sandbox {
    /// A home whose repository is a commit of `template/repo`, if there is one.
    pub(crate) fn new(template: &Path) -> Result<Self, String> {
        Self::laid(&[&template.join("repo")], |_| Ok(()))
    }

    /// A home whose repository is a commit of these files, by their names.
    pub(crate) fn of(files: &[(&str, &str)]) -> Result<Self, String> {
        Self::laid(&[], |workspace| {
            let mut written = files.iter().map(|(name, text)| std::fs::write(workspace.join(name), text));
            written.try_for_each(|one| one.map_err(|e| e.to_string()))
        })
    }

    /// A home whose repository is a commit of these folders, those that are there, each laid over the one before, and of
    /// what `add` does to it.
    pub(crate) fn laid(folders: &[&Path], add: impl Fn(&Path) -> Result<(), String>) -> Result<Self, String> {
        let home = tempfile::Builder::new().prefix("goalpost-test-").tempdir().map_err(|e| e.to_string())?;
        let sandbox = Self { home };
        let workspace = sandbox.workspace();
        std::fs::create_dir(&workspace).map_err(|e| e.to_string())?;
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            sandbox.shell(&format!("cp -R '{}/.' .", folder.display()))?;
        }
        add(&workspace)?;
        sandbox.shell("git init -q -b main . && git add -A && git commit -q --allow-empty -m base")?;
        Ok(sandbox)
    }

    /// The repository.
    pub(crate) fn workspace(&self) -> PathBuf {
        self.home.path().join("workspace")
    }

    /// A folder for whatever the test needs outside the repository.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs a line of shell in the repository.
    pub(crate) fn shell(&self, line: &str) -> Result<String, String> {
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", line]);
        let output = self.at_home(&mut command).output().map_err(|e| e.to_string())?;
        if !output.status.success() {
            return Err(format!("`{line}`: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The program, in the repository.
    pub(crate) fn goalpost<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goalpost"));
        command.args(args);
        self.at_home(&mut command);
        command
    }

    /// Another program, in the repository and in the same environment.
    pub(crate) fn program<S: AsRef<OsStr>>(&self, program: &str, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(program);
        command.args(args);
        self.at_home(&mut command);
        command
    }

    /// Runs the program to its end: exit code, standard output and standard error.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> (i32, String, String) {
        let output = self.goalpost(args).stdin(Stdio::null()).output().expect("the program starts");
        (
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Agrees to the plugins that the goal names, as its author would: `goalpost.lock` is there then. Does nothing for a goal
    /// without any, or that is not right.
    pub(crate) fn agree(&self) {
        let goal = std::fs::read_to_string(self.workspace().join("goalpost.toml")).unwrap_or_default();
        if goal.contains(".wasm") {
            self.run(["plugin", "update", "--yes"]);
        }
    }

    fn at_home<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let home = self.home.path();
        let real = std::env::var_os("HOME").unwrap_or_default();
        let tool = |name: &str, folder: &str| {
            std::env::var_os(name).unwrap_or_else(|| Path::new(&real).join(folder).into_os_string())
        };
        command
            .current_dir(self.workspace())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // Tool chains live in the real home; their own variables find them from another one.
            .env("CARGO_HOME", tool("CARGO_HOME", ".cargo"))
            .env("RUSTUP_HOME", tool("RUSTUP_HOME", ".rustup"))
            // What compilers keep of their own libraries: built anew, they take longer than all the tests.
            .env("GOCACHE", tool("GOCACHE", ".cache/go-build"))
            .env("ZIG_GLOBAL_CACHE_DIR", tool("ZIG_GLOBAL_CACHE_DIR", ".cache/zig"))
            .env("HOME", home)
            .env("XDG_STATE_HOME", home.join("state"))
            // Compiled plugins are the same for every case: cached once, they save a second each.
            .env("XDG_CACHE_HOME", cache())
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("TESTS", project().join("tests"))
            .envs(std::env::vars_os().filter(|(name, _)| name == "GOALPOST_ISOLATION"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "test")
            .env("GIT_AUTHOR_EMAIL", "test@example.invalid")
            .env("GIT_COMMITTER_NAME", "test")
            .env("GIT_COMMITTER_EMAIL", "test@example.invalid")
    }
}

/// Whether the program runs what it runs in namespaces, here and now.
pub(crate) fn has_namespaces() -> bool {
    let is_lowered = std::env::var("GOALPOST_ISOLATION").is_ok_and(|level| !matches!(level.as_str(), "" | "full"));
    let made = || {
        Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).stderr(Stdio::null()).status()
    };
    !is_lowered && made().is_ok_and(|status| status.success())
}

fn cache() -> PathBuf {
    // Another user than the one who built the tests needs a folder of their own.
    std::env::var_os("GOALPOST_TEST_CACHE")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"), PathBuf::from)
}

/// A started program that does not outlive the test.
pub(crate) struct Running {
    child: Child,
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts it with its output on pipes.
    pub(crate) fn spawn(mut command: Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        let stderr = child.stderr.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // A broken pipe ends the text, as the end of the program does.
                let _ = pipe.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        Ok(Self { child, stderr })
    }

    /// Its standard output; once.
    pub(crate) fn stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("taken once")
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, to it alone.
    pub(crate) fn kill(&mut self) {
        // Fails only when it has ended, which is what is wanted.
        let _ = self.child.kill();
    }

    /// SIGINT, to it alone.
    pub(crate) fn interrupt(&self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
    }

    /// Waits for its end, and ends it after `limit`.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<(Option<i32>, String), String> {
        let end = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.child.try_wait().map_err(|e| e.to_string())? {
                break status;
            }
            if Instant::now() > end {
                self.kill();
                return Err("it did not end in time".to_owned());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let stderr = self.stderr.take().and_then(|t| t.join().ok()).unwrap_or_default();
        Ok((status.code(), stderr))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
