//! Running a shell or an attacker behind walls.

use std::path::{Path, PathBuf};
use std::time::Duration;

use goalpost_core::isolation::IsolationLevel;
use goalpost_workspace::process::{Command, Ended, How, SpawnError, run};
use goalpost_workspace::sandbox::{Spec, probe};

/// Whether a level can't be had here; printed, so that a run without it can be told from one with it.
pub fn skip(level: IsolationLevel) -> bool {
    let probe = probe();
    if probe.level < level {
        println!("skipped: this machine gives isolation `{}`: {:?}", probe.level, probe.missing);
    }
    probe.level < level
}

/// A folder, gone at the end, with its canonical path, as the sandbox wants it.
pub struct Folder(#[expect(dead_code, reason = "dropped at the end")] tempfile::TempDir, PathBuf);

impl Folder {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        Self(dir, path)
    }

    pub fn path(&self) -> &Path {
        &self.1
    }

    pub fn make(&self, name: &str) -> PathBuf {
        let path = self.1.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.1.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.1.join(name)).ok()
    }

    /// Everything in it, by name and content.
    pub fn content(&self) -> Vec<(String, Option<String>)> {
        let mut names: Vec<_> = std::fs::read_dir(&self.1).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names.into_iter().map(|n| n.into_string().unwrap()).map(|n| (n.clone(), self.read(&n))).collect()
    }
}

/// Walls around a workspace, without network.
pub fn walls(level: IsolationLevel, workspace: &Path) -> Spec {
    let mut spec = Spec::new(level);
    spec.writable.push(workspace.to_owned());
    spec
}

/// A program behind walls.
pub fn command(spec: Spec, cwd: &Path, argv: &[&str]) -> Command {
    let mut command = Command::new(argv[0], spec, cwd);
    command.args(argv[1..].iter().copied());
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.timeout = Duration::from_secs(60);
    command
}

pub fn ended(command: Command) -> Result<Ended, SpawnError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(command, std::future::pending(), |_, _| {}))
}

/// Exit code and output of a shell script.
pub fn sh(spec: Spec, cwd: &Path, script: &str) -> (i32, String) {
    finish(command(spec, cwd, &["/bin/sh", "-c", script]))
}

fn finish(command: Command) -> (i32, String) {
    let ended = ended(command).unwrap();
    let output = String::from_utf8_lossy(&ended.output.bytes).into_owned();
    match ended.how {
        How::Exited(code) => (code, output),
        how => panic!("{how:?}: {output}"),
    }
}

/// Runs one of `attackers`: whether its attack failed, and what it said.
pub fn withstands(spec: Spec, workspace: &Path, attack: &str, env: &[(&str, String)]) -> (bool, String) {
    runs(spec, workspace, &format!("attackers::{attack}"), env)
}

/// Runs an ignored test of this program behind walls: whether it passed, and what it said.
pub fn runs(mut spec: Spec, workspace: &Path, test: &str, env: &[(&str, String)]) -> (bool, String) {
    // The link leads to this test program even where its folder is hidden; a rule of Landlock must name it.
    spec.readonly.push(std::env::current_exe().unwrap().canonicalize().unwrap());
    let argv = ["/proc/self/exe", "--exact", test, "--ignored", "--nocapture", "--test-threads=1"];
    let mut command = command(spec, workspace, &argv);
    command.env("WORKSPACE", workspace.to_str().unwrap());
    for (name, value) in env {
        command.env(*name, value);
    }
    let (code, output) = finish(command);
    assert!(output.contains("running 1 test"), "{output}");
    (code == 0, output)
}

#[track_caller]
pub fn assert_withstands(spec: Spec, workspace: &Path, attack: &str, env: &[(&str, String)]) {
    let level = spec.level;
    let (held, output) = withstands(spec, workspace, attack, env);
    assert!(held, "isolation `{level}` against `{attack}`:\n{output}");
}

/// The control of an attack: without walls it succeeds.
#[track_caller]
pub fn assert_succeeds_without_walls(workspace: &Path, attack: &str, env: &[(&str, String)]) {
    let (held, output) = withstands(Spec::new(IsolationLevel::None), workspace, attack, env);
    assert!(!held, "`{attack}` does nothing even without walls:\n{output}");
}
