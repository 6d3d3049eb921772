//! The numbers that the documentation promises are the program's.
#![allow(clippy::unwrap_used)]

use goalpost_core::config::{FolderGrant, Limits, StateGrant, World, parse_plugin_options};
use goalpost_plugins::record::RECORDING_BYTES;
use goalpost_plugins::{COMPONENT_BYTES, CompileLimits};

const README: &str = include_str!("../../../README.md");
const PLUGINS: &str = include_str!("../../../docs/plugins.md");
const TRUST: &str = include_str!("../../../docs/trusting-plugins.md");

#[test]
fn every_grant_and_its_bounds_stand_in_the_documentation() {
    let rows: Vec<_> = TRUST
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(grant, _)| grant.contains(" = "))
        .collect();
    // As many as there are capabilities, so that a new one is told of.
    assert_eq!(rows.len(), 7, "{rows:?}");
    for (grant, words) in rows {
        let (grant, _) = grant.split_once('`').unwrap();
        let options = parse_plugin_options(&format!("grants = {{ {grant} }}"), "docs", World::Workflow).unwrap();
        assert_eq!(options.grants.words(), [words], "{grant}");
    }
}

#[test]
fn every_limit_stands_in_the_documentation() {
    for limits in [Limits::DEFAULT, Limits::WORKFLOW, Limits::MOST] {
        assert!(TRUST.contains(&format!("\n> {}\n", limits.words())), "{}", limits.words());
    }
    let compile = CompileLimits::default();
    let component = format!(
        "A component has at most {} MiB, and compiling it takes at most {} s and {} GiB.",
        COMPONENT_BYTES >> 20,
        compile.time.as_secs(),
        compile.memory >> 30
    );
    assert!(TRUST.contains(&component), "{component}");
}

#[test]
fn what_is_remembered_read_and_recorded_stands_in_the_documentation() {
    let state = StateGrant::DEFAULT;
    for (text, sentence) in [
        (README, format!("{} of them and {} KiB unless you say otherwise", state.keys, state.bytes >> 10)),
        (README, format!("bounds what one call is given; {} MiB when not given", FolderGrant::BYTES >> 20)),
        (PLUGINS, format!("a file of JSON lines, of at most {} MiB", RECORDING_BYTES >> 20)),
    ] {
        let on_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(on_one_line.contains(&sentence), "{sentence}");
    }
}
