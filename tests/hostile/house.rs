//! What a guest is given to work with here: real trees and folders, something to remember, and checks, models and agents that
//! keep count.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::{Evidence, GateReport, GateStatus, GoalText, TreeIds, WorkerReport};
use goalpost_core::ports::{
    AgentError, AgentOutput, AgentRequest, AgentSpawner, BoxFuture, CheckError, CheckRun, CheckRunner, Edit, TreeView,
    Trees,
};
use goalpost_core::usage::Usage;
use goalpost_plugins::http::client::HttpClient;
use goalpost_plugins::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest, LlmStop};
use goalpost_plugins::{Admitted, CallContext, CallError, CallStats, Clock, Kind, Outside, StateBook, Subject, Turn};
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::snapshot::snapshot;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use crate::attack::end_of;
use crate::guest::End;
use crate::internet::{self, Internet};

/// Limits for what behaves: no clock that a busy machine could meet.
pub(crate) fn patient() -> Limits {
    Limits {
        timeout: Duration::from_secs(60),
        memory: 64 << 20,
        host_calls: 1000,
        log_bytes: 64 << 10,
        output_bytes: 256 << 10,
    }
}

/// Everything behind the capabilities of a call.
#[derive(Default)]
pub(crate) struct House {
    trees: Option<(Trees, TreeIds, tempfile::TempDir)>,
    /// The names of its folders; each is the sealed tree.
    folders: Vec<String>,
    book: Option<StateBook>,
    checks: Arc<Checks>,
    model: Arc<Model>,
    agents: Arc<Agents>,
    internet: Internet,
    log: Arc<Mutex<Vec<String>>>,
}

impl House {
    pub(crate) fn new(grants: &Grants) -> Self {
        let found = [("found".to_owned(), b"1".to_vec())].into_iter().collect();
        Self {
            trees: (grants.tree || !grants.files.is_empty()).then(trees),
            folders: grants.files.keys().cloned().collect(),
            book: grants.state.as_ref().map(|grant| StateBook::open(grant, &found)),
            ..Self::default()
        }
    }

    /// Calls the guest; gives how it ended, and what was said.
    pub(crate) async fn call(&self, guest: &Admitted) -> (End, String) {
        let kept = self.log.clone();
        let context = CallContext {
            trees: self.trees.as_ref().map(|(trees, ..)| trees.clone()),
            folders: self.folders(),
            state: self.book.clone(),
            checks: Some(self.checks.clone()),
            llm: Some(self.model.clone()),
            http: Some(Arc::new(HttpClient::new(Arc::new(self.internet.clone()), internet::secret))),
            agents: Some(self.agents.clone()),
            log: Some(Arc::new(move |_, text| kept.lock().unwrap().push(text.to_owned()))),
            outside: Some(Outside { clock: Arc::new(Recorded), seed: [7; 32] }),
            ..CallContext::default()
        };
        let ids = self.ids();
        let ended = match guest.kind() {
            Kind::Evaluator => {
                let answer = guest.evaluate(context, &evidence(ids)).await;
                answer.map(|(answer, used)| (format!("{answer:?}"), used))
            }
            Kind::Gate => {
                let answer = guest.check(context, &subject(ids)).await;
                answer.map(|(answer, used)| (format!("{answer:?}"), used))
            }
            Kind::Workflow => {
                let answer = guest.run(context, &turn()).await;
                answer.map(|(answer, used)| (format!("{answer:?}"), used))
            }
        };
        let used = |stats: &CallStats| {
            format!(
                "; {} host calls, {} log messages dropped, {} tokens, {} agents started",
                stats.host_calls,
                stats.log_dropped,
                stats.llm_usage.billable_tokens(),
                stats.agent_runs
            )
        };
        match ended {
            Ok((answer, stats)) => (End::Answers, format!("{answer}{}", used(&stats))),
            Err(error) => (end_of(&error.failure), format!("{}{}", shown(&error), used(&error.stats))),
        }
    }

    /// What reached the world outside.
    pub(crate) fn seen(&self) -> String {
        let log = self.log.lock().unwrap();
        let shown: Vec<_> = log.iter().take(200).map(String::as_str).collect();
        format!(
            "; {} log lines; {} keys remembered; checks run: {:?}; model asked {} times; {}; agents still running: {}\nlog:\n{}",
            log.len(),
            self.book.as_ref().map_or(0, |book| book.remembered().iter().count()),
            self.checks.0.lock().unwrap(),
            self.model.0.load(Ordering::SeqCst),
            self.internet.seen(),
            self.agents.running.load(Ordering::SeqCst),
            shown.join("\n")
        )
    }

    fn folders(&self) -> BTreeMap<String, Arc<dyn TreeView>> {
        let sealed = self.trees.iter().map(|(trees, ..)| &trees.sealed);
        sealed.flat_map(|sealed| self.folders.iter().map(|name| (name.clone(), sealed.clone()))).collect()
    }

    fn ids(&self) -> TreeIds {
        let nothing = |digit: &str| digit.repeat(40).parse().unwrap();
        match &self.trees {
            Some((_, ids, _)) => ids.clone(),
            None => TreeIds { baseline: nothing("a"), candidate: nothing("b"), sealed: nothing("c") },
        }
    }
}

fn shown(error: &CallError) -> String {
    error.failure.to_string()
}

/// A repository with links that lead out of it, its trees in a store of their own.
fn trees() -> (Trees, TreeIds, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outside.txt"), "SECRET OF THE MACHINE").unwrap();
    let work = folder.path().join("work");
    std::fs::create_dir_all(work.join("src")).unwrap();
    assert!(Command::new("git").args(["init", "--quiet"]).current_dir(&work).status().unwrap().success());
    std::fs::write(work.join("src/a.txt"), "hello").unwrap();
    std::os::unix::fs::symlink("../outside.txt", work.join("link")).unwrap();
    std::os::unix::fs::symlink("/etc", work.join("etc")).unwrap();
    let workspace = Workspace::open(&work).unwrap();
    let objects = Arc::new(ObjectStore::open(&folder.path().join("objects"), &workspace).unwrap());
    let tree = snapshot(&workspace, &objects, None).unwrap().tree;
    let view: Arc<dyn TreeView> = Arc::new(GitTree::open(objects, &tree).unwrap());
    let trees = Trees { baseline: view.clone(), candidate: view.clone(), sealed: view };
    (trees, TreeIds { baseline: tree.clone(), candidate: tree.clone(), sealed: tree }, folder)
}

/// Runs nothing and keeps the names.
#[derive(Default)]
struct Checks(Mutex<Vec<String>>);

impl CheckRunner for Checks {
    fn run<'a>(
        &'a self,
        name: &'a str,
        _edits: Vec<Edit>,
        _deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        self.0.lock().unwrap().push(name.to_owned());
        Box::pin(async move {
            let report = GateReport {
                required: false,
                summary: "ran".into(),
                exit_code: Some(0),
                duration_ms: 1,
                ..GateReport::new(name, GateStatus::Passed)
            };
            Ok(CheckRun { report, artifacts: vec![("cov.xml".into(), vec![b'x'; 1000])] })
        })
    }
}

/// Answers with a hundred tokens that cost a thousandth of a dollar.
#[derive(Default)]
struct Model(AtomicU32);

impl LlmProvider for Model {
    fn complete<'a>(
        &'a self,
        request: LlmRequest,
        _deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let usage = Usage { output_tokens: 100, micro_usd: Some(1000), ..Usage::default() };
        let answer = LlmCompletion { text: "yes".into(), model: request.model, stop: LlmStop::Finished, usage };
        Box::pin(async move { Ok(answer) })
    }
}

/// Agents that never end by themselves.
#[derive(Default)]
struct Agents {
    running: Arc<AtomicU32>,
}

/// Counts an agent for as long as its future is there.
struct Running(Arc<AtomicU32>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl AgentSpawner for Agents {
    fn run(&self, _request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>> {
        let running = self.running.clone();
        Box::pin(async move {
            running.fetch_add(1, Ordering::SeqCst);
            let _running = Running(running);
            std::future::pending().await
        })
    }

    fn names(&self) -> Vec<String> {
        vec!["main".into()]
    }

    fn budget(&self) -> (Option<u64>, u64) {
        (None, 0)
    }

    fn phase(&self, _title: &str) {}
}

/// A clock of which a guest can tell that it is not the machine's.
struct Recorded;

impl Clock for Recorded {
    fn wall(&self) -> Duration {
        Duration::from_secs(1_234_567_890)
    }

    fn monotonic(&self) -> u64 {
        42
    }
}

fn goal() -> GoalText {
    GoalText { id: "g1".parse().unwrap(), objective: "Make it work".into(), scope: vec![], criteria: vec![] }
}

fn evidence(trees: TreeIds) -> Evidence {
    Evidence {
        goal: goal(),
        turn: 1,
        max_turns: 3,
        trees,
        changes: vec![],
        diff: "+ a line\n".into(),
        diff_truncated: false,
        gates: vec![],
        tampering: vec![],
        worker: WorkerReport {
            agent: "command".into(),
            exit_code: Some(0),
            final_text: "done".into(),
            ..WorkerReport::default()
        },
        history: vec![],
        facts: vec![],
    }
}

fn subject(trees: TreeIds) -> Subject {
    Subject { goal: goal(), turn: 1, trees, changes: vec![], tampering: vec![], facts: vec![] }
}

fn turn() -> Turn {
    Turn {
        goal: goal(),
        turn: 1,
        max_turns: 3,
        prompt: "Make it work".into(),
        feedback: None,
        agents: vec!["main".into()],
    }
}
