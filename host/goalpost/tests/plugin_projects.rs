//! Plugins made with `goalpost plugin new`, built with their language's own tools, and used in a goal.
//!
//! What a machine lacks is skipped, with the reason printed.

#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use support::Sandbox;
use support::guests::{build, compiles_for_plugins, has};

/// Makes a judge in `lang`, builds it, and has a goal judged by it: the worker says the word in its second turn only.
fn judges_a_goal(lang: &str) {
    let sandbox = Sandbox::of(&[]).unwrap();
    let (code, _, said) = sandbox.run(["plugin", "new", "word-judge", "--lang", lang]);
    assert_eq!(code, 0, "{said}");
    let (code, shown, said) = build(&sandbox, "word-judge");
    assert_eq!(code, 0, "{said}");
    assert!(shown.contains("evaluator of goalpost:plugin@"), "{shown}");
    // A judge that asks for nothing needs no grant, whatever its language's runtime imports.
    assert!(!shown.contains("needs the grant"), "{shown}");

    let (code, shown, said) = sandbox.run(["plugin", "test", "word-judge"]);
    assert_eq!(code, 0, "{shown}{said}");
    assert!(shown.contains("2 of 2 cases are as expected"), "{shown}");
    let (code, shown, said) = sandbox.run(["plugin", "check", "word-judge/dist/word-judge.wasm"]);
    assert_eq!(code, 0, "{shown}{said}");

    let goal = "[goal]\nobjective = \"say it\"\nbudget = { unlimited = true }\nmax_turns = 3\n\
        [worker]\ncommand = [\"sh\", \"worker.sh\"]\n\
        [[gate]]\nname = \"said\"\ncommand = [\"test\", \"-s\", \"turns\"]\n\
        [[evaluator]]\nplugin = \"word-judge/dist/word-judge.wasm\"\nconfig = { word = \"done\" }\n";
    std::fs::write(sandbox.workspace().join("goalpost.toml"), goal).unwrap();
    let worker = "cat >/dev/null\ntest -s turns && echo done\necho turn >> turns\n";
    std::fs::write(sandbox.workspace().join("worker.sh"), worker).unwrap();
    let (code, shown, said) = sandbox.run(["plugin", "update", "--yes"]);
    assert_eq!(code, 0, "{shown}{said}");
    sandbox.shell("git add -A && git commit -qm goal").unwrap();
    // What people read while a goal runs goes to standard error.
    let (code, _, said) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Say done in your last message."), "{said}");
    assert!(said.contains("achieved (verified)") && said.contains("after 2 turns"), "{said}");
}

#[test]
fn a_judge_in_typescript_judges_a_goal() {
    if has("esbuild") && has("componentize-qjs") {
        judges_a_goal("ts");
    }
}

#[test]
fn a_judge_in_python_judges_a_goal() {
    if has("componentize-py") {
        judges_a_goal("python");
    }
}

#[test]
fn a_judge_in_rust_judges_a_goal() {
    if compiles_for_plugins() {
        judges_a_goal("rust");
    }
}

#[test]
fn the_examples_in_typescript_are_plugins() {
    if has("esbuild") && has("componentize-qjs") {
        examples_are_plugins("ts", "plugin.ts", |example| format!("sdk/js/examples/{}.ts", example.replace('_', "-")));
    }
}

#[test]
fn the_examples_in_python_are_plugins() {
    if has("componentize-py") {
        examples_are_plugins("python", "plugin.py", |example| format!("sdk/python/examples/{example}.py"));
    }
}

#[test]
fn the_examples_in_rust_are_plugins() {
    if compiles_for_plugins() {
        examples_are_plugins("rust", "src/lib.rs", |example| format!("sdk/rust/examples/{example}.rs"));
    }
}

/// The error that people of a fresh machine meet: cargo's own would speak of every crate's missing `core`.
#[test]
fn a_compiler_without_the_target_is_told_how_to_get_it() {
    let sandbox = Sandbox::of(&[]).unwrap();
    assert_eq!(sandbox.run(["plugin", "new", "word-judge", "--lang", "rust"]).0, 0);
    // Stands for a compiler of which only the machine's own library is installed.
    let rustc = sandbox.workspace().join("rustc");
    std::fs::write(&rustc, "#!/bin/sh\necho /nonexistent/lib\n").unwrap();
    std::fs::set_permissions(&rustc, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = sandbox.goalpost(["plugin", "build", "word-judge"]).env("RUSTC", &rustc).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("rustup target add wasm32-unknown-unknown"), "{said}");
}

#[test]
fn a_judge_in_c_judges_a_goal() {
    if has("python-zig") {
        judges_a_goal("c");
    }
}

#[test]
fn a_judge_in_go_judges_a_goal() {
    if has("go") {
        judges_a_goal("go");
    }
}

/// A project of `lang` whose only source is `source`, built.
fn built(sandbox: &Sandbox, lang: &str, kind: &str, source: &str) -> String {
    assert_eq!(sandbox.run(["plugin", "new", "example", "--lang", lang, "--kind", kind]).0, 0);
    let main = match lang {
        "python" => "plugin.py".to_owned(),
        "rust" => "src/lib.rs".to_owned(),
        lang => format!("plugin.{lang}"),
    };
    std::fs::write(sandbox.workspace().join("example").join(main), source).unwrap();
    let (code, shown, said) = build(sandbox, "example");
    assert_eq!(code, 0, "{said}");
    shown
}

/// A judge that ends by `source`'s doing is never a pass, and `told` stands in what is kept of the goal.
fn ends_and_tells(lang: &str, source: &str, told: &str) {
    let sandbox = Sandbox::of(&[]).unwrap();
    built(&sandbox, lang, "evaluator", source);
    let goal = "[goal]\nobjective = \"say it\"\nbudget = { unlimited = true }\nmax_turns = 1\n\
        [worker]\ncommand = [\"true\"]\n\
        [[gate]]\nname = \"passes\"\ncommand = [\"true\"]\n\
        [[evaluator]]\nplugin = \"example/dist/example.wasm\"\n";
    std::fs::write(sandbox.workspace().join("goalpost.toml"), goal).unwrap();
    sandbox.agree();
    sandbox.shell("git add -A && git commit -qm goal").unwrap();
    let (code, _, said) = sandbox.run(["run"]);
    assert_ne!(code, 0, "a broken judge is never a pass: {said}");
    let (_, events, more) = sandbox.run(["events"]);
    assert!([&said, &events, &more].iter().any(|text| text.contains(told)), "{said}\n{events}\n{more}");
}

/// Text of C's own `assert` and of the SDK's `gp_broken`: without it, an author would see a trap and no more.
#[test]
fn what_ends_a_plugin_in_c_is_told() {
    if !has("python-zig") {
        return;
    }
    for (ends, told) in
        [("assert(evidence->turn == 77);", "evidence->turn == 77"), ("gp_broken(\"no %s\", \"way\");", "no way")]
    {
        let source = format!(
            "#include \"goalpost.h\"\n#include <assert.h>\n\
             static gp_verdict_t judge(const gp_evidence_t *evidence) {{\n  {ends}\n  \
             return gp_satisfied(evidence->goal.objective);\n}}\n\
             GP_EVALUATOR(judge, .name = \"broken\", .version = \"0.1.0\", .summary = \"Ends\")\n"
        );
        ends_and_tells("c", &source, told);
    }
}

/// The text of a panic, and of what the Go runtime itself ends a program for.
#[test]
fn what_ends_a_plugin_in_go_is_told() {
    if !has("go") {
        return;
    }
    for (ends, told) in [
        ("return goalpost.Verdict{}, errors.New(\"no way\")", "no way"),
        ("var none *goalpost.Usage; fmt.Println(none.InputTokens)", "nil pointer dereference"),
        ("<-make(chan int)", "all goroutines are asleep"),
    ] {
        ends_and_tells("go", &go_judge(ends), told);
    }
}

/// The text of an exception, and of an answer that is none: the host would end the component without a word.
#[test]
fn what_ends_a_plugin_in_typescript_is_told() {
    if !(has("esbuild") && has("componentize-qjs")) {
        return;
    }
    for (ends, told) in [
        ("throw new RangeError(\"no way\")", "RangeError: no way"),
        ("return { outcome: \"sattisfied\", reason: \"\", findings: [] } as never", "outcome must be one of satisfied"),
        ("return undefined as never", "the verdict must be an object"),
    ] {
        let source = format!(
            "import {{ evaluator, satisfied }} from \"goalpost-plugin\";\n\
             export const {{ evaluate, pluginInfo }} = evaluator(\n\
             {{ name: \"broken\", version: \"0.1.0\", summary: \"Ends\" }},\n\
             (evidence) => {{\n  if (evidence.turn > 0) {{ {ends}; }}\n  return satisfied(\"fine\");\n}});\n"
        );
        ends_and_tells("ts", &source, told);
    }
}

#[test]
fn what_ends_a_plugin_in_python_is_told() {
    if !has("componentize-py") {
        return;
    }
    let source = "from goalpost_plugin import Evidence, Verdict, evaluator\n\
         @evaluator(name=\"broken\", version=\"0.1.0\", summary=\"Ends\")\n\
         def judge(evidence: Evidence, config: dict) -> Verdict:\n    raise ValueError(\"no way\")\n";
    ends_and_tells("python", source, "ValueError: no way");
}

#[test]
fn what_ends_a_plugin_in_rust_is_told() {
    if !compiles_for_plugins() {
        return;
    }
    for (ends, told) in [("return Err(\"no way\".to_owned())", "no way"), ("panic!(\"no {}\", evidence.turn)", "no 1")]
    {
        let source = format!(
            "use goalpost_sdk::evaluator::*;\ngoalpost_sdk::evaluator!(judge, summary = \"Ends\");\n\
             fn judge(evidence: Evidence) -> Result<Verdict, String> {{\n    if evidence.turn > 0 {{\n        {ends};\n    }}\n    \
             Ok(Verdict::satisfied(\"fine\"))\n}}\n"
        );
        ends_and_tells("rust", &source, told);
    }
}

/// A judge in Go with that body.
fn go_judge(body: &str) -> String {
    format!(
        "package main\nimport (\n\"errors\"\n\"fmt\"\n\"goalpost\"\n\"goalpost/evaluator\"\n)\n\
         func init() {{\nevaluator.Export(goalpost.Info{{Name: \"broken\", Version: \"0.1.0\", Summary: \"Ends\"}}, judge)\n}}\n\
         func main() {{ fmt.Println(errors.ErrUnsupported) }}\n\
         func judge(evidence goalpost.Evidence, _ struct{{}}) (goalpost.Verdict, error) {{\n{body}\n\
         return goalpost.Satisfied(\"fine\"), nil\n}}\n"
    )
}

/// A collection lets goroutines run. Did one begin while the host hands over an answer, the instance would be ended for
/// calling the host within a call of the host's.
#[test]
fn a_plugin_in_go_collects_its_memory_between_calls_of_the_host() {
    if !has("go") {
        return;
    }
    let sandbox = Sandbox::of(&[]).unwrap();
    let source = include_str!("guests/reads_much.go");
    built(&sandbox, "go", "gate", source);
    let case = format!(
        "shows = \"much is read within little memory\"\ngrants = {{ tree = true }}\n\
         limits = {{ memory = \"32MiB\", timeout = \"60s\" }}\n\
         [after]\n\"large.txt\" = \"{}\"\n[expect]\npassed = true\nreason = \"40000000 bytes\"\n",
        "0123456789".repeat(100_000)
    );
    is_as_expected(&sandbox, &case);
}

/// Puts one case before the plugin that was built last.
fn is_as_expected(sandbox: &Sandbox, case: &str) {
    let cases = sandbox.workspace().join("example/cases");
    std::fs::remove_dir_all(&cases).unwrap();
    std::fs::create_dir(&cases).unwrap();
    std::fs::write(cases.join("case.toml"), case).unwrap();
    let (code, shown, said) = sandbox.run(["plugin", "test", "example"]);
    assert_eq!(code, 0, "{shown}{said}");
}

#[test]
fn a_plugin_in_go_has_memory_folders_and_web_services() {
    if !has("go") {
        return;
    }
    let sandbox = Sandbox::of(&[]).unwrap();
    built(&sandbox, "go", "evaluator", include_str!("guests/asks_much.go"));
    let case = r#"
        shows = "what it asks is answered"
        grants = { state = true, files = { docs = "docs" }, http = [{ host = "api.example.com" }] }
        [state]
        seen = "twice"
        [files.docs]
        "a.md" = "hello"
        [[http]]
        url = "https://api.example.com/x"
        asked = ["A: b"]
        says = "world"
        [expect]
        outcome = "satisfied"
        says = ["twice true false [\"again\" \"seen\"] invalid-key: ", "{a.md 5} <nil>", "hello <nil> true", "200 world <nil>"]
        state = { seen = "twice", again = "twice!" }
    "#;
    is_as_expected(&sandbox, case);
}

#[test]
fn the_examples_in_c_are_plugins() {
    if has("python-zig") {
        examples_are_plugins("c", "plugin.c", |example| format!("sdk/c/examples/{example}.c"));
    }
}

#[test]
fn the_examples_in_go_are_plugins() {
    if has("go") {
        let source = |example: &str| format!("sdk/go/examples/{}/plugin.go", example.replace('_', "-"));
        examples_are_plugins("go", "plugin.go", source);
    }
}

/// Every example of a language is built as a project's only source.
fn examples_are_plugins(lang: &str, main: &str, source: impl Fn(&str) -> String) {
    let sandbox = Sandbox::of(&[]).unwrap();
    for (example, kind, needs) in [
        ("pass_through", "evaluator", ""),
        ("rubric", "evaluator", "llm"),
        ("coverage", "gate", "checks"),
        ("two_agents", "workflow", "agents"),
    ] {
        let name = example.replace('_', "-");
        assert_eq!(sandbox.run(["plugin", "new", &name, "--lang", lang, "--kind", kind]).0, 0);
        std::fs::copy(support::project().join(source(example)), sandbox.workspace().join(&name).join(main)).unwrap();
        let (code, shown, said) = build(&sandbox, &name);
        assert_eq!(code, 0, "{said}");
        assert!(shown.contains(&format!("{kind} of goalpost:plugin@")) && shown.contains(needs), "{shown}");
        assert_eq!(needs.is_empty(), !shown.contains("needs the grant"), "{shown}");
        // The same in every language.
        let cases = support::project().join("sdk/cases").join(example);
        if cases.is_dir() {
            let cases = cases.display().to_string();
            let (code, shown, said) = sandbox.run(["plugin", "test", &name, "--cases", &cases]);
            assert_eq!(code, 0, "{example}: {shown}{said}");
        }
        if example == "rubric" {
            ends_within_a_character(&sandbox, &name);
        }
    }
}

/// A gate's output whose end begins within a character, in UTF-8 and in UTF-16: half of one is no text, and the host takes none.
/// A worker chooses what a gate prints, and would end the judge with it.
fn ends_within_a_character(sandbox: &Sandbox, name: &str) {
    let output = "\u{1f600}".repeat(4_001) + "x";
    let case = format!(
        "shows = \"a character that is cut breaks nothing\"\nconfig = {{ rubric = \"any\" }}\n\
         grants = {{ llm = {{ model = \"any/model\" }} }}\n[[gate]]\nname = \"tests\"\noutput = \"{output}\"\n\
         [[model]]\nsays = '{{ \"met\": true, \"missing\": \"\" }}'\n[expect]\noutcome = \"satisfied\"\n"
    );
    let cases = sandbox.workspace().join("cut");
    std::fs::create_dir(&cases).unwrap();
    std::fs::write(cases.join("case.toml"), case).unwrap();
    let (code, shown, said) = sandbox.run(["plugin", "test", name, "--cases", cases.to_str().unwrap()]);
    assert_eq!(code, 0, "{shown}{said}");
}

#[test]
fn a_missing_tool_is_named_with_the_way_to_get_it() {
    let sandbox = Sandbox::of(&[]).unwrap();
    assert_eq!(sandbox.run(["plugin", "new", "my-judge", "--lang", "ts"]).0, 0);
    let mut command = sandbox.goalpost(["plugin", "build", "my-judge"]);
    let output = command.env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("`esbuild` is not installed: run `npm install`"), "{said}");
}

#[test]
fn a_project_is_never_written_over_another() {
    let sandbox = Sandbox::of(&[]).unwrap();
    assert_eq!(sandbox.run(["plugin", "new", "my-judge", "--lang", "python"]).0, 0);
    std::fs::write(sandbox.workspace().join("my-judge/plugin.py"), "mine").unwrap();
    let (code, _, said) = sandbox.run(["plugin", "new", "my-judge", "--lang", "ts"]);
    assert_eq!(code, 64, "{said}");
    assert!(said.contains("not empty"), "{said}");
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join("my-judge/plugin.py")).unwrap(), "mine");
}

/// A workflow reads the trees of the turn before, and in the first turn those of the start.
#[test]
fn a_workflow_sees_what_was_verified_last() {
    if !has("python-zig") {
        return;
    }
    let sandbox = Sandbox::of(&[]).unwrap();
    assert_eq!(sandbox.run(["plugin", "new", "reader", "--lang", "c", "--kind", "workflow"]).0, 0);
    std::fs::write(sandbox.workspace().join("reader/plugin.c"), include_str!("guests/reads_trees.c")).unwrap();
    let (code, _, said) = build(&sandbox, "reader");
    assert_eq!(code, 0, "{said}");
    let goal = "[goal]\nobjective = \"two turns\"\nbudget = { unlimited = true }\nmax_turns = 2\n\
        [worker]\nworkflow = \"reader/dist/reader.wasm\"\ngrants = { tree = true }\n\
        agents = { one = [\"sh\", \"-c\", \"cat > /dev/null; echo turn >> made\"] }\n\
        [[gate]]\nname = \"twice\"\ncommand = [\"sh\", \"-c\", \"test $(wc -l < made) = 2\"]\n";
    std::fs::write(sandbox.workspace().join("goalpost.toml"), goal).unwrap();
    sandbox.agree();
    sandbox.shell("git add goalpost.toml && git commit -qm goal").unwrap();
    let (code, _, said) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}");
    let (_, events, _) = sandbox.run(["events"]);
    let (_, shown, _) = sandbox.run(["show", "--json"]);
    assert!(said.contains("made: 0 bytes") && said.contains("made: 5 bytes"), "{said}\n{events}\n{shown}");
}
