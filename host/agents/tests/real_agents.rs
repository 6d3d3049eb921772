//! Real agent programs, run as the presets say against a scripted model: they edit a file, and their streams are understood.
//!
//! `GOALPOST_TEST_AGENTS=all` installs them. `GOALPOST_RECORD=1` writes what they print to `tests/fixtures`.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use goalpost_agents::{Agent, Request, Transcript};
use goalpost_scripted_model::{ScriptedModel, Source, Step};

#[path = "../../../tests/agents/alone.rs"]
mod alone;
#[path = "../../../tests/agents/install.rs"]
mod install;
#[path = "../../../tests/agents/setup.rs"]
mod setup;

const PROMPT: &str = "Change the greeting in greeting.txt to: goodbye";

struct Run {
    transcript: Transcript,
    greeting: String,
    /// What git sees in the workspace.
    status: String,
    /// What is in the home folder, and was not before.
    home: Vec<String>,
}

/// Runs `agent` for one turn; none, with the reason printed, where it is not installed.
fn run(agent: &str, recording: Option<&str>, read_only: bool, model: impl Source) -> Option<Run> {
    let bin = install::install(agent)?;
    let model = ScriptedModel::start(model).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (home, workspace) = (folder.path().join("home"), folder.path().join("project"));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::create_dir_all(&workspace).unwrap();
    std::fs::write(workspace.join("greeting.txt"), "hello\n").unwrap();
    git(&workspace, &["init", "-q"]);
    git(&workspace, &["add", "-A"]);
    git(&workspace, &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "start"]);
    let settings = setup::prepare(agent, &model.url(), &home);

    let agent_program = Agent::preset(agent).unwrap();
    let request = Request { prompt: PROMPT, model: setup::model(agent), read_only, ..Request::default() };
    let invocation = agent_program.invocation(&request);
    for (name, _) in &settings {
        assert!(invocation.env_allowed.contains(name), "{agent} would not get {name}");
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut child = Command::new(bin.join(&invocation.argv[0]))
        .args(&invocation.argv[1..])
        .current_dir(&workspace)
        .env_clear()
        .env("PATH", path)
        .env("HOME", &home)
        .env("TMPDIR", folder.path())
        .env("LANG", "C.UTF-8")
        .envs(settings)
        .envs(invocation.env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(invocation.stdin.unwrap().as_bytes()).unwrap();

    let mut stream = agent_program.stream();
    let (mut output, mut live) = (child.stdout.take().unwrap(), 0);
    let mut errors = child.stderr.take().unwrap();
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = errors.read_to_end(&mut text);
        text
    });
    let deadline = Instant::now() + Duration::from_secs(120);
    let id = child.id().to_string();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if stopped.recv_timeout(deadline - Instant::now()).is_err() {
            let _ = Command::new("kill").args(["-9", &id]).status();
        }
    });
    let (mut printed, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = output.read(&mut chunk).unwrap();
        if read == 0 {
            break;
        }
        printed.extend_from_slice(&chunk[..read]);
        live += stream.push(&chunk[..read]).len();
    }
    child.wait().unwrap();
    stop.send(()).unwrap();
    watchdog.join().unwrap();
    let errors = errors.join().unwrap();
    stream.push_stderr(&errors);
    let transcript = stream.finish();
    assert!(live > 0, "{agent} showed nothing while it ran: {errors}", errors = String::from_utf8_lossy(&errors));

    if let Some(recording) = recording.filter(|_| std::env::var_os("GOALPOST_RECORD").is_some()) {
        let text = String::from_utf8(printed).unwrap();
        let text = text.replace(home.to_str().unwrap(), "/home/user");
        let text = text.replace(workspace.to_str().unwrap(), "/home/user/project");
        let kind = if text.starts_with('{') { "jsonl" } else { "txt" };
        let name = format!("{agent}-{}{recording}.{kind}", install::version(agent));
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name), text).unwrap();
    }
    let mut entries: Vec<_> =
        std::fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    entries.sort();
    Some(Run {
        transcript,
        greeting: std::fs::read_to_string(workspace.join("greeting.txt")).unwrap(),
        status: git(&workspace, &["status", "--short"]),
        home: entries,
    })
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git").args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "git {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn a_turn(agent: &str) {
    let Some(run) = run(agent, Some(""), false, setup::edits("greeting.txt", "goodbye", "The greeting is changed."))
    else {
        return;
    };
    let said = &run.transcript;
    assert_eq!(run.greeting, "goodbye\n", "{said:#?}");
    assert_eq!(said.error, None, "{said:#?}");
    assert!(said.final_text.ends_with("The greeting is changed."), "{said:#?}");
    let usage = said.usage;
    if agent == "aider" {
        // One answer, without tools; it does not tell OpenAI's cached tokens from others.
        assert_eq!((usage.input_tokens, usage.output_tokens), (1500, 45), "{said:#?}");
        assert_eq!(run.status, " M greeting.txt\n?? .aider.tags.cache.v4/\n");
        return;
    }
    assert_eq!(run.status, " M greeting.txt\n", "nothing but the work is left behind");
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.cached_tokens), (1280, 57, 1800), "{said:#?}");
    assert!(said.session_id.is_some(), "{said:#?}");
    assert_eq!(said.tool_calls.len(), 1, "{said:#?}");
    assert!(said.tool_calls[0].arguments.contains("echo goodbye > greeting.txt"), "{said:#?}");
    assert_eq!(said.tool_calls[0].ok, Some(true), "{said:#?}");
    let known =
        [".aider", ".cache", ".claude", ".claude.json", ".codex", ".config", ".gemini", ".local", ".npm", ".pi"];
    assert!(run.home.iter().all(|name| known.contains(&name.as_str())), "wrote to {:?}", run.home);
}

fn a_refusal(agent: &str) {
    // 400 is what no program tries again.
    let Some(run) = run(agent, Some("-error"), false, |_: &_| Step::status(400, "")) else { return };
    let said = &run.transcript;
    assert_eq!(run.greeting, "hello\n");
    let error = said.error.as_deref().unwrap_or_default();
    assert!(error.contains("the script says 400"), "{said:#?}");
}

fn a_review(agent: &str) {
    let Some(run) = run(agent, None, true, |_: &_| Step::say("It says hello.")) else { return };
    let said = &run.transcript;
    assert_eq!(said.error, None, "{said:#?}");
    assert!(said.final_text.ends_with("It says hello."), "{said:#?}");
    assert_eq!(run.greeting, "hello\n");
}

macro_rules! agents {
    ($($agent:literal $turn:ident $refusal:ident $review:ident)*) => {$(
        #[test]
        fn $turn() {
            if install::install($agent).is_some() && alone::alone(stringify!($turn)) {
                a_turn($agent);
            }
        }

        #[test]
        fn $refusal() {
            if install::install($agent).is_some() && alone::alone(stringify!($refusal)) {
                a_refusal($agent);
            }
        }

        #[test]
        fn $review() {
            if install::install($agent).is_some() && alone::alone(stringify!($review)) {
                a_review($agent);
            }
        }
    )*};
}

agents! {
    "claude" claude_edits_a_file claude_says_why_it_failed claude_answers_without_editing
    "codex" codex_edits_a_file codex_says_why_it_failed codex_answers_without_editing
    "pi" pi_edits_a_file pi_says_why_it_failed pi_answers_without_editing
    "opencode" opencode_edits_a_file opencode_says_why_it_failed opencode_answers_without_editing
    "gemini" gemini_edits_a_file gemini_says_why_it_failed gemini_answers_without_editing
    "aider" aider_edits_a_file aider_says_why_it_failed aider_answers_without_editing
}
