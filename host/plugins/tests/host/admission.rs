//! What is admitted, and what is said to whoever must fix it.

use goalpost_core::config::{Grants, HttpGrant};
use goalpost_plugins::{CallContext, Kind, LoadError, NotAComponent, Plugin, Problem};
use serde_json::json;

use crate::guests::{Guest, content};
use crate::host::{ENGINE, admit, evidence, limits, load, subject, turn};

async fn problems(bytes: Vec<u8>, kind: Kind, grants: &Grants) -> Vec<Problem> {
    admit(bytes, kind, grants, &limits()).await.unwrap_err().problems
}

async fn with_config(guest: &Guest, config: serde_json::Value) -> Result<(), Vec<Problem>> {
    let serde_json::Value::Object(config) = config else { panic!("an object") };
    let admitted = load(guest.build(), Kind::Evaluator).admit(&Grants::default(), &limits(), &config).await;
    admitted.map(drop).map_err(|error| error.problems)
}

#[tokio::test]
async fn an_evaluator_answers_and_is_known_by_its_digest() {
    let bytes = content();
    let digest = goalpost_core::ids::Digest::of(&bytes);
    let admitted = admit(bytes, Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    assert_eq!(admitted.digest(), &digest);
    assert_eq!(admitted.kind(), Kind::Evaluator);
    assert_eq!((admitted.description().name.as_str(), admitted.description().version.as_str()), ("fixture", "1.2.3"));
    let (verdict, stats) = admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    assert_eq!((verdict.outcome, verdict.reason.as_str()), (goalpost_core::verdict::Outcome::Satisfied, "all is well"));
    assert_eq!((verdict.score, verdict.confidence), (Some(0.75), None));
    assert_eq!(stats.host_calls, 0);
    assert_eq!(stats.peak_memory, 65536);
}

#[tokio::test]
async fn a_gate_answers() {
    let mut guest = Guest::new(Kind::Gate);
    let body = guest.gate_result(true, "no\nsecrets");
    let admitted = admit(guest.body(body).build(), Kind::Gate, &Grants::default(), &limits()).await.unwrap();
    let (answer, _) = admitted.check(CallContext::default(), &subject()).await.unwrap();
    assert_eq!((answer.passed, answer.summary.as_str()), (true, "no secrets"));
    let refused = admitted.evaluate(CallContext::default(), &evidence()).await.unwrap_err();
    assert!(refused.to_string().contains("world `gate`, not `evaluator`"), "{refused}");
    assert!(admitted.run(CallContext::default(), &turn()).await.is_err());
}

#[tokio::test]
async fn an_ungranted_import_is_refused_and_the_fix_is_named() {
    let mut guest = Guest::new(Kind::Evaluator)
        .import("tree", "sealed", "sealed", "(result i32)")
        .import("llm", "models", "models", "(param i32)")
        .log();
    let body = format!("(drop (call $sealed)) (call $models (i32.const 0)) {}", guest.verdict(0, "", None));
    let bytes = guest.body(body).build();
    let error = admit(bytes.clone(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.problems.len(), 2, "{text}");
    assert!(text.contains("test:guest"), "{text}");
    assert!(text.contains("`goalpost:plugin/tree@0.1.0`, which it is not granted: add `tree = true`"), "{text}");
    assert!(text.contains("grants = { tree = true, llm = { models = [\"PROVIDER/MODEL\"] } }"), "{text}");

    let tree = Grants { tree: true, ..Grants::default() };
    let left = problems(bytes, Kind::Evaluator, &tree).await;
    assert!(matches!(&left[..], [Problem::Ungranted { import, .. }] if import.contains("/llm@")), "{left:?}");
}

#[tokio::test]
async fn http_is_admitted_with_its_grant_alone() {
    let guest = Guest::new(Kind::Evaluator)
        .import("http", "send", "send", &format!("(param {})", "i32 ".repeat(12)))
        .body(format!("(call $send {}) unreachable", "(i32.const 0) ".repeat(12)));
    let bytes = guest.build();
    let found = problems(bytes.clone(), Kind::Evaluator, &Grants::default()).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().contains("add `http = [{ host = \"HOST\" }]`"), "{}", found[0]);
    let granted = Grants { http: vec![HttpGrant::of("a.example.com".parse().unwrap())], ..Grants::default() };
    admit(bytes, Kind::Evaluator, &granted, &limits()).await.unwrap();
}

#[tokio::test]
async fn a_plugin_of_another_world_is_told_which() {
    let found = problems(content(), Kind::Gate, &Grants::default()).await;
    assert_eq!(found, [Problem::WrongWorld { found: Kind::Evaluator, wanted: Kind::Gate }]);
    assert_eq!(found[0].to_string(), "it is a plugin of the world `evaluator`, and is configured as `gate`");
}

#[tokio::test]
async fn a_workflows_interface_is_not_for_a_gate() {
    let workflow = Guest::new(Kind::Workflow).import("progress", "phase", "phase", "(param i32 i32)");
    let bytes = workflow.body("(call $phase (i32.const 0) (i32.const 0)) unreachable").build();
    let found = problems(bytes, Kind::Gate, &Grants::default()).await;
    assert!(matches!(found[0], Problem::WrongWorld { found: Kind::Workflow, .. }), "{found:?}");
    assert!(matches!(&found[1], Problem::NotForWorld { kind: Kind::Gate, .. }), "{found:?}");
}

#[tokio::test]
async fn another_version_of_the_contract_is_named_beside_ours_with_what_to_do() {
    for (version, advice) in [
        ("0.2.0", "update goalpost to one that speaks 0.2.0, or build it with the SDK of 0.1.0"),
        ("1.0.0", "update goalpost to one that speaks 1.0.0, or build it with the SDK of 0.1.0"),
        ("0.0.4", "goalpost:plugin@0.1.0: build it with the SDK of 0.1.0"),
    ] {
        let bytes = Guest::new(Kind::Evaluator).contract(version).log().body("unreachable").build();
        let found = problems(bytes, Kind::Evaluator, &Grants::default()).await;
        let name = format!("goalpost:plugin/plugin-info@{version}");
        assert!(matches!(&found[..], [Problem::OtherVersion { name: told, .. }] if *told == name), "{found:?}");
        let text = found[0].to_string();
        assert!(text.contains(&name) && text.contains("speaks goalpost:plugin@0.1.0"), "{text}");
        assert!(text.ends_with(advice), "{text}");
    }
}

#[tokio::test]
async fn what_came_with_a_later_release_is_told_with_both_versions() {
    let guest = || Guest::new(Kind::Evaluator);
    let function = guest().amended("0.1.9", "interface log {", "interface log {\n  flush: func(hard: u32);").import(
        "log",
        "flush",
        "later",
        "(param i32)",
    );
    let interface = guest()
        .amended(
            "0.1.9",
            "world evaluator {",
            "interface memory {\n  recall: func(turn: u32);\n}\nworld evaluator {\n  import memory;",
        )
        .import("memory", "recall", "later", "(param i32)");
    for (guest, lacks) in [(function, "flush"), (interface, "`memory`")] {
        let bytes = guest.body("(call $later (i32.const 0)) unreachable").build();
        let found = problems(bytes, Kind::Evaluator, &Grants::default()).await;
        assert!(matches!(&found[..], [Problem::LaterRelease { .. }]), "{found:?}");
        let text = found[0].to_string();
        for part in ["made for goalpost:plugin@0.1.9", "speaks goalpost:plugin@0.1.0", "that speaks 0.1.9", lacks] {
            assert!(text.contains(part), "`{part}` is missing in {text}");
        }
    }
}

#[tokio::test]
async fn a_later_patch_of_the_contract_is_the_same_contract() {
    let mut guest = Guest::new(Kind::Evaluator).contract("0.1.9").log();
    let body = format!("(call $log (i32.const 2) (i32.const 0) (i32.const 0)) {}", guest.verdict(1, "no", None));
    let admitted = admit(guest.body(body).build(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap();
    let (verdict, stats) = admitted.evaluate(CallContext::default(), &evidence()).await.unwrap();
    assert_eq!((verdict.reason.as_str(), stats.host_calls), ("no", 1));
}

#[tokio::test]
async fn everything_that_is_wrong_with_the_names_is_said_at_once() {
    let text = r#"(component
        (import "wasi:http/outgoing-handler@0.2.0" (instance))
        (import "acme:db/query@1.0.0" (instance))
        (import "plain" (func))
        (import "goalpost:plugin/agents@0.1.0" (instance))
        (import "goalpost:plugin/telepathy@0.1.0" (instance))
        (import "goalpost:plugin/llm@0.9.0" (instance))
        (import "goalpost:plugin/tree@0.1.0" (instance)))"#;
    let error = admit(wat::parse_str(text).unwrap(), Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    let message = error.to_string();
    assert_eq!(error.problems.len(), 9, "{message}");
    for part in [
        "does not export `evaluate`",
        "does not export `goalpost:plugin/plugin-info@0.1.0`",
        "`wasi:http/outgoing-handler@0.2.0`: of WASI, plugins are given",
        "`acme:db/query@1.0.0`, which goalpost does not know",
        "`plain`, which goalpost does not know",
        "not for a plugin of the world `evaluator`",
        "has no such interface",
        "goalpost:plugin/llm@0.9.0",
        "`tree = true`",
    ] {
        assert!(message.contains(part), "`{part}` is missing in {message}");
    }
}

/// A component of a module that does nothing, with these imports, types and exports. `$f`, `$i` and `$m` are there.
fn component(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
        (core module $m
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
            (func (export "f") (result i32) i32.const 1)
            (func (export "g") (param i32 i32) (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func $f (result u32) (canon lift (core func $i "f")))
        {body})"#
    );
    wat::parse_str(text).unwrap()
}

fn misfits(found: &[Problem]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn every_mistyped_export_is_named_with_what_is_there_and_what_must_be() {
    let bytes = component(
        r#"(type $severity (enum "info" "warning"))
        (type $verdict (record (field "outcome" u8) (field "reason" string) (field "score" (option f32)) (field "mood" string)))
        (export $verdict2 "verdict" (type $verdict))
        (export $severity2 "severity" (type $severity))
        (func $evaluate (param "evidence" string) (result (result $verdict2 (error u32)))
            (canon lift (core func $i "g") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
        (instance $info (export "describe" (func $f)))
        (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
        (export "evaluate" (func $evaluate))"#,
    );
    let found = problems(bytes, Kind::Evaluator, &Grants::default()).await;
    let text = misfits(&found).join("\n");
    for part in [
        "its export `goalpost:plugin/plugin-info@0.1.0`: `describe`: `result` is `u32`, and must be `a record of name, \
         version, summary, config-schema`",
        "its export `evaluate`: `evidence` is `string`, and must be `a record of goal, turn, max-turns, digest, …`",
        "its export `evaluate`: `result.ok` has no field `findings`",
        "its export `evaluate`: `result.ok` has no field `confidence`",
        "its export `evaluate`: `result.ok` has a field `mood`, which is not in the contract",
        "its export `evaluate`: `result.ok.outcome` is `u8`, and must be `an enum of satisfied, unsatisfied, blocked, \
         inconclusive, …`",
    ] {
        assert!(text.contains(part), "`{part}` is missing in {text}");
    }
    assert!(found.iter().all(|problem| matches!(problem, Problem::Misfit(misfit) if misfit.export)), "{found:?}");
}

#[tokio::test]
async fn every_mistyped_import_is_named_beside_names_that_are_wrong() {
    let bytes = component(
        r#"(import "goalpost:plugin/log@0.1.0" (instance
            (export "write" (func (param "message" string)))
            (export "shout" (func))))
        (import "goalpost:plugin/tree@0.1.0" (instance
            (export "tree" (type $tree (sub resource)))
            (export "forest" (type (sub resource)))
            (export "sealed" (func (result (own $tree))))
            (export "[method]tree.id" (func (param "self" (borrow $tree)) (result u32)))))
        (import "goalpost:plugin/llm@0.1.0" (func))
        (import "acme:shell/run@1.0.0" (instance))
        (export "evaluate" (func $f))"#,
    );
    let error = admit(bytes, Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    let text = error.to_string();
    for part in [
        // By names.
        "does not export `goalpost:plugin/plugin-info@0.1.0`",
        "`acme:shell/run@1.0.0`, which goalpost does not know",
        "it imports `goalpost:plugin/tree@0.1.0`, which it is not granted",
        // By types.
        "its import `goalpost:plugin/llm@0.1.0`: it must be an interface",
    ] {
        assert!(text.contains(part), "`{part}` is missing in {text}");
    }

    // With an interface of the contract's among its exports, its version is known, and with that all types.
    let bytes = component(
        r#"(import "goalpost:plugin/log@0.1.0" (instance
            (export "write" (func (param "message" string)))
            (export "shout" (func))))
        (import "goalpost:plugin/tree@0.1.0" (instance
            (export "tree" (type $tree (sub resource)))
            (export "forest" (type (sub resource)))
            (export "sealed" (func (result (own $tree))))
            (export "[method]tree.id" (func (param "self" (borrow $tree)) (result u32)))))
        (import "acme:shell/run@1.0.0" (instance))
        (instance $info)
        (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
        (export "evaluate" (func $f))"#,
    );
    let text = admit(bytes, Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err().to_string();
    for part in [
        "`acme:shell/run@1.0.0`, which goalpost does not know",
        "it imports `goalpost:plugin/tree@0.1.0`, which it is not granted",
        "its import `goalpost:plugin/log@0.1.0`: `write`: it takes 1 parameters, and must take 2",
        "its import `goalpost:plugin/log@0.1.0`: `shout`: the contract has no such function",
        "its import `goalpost:plugin/tree@0.1.0`: `forest`: the contract has no such resource",
        "its import `goalpost:plugin/tree@0.1.0`: `[method]tree.id`: `result` is `u32`, and must be `string`",
        "its export `goalpost:plugin/plugin-info@0.1.0`: `describe`: it is missing",
        "its export `evaluate`: it takes 0 parameters, and must take 1",
        "its export `evaluate`: `result` is `u32`, and must be `result<",
    ] {
        assert!(text.contains(part), "`{part}` is missing in {text}");
    }
    assert!(!text.contains("`sealed`"), "what fits is not named: {text}");
}

#[tokio::test]
async fn a_part_of_wasi_of_another_type_is_refused() {
    let bytes = component(
        r#"(import "wasi:cli/stdout@0.2.0" (instance (export "get-stdout" (func (result string)))))
        (import "wasi:clocks/wall-clock@0.2.0" (func))
        (instance $info (export "describe" (func $f)))
        (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
        (export "evaluate" (func $f))"#,
    );
    let found = misfits(&problems(bytes, Kind::Evaluator, &Grants::default()).await).join("\n");
    assert!(found.contains("its import `wasi:clocks/wall-clock@0.2.0`: it must be an interface"), "{found}");
}

#[test]
fn what_is_no_component_is_refused_by_name() {
    let module = Guest::new(Kind::Evaluator).module();
    for (bytes, reason) in [
        (module, NotAComponent::CoreModule),
        (b"(component)".to_vec(), NotAComponent::Text),
        (Vec::new(), NotAComponent::Empty),
        (b"\x89PNG".to_vec(), NotAComponent::NotWebAssembly),
    ] {
        let error = Plugin::load(&ENGINE, None, bytes, "plugins/x.wasm", Kind::Evaluator).unwrap_err();
        assert_eq!(error, LoadError::NotAComponent { plugin: "plugins/x.wasm".into(), reason });
        assert!(error.to_string().contains("plugins/x.wasm"));
    }
    let huge = vec![0; goalpost_plugins::COMPONENT_BYTES + 1];
    assert!(matches!(Plugin::load(&ENGINE, None, huge, "huge", Kind::Gate), Err(LoadError::TooLarge { .. })));
}

#[tokio::test]
async fn a_config_is_checked_against_the_plugins_own_schema() {
    let mut guest = Guest::new(Kind::Evaluator).schema(
        r#"{"type": "object", "additionalProperties": false, "properties": {
            "fail_on": {"enum": ["low", "high"]}, "rules": {"type": "array", "items": {"type": "string"}}}}"#,
    );
    let body = guest.verdict(0, "", None);
    let guest = guest.body(body);
    with_config(&guest, json!({"fail_on": "high", "rules": ["a"]})).await.unwrap();
    let found = with_config(&guest, json!({"fail_on": "mid", "rules": ["a", 1], "typo": true})).await.unwrap_err();
    let text: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 3, "{text:?}");
    assert!(text.iter().any(|line| line.starts_with("`config.fail_on`:")), "{text:?}");
    assert!(text.iter().any(|line| line.starts_with("`config.rules.1`:")), "{text:?}");
    assert!(text.iter().any(|line| line.contains("typo")), "{text:?}");
}

#[tokio::test]
async fn a_plugin_without_a_schema_takes_no_config() {
    let mut guest = Guest::new(Kind::Evaluator);
    let body = guest.verdict(0, "", None);
    let guest = guest.body(body);
    with_config(&guest, json!({})).await.unwrap();
    assert_eq!(with_config(&guest, json!({"a": 1})).await, Err(vec![Problem::NoConfig]));
}

#[tokio::test]
async fn an_unusable_schema_is_the_plugins_fault() {
    let mut guest = Guest::new(Kind::Evaluator).schema(r##"{"$ref": "#"}"##);
    let body = guest.verdict(0, "", None);
    let found = with_config(&guest.body(body), json!({})).await.unwrap_err();
    assert!(matches!(&found[..], [Problem::BadSchema(_)]), "{found:?}");
}

#[tokio::test]
async fn a_plugin_that_can_not_describe_itself_is_not_admitted() {
    let guest = Guest::new(Kind::Evaluator).describe("unreachable");
    let found = problems(guest.build(), Kind::Evaluator, &Grants::default()).await;
    assert!(matches!(&found[..], [Problem::Undescribed(why)] if why.contains("unreachable")), "{found:?}");

    let mut endless = limits();
    endless.timeout = std::time::Duration::from_millis(100);
    let guest = Guest::new(Kind::Evaluator).describe("(loop $l (br $l))");
    let error = admit(guest.build(), Kind::Evaluator, &Grants::default(), &endless).await.unwrap_err();
    assert!(error.to_string().contains("did not answer within 100 ms"), "{error}");
}

#[tokio::test]
async fn trees_are_absent_while_a_plugin_describes_itself() {
    let guest = Guest::new(Kind::Evaluator)
        .import("tree", "sealed", "sealed", "(result i32)")
        .describe("(drop (call $sealed))");
    let grants = Grants { tree: true, ..Grants::default() };
    let found = problems(guest.build(), Kind::Evaluator, &grants).await;
    assert!(matches!(&found[..], [Problem::Undescribed(_)]), "{found:?}");
}
