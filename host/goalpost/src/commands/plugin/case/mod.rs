//! A case: what is put before a plugin, what it is answered when it asks, and what it must conclude. One TOML file each.
//!
//! ```toml
//! shows  = "a change without a test is held back"
//! config = { strict = true }                          # as beside a plugin in goalpost.toml, with `grants` and `limits`
//! grants = { tree = true, checks = ["coverage"], llm = { model = "any/model" } }
//!
//! [turn]                                              # what is left out is uneventful
//! final_text = "All done!"
//!
//! [before]                                            # the workspace at the start
//! "src/lib.rs" = "pub fn f() {}\n"
//! [after]                                             # what is other at the end of the turn
//! "src/lib.rs" = "pub fn f() { g() }\n"
//!
//! [state]                                             # what it remembers of earlier turns
//! seen = "2"
//! [files.docs]                                        # a granted folder
//! "api.md" = "# The API"
//!
//! [[gate]]                                            # reports of the gates
//! name = "tests"
//!
//! [[tamper]]                                          # protected paths that were touched
//! path = "tests/all.rs"
//!
//! [[model]]                                           # the model's answers, in order
//! asked = ["src/lib.rs"]                              # what the prompt must hold
//! says  = "{\"outcome\": \"unsatisfied\"}"
//!
//! [[http]]                                            # what web services answer, in order
//! url    = "https://api.example.com/advisories"
//! says   = "[]"
//!
//! [expect]
//! outcome = "unsatisfied"
//! says    = ["no test"]
//! ```

mod expect;
mod scene;
mod script;
mod services;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::config::PluginOptions;
use goalpost_core::evidence::{GateStatus, Tamper, TamperKind};
use goalpost_core::plugin_state::Remembered;
use goalpost_core::score::Label;
use goalpost_core::verdict::Verdict;
use goalpost_plugins::llm::LlmProvider;
use goalpost_plugins::{
    Admitted, CallContext, CallError, CallStats, GateAnswer, Kind, Plugin, StateBook, TurnSummary, read_small_text,
};
use serde::Deserialize;

use super::source;
use crate::exit::UsageError;
pub(super) use expect::Expect;
pub(super) use scene::Scene;
use script::Told;

/// Bytes of a case: a workspace of many files, not a file that somebody put a device or a pipe in the place of.
const CASE_BYTES: u64 = 16 << 20;

/// A case as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Case {
    /// What the case shows, in a sentence.
    pub(super) shows: String,
    /// Read by the parser of `goalpost.toml`.
    config: toml::Table,
    grants: toml::Table,
    limits: toml::Table,
    pub(super) turn: TurnText,
    /// Path and content.
    before: BTreeMap<String, String>,
    /// What was written since.
    after: BTreeMap<String, String>,
    /// What was deleted since.
    deleted: Vec<String>,
    /// What the plugin remembers: keys and values.
    state: BTreeMap<String, String>,
    /// Granted folders by their names: path and content.
    files: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(rename = "gate")]
    gates: Vec<Report>,
    #[serde(rename = "tamper")]
    tampering: Vec<Touched>,
    #[serde(rename = "model")]
    model: Vec<Answer>,
    #[serde(rename = "http")]
    http: Vec<Page>,
    #[serde(rename = "check")]
    checks: Vec<Report>,
    #[serde(rename = "agent")]
    agents: Vec<Answer>,
    pub(super) expect: Expect,
    /// For `plugin score`: whether the work is done, as people see it.
    pub(super) label: Option<Label>,
    /// Why.
    #[allow(dead_code, reason = "it is for whoever reads the corpus")]
    because: String,
}

/// What is known of the turn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TurnText {
    number: u32,
    max_turns: u32,
    objective: String,
    criteria: Vec<String>,
    scope: Vec<String>,
    pub(super) final_text: String,
    pub(super) transcript: String,
    /// For a workflow: what a single worker would be told. The objective when not given.
    prompt: Option<String>,
    feedback: Option<String>,
    /// For a workflow: whom it may spawn.
    agents: Vec<String>,
}

impl Default for TurnText {
    fn default() -> Self {
        Self {
            number: 1,
            max_turns: 20,
            objective: "Do what is asked.".to_owned(),
            criteria: Vec::new(),
            scope: Vec::new(),
            final_text: String::new(),
            transcript: String::new(),
            prompt: None,
            feedback: None,
            agents: vec!["coder".to_owned()],
        }
    }
}

/// What the host says of a gate, or of a run of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    name: String,
    #[serde(default = "passed")]
    status: GateStatus,
    #[serde(default = "yes")]
    required: bool,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    output: String,
    exit_code: Option<i32>,
    /// Files that a check leaves.
    #[serde(default)]
    artifacts: BTreeMap<String, String>,
}

fn passed() -> GateStatus {
    GateStatus::Passed
}

fn yes() -> bool {
    true
}

/// A protected path that was touched.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Touched {
    path: String,
    #[serde(default = "edited")]
    kind: TamperKind,
    #[serde(default)]
    detail: String,
}

fn edited() -> TamperKind {
    TamperKind::Edited
}

impl Touched {
    fn as_tamper(&self) -> Tamper {
        Tamper { path: self.path.clone(), kind: self.kind, detail: self.detail.clone() }
    }
}

/// What a model or an agent answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Answer {
    /// What must stand in what it is asked.
    asked: Vec<String>,
    says: String,
    /// The failure that takes the answer's place.
    fails: Option<String>,
}

/// What a web service answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Page {
    /// The method, when it is not `GET`.
    method: String,
    /// As it must be asked.
    url: String,
    /// What must stand in the body of the request, or in a header as `name: value`.
    asked: Vec<String>,
    status: u16,
    headers: BTreeMap<String, String>,
    says: String,
    /// The failure that takes the answer's place.
    fails: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            url: String::new(),
            asked: Vec::new(),
            status: 200,
            headers: BTreeMap::new(),
            says: String::new(),
            fails: None,
        }
    }
}

/// What playing a case gave.
pub(super) struct Played {
    pub(super) came: Came,
    pub(super) used: CallStats,
    /// What was asked that the case does not foresee.
    pub(super) unforeseen: Vec<String>,
    /// What the plugin remembers from then on; none where it may not.
    pub(super) remembered: Option<Remembered>,
}

/// What came of a case.
pub(super) enum Came {
    Verdict(Verdict),
    Gate(GateAnswer),
    Turn(TurnSummary),
    Broke(CallError),
}

impl Case {
    /// Reads a case.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text =
            read_small_text(path, CASE_BYTES).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        toml::from_str(&text).map_err(|error| UsageError(format!("{}: {error}", path.display())).into())
    }

    /// Grants, limits and configuration, as a goal would give them.
    pub(super) fn options(&self, path: &Path, kind: Kind) -> Result<PluginOptions> {
        let mut beside = toml::Table::new();
        for (key, table) in [("config", &self.config), ("grants", &self.grants), ("limits", &self.limits)] {
            if !table.is_empty() {
                beside.insert(key.to_owned(), toml::Value::Table(table.clone()));
            }
        }
        source::options(&toml::to_string(&beside)?, &path.display().to_string(), kind)
    }

    /// Puts the case before a plugin that is admitted for it.
    pub(super) async fn play(&self, admitted: &Admitted) -> Result<Played> {
        let scene = self.scene(admitted.kind())?;
        self.play_in(&scene, admitted, None).await
    }

    /// Makes the work of the case.
    pub(super) fn scene(&self, kind: Kind) -> Result<Scene> {
        Scene::build(self, kind).context("the workspace of the case could not be made")
    }

    /// As [`Self::play`], in a scene that may serve many calls, with a real model in the place of the case's answers.
    pub(super) async fn play_in(
        &self,
        scene: &Scene,
        admitted: &Admitted,
        model: Option<Arc<dyn LlmProvider>>,
    ) -> Result<Played> {
        let told = Told::default();
        let found: Remembered =
            self.state.iter().map(|(key, value)| (key.clone(), value.clone().into_bytes())).collect();
        let book = admitted.grants().state.as_ref().map(|grant| StateBook::open(grant, &found));
        let context = CallContext {
            trees: scene.trees()?,
            checks: Some(script::checks(&self.checks, &told)),
            llm: Some(model.unwrap_or_else(|| script::model(&self.model, &told))),
            http: Some(services::services(&self.http, &told)),
            agents: Some(script::agents(&self.agents, &self.turn.agents, &told)),
            state: book.clone(),
            folders: scene.folders()?,
            ..CallContext::default()
        };
        let came = match admitted.kind() {
            Kind::Evaluator => {
                let evidence = scene.evidence(self)?;
                admitted.evaluate(context, &evidence).await.map(|(verdict, used)| (Came::Verdict(verdict), used))
            }
            Kind::Gate => {
                let subject = scene.subject(self)?;
                admitted.check(context, &subject).await.map(|(answer, used)| (Came::Gate(answer), used))
            }
            Kind::Workflow => {
                let turn = scene.turn(self);
                admitted.run(context, &turn).await.map(|(summary, used)| (Came::Turn(summary), used))
            }
        };
        let (came, used) = came.unwrap_or_else(|error| {
            let used = error.stats.clone();
            (Came::Broke(error), used)
        });
        Ok(Played { came, used, unforeseen: told.into_problems(), remembered: book.map(|book| book.remembered()) })
    }

    /// The same work with words in it that are meant for its judge: in the worker's last message, in its transcript, and as a
    /// comment in a file that it wrote.
    pub(super) fn injected(&self, words: &str) -> Self {
        let mut case = self.clone();
        case.turn.final_text = format!("{}\n\n{words}", case.turn.final_text);
        case.turn.transcript = format!("{}\n\n{words}\n", case.turn.transcript);
        let comment: String = words.lines().map(|line| format!("# {line}\n")).collect();
        case.after.insert("NOTES.md".to_owned(), comment);
        case
    }

    /// Admits a plugin as the case wants it.
    pub(super) async fn admit(&self, path: &Path, plugin: &Plugin) -> Result<Result<Admitted, String>> {
        let options = self.options(path, plugin.kind())?;
        Ok(plugin.admit(&options.grants, &options.limits, &options.config).await.map_err(|error| error.to_string()))
    }

    /// How the outcome differs from what is expected; nothing where it is that.
    pub(super) fn differences(&self, played: &Played) -> Vec<String> {
        self.expect.differences(&played.came, played.remembered.as_ref())
    }
}

/// The case files of a folder, sorted by name.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| UsageError(format!("{}: {error}", folder.display())))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
