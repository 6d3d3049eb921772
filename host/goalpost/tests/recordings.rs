//! Recorded calls of plugins: repeated to the same bytes, also on another machine, and with another version of the plugin.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use support::Sandbox;

/// A goal that was judged twice by the checklist: first unsatisfied, then satisfied.
fn judged() -> (Sandbox, Vec<PathBuf>) {
    let sandbox = Sandbox::new(&support::project().join("tests/cases/checklist")).unwrap();
    let (code, _, said) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}");
    let (code, listed, said) = sandbox.run(["plugin", "recordings"]);
    assert_eq!(code, 0, "{said}");
    (sandbox, listed.lines().map(PathBuf::from).collect())
}

fn replay(sandbox: &Sandbox, recording: &Path, more: &[&str]) -> (i32, String, String) {
    let args = ["plugin", "replay"].into_iter().map(Into::into).chain([recording.as_os_str().to_owned()]);
    sandbox.run(args.chain(more.iter().map(Into::into)))
}

#[test]
fn every_call_is_recorded_and_repeats_to_the_same_bytes_on_another_machine() {
    let (sandbox, recordings) = judged();
    assert_eq!(recordings.len(), 2, "{recordings:?}");
    let elsewhere = Sandbox::of(&[]).unwrap();
    for recording in &recordings {
        for machine in [&sandbox, &elsewhere] {
            let (code, shown, said) = replay(machine, recording, &[]);
            assert_eq!(code, 0, "{shown}{said}");
            assert!(shown.contains("the same, byte for byte") && !shown.contains("diverges"), "{shown}");
        }
    }
}

#[test]
fn a_recording_that_was_changed_gives_another_verdict_and_says_so() {
    let (sandbox, recordings) = judged();
    let text = std::fs::read_to_string(&recordings[1]).unwrap();
    let other = sandbox.home().join("other.jsonl");
    // The judge looks elsewhere, whatever the record says that it concluded.
    std::fs::write(&other, text.replace("\"docs/*.md\"", "\"pages/*.md\"")).unwrap();
    let (code, shown, said) = replay(&sandbox, &other, &[]);
    assert_eq!(code, 2, "{shown}{said}");
    assert!(shown.contains("differs") && shown.contains("did not ask for the files below \"docs\""), "{shown}");
    // A file of the tree that it reads is not in the recording any more.
    let cut: Vec<&str> = text.lines().filter(|line| !line.contains("\"exchange\"")).collect();
    std::fs::write(&other, cut.join("\n")).unwrap();
    let (code, shown, said) = replay(&sandbox, &other, &[]);
    assert_eq!(code, 2, "{shown}{said}");
    assert!(shown.contains("which was not recorded"), "{shown}");
}

#[test]
fn what_is_no_recording_is_refused_with_its_line() {
    let (sandbox, recordings) = judged();
    let text = std::fs::read_to_string(&recordings[0]).unwrap();
    let file = sandbox.home().join("file.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    for (content, says) in [
        (String::new(), "it is cut"),
        ("{}".to_owned(), "line 1 is not of a recording"),
        (lines[..lines.len() - 1].join("\n"), "it is cut"),
        (text.replace("\"goalpost_recording\":1", "\"goalpost_recording\":2"), "of format 2"),
        (text.replace("\"complete\":true", "\"complete\":false"), "it is incomplete"),
    ] {
        std::fs::write(&file, content).unwrap();
        let (code, _, said) = replay(&sandbox, &file, &[]);
        assert_eq!(code, 64, "{said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn another_version_of_a_judge_is_compared_over_its_recordings() {
    let sandbox = Sandbox::laid(&[], |workspace| {
        let goal = "[goal]\nobjective = \"any\"\nbudget = { unlimited = true }\nmax_turns = 2\n\
            [worker]\ncommand = [\"true\"]\n[[gate]]\nname = \"yes\"\ncommand = [\"true\"]\nbaseline = false\n\
            [[evaluator]]\nplugin = \"judge.wasm\"\n";
        std::fs::write(workspace.join("goalpost.toml"), goal).map_err(|error| error.to_string())?;
        let judge = support::project().join("tests/guests/dist/always-unsatisfied.wasm");
        std::fs::copy(judge, workspace.join("judge.wasm")).map(drop).map_err(|error| error.to_string())
    })
    .unwrap();
    sandbox.agree();
    let (code, _, said) = sandbox.run(["run"]);
    assert_eq!(code, 2, "{said}");
    let (_, listed, _) = sandbox.run(["plugin", "recordings"]);
    let folder = Path::new(listed.lines().next().unwrap()).parent().unwrap().display().to_string();
    let new = support::project().join("tests/guests/dist/always-satisfied.wasm").display().to_string();
    let (code, shown, said) = sandbox.run(["plugin", "diff", "judge.wasm", &new, "--recordings", &folder]);
    assert_eq!(code, 2, "{shown}{said}");
    assert!(shown.contains("- unsatisfied") && shown.contains("+ satisfied") && shown.contains("2 flip"), "{shown}");
    let (code, shown, said) = sandbox.run(["plugin", "diff", "judge.wasm", "judge.wasm", "--recordings", &folder]);
    assert_eq!(code, 0, "{shown}{said}");
    assert!(shown.contains("0 flip") && shown.contains("2 are the same"), "{shown}");
}

#[test]
fn a_plugin_is_asked_about_a_recorded_turn_that_it_had_no_part_in() {
    let (sandbox, recordings) = judged();
    let name = recordings[0].file_name().unwrap().to_string_lossy().into_owned();
    let goal = name.split('.').next().unwrap();
    let scope = ["plugin", "run", "builtin:scope", &format!("{goal}:2"), "--config", "{ allow = [\"nothing/**\"] }"];
    let (code, shown, said) = sandbox.run(scope);
    assert_eq!(code, 0, "{said}");
    assert!(shown.contains("\"passed\": false") && shown.contains("docs/"), "{shown}");
    let config = "{ items = [{ criterion = \"a page\", exists = \"docs/*.md\" }] }";
    for (turn, outcome) in [(1, "\"unsatisfied\""), (2, "\"satisfied\"")] {
        let turn = format!("{goal}:{turn}");
        let grants = "{ tree = true }";
        let args = ["plugin", "run", "builtin:checklist", &turn, "--grants", grants, "--config", config];
        let (code, shown, said) = sandbox.run(args);
        assert_eq!(code, 0, "{said}");
        assert!(shown.contains(outcome), "{shown}");
        assert!(!said.contains("not quite"), "the evidence is the same: {said}");
    }
}
