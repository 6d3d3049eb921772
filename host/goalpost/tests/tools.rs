//! The programs of gates, against workers that would put others in their place; and machines that can't keep workers apart.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::{Running, Sandbox};

const PATIENCE: Duration = Duration::from_secs(120);

/// A goal of one turn whose worker and gate are lines of shell.
fn goal(worker: &str, gate: &str, more: &str) -> Sandbox {
    let text = format!(
        r#"
[goal]
objective = "the gate passes"
budget    = {{ unlimited = true }}
max_turns = 1

[worker]
command = ["sh", "-c", '''cat > /dev/null; {worker}''']
{more}

[[gate]]
name    = "gate"
command = {gate}
"#
    );
    Sandbox::of(&[("goalpost.toml", &text), (".gitignore", "venv\n.go\n.started\n")]).unwrap()
}

fn program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// `PATH` with `first` before all else.
fn path_with(first: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(first.to_owned()).chain(std::env::split_paths(&path))).unwrap()
}

/// A folder that sandboxes show, outside of any workspace and of the temporary folders; none for a user who can write none.
fn tool_folder() -> Option<tempfile::TempDir> {
    let own = std::env::var_os("GOALPOST_TEST_CACHE").map(PathBuf::from);
    let places = [Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))), own];
    let folder = places
        .into_iter()
        .flatten()
        .filter(|place| !place.starts_with("/tmp"))
        .find_map(|place| tempfile::Builder::new().prefix("tools-").tempdir_in(place).ok());
    if folder.is_none() {
        eprintln!("skipped: no folder for a tool; set GOALPOST_TEST_CACHE to one outside of /tmp");
    }
    folder
}

fn wait_for(file: &Path) {
    let end = Instant::now() + PATIENCE;
    while !file.exists() {
        assert!(Instant::now() < end, "{} did not appear", file.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_tool_that_the_worker_puts_on_the_path_is_not_found() {
    // An activated virtual environment in the workspace, which git ignores.
    let worker =
        "mkdir -p venv/bin; printf '#!/bin/sh\\nexit 0\\n' > venv/bin/honest-check; chmod +x venv/bin/honest-check";
    let sandbox = goal(worker, r#"["sh", "-c", "honest-check"]"#, "");
    fs::create_dir_all(sandbox.workspace().join("venv/bin")).unwrap();
    let mut run = sandbox.goalpost(["run"]);
    let output = run.env("PATH", path_with(&sandbox.workspace().join("venv/bin"))).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(sandbox.workspace().join("venv/bin/honest-check").exists(), "the attack was made");
}

#[test]
fn a_tool_chain_s_home_in_the_workspace_says_nothing_to_a_gate() {
    let worker = "mkdir -p home; echo '[alias]' > home/config.toml";
    let gate = r#"["sh", "-c", 'echo "cargo home: ${CARGO_HOME:-none}"; case ${CARGO_HOME:-} in */workspace/*) exit 1; esac']"#;
    let sandbox = goal(worker, gate, "");
    let mut run = sandbox.goalpost(["run"]);
    let output = run.env("CARGO_HOME", sandbox.workspace().join("home")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_tool_that_was_replaced_while_the_worker_ran_is_refused() {
    let Some(tools) = tool_folder() else { return };
    let tool = tools.path().join("honest-check");
    program(&tool, "#!/bin/sh\nexit 1\n");
    let worker = ": > .started; until [ -e .go ]; do sleep 0.05; done";
    let sandbox = goal(worker, r#"["honest-check"]"#, "");
    let mut run = sandbox.goalpost(["run"]);
    run.env("PATH", path_with(tools.path()));
    let running = Running::spawn(run).unwrap();
    wait_for(&sandbox.workspace().join(".started"));
    program(&tool, "#!/bin/sh\nexit 0\n");
    fs::write(sandbox.workspace().join(".go"), "").unwrap();
    let (code, said) = running.finish(PATIENCE).unwrap();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("is not the one that the goal started with"), "{said}");

    // Put back, it says what it always said.
    program(&tool, "#!/bin/sh\nexit 1\n");
    let output = sandbox.goalpost(["resume"]).env("PATH", path_with(tools.path())).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");

    // And a replay says that it is another one, and what it says now.
    program(&tool, "#!/bin/sh\nexit 0\n");
    let (code, said, complaint) = sandbox.run(["receipt", "replay"]);
    assert_eq!(code, 2, "{said}{complaint}");
    assert!(said.contains("is another program now") && said.contains("differs"), "{said}");
}

#[test]
fn what_injects_code_into_programs_does_not_reach_a_gate() {
    let gate = r#"["sh", "-c", "env; ! env | grep -E '^(LD_PRELOAD|LD_LIBRARY_PATH|PYTHON|NODE_|RUST(C|FLAGS|DOC)|CARGO_(BUILD|TARGET|ENC)|BASH_ENV|ENV|PERL5|RUBY|JAVA_TOOL|GIT_|MAKEFLAGS|npm_config_(script|node))'"]"#;
    let sandbox = goal(":", gate, "");
    let evil = sandbox.workspace().join("evil").to_str().unwrap().to_owned();
    let mut run = sandbox.goalpost(["run"]);
    for name in [
        "LD_LIBRARY_PATH",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "NODE_OPTIONS",
        "NODE_PATH",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC",
        "RUSTDOCFLAGS",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "BASH_ENV",
        "ENV",
        "PERL5OPT",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "GIT_SSH_COMMAND",
        "GIT_EXEC_PATH",
        "MAKEFLAGS",
        "npm_config_script_shell",
        "npm_config_node_options",
    ] {
        run.env(name, &evil);
    }
    let output = run.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// What a later session of the user's, or a gate, would run or obey.
const AT_HOME: &[&str] = &[
    ".cargo/bin/evil",
    ".cargo/config.toml",
    ".local/bin/evil",
    ".local/lib/evil.pth",
    ".npmrc",
    ".bashrc",
    ".gitconfig",
];

#[test]
fn a_worker_leaves_nothing_among_the_tools_of_the_home_folder() {
    let tries: String = AT_HOME
        .iter()
        .map(|path| {
            format!("mkdir -p \"$HOME/$(dirname {path})\" 2> /dev/null; (echo evil > \"$HOME/{path}\") 2> /dev/null; ")
        })
        .collect();
    let real = "(echo evil > \"$CARGO_HOME/bin/goalpost-test-evil\") 2> /dev/null; (echo > \"$CARGO_HOME/config.toml\") 2> /dev/null; : > tried";
    for level in ["full", "landlock"] {
        let sandbox = goal(&format!("{tries}{real}"), r#"["test", "-e", "tried"]"#, "");
        let cargo = sandbox.home().join("cargo");
        for folder in ["cargo/bin", ".cargo/bin", ".local/bin", ".local/lib"] {
            fs::create_dir_all(sandbox.home().join(folder)).unwrap();
        }
        let mut run = sandbox.goalpost(["run"]);
        let output = run.env("CARGO_HOME", &cargo).env("GOALPOST_ISOLATION", level).output().unwrap();
        if output.status.code() == Some(3) {
            eprintln!("skipped {level}: this machine does not have it");
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{level}: {output:?}");
        for path in AT_HOME {
            assert!(!sandbox.home().join(path).exists(), "{level}: {path} was written");
        }
        assert_eq!(fs::read_dir(cargo.join("bin")).unwrap().count(), 0, "{level}");
        assert!(!cargo.join("config.toml").exists(), "{level}");
    }
}

#[test]
fn a_worker_is_not_given_the_tool_chains_to_write() {
    for place in ["~/.cargo", "~/.local", "~/.cargo/registry/src"] {
        let sandbox = goal(":", r#"["true"]"#, &format!("writable = [\"{place}\"]"));
        // Without the variable, the tool chain is the one below the home folder.
        let output = sandbox.goalpost(["run"]).env_remove("CARGO_HOME").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{place}: {said}");
        assert!(said.contains("[worker] writable"), "{place}: {said}");
    }
    let sandbox = goal(":", r#"["true"]"#, "writable = [\"~/.my-agent\"]");
    let (code, said, complaint) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}{complaint}");
}

#[test]
fn a_machine_that_can_not_keep_programs_apart_runs_nothing() {
    let mark: PathBuf;
    {
        let sandbox = goal(": > ran", r#"["true"]"#, "");
        mark = sandbox.workspace().join("ran");
        for command in ["run", "verify"] {
            let output = sandbox.goalpost([command]).env("GOALPOST_ISOLATION", "none").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{command}: {said}");
            assert!(said.contains("inconclusive: nothing was run"), "{said}");
            assert!(said.contains("`landlock`") && said.contains("min_isolation"), "{said}");
            assert!(said.contains("GOALPOST_ISOLATION"), "it says what is in the way: {said}");
        }
        assert!(!mark.exists(), "the worker ran");
    }
}

#[test]
fn a_goal_that_can_not_go_on_here_waits_for_a_machine_where_it_can() {
    let sandbox = goal("[ -e .go ] || { : > .started; sleep 60; }", r#"["true"]"#, "");
    let running = Running::spawn(sandbox.goalpost(["run"])).unwrap();
    wait_for(&sandbox.workspace().join(".started"));
    running.interrupt();
    let (code, said) = running.finish(PATIENCE).unwrap();
    assert_eq!(code, Some(130), "{said}");

    let output = sandbox.goalpost(["resume"]).env("GOALPOST_ISOLATION", "none").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("inconclusive: nothing was run"), "{said}");
    let (_, status, _) = sandbox.run(["status"]);
    assert!(status.contains("paused"), "{status}");

    fs::write(sandbox.workspace().join(".go"), "").unwrap();
    let (code, said, complaint) = sandbox.run(["resume"]);
    assert_eq!(code, 0, "{said}{complaint}");
}
