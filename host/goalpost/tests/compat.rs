//! What was once built for the contract runs for ever: components of every world and language, frozen with the answers that
//! they gave. `tests/compat/README.md` says what is there and how it came there.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use goalpost_core::ids::Digest;
use support::Sandbox;

/// Languages and worlds that have to be there, and what calls every function of the contract. A row is never taken away.
const FROZEN: [(&str, &[&str]); 6] = [
    ("c", &["evaluator", "gate", "workflow"]),
    ("every-import", &["imports", "agents"]),
    ("go", &["evaluator", "gate", "workflow"]),
    ("python", &["evaluator", "gate", "workflow"]),
    ("rust", &["evaluator", "gate", "workflow"]),
    ("ts", &["evaluator", "gate", "workflow"]),
];

/// The components of a language give the answers that they gave when they were frozen.
fn still_answer(version: &str, language: &str) {
    let worlds = FROZEN.iter().find(|(name, _)| *name == language).unwrap().1;
    let folder = support::project().join("tests/compat").join(version);
    let sandbox = Sandbox::of(&[]).unwrap();
    let archive = folder.join(format!("{language}.tar.xz"));
    sandbox.shell(&format!("tar -xJf '{}'", archive.display())).expect("`tar` and `xz` are needed");
    let digests = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    for world in worlds {
        let component = format!("{language}-{world}.wasm");
        let digest = Digest::of(std::fs::read(sandbox.workspace().join(&component)).unwrap());
        let line = format!("{digest}  {component}");
        assert!(digests.lines().any(|known| known == line), "{component} is not what was frozen: {digest}");

        let cases = folder.join("cases").join(world);
        let count = std::fs::read_dir(&cases).unwrap().count();
        let (code, shown, said) =
            sandbox.run(["plugin", "test", "--plugin", &component, "--cases", cases.to_str().unwrap()]);
        assert_eq!(code, 0, "{component}:\n{shown}{said}");
        assert!(shown.contains(&format!("{count} of {count} cases are as expected")), "{shown}");
    }
}

#[test]
fn nothing_that_was_frozen_is_gone() {
    let digests = std::fs::read_to_string(support::project().join("tests/compat/0.1.0/SHA256SUMS")).unwrap();
    let there: BTreeSet<&str> =
        digests.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
    let wanted: BTreeSet<String> = FROZEN
        .iter()
        .flat_map(|(language, worlds)| worlds.iter().map(move |world| format!("{language}-{world}.wasm")))
        .collect();
    assert_eq!(there, wanted.iter().map(String::as_str).collect());
}

#[test]
fn what_was_built_in_c_for_0_1_0_still_answers() {
    still_answer("0.1.0", "c");
}

#[test]
fn what_calls_all_of_0_1_0_is_still_answered() {
    still_answer("0.1.0", "every-import");
}

#[test]
fn what_was_built_in_go_for_0_1_0_still_answers() {
    still_answer("0.1.0", "go");
}

#[test]
fn what_was_built_in_python_for_0_1_0_still_answers() {
    still_answer("0.1.0", "python");
}

#[test]
fn what_was_built_in_rust_for_0_1_0_still_answers() {
    still_answer("0.1.0", "rust");
}

#[test]
fn what_was_built_in_typescript_for_0_1_0_still_answers() {
    still_answer("0.1.0", "ts");
}
