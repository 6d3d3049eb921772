//! What granted capabilities give, and where each one ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goalpost_core::config::{Grants, Limits, LlmGrant};
use goalpost_core::evidence::{Change, GateReport, GateStatus};
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{
    BoxFuture, CheckError, CheckRun, CheckRunner, Edit, Entry, EntryKind, TreeError, TreeView, Trees,
};
use goalpost_core::usage::Usage;
use goalpost_plugins::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest, LlmStop};
use goalpost_plugins::{CallContext, CallFailure, CallStats, Kind};

use crate::guests::Guest;
use crate::host::{admit, evidence, limits, log_sink, trees};

/// Where guests let the host write results.
const RET: &str = "(i32.const 512)";

/// Runs an evaluator with these grants and gives what it logged.
async fn logged(guest: Guest, grants: Grants, context: CallContext, limits: &Limits) -> (Vec<String>, CallStats) {
    let admitted = admit(guest.build(), Kind::Evaluator, &grants, limits).await.unwrap();
    let (sink, lines) = log_sink();
    let context = CallContext { log: sink.log, ..context };
    let (_, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    let lines = lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect();
    (lines, stats)
}

/// Logs the text whose address and length the host wrote at an offset of the result.
fn log_result(offset: u32) -> String {
    format!("(call $log (i32.const 2) (i32.load (i32.const {})) (i32.load (i32.const {})))", 512 + offset, 516 + offset)
}

/// Logs the good text or the error's text, by the result's first byte.
fn log_either(good: u32, bad: u32) -> String {
    format!("(if (i32.load8_u {RET}) (then {}) (else {}))", log_result(bad), log_result(good))
}

fn ending(guest: &mut Guest, code: String) -> String {
    format!("{code} {}", guest.verdict(0, "", None))
}

// Trees.

struct OneFile(TreeId);

impl TreeView for OneFile {
    fn id(&self) -> &TreeId {
        &self.0
    }

    fn entries(&self, _prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        let entry = |path: &str| Entry { path: path.into(), kind: EntryKind::File, size: 5, oid: "0".repeat(40) };
        Ok(["a", "b", "c"]
            .into_iter()
            .filter(|path| after.is_none_or(|after| *path > after))
            .take(limit)
            .map(entry)
            .collect())
    }

    fn stat(&self, _path: &str) -> Result<Entry, TreeError> {
        Err(TreeError::NotFound)
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        match path {
            "a" => Ok(b"hello"[offset as usize..].iter().copied().take(max).collect()),
            "big" => Ok(vec![b'x'; max]),
            other => Err(TreeError::InvalidPath(other.into())),
        }
    }

    fn diff(&self, base: &TreeId, _prefix: &str) -> Result<Vec<Change>, TreeError> {
        Err(TreeError::Unavailable(format!("no diff from {base}")))
    }

    fn patch(&self, _base: &TreeId, _path: &str, _max: usize) -> Result<String, TreeError> {
        Ok("-a\n+b\n".into())
    }
}

pub(crate) fn with_trees() -> CallContext {
    let ids = trees();
    let tree = |id| -> Arc<dyn TreeView> { Arc::new(OneFile(id)) };
    let trees = Trees { baseline: tree(ids.baseline), candidate: tree(ids.candidate), sealed: tree(ids.sealed) };
    CallContext { trees: Some(trees), ..CallContext::default() }
}

pub(crate) fn tree_guest() -> Guest {
    Guest::new(Kind::Evaluator)
        .log()
        .import("tree", "sealed", "sealed", "(result i32)")
        .import("tree", "baseline", "baseline", "(result i32)")
        .import("tree", "[method]tree.id", "id", "(param i32 i32)")
        .import("tree", "[method]tree.read", "read", "(param i32 i32 i32 i64 i32 i32)")
        .import("tree", "[method]tree.entries", "entries", "(param i32 i32 i32 i32 i32 i32 i32 i32)")
        .import("tree", "[method]tree.diff", "diff", "(param i32 i32 i32 i32 i32)")
        .import("tree", "[method]tree.patch", "patch", "(param i32 i32 i32 i32 i32 i32)")
        .import("tree", "[resource-drop]tree", "drop_tree", "(param i32)")
}

pub(crate) fn tree_grant() -> Grants {
    Grants { tree: true, ..Grants::default() }
}

#[tokio::test]
async fn a_granted_tree_can_be_read() {
    let mut guest = tree_guest();
    let (path, bad) = (guest.text("a"), guest.text("../etc"));
    let code = format!(
        "(local.set $i (call $sealed))
         (call $id (local.get $i) {RET}) {}
         (call $read (local.get $i) {path} (i64.const 1) (i32.const 3) {RET}) {}
         (call $read (local.get $i) {bad} (i64.const 0) (i32.const 3) {RET}) {}
         (call $diff (local.get $i) (call $baseline) {path} {RET}) {}
         (call $patch (local.get $i) (call $baseline) {path} (i32.const 100) {RET}) {}
         (call $drop_tree (local.get $i))",
        log_result(0),
        log_either(4, 8),
        log_either(4, 8),
        log_either(4, 8),
        log_either(4, 8),
    );
    let body = ending(&mut guest, code);
    let (lines, stats) = logged(guest.body(body), tree_grant(), with_trees(), &limits()).await;
    let no_diff = format!("no diff from {}", "a".repeat(40));
    assert_eq!(lines, ["c".repeat(40), "ell".into(), "../etc".into(), no_diff, "-a\n+b\n".into()]);
    assert_eq!(stats.host_calls, 13);
}

#[tokio::test]
async fn pages_of_entries_lead_on_to_the_end() {
    let mut guest = tree_guest();
    let (none, after) = (guest.text(""), guest.text("b"));
    // A page is list (8 bytes at 4), then the option of the next (flag at 12, text at 16).
    let code = format!(
        "(local.set $i (call $sealed))
         (call $entries (local.get $i) {none} (i32.const 0) {none} (i32.const 2) {RET}) {}
         (call $entries (local.get $i) {none} (i32.const 1) {after} (i32.const 2) {RET})
         (if (i32.load8_u (i32.const 524)) (then unreachable))
         (if (i32.ne (i32.load (i32.const 520)) (i32.const 1)) (then unreachable))",
        log_result(16),
    );
    let body = ending(&mut guest, code);
    let (lines, _) = logged(guest.body(body), tree_grant(), with_trees(), &limits()).await;
    assert_eq!(lines, ["b"]);
}

#[tokio::test]
async fn reading_for_ever_meets_a_limit() {
    let mut guest = tree_guest();
    let path = guest.text("big");
    let code = format!(
        "(local.set $i (call $sealed))
         (global.set $heap (i32.const 32768))
         (loop $l
            (global.set $heap (i32.const 32768))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (call $read (local.get $i) {path} (i64.const 0) (i32.const -1) {RET})
            (br_if $l (i32.eqz (i32.load8_u {RET}))))
         (if (i32.ne (local.get $j) (i32.const 513)) (then unreachable)) {}",
        log_result(8)
    );
    let body = ending(&mut guest, code);
    let (lines, _) = logged(guest.body(body), tree_grant(), with_trees(), &limits()).await;
    assert_eq!(lines, ["one call is given at most 512 MiB of content"]);
}

#[tokio::test]
async fn handles_without_end_are_refused() {
    let guest = tree_guest().body("(loop $l (drop (call $sealed)) (br $l)) unreachable");
    let limits = Limits { host_calls: 1_000_000, ..limits() };
    let admitted = admit(guest.build(), Kind::Evaluator, &tree_grant(), &limits).await.unwrap();
    let error = admitted.evaluate(with_trees(), &evidence()).await.unwrap_err();
    assert!(matches!(error.failure, CallFailure::Malformed(_)), "{error}");
    assert!(error.stats.host_calls <= 10_001, "{error}");
}

// Checks.

#[derive(Default)]
struct Tests(Mutex<Vec<(String, Vec<Edit>, Duration)>>);

impl CheckRunner for Tests {
    fn run<'a>(
        &'a self,
        name: &'a str,
        edits: Vec<Edit>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        self.0.lock().unwrap().push((name.to_owned(), edits, deadline));
        Box::pin(async move {
            let report = GateReport {
                required: false,
                summary: "2 failed".into(),
                exit_code: Some(1),
                duration_ms: 1,
                ..GateReport::new(name, GateStatus::Failed)
            };
            Ok(CheckRun { report, artifacts: vec![("cov.xml".into(), b"0.8".to_vec())] })
        })
    }
}

fn check_guest() -> Guest {
    Guest::new(Kind::Evaluator)
        .log()
        .import("checks", "run", "run", "(param i32 i32 i32)")
        .import("checks", "run-with", "run_with", "(param i32 i32 i32 i32 i32)")
        .import("checks", "[method]check-run.report", "report", "(param i32 i32)")
        .import("checks", "[method]check-run.read-artifact", "artifact", "(param i32 i32 i32 i64 i32 i32)")
}

#[tokio::test]
async fn a_granted_check_runs_and_no_other() {
    let runner = Arc::new(Tests::default());
    let mut guest = check_guest();
    let (tests, deploy, file) = (guest.text("tests"), guest.text("deploy"), guest.text("cov.xml"));
    let code = format!(
        "(call $run {deploy} {RET}) {}
         (call $run {tests} {RET}) (local.set $i (i32.load (i32.const 516)))
         (call $report (local.get $i) {RET}) {}
         (call $artifact (local.get $i) {file} (i64.const 0) (i32.const 9) {RET}) {}
         (call $artifact (local.get $i) {file} (i64.const -1) (i32.const 9) {RET}) {}
         (call $artifact (local.get $i) {tests} (i64.const 0) (i32.const 9) {RET}) {}",
        log_result(8),
        log_result(12),
        log_either(4, 8),
        log_either(4, 8),
        log_either(4, 8),
    );
    let body = ending(&mut guest, code);
    let grants = Grants { checks: vec!["tests".into()], ..Grants::default() };
    let context = CallContext { checks: Some(runner.clone()), ..CallContext::default() };
    let (lines, _) = logged(guest.body(body), grants, context, &limits()).await;
    assert_eq!(lines, ["this plugin may run: tests", "2 failed", "0.8", "", "the run has no such artifact"]);
    let ran = runner.0.lock().unwrap();
    assert_eq!(ran.len(), 1, "the ungranted one never reached the runner");
    assert_eq!((ran[0].0.as_str(), ran[0].1.len()), ("tests", 0));
    assert!(ran[0].2 < limits().timeout, "the deadline is what is left of the call's: {:?}", ran[0].2);
}

#[tokio::test]
async fn edits_reach_the_check() {
    let runner = Arc::new(Tests::default());
    let mut guest = check_guest();
    let (tests, content) = (guest.text("tests"), guest.put(b"fn"));
    let path = guest.put(b"src/a.rs");
    let edits: Vec<u8> =
        [path, 8, 1, content, 2, path, 3, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
    let edits = guest.put(&edits);
    let code = format!(
        "(call $run_with {tests} (i32.const {edits}) (i32.const 2) {RET}) (call $report (i32.load (i32.const 516)) {RET})"
    );
    let body = ending(&mut guest, code);
    let grants = Grants { checks: vec!["tests".into()], ..Grants::default() };
    let context = CallContext { checks: Some(runner.clone()), ..CallContext::default() };
    logged(guest.body(body), grants, context, &limits()).await;
    let ran = runner.0.lock().unwrap();
    let wanted =
        [Edit { path: "src/a.rs".into(), content: Some(b"fn".to_vec()) }, Edit { path: "src".into(), content: None }];
    assert_eq!(ran[0].1, wanted);
}

#[tokio::test]
async fn runs_that_are_never_dropped_meet_a_limit() {
    let runner = Arc::new(Tests::default());
    let mut guest = check_guest();
    let tests = guest.text("tests");
    let code =
        format!("(loop $l (call $run {tests} {RET}) (br_if $l (i32.eqz (i32.load8_u {RET})))) {}", log_result(8));
    let body = ending(&mut guest, code);
    let grants = Grants { checks: vec!["tests".into()], ..Grants::default() };
    let context = CallContext { checks: Some(runner.clone()), ..CallContext::default() };
    let (lines, _) = logged(guest.body(body), grants, context, &limits()).await;
    assert_eq!(lines, ["at most 32 finished runs are kept at a time: drop one first"]);
    assert_eq!(runner.0.lock().unwrap().len(), 32);
}

/// A check whose every run leaves this many bytes.
struct Heavy(usize);

impl CheckRunner for Heavy {
    fn run<'a>(
        &'a self,
        name: &'a str,
        edits: Vec<Edit>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        Box::pin(async move {
            let run = Tests::default().run(name, edits, deadline).await?;
            Ok(CheckRun { artifacts: vec![("core".into(), vec![0; self.0])], ..run })
        })
    }
}

#[tokio::test]
async fn files_of_runs_that_are_never_dropped_meet_a_limit_of_their_own() {
    for drops in [false, true] {
        let mut guest = check_guest().import("checks", "[resource-drop]check-run", "drop_run", "(param i32)");
        let tests = guest.text("tests");
        let drop = if drops { "(call $drop_run (i32.load (i32.const 516)))" } else { "" };
        let code = format!(
            "(loop $l (call $run {tests} {RET}) (if (i32.eqz (i32.load8_u {RET})) (then {drop}
               (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (i32.const 6))))))
             (if (i32.load8_u {RET}) (then {}))",
            log_result(8),
        );
        let body = ending(&mut guest, code);
        let grants = Grants { checks: vec!["tests".into()], ..Grants::default() };
        let context = CallContext { checks: Some(Arc::new(Heavy(30 << 20))), ..CallContext::default() };
        let (lines, _) = logged(guest.body(body), grants, context, &limits()).await;
        assert_eq!(lines.iter().any(|line| line.contains("at most 128 MiB of files")), !drops, "{lines:?}");
    }
}

// Language models.

struct Model {
    answer: Result<&'static str, LlmFailure>,
    usage: Usage,
    asked: Mutex<Vec<LlmRequest>>,
}

impl Model {
    fn says(answer: &'static str, tokens: u64) -> Arc<Self> {
        let usage = Usage { input_tokens: tokens, micro_usd: Some(10), ..Usage::default() };
        Arc::new(Self { answer: Ok(answer), usage, asked: Mutex::default() })
    }
}

impl LlmProvider for Model {
    fn complete<'a>(
        &'a self,
        request: LlmRequest,
        _deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        let model = request.model.clone();
        self.asked.lock().unwrap().push(request);
        let answer = self.answer.clone().map(|text| LlmCompletion {
            text: text.into(),
            model,
            stop: LlmStop::Finished,
            usage: self.usage,
        });
        Box::pin(async move { answer })
    }
}

fn llm_grant(tokens: u64, calls: u32) -> Grants {
    let llm = LlmGrant { models: vec!["p/good".into(), "p/cheap".into()], tokens, micro_usd: Some(1_000_000), calls };
    Grants { llm: Some(llm), ..Grants::default() }
}

/// An evaluator that asks `times` times for 10 tokens and logs answer or error.
fn asker(model: Option<&str>, schema: Option<&str>, times: u32) -> Guest {
    let parameters = "i32 ".repeat(9) + "i32 f32 i32 i32 i32 i32";
    let mut guest =
        Guest::new(Kind::Evaluator).log().import("llm", "complete", "ask", &format!("(param {parameters})"));
    let mut optional = |text: Option<&str>| match text {
        Some(text) => format!("(i32.const 1) {}", guest.text(text)),
        None => "(i32.const 0) (i32.const 0) (i32.const 0)".into(),
    };
    let (model, schema) = (optional(model), optional(schema));
    let question = guest.put(b"Is it good?");
    let message: Vec<u8> = [0, question, 11].iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    let message = guest.put(&message);
    let code = format!(
        "(local.set $i (i32.const {times}))
         (loop $l
            (call $ask {model} (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {message}) (i32.const 1)
                (i32.const 10) (i32.const 0) (f32.const 0) {schema} {RET})
            {}
            (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))",
        log_either(8, 12)
    );
    let body = ending(&mut guest, code);
    guest.body(body)
}

async fn ask(guest: Guest, grants: Grants, model: &Arc<Model>) -> (Vec<String>, CallStats) {
    let context = CallContext { llm: Some(model.clone()), ..CallContext::default() };
    logged(guest, grants, context, &limits()).await
}

#[tokio::test]
async fn a_granted_model_answers_and_is_charged() {
    let model = Model::says("yes", 7);
    let (lines, stats) = ask(asker(None, None, 2), llm_grant(1000, 5), &model).await;
    assert_eq!(lines, ["yes", "yes"]);
    assert_eq!((stats.llm_usage.input_tokens, stats.llm_usage.micro_usd), (14, Some(20)));
    let asked = model.asked.lock().unwrap();
    assert_eq!((asked[0].model.as_str(), asked[0].max_tokens), ("p/good", 10));
    assert_eq!(asked[0].messages[0].content, "Is it good?");
}

#[tokio::test]
async fn a_model_that_is_not_granted_is_never_asked() {
    let model = Model::says("yes", 7);
    let (lines, _) = ask(asker(Some("p/dear"), None, 1), llm_grant(1000, 5), &model).await;
    assert_eq!(lines, ["`p/dear` is not granted; granted: p/good, p/cheap"]);
    let (lines, _) = ask(asker(Some("p/cheap"), None, 1), llm_grant(1000, 5), &model).await;
    assert_eq!(lines, ["yes"]);
    assert_eq!(model.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_token_budget_ends_the_asking() {
    // A question is 4 tokens by its length and asks for 10; each costs 40.
    let model = Model::says("yes", 40);
    let (lines, stats) = ask(asker(None, None, 4), llm_grant(100, 5), &model).await;
    assert_eq!(lines[..2], ["yes", "yes"]);
    assert_eq!(lines[2], "yes", "14 may be asked for with 20 left");
    assert!(lines[3].contains("0 of the grant's 100 are left"), "{lines:?}");
    assert_eq!(stats.llm_usage.billable_tokens(), 120);
}

#[tokio::test]
async fn the_number_of_calls_ends_the_asking() {
    let model = Model::says("yes", 1);
    let (lines, _) = ask(asker(None, None, 3), llm_grant(1000, 2), &model).await;
    assert_eq!(lines, ["yes", "yes", "the grant's 2 calls are made"]);
}

#[tokio::test]
async fn an_answer_must_satisfy_its_schema() {
    let schema = r#"{"type": "object", "required": ["ok"]}"#;
    let good = Model::says("```json\n{\"ok\": true}\n```", 5);
    let (lines, _) = ask(asker(None, Some(schema), 1), llm_grant(1000, 5), &good).await;
    assert_eq!(lines, ["{\"ok\": true}"]);
    assert_eq!(good.asked.lock().unwrap()[0].response_schema.as_ref().unwrap()["required"][0], "ok");
    for bad in ["{}", "yes", "[1]"] {
        let model = Model::says(bad, 5);
        let (lines, stats) = ask(asker(None, Some(schema), 1), llm_grant(1000, 5), &model).await;
        assert!(lines[0] != bad, "{lines:?}");
        assert_eq!(stats.llm_usage.input_tokens, 5, "a bad answer costs as much");
    }
    let model = Model::says("{}", 5);
    let (lines, _) = ask(asker(None, Some(r##"{"$ref": "#"}"##), 1), llm_grant(1000, 5), &model).await;
    assert!(lines[0].contains("`response-schema` can't be used"), "{lines:?}");
    assert!(model.asked.lock().unwrap().is_empty(), "nothing is spent on a question that can't be checked");
}

#[tokio::test]
async fn a_providers_failure_reaches_the_plugin() {
    let failure = Err(LlmFailure::Provider("overloaded".into()));
    let model = Arc::new(Model { answer: failure, usage: Usage::default(), asked: Mutex::default() });
    let (lines, stats) = ask(asker(None, None, 1), llm_grant(1000, 5), &model).await;
    assert_eq!(lines, ["overloaded"]);
    assert_eq!(stats.llm_usage, Usage::default());
}

/// A model that never answers.
struct Silent;

impl LlmProvider for Silent {
    fn complete<'a>(&'a self, _: LlmRequest, _: Duration) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_model_that_never_answers_leaves_the_plugin_time_for_its_own_answer() {
    let limits = Limits { timeout: Duration::from_secs(2), ..limits() };
    let context = CallContext { llm: Some(Arc::new(Silent)), ..CallContext::default() };
    let admitted = admit(asker(None, None, 1).build(), Kind::Evaluator, &llm_grant(1000, 5), &limits).await.unwrap();
    let (verdict, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    assert_eq!(verdict.outcome, goalpost_core::verdict::Outcome::Satisfied);
    assert!(stats.duration < limits.timeout, "{stats:?}");
}
