//! A first goal always parses, and says what the repository shows.

#![allow(clippy::unwrap_used)]

use goalpost_core::config::{self, GateKind, GoalConfig, WorkerKind};
use goalpost_core::init::{RepoFacts, starter};
use proptest::prelude::*;

fn facts(paths: &[&str], manifests: &[(&str, &str)], agents: &[&str]) -> RepoFacts {
    let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    RepoFacts {
        paths: owned(paths).into_iter().chain(manifests.iter().map(|(p, _)| (*p).to_owned())).collect(),
        manifests: manifests.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect(),
        agents: owned(agents),
    }
}

fn parsed(facts: &RepoFacts) -> GoalConfig {
    let text = starter(facts);
    config::parse(&text, "goalpost.toml").unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

/// Name and command line of each gate.
fn gates(goal: &GoalConfig) -> Vec<(String, String)> {
    let command = |kind: &GateKind| match kind {
        GateKind::Command(command) => command.argv.join(" "),
        GateKind::Plugin(plugin) => plugin.source.to_string(),
    };
    goal.gates.iter().map(|gate| (gate.name.clone(), command(&gate.kind))).collect()
}

fn only_gate(facts: &RepoFacts) -> String {
    let gates = gates(&parsed(facts));
    assert_eq!(gates.len(), 1, "{gates:?}");
    assert_eq!(gates[0].0, "tests");
    gates[0].1.clone()
}

/// Every line that is only commented out, taken at its word. Of the two ways to name a worker, a reader picks one.
fn uncommented(text: &str) -> String {
    let setting = |line: &str| {
        let code = line.strip_prefix("# ").unwrap_or("");
        let key = code.split(" = ").next().unwrap_or("");
        let is_key = code.contains(" = ") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_key || code.starts_with('[')
    };
    text.lines()
        .filter(|l| !l.contains("./my-agent"))
        .map(|l| if setting(l) { &l[2..] } else { l })
        .fold(String::new(), |out, l| out + l + "\n")
}

#[test]
fn rust_is_tested_offline() {
    assert_eq!(only_gate(&facts(&["src/lib.rs"], &[("Cargo.toml", "[package]")], &[])), "cargo test --offline");
    let workspace = facts(&[], &[("Cargo.toml", "[workspace]\nmembers = []")], &[]);
    assert_eq!(only_gate(&workspace), "cargo test --workspace --offline");
    let nextest = facts(&[".config/nextest.toml"], &[("Cargo.toml", "")], &[]);
    assert_eq!(only_gate(&nextest), "cargo nextest run --offline");
    assert!(starter(&nextest).contains("cargo fetch"));
}

#[test]
fn node_is_tested_by_its_own_script_with_its_own_package_manager() {
    let package =
        r#"{ "scripts": { "test": "vitest run", "lint": "eslint ." }, "devDependencies": { "vitest": "1" } }"#;
    for (lock, gate, setup) in [
        ("package-lock.json", "npm test", "npm ci"),
        ("pnpm-lock.yaml", "pnpm test", "pnpm install --frozen-lockfile"),
        ("yarn.lock", "yarn test", "yarn install --frozen-lockfile"),
        ("bun.lock", "bun run test", "bun install --frozen-lockfile"),
    ] {
        let facts = facts(&[lock], &[("package.json", package)], &[]);
        assert_eq!(only_gate(&facts), gate);
        let goal = parsed(&facts);
        assert_eq!(goal.setups[0].command.join(" "), setup);
        assert_eq!(goal.setups[0].inputs, ["package.json", lock]);
        assert!(goal.setups[0].network);
        assert_eq!(goal.protect.paths, ["package.json"]);
    }
    let berry = facts(&["yarn.lock", ".yarnrc.yml"], &[("package.json", package)], &[]);
    assert_eq!(parsed(&berry).setups[0].command.join(" "), "yarn install --immutable");
    let unlocked = facts(&[], &[("package.json", package)], &[]);
    assert_eq!(parsed(&unlocked).setups[0].command.join(" "), "npm install");
    let bare = facts(&[], &[("package.json", r#"{ "scripts": { "test": "node --test" } }"#)], &[]);
    assert!(parsed(&bare).setups.is_empty());
}

#[test]
fn without_a_test_script_no_node_gate_is_made_up() {
    for package in [
        "{}",
        r#"{ "scripts": { "test": "echo \"Error: no test specified\" && exit 1" } }"#,
        r#"{ "scripts": [] }"#,
        "not json",
    ] {
        let facts = facts(&["package-lock.json"], &[("package.json", package)], &[]);
        assert_eq!(only_gate(&facts), "false", "{package}");
        assert!(starter(&facts).contains("has no `test` script"), "{package}");
    }
}

#[test]
fn python_is_tested_by_what_it_uses() {
    let pyproject = "[project]\nname = 'x'\n[tool.pytest.ini_options]\n";
    let pytest = facts(&["tests/test_a.py"], &[("pyproject.toml", pyproject)], &[]);
    assert_eq!(only_gate(&pytest), "python3 -m pytest -q");
    assert_eq!(parsed(&pytest).protect.paths, ["pyproject.toml"]);
    assert_eq!(only_gate(&facts(&["tests/conftest.py"], &[], &[])), "python3 -m pytest -q");
    assert_eq!(only_gate(&facts(&["test_a.py"], &[], &[])), "python3 -m unittest discover");
    assert_eq!(only_gate(&facts(&["a.py"], &[], &[])), "false");
    let uv = facts(&["uv.lock", "test_a.py"], &[("pyproject.toml", "dev = ['pytest']")], &[]);
    assert_eq!(only_gate(&uv), "uv run --offline --no-sync python -m pytest -q");
    assert_eq!(parsed(&uv).setups[0].command.join(" "), "uv sync --frozen");
    let pip = parsed(&facts(&["test_a.py"], &[("requirements.txt", "pytest\n")], &[]));
    assert!(pip.setups[0].command.ends_with(&["-r".to_owned(), "requirements.txt".to_owned()]));
    let GateKind::Command(command) = &pip.gates[0].kind else { panic!() };
    assert_eq!(command.env["PYTHONPATH"], ".deps");
}

#[test]
fn go_is_tested_where_its_module_is() {
    assert_eq!(only_gate(&facts(&["go.mod"], &[], &[])), "go test ./...");
    let goal = parsed(&facts(&["server/go.mod", "vendor/x/go.mod", "server/tools/go.mod"], &[], &[]));
    let GateKind::Command(command) = &goal.gates[0].kind else { panic!() };
    assert_eq!(command.dir, "server");
}

#[test]
fn several_languages_have_a_gate_each() {
    let package = r#"{ "scripts": { "test": "jest", "typecheck": "tsc" }, "dependencies": { "jest": "1" } }"#;
    let all = facts(
        &["go.mod", "conftest.py", "uv.lock", "pnpm-lock.yaml"],
        &[("Cargo.toml", ""), ("package.json", package), ("pyproject.toml", "[tool.pytest.ini_options]")],
        &["pi", "claude"],
    );
    let goal = parsed(&all);
    let names: Vec<_> = gates(&goal).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["rust", "node", "python", "go"]);
    assert_eq!(goal.setups.len(), 2);
    assert_eq!(goal.protect.paths, ["package.json", "pyproject.toml"]);
    let suggested = config::parse(&uncommented(&starter(&all)), "goalpost.toml");
    let suggested = suggested.unwrap_or_else(|e| panic!("{}\n{e}", uncommented(&starter(&all))));
    assert!(suggested.gates.iter().any(|gate| gate.name == "typecheck"), "{suggested:?}");
}

#[test]
fn with_nothing_to_go_by_the_goal_parses_and_can_not_pass() {
    let empty = RepoFacts::default();
    assert_eq!(only_gate(&empty), "false");
    assert!(starter(&empty).contains("Put the command in place of `false`"));
    let make = facts(&["main.c"], &[("Makefile", "CFLAGS := -O2\ntest := no\ncheck: all\n\t./run\n")], &[]);
    assert_eq!(only_gate(&make), "make check");
    assert_eq!(only_gate(&facts(&[], &[("Makefile", "all:\n")], &[])), "false");
}

#[test]
fn the_worker_is_an_agent_that_is_installed() {
    let agent = |agents: &[&str]| parsed(&facts(&[], &[], agents)).worker.map(|worker| worker.kind);
    assert_eq!(agent(&["aider", "codex"]), Some(WorkerKind::Agent("codex".into())));
    assert_eq!(agent(&[]), None);
    assert_eq!(agent(&["emacs"]), None);
    assert!(starter(&facts(&[], &[], &["aider", "codex"])).contains("Installed here as well: \"aider\"."));
}

#[test]
fn what_is_commented_out_is_right_as_well() {
    for facts in [RepoFacts::default(), facts(&["Cargo.toml"], &[], &[])] {
        let text = uncommented(&starter(&facts));
        config::parse(&text, "goalpost.toml").unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        assert!(text.contains("\n[[evaluator]]\n") && text.contains("\nscope = "), "{text}");
    }
}

#[test]
fn comments_fit_a_terminal() {
    let facts = facts(&["go.mod", "Cargo.toml", "conftest.py"], &[], &["claude", "codex", "aider"]);
    for line in starter(&facts).lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
}

proptest! {
    /// File names come from a repository that anyone may have written.
    #[test]
    fn no_file_name_breaks_the_text(folder in "[\\PC\n\"\\\\]{1,20}", agent in "\\PC{0,8}", text in "\\PC{0,40}") {
        for name in ["Cargo.toml", "package.json", "go.mod", "conftest.py"] {
            let path = format!("{folder}/{name}");
            let package = r#"{ "scripts": { "test": "x" }, "dependencies": { "a": "1" } }"#;
            for content in [package, text.as_str()] {
                let facts = facts(&[], &[(&path, content)], &[&agent]);
                let out = starter(&facts);
                let goal = config::parse(&out, "goalpost.toml");
                prop_assert!(goal.is_ok(), "{}\n{}", out, goal.unwrap_err());
            }
        }
    }
}
