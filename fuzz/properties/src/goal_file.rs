//! `goalpost.toml`: a goal, or everything that is wrong with it.

use std::collections::BTreeSet;

use goalpost_core::config::{self, GateKind, World, canonical_json};
use goalpost_core::lock_file::uses;

use crate::input::{moves_the_cursor, survives_json, text};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "goal_file",
    check,
    seeds: || {
        let mut all = seeds::files("host/core/tests/config-valid", ".toml");
        all.extend(seeds::files("host/core/tests/config-errors", ".toml"));
        all.extend(seeds::of(&["grants = { tree = true }\nlimits = { memory = \"1MiB\" }\nconfig = { x = [1.5] }"]));
        all
    },
    words: &[
        "[goal]",
        "[worker]",
        "[protect]",
        "[panel]",
        "[[gate]]",
        "[[check]]",
        "[[setup]]",
        "[[evaluator]]",
        "name = \"a\"",
        "plugin = \"./a.wasm\"",
        "grants = { http = [{ host = \"*.a.b\" }] }",
        "config = { x = nan }",
        "\"\\u001b[2J\"",
        "timeout = \"999999999h\"",
        "budget = { unlimited = true }",
        "max_turns = 50",
        "= 1e400",
        "weight = -0.0",
    ],
};

/// Longest account of what is wrong: each problem has a few lines, and only so many are shown.
const SAID: usize = 64 << 10;

/// What is read is a sound goal that can be stored; what is not says why, in a bounded text that moves no cursor.
pub fn check(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match config::parse(text, "goalpost.toml") {
        Ok(goal) => {
            assert!((1..=50).contains(&goal.goal.max_turns));
            assert!(goal.gates.iter().any(|gate| gate.required) || !goal.evaluators.is_empty(), "nobody decides");
            assert!(survives_json(&goal), "the stored goal is another one");
            let names: BTreeSet<_> = goal.gates.iter().map(|gate| &gate.name).collect();
            assert_eq!(names.len(), goal.gates.len(), "two gates have one name");
            let keys: BTreeSet<_> = uses(&goal).into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys.len(), uses(&goal).len(), "two plugins have one place in the lock");
            for gate in &goal.gates {
                if let GateKind::Command(command) = &gate.kind {
                    assert!(!command.argv.is_empty(), "a command of nothing");
                }
            }
            for (_, plugin) in uses(&goal) {
                let config = serde_json::Value::Object(plugin.config.clone());
                let canonical = canonical_json(&config);
                assert_eq!(serde_json::from_str::<serde_json::Value>(&canonical).ok(), Some(config), "{canonical}");
            }
        }
        Err(errors) => {
            assert!(!errors.problems().is_empty());
            said(&errors.to_string());
        }
    }
    for world in [World::Evaluator, World::Gate, World::Workflow] {
        match config::parse_plugin_options(text, "case.toml", world) {
            Ok(options) => assert!(survives_json(&options.grants) && survives_json(&options.limits)),
            Err(errors) => said(&errors.to_string()),
        }
    }
}

fn said(text: &str) {
    assert!(text.len() <= SAID, "{} bytes are said of a wrong file", text.len());
    assert!(!moves_the_cursor(text), "{text:?}");
}
