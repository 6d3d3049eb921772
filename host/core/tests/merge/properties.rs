//! What holds for any candidate.

use super::*;
use proptest::prelude::*;

const PATHS: [&str; 20] = [
    "Cargo.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "go.sum",
    "setup.py",
    "pom.xml",
    "build.gradle",
    "Gemfile",
    "composer.json",
    "a.csproj",
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "Pipfile",
    "go.mod",
    "requirements.txt",
];

/// Pieces of manifests, good and bad, that parse more often than random text does.
const LINES: [&str; 30] = [
    "[package]",
    "name = \"x\"",
    "version = \"1\"",
    "[dependencies]",
    "serde = \"1\"",
    "proptest = { path = \"f\" }",
    "[profile.dev]",
    "panic = \"abort\"",
    "[workspace]",
    "members = [\"a\"]",
    "exclude = [\"a\"]",
    "[[test]]",
    "[lib]",
    "test = false",
    "[project]",
    "dependencies = [\"pytest @ file:///x\", \"rich\"]",
    "[tool.pytest.ini_options]",
    "[tool.uv.sources]",
    "pytest = { path = \"f\" }",
    "[packages]",
    "[features]",
    "default = [\"std\"]",
    "module x",
    "require a v1",
    "replace a => b",
    "go 1.2",
    "-e ./x",
    "pytest",
    "tool.x = 1",
    "a.b.c = [{ d = 1 }, 2]",
];

fn toml_like() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&LINES[..]), 0..12).prop_map(|lines| lines.join("\n"))
}

fn json_like() -> impl Strategy<Value = String> {
    let key = prop::sample::select(
        &[
            "name",
            "scripts",
            "test",
            "pretest",
            "jest",
            "dependencies",
            "chai",
            "type",
            "imports",
            "#a",
            "workspaces",
            "bin",
            "x",
        ][..],
    );
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("\"file:x\"".to_owned()),
        Just("\"^1\"".to_owned()),
        Just("[\"a\"]".to_owned())
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop::collection::btree_map(key.clone(), inner, 0..5).prop_map(|entries| {
            let entries: Vec<_> = entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            format!("{{ {} }}", entries.join(", "))
        })
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![toml_like(), json_like(), "\\PC{0,60}"]
}

fn at(path: &str, old: Option<&str>, new: &[u8]) -> Merged {
    merge(path, old.map(str::as_bytes), new, &Surroundings::default()).unwrap()
}

proptest! {
    #[test]
    fn no_change_is_no_change(path in prop::sample::select(&PATHS[..]), text in any_text()) {
        let merged = at(path, Some(&text), text.as_bytes());
        // What can't be read is put back as what it is.
        prop_assert_eq!(merged.content, text.as_bytes());
        prop_assert!(merged.kept.is_empty());
    }

    #[test]
    fn what_was_merged_has_nothing_left_to_put_back(
        path in prop::sample::select(&PATHS[..]), old in any_text(), new in any_text(),
    ) {
        let once = at(path, Some(&old), new.as_bytes());
        let twice = at(path, Some(&old), &once.content);
        prop_assert_eq!(&twice.content, &once.content);
        // A baseline that can't be read is put back as what it is.
        prop_assert!(twice.undone.is_empty() || once.content == old.as_bytes(), "{:?}", twice.undone);
        prop_assert!(!once.undone.is_empty() || once.content == new.as_bytes());
    }

    #[test]
    fn no_bytes_end_the_program(
        path in prop::sample::select(&PATHS[..]), old in prop::option::of(any_text()), new in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        at(path, old.as_deref(), &new);
    }

    #[test]
    fn scripts_and_settings_are_the_baselines_whatever_the_candidate_says(old in json_like(), new in json_like()) {
        let parse = |text: &str| text.parse::<serde_json::Value>().unwrap();
        let before = parse(&old);
        prop_assume!(before.is_object());
        let after: serde_json::Value = serde_json::from_slice(&at("package.json", Some(&old), new.as_bytes()).content).unwrap();
        for key in ["jest", "type", "name"] {
            prop_assert_eq!(before.get(key), after.get(key));
        }
        for (name, script) in before["scripts"].as_object().into_iter().flatten() {
            prop_assert_eq!(&after["scripts"][name], script);
        }
    }
}
