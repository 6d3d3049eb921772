//! What a right `goalpost.toml` means, and that no text at all ends the program.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use goalpost_core::config::{
    self, AgentRef, Evaluator, GateKind, GoalConfig, History, Limits, PluginSource, Protect, TamperPolicy, TokenBudget,
    WorkerKind,
};
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::verdict::PanelRule;
use proptest::prelude::*;

const EVERYTHING: &str = include_str!("config-valid/everything.toml");
const DESIGN: &str = include_str!("config-valid/design.toml");
const SMALLEST: &str = "goal = { objective = 'x', budget = { unlimited = true } }\n\
                        gate = [{ name = 'tests', command = ['make', 'check'] }]\n";

fn parse(text: &str) -> GoalConfig {
    config::parse(text, "goalpost.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_setting_arrives() {
    let all = parse(EVERYTHING);
    assert_eq!(all.goal.max_turns, 8);
    assert_eq!(all.goal.budget, TokenBudget::Tokens(500_000));
    assert_eq!(all.goal.budget_warning, 0.5);
    assert_eq!(all.goal.scope, ["src/**", "tests/**"]);
    assert_eq!(all.goal.criteria.len(), 1);
    assert_eq!(all.goal.min_isolation, IsolationLevel::Full);
    assert!(all.goal.scratch);

    let worker = all.worker.unwrap();
    assert_eq!(worker.timeout, Duration::from_secs(5400));
    assert_eq!(worker.writable, ["~/.cache/reader", "/var/tmp/reader"]);
    assert!(!worker.network);
    assert_eq!(worker.history, History::None);
    let WorkerKind::Workflow { plugin, agents, default_agent } = worker.kind else { panic!("not a workflow") };
    assert_eq!(plugin.source, PluginSource::Builtin("fan-out".into()));
    assert_eq!(plugin.limits, Limits { timeout: Duration::from_secs(7200), ..Limits::WORKFLOW });
    assert_eq!(plugin.grants.agents.as_ref().map(|a| (a.runs, a.concurrent)), Some((8, 2)));
    assert_eq!(serde_json::to_value(&plugin.config).unwrap()["deep"]["ratio"], 0.5);
    assert_eq!(agents["reader"], AgentRef::Command(vec!["./reader".into(), "--json".into()]));
    assert_eq!(default_agent, "writer");

    assert_eq!(all.protect.policy, TamperPolicy::Reject);
    assert!(!all.protect.defaults);
    assert_eq!(all.setups[0].timeout, Duration::from_secs(300));
    let GateKind::Command(command) = &all.gates[0].kind else { panic!("not a command") };
    assert_eq!((command.dir.as_str(), command.timeout.as_secs()), ("crates/parser", 90));
    assert_eq!(command.env["RUST_BACKTRACE"], "1");
    let tests = &all.gates[0].tests;
    assert!(tests.baseline && tests.require_red && !all.gates[2].tests.baseline);
    assert!(tests.may_lose("legacy::a::b") && !tests.may_lose("parser::legacy::a"));
    assert_eq!(tests.report.as_deref(), Some("target/nextest/*/junit.xml"));
    assert_eq!((all.gates[0].canary, &all.gates[0].held_out), (Some(false), &None));
    let held_out = all.gates[1].held_out.as_ref().unwrap();
    assert_eq!((held_out.files.as_deref(), held_out.at.as_str()), (Some("~/holdout/parser"), "crates/parser/tests"));
    assert_eq!(held_out.told(), "A trailing comma is accepted in every list.");
    let GateKind::Plugin(scope) = &all.gates[2].kind else { panic!("not a plugin") };
    assert!(!all.gates[2].required && scope.grants.tree);
    assert_eq!((scope.limits.memory, scope.limits.log_bytes), (64 << 20, 1024));
    assert_eq!(all.checks[0].artifacts, ["target/report.json"]);
    assert_eq!(all.evaluators.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["security", "second", "on trial"]);
    let second = &all.evaluators[1].plugin.grants;
    assert_eq!(second.state.as_ref().map(|state| (state.keys, state.bytes)), Some((9, 64 << 10)));
    let folders = second.files.iter().map(|(name, folder)| (name.as_str(), folder.path.as_str(), folder.bytes));
    assert_eq!(folders.collect::<Vec<_>>(), [("big", "~/big", 1 << 20), ("docs", "docs", 64 << 20)]);
    let llm = all.evaluators[0].plugin.grants.llm.as_ref().unwrap();
    assert_eq!((llm.models.len(), llm.tokens, llm.micro_usd, llm.calls), (2, 20_000, Some(500_000), 3));
    assert_eq!(
        all.evaluators.iter().map(|e| (e.weight.0, e.shadow)).collect::<Vec<_>>(),
        [(1, false), (3, false), (1, true)]
    );
    assert_eq!(all.evaluators.iter().map(Evaluator::costs_tokens).collect::<Vec<_>>(), [true, true, false]);
    let http = &all.evaluators[2].plugin.grants.http;
    let origins: Vec<_> = http.iter().map(|grant| grant.origin()).collect();
    assert_eq!(origins, ["https://api.example.com", "http://*.example.internal:8080", "https://[::1]"]);
    assert_eq!((http[0].methods.len(), http[0].secrets.as_slice(), http[0].calls), (2, &["TOKEN".to_owned()][..], 3));
    assert_eq!((http[0].request_bytes, http[0].response_bytes, http[0].private), (0, 2 << 20, false));
    assert_eq!((http[2].methods.as_slice(), http[2].private), (&["GET".to_owned()][..], true));
    assert_eq!((http[2].calls, http[2].request_bytes, http[2].response_bytes), (50, 64 << 10, 1 << 20));
    assert_eq!(all.panel, PanelRule::Weighted { threshold: 4 });
}

#[test]
fn what_is_not_said_has_its_documented_default() {
    let small = parse(SMALLEST);
    assert_eq!((small.goal.max_turns, small.goal.budget_warning), (20, 0.8));
    assert_eq!(small.goal.budget, TokenBudget::Unlimited);
    assert_eq!(small.goal.min_isolation, IsolationLevel::Landlock);
    assert!(!small.goal.scratch && small.worker.is_none());
    assert_eq!(small.protect, Protect::default());
    assert!(small.protect.defaults);
    assert_eq!(small.panel, PanelRule::All);
    let GateKind::Command(command) = &small.gates[0].kind else { panic!("not a command") };
    assert!(small.gates[0].required && !command.network);
    assert_eq!((command.dir.as_str(), command.timeout), (".", Duration::from_secs(600)));
    let design = parse(DESIGN);
    assert_eq!(design.evaluators[0].plugin.limits, Limits::DEFAULT);
    assert_eq!(design.worker.map(|w| (w.timeout.as_secs(), w.network, w.history)), Some((3600, true, History::All)));
}

#[test]
fn the_first_agent_written_is_the_default_one_and_naming_agents_grants_them() {
    let text =
        format!("{SMALLEST}\n[worker]\nworkflow = './w.wasm'\n[worker.agents]\nzoe = 'claude'\nadam = 'codex'\n");
    let WorkerKind::Workflow { plugin, default_agent, .. } = parse(&text).worker.unwrap().kind else { panic!() };
    assert_eq!(default_agent, "zoe");
    assert_eq!(plugin.grants.agents.map(|a| (a.runs, a.concurrent)), Some((16, 4)));
}

#[test]
fn an_argument_may_hold_what_a_shell_would_act_on() {
    let text = SMALLEST.replace("'make', 'check'", "'npm', 'test', '--', '--grep', 'a;b && $(c)'");
    let GateKind::Command(command) = parse(&text).gates.remove(0).kind else { panic!() };
    assert_eq!(command.argv[4], "a;b && $(c)");
}

#[test]
fn budgets_keep_their_bounds() {
    for (tokens, valid) in [("1", false), ("500", false), ("999", false), ("1000", true), ("9_000_000_000", true)] {
        let text = SMALLEST.replace("unlimited = true", &format!("tokens = {tokens}"));
        assert_eq!(config::parse(&text, "t").is_ok(), valid, "{tokens}");
    }
    for turns in ["0", "51", "-1", "1.0", "'5'", "99999999999999999999"] {
        let text = SMALLEST.replace("objective =", &format!("max_turns = {turns}, objective ="));
        assert!(config::parse(&text, "t").is_err(), "{turns}");
    }
    for (length, valid) in [(1, true), (4000, true), (4001, false)] {
        let text = SMALLEST.replace("'x'", &format!("'{}'", "é".repeat(length)));
        assert_eq!(config::parse(&text, "t").is_ok(), valid, "{length}");
    }
}

#[test]
fn a_fingerprint_is_of_the_meaning_not_of_the_text() {
    let same = DESIGN.replace("max_turns = 8", "# a comment\nmax_turns   =   0x8");
    assert_eq!(config::fingerprint(&parse(DESIGN)), config::fingerprint(&parse(&same)));
    // Every line of the file that says something changes it.
    let mut seen = std::collections::BTreeSet::from([config::fingerprint(&parse(EVERYTHING))]);
    let changes = [
        ("trailing commas", "trailing semicolons"),
        ("max_turns = 8", "max_turns = 9"),
        ("tokens = 500_000", "tokens = 500_001"),
        ("budget_warning = 0.5", "budget_warning = 0.6"),
        ("scope = [\"src/**\"", "scope = [\"lib/**\""),
        ("Every rule", "Each rule"),
        ("\"full\"", "\"none\""),
        ("scratch = true", "scratch = false"),
        ("builtin:fan-out", "builtin:other"),
        ("\"./reader\"", "\"./writer\""),
        ("default_agent = \"writer\"", "default_agent = \"reader\""),
        ("gpt-5", "gpt-6"),
        ("--fast", "--slow"),
        ("OPENAI_API_KEY", "OTHER_KEY"),
        ("1h30m", "1h31m"),
        ("~/.cache/reader", "~/.cache/other"),
        ("network = false\nhistory", "network = true\nhistory"),
        ("history = \"none\"", "history = \"baseline\""),
        ("runs = 8", "runs = 9"),
        ("timeout = \"2h\"", "timeout = \"3h\""),
        ("rounds = 2", "rounds = 3"),
        ("fixtures/**", "fixture/**"),
        ("tests/generated/**", "tests/other/**"),
        ("defaults = false", "defaults = true"),
        ("policy = \"reject\"", "policy = \"restore\""),
        ("\"npm\", \"ci\"", "\"npm\", \"install\""),
        ("\"package-lock.json\"", "\"yarn.lock\""),
        ("\"5m\"", "\"6m\""),
        ("NPM_TOKEN", "OTHER_TOKEN"),
        ("\"--offline\"", "\"--locked\""),
        ("\"90s\"", "\"91s\""),
        ("./crates/parser/", "crates/other"),
        ("RUST_BACKTRACE = \"1\"", "RUST_BACKTRACE = \"0\""),
        ("CARGO_HOME", "RUSTUP_HOME"),
        ("./more/built/", "more/made"),
        ("required = false", "required = true"),
        ("grants = { tree = true }\nconfig", "config"),
        ("strict = true", "strict = false"),
        ("64MiB", "65MiB"),
        ("target/report.json", "target/other.json"),
        ("./judges/security.wasm", "/judges/security.wasm"),
        ("checks = [\"mutants\"], ", ""),
        ("anthropic/a", "anthropic/c"),
        ("usd = 0.5", "usd = 0.6"),
        ("calls = 3", "calls = 4"),
        ("name = \"second\"", "name = \"third\""),
        ("weight = 3", "weight = 4"),
        ("shadow = true", "shadow = false"),
        ("threshold = 4", "threshold = 3"),
    ];
    for (from, to) in changes {
        assert!(EVERYTHING.contains(from), "{from}");
        assert!(seen.insert(config::fingerprint(&parse(&EVERYTHING.replacen(from, to, 1)))), "{from} -> {to}");
    }
}

#[test]
fn a_goal_survives_being_stored() {
    let goal = parse(EVERYTHING);
    let stored = serde_json::to_string(&goal).unwrap();
    let back: GoalConfig = serde_json::from_str(&stored).unwrap();
    assert_eq!(config::fingerprint(&back), config::fingerprint(&goal));
    assert_eq!(back, goal);
}

#[test]
fn a_file_that_is_no_goal_is_refused_whole() {
    let book = "# a comment\n".repeat(200_000);
    assert!(config::parse(&book, "t").unwrap_err().to_string().contains("larger than 1 MiB"));
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(config::parse(&deep, "t").is_err());
}

proptest! {
    #[test]
    fn arbitrary_text_is_an_error_not_a_panic(text in "\\PC{0,300}") {
        if let Err(errors) = config::parse(&text, "f") {
            prop_assert!(!errors.problems().is_empty());
            prop_assert!(errors.to_string().contains("--> f:"));
        }
    }

    /// Text that is nearly right reaches much further in than noise does.
    #[test]
    fn a_damaged_goal_is_an_error_not_a_panic(at in 0usize..3_000, cut in 0usize..12, put in "[\\PC\n]{0,6}") {
        let start = (0..=at.min(EVERYTHING.len())).rev().find(|i| EVERYTHING.is_char_boundary(*i)).unwrap_or(0);
        let end = (start + cut).min(EVERYTHING.len());
        let damaged = format!("{}{put}{}", &EVERYTHING[..start], &EVERYTHING[end..]);
        if let Err(errors) = config::parse(&damaged, "f") {
            prop_assert!(errors.to_string().contains("--> f:"));
        }
    }

    /// Values of the wrong kind in the place of every value.
    #[test]
    fn a_value_of_another_kind_is_an_error_not_a_panic(
        line in 0usize..90,
        value in prop::sample::select(vec![
            "1", "-1", "1.5", "nan", "true", "''", "'é'", "[]", "[1]", "[[]]", "{}", "{ a = 1 }", "1979-05-27",
            "99999999999999999999999", "'/'", "['']", "[{}]", "'\\u0000'",
        ]),
    ) {
        let text: String = EVERYTHING.lines().enumerate().map(|(i, l)| match l.split_once('=') {
            Some((key, _)) if i == line => format!("{key}= {value}\n"),
            _ => format!("{l}\n"),
        }).collect();
        if let Err(errors) = config::parse(&text, "f") {
            prop_assert!(errors.to_string().contains("--> f:"));
        }
    }
}
