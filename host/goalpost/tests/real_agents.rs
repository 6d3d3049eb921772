//! Real agent programs as workers of whole goals: the first turn's work is wrong, the gate says so, and the second turn, which
//! was told what the gate printed, is verified. The model is scripted, and there is no network.
//!
//! `GOALPOST_TEST_AGENTS=all` installs the programs.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use goalpost_scripted_model::{Request, ScriptedModel, Source, Step};
use serde_json::Value;
use support::Sandbox;

#[path = "../../../tests/agents/alone.rs"]
mod alone;
#[path = "../../../tests/agents/install.rs"]
#[allow(dead_code, reason = "versions are for recordings")]
mod install;
#[path = "../../../tests/agents/setup.rs"]
mod setup;
mod support;

fn goal(agent: &str, programs: &Path) -> String {
    let model = setup::model(agent).map(|model| format!("model = \"{model}\"\n")).unwrap_or_default();
    format!(
        "[goal]\nobjective = \"Change the greeting in greeting.txt to: goodbye\"\nmax_turns = 3\n\
         budget = {{ tokens = 100_000 }}\n\n\
         [worker]\nagent = \"{agent}\"\n{model}timeout = \"3m\"\n\
         # Tests may run from a target folder below /tmp, where a confined program sees only its own files.\n\
         writable = [\"{}\"]\n\n\
         [[gate]]\nname = \"greeting\"\ncommand = [\"diff\", \"wanted.txt\", \"greeting.txt\"]\n",
        programs.display()
    )
}

/// A model that gets it wrong in its first conversation, and right in those that follow.
fn learns() -> (impl Source, Arc<AtomicU32>) {
    let conversations = Arc::new(AtomicU32::new(0));
    let counted = conversations.clone();
    let mut wrong = setup::edits("greeting.txt", "goodbuy", "The greeting is changed.");
    let mut right = setup::edits("greeting.txt", "goodbye", "The greeting is changed.");
    let answer = move |request: &Request| {
        // Only questions that offer tools, and aider's, which never offers any, belong to the work.
        let works = !request.tool_names().is_empty() || request.text().contains("file listing");
        if works && request.tool_results() == 0 {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        if counted.load(Ordering::Relaxed) < 2 { wrong(request) } else { right(request) }
    };
    (answer, conversations)
}

/// A repository whose goal is another greeting, for an agent whose programs are at `bin`.
fn repository(agent: &str, bin: &Path) -> Sandbox {
    let goal = goal(agent, bin.parent().unwrap());
    Sandbox::of(&[("greeting.txt", "hello\n"), ("wanted.txt", "goodbye\n"), ("goalpost.toml", &goal)]).unwrap()
}

/// Runs the goal until it is achieved; what was printed, and its events.
fn achieve(agent: &str, bin: &Path, model: &ScriptedModel, sandbox: &Sandbox) -> (String, Vec<Value>) {
    let settings = setup::prepare(agent, &model.url(), sandbox.home());
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = sandbox
        .goalpost(["run", "--json", "--no-wait"])
        .env("PATH", path)
        // Where the preset expects them: the programs' settings are in the home folder.
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .envs(settings)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{printed}\n{errors}");
    let events = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (printed.into_owned(), events)
}

fn a_goal(agent: &str) {
    let Some(bin) = install::install(agent) else { return };
    let (answers, conversations) = learns();
    let model = ScriptedModel::start(answers).unwrap();
    let sandbox = repository(agent, &bin);
    let (printed, events) = achieve(agent, &bin, &model, &sandbox);
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();

    let stopped = of("goal_stopped");
    assert_eq!(stopped[0]["state"], "achieved", "{printed}");
    assert_eq!(stopped[0]["assurance"], "verified", "{printed}");
    assert_eq!(stopped[0]["turns"], 2, "{printed}");
    assert_eq!(conversations.load(Ordering::Relaxed), 2);
    let each = if agent == "aider" { 1500 + 45 } else { 1280 + 57 };
    assert_eq!(stopped[0]["tokens"], 2 * each, "{printed}");
    assert!(!of("worker_activity").is_empty(), "{printed}");
    for turn in of("worker_finished") {
        assert_eq!(turn["exit_code"], 0, "{turn}");
    }
    // The second turn was told what the gate printed in the first.
    let told = model.requests().iter().any(|request| request.text().contains("> goodbuy"));
    assert!(told, "the gate's output did not reach the model");
}

/// A judge from elsewhere, added as its user would, holds back work that passes the gate until its own model says yes. The model
/// of the agent and that of the judge are one server, which tells them apart by what they are asked.
fn a_judged_goal(agent: &str) {
    let Some(bin) = install::install(agent) else { return };
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let mut works = setup::edits("greeting.txt", "goodbye", "The greeting is changed.");
    let model = ScriptedModel::start(move |request: &Request| {
        if !request.text().contains("Answer yes or no.") {
            return works(request);
        }
        let first = counted.fetch_add(1, Ordering::Relaxed) == 0;
        Step::say(if first { "no" } else { "yes" }).using(10, 0, 1)
    })
    .unwrap();
    let sandbox = repository(agent, &bin);
    let settings = sandbox.home().join(".config/goalpost");
    std::fs::create_dir_all(&settings).unwrap();
    let local = format!("[llm.local]\napi = \"openai\"\nbase_url = \"{}/v1\"\n", model.url());
    std::fs::write(settings.join("config.toml"), local).unwrap();
    let judge = support::project().join("tests/guests/dist/wants-llm.wasm").display().to_string();
    let (code, _, said) = sandbox.run(["plugin", "add", &judge, "--grant", "llm=local/scripted"]);
    assert_eq!(code, 0, "{said}");

    let (printed, events) = achieve(agent, &bin, &model, &sandbox);
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    assert_eq!(of("goal_stopped")[0]["turns"], 2, "{printed}");
    assert_eq!(of("goal_stopped")[0]["assurance"], "verified", "{printed}");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let told = model.requests().iter().any(|request| request.text().contains("the model says no"));
    assert!(told, "the judge's reason did not reach the agent");
}

#[test]
fn codex_is_held_back_by_a_judge_that_asks_a_model() {
    if install::install("codex").is_some() && alone::alone("codex_is_held_back_by_a_judge_that_asks_a_model") {
        a_judged_goal("codex");
    }
}

macro_rules! goals {
    ($($name:ident $agent:literal)*) => {$(
        #[test]
        fn $name() {
            if install::install($agent).is_some() && alone::alone(stringify!($name)) {
                a_goal($agent);
            }
        }
    )*};
}

goals! {
    claude_reaches_a_goal "claude"
    codex_reaches_a_goal "codex"
    pi_reaches_a_goal "pi"
    opencode_reaches_a_goal "opencode"
    gemini_reaches_a_goal "gemini"
    aider_reaches_a_goal "aider"
}
