//! How agents are started.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use goalpost_agents::{Agent, Preset, Request};
use goalpost_core::config::AgentRef;

fn argv(agent: &str, request: &Request<'_>) -> Vec<String> {
    Agent::preset(agent).unwrap().invocation(request).argv
}

#[test]
fn every_preset_takes_the_prompt_on_standard_input_and_never_in_its_arguments() {
    // Arguments are bounded, and every user of the machine can read them.
    for preset in Preset::ALL {
        let invocation = preset.invocation(&Request { prompt: "the secret plan", ..Request::default() });
        assert_eq!(invocation.stdin.as_deref(), Some("the secret plan"));
        assert!(!invocation.argv.join(" ").contains("secret"), "{}", preset.name);
        assert_eq!(invocation.argv[0], preset.program);
        assert!(!invocation.writable.is_empty(), "{}", preset.name);
    }
}

#[test]
fn model_and_arguments_reach_every_preset() {
    let args = ["--flag".to_owned(), "value".to_owned()];
    for preset in Preset::ALL {
        let request = Request { prompt: "x", model: Some("the-model"), args: &args, ..Request::default() };
        let argv = argv(preset.name, &request);
        let at = argv.iter().position(|argument| argument == "--model").unwrap();
        assert_eq!(argv[at + 1..][..3], ["the-model", "--flag", "value"], "{}", preset.name);
        let tail: &[&str] = if preset.name == "codex" { &["-"] } else { &[] };
        assert_eq!(argv[at + 4..], *tail, "{}", preset.name);
    }
}

#[test]
fn read_only_is_said_where_the_program_can_be_told() {
    for preset in Preset::ALL {
        let plain = argv(preset.name, &Request { prompt: "x", ..Request::default() });
        let told = argv(preset.name, &Request { prompt: "x", read_only: true, ..Request::default() });
        assert_eq!(plain != told, preset.name != "codex", "{}", preset.name);
    }
    assert!(!argv("gemini", &Request { read_only: true, ..Request::default() }).contains(&"yolo".to_owned()));
}

#[test]
fn a_moved_folder_is_writable_where_it_is() {
    let codex = Agent::preset("codex").unwrap().invocation(&Request::default()).writable;
    let home = Path::new("/home/user");
    assert_eq!(codex[0].resolve(home, |_| None), PathBuf::from("/home/user/.codex"));
    let moved = |name: &str| (name == "CODEX_HOME").then(|| "/srv/codex".to_owned());
    assert_eq!(codex[0].resolve(home, moved), PathBuf::from("/srv/codex"));
    assert_eq!(codex[0].resolve(home, |_| Some("relative".into())), PathBuf::from("/home/user/.codex"));
    let claude = Agent::preset("claude").unwrap().invocation(&Request::default()).writable;
    let moved: Vec<_> = claude.iter().map(|w| w.resolve(home, |_| Some("/srv/claude".into()))).collect();
    assert_eq!(moved, [PathBuf::from("/srv/claude"), PathBuf::from("/srv/claude/.claude.json")]);
}

#[test]
fn what_is_guarded_lies_in_what_is_writable() {
    let home = Path::new("/home/user");
    // With and without the variables that move things.
    for moved in [None, Some("/srv/moved".to_owned())] {
        for preset in Preset::ALL {
            let invocation = preset.invocation(&Request::default());
            let writable: Vec<_> = invocation.writable.iter().map(|p| p.resolve(home, |_| moved.clone())).collect();
            for place in &invocation.guarded {
                let path = place.resolve(home, |_| moved.clone());
                assert!(writable.iter().any(|folder| path.starts_with(folder)), "{}: {}", preset.name, path.display());
            }
        }
    }
}

#[test]
fn a_command_is_told_by_its_environment() {
    let agent = Agent::from_config(&AgentRef::Command(vec!["./worker".into(), "--json".into()])).unwrap();
    let args = ["more".to_owned()];
    let invocation = agent.invocation(&Request { prompt: "do it", model: Some("m"), args: &args, read_only: true });
    assert_eq!(invocation.argv, ["./worker", "--json", "more"]);
    assert_eq!(invocation.stdin.as_deref(), Some("do it"));
    let expected = [("GOALPOST_MODEL", "m"), ("GOALPOST_READ_ONLY", "1")];
    assert_eq!(invocation.env, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(!invocation.env_allowed.iter().any(|name| name.ends_with("_KEY")), "no key that was not passed on purpose");
}

#[test]
fn errors_say_what_to_do() {
    let unknown = Agent::preset("clod\u{1b}").unwrap_err().to_string();
    assert_eq!(
        unknown,
        "no agent is called `clod\\u{1b}`: the presets are claude, codex, pi, opencode, gemini, aider; any other program is \
         `command = [\"program\", ...]`"
    );
    let missing = Agent::preset("codex").unwrap().not_installed().to_string();
    assert_eq!(
        missing,
        "the program `codex` of the worker `codex` was not found: install it with `npm install -g @openai/codex` (see \
         https://developers.openai.com/codex/cli), or name another worker"
    );
}
