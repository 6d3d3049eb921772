//! `grants`: what a plugin may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::error::Problem;
use super::files::FolderGrant;
use super::http::HttpGrant;
use super::plugin::World;
use super::section::{At, Section, quoted};
use super::state::StateGrant;
use super::{files, http, state};

/// Capabilities given to one plugin. What is not here is not linked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grants {
    /// Read access to the trees.
    pub tree: bool,
    /// Names of checks that it may run.
    pub checks: Vec<String>,
    /// A language model.
    pub llm: Option<LlmGrant>,
    /// Agents that a workflow may spawn.
    pub agents: Option<AgentsGrant>,
    /// Web services that it may ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpGrant>,
    /// What it may remember of a goal.
    #[serde(default)]
    pub state: Option<StateGrant>,
    /// Folders that it may read, by the names that it knows them by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, FolderGrant>,
}

/// `llm = { ... }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LlmGrant {
    /// `provider/model`, best first; at least one.
    pub models: Vec<String>,
    /// Input and output tokens of one turn's call of the plugin; 100,000 when not given.
    pub tokens: u64,
    /// Millionths of a US dollar; none for no limit.
    pub micro_usd: Option<u64>,
    /// Calls of `complete`; 20 when not given.
    pub calls: u32,
}

/// `agents = { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentsGrant {
    /// Runs in one turn; 16 when not given.
    pub runs: u32,
    /// At the same time; 4 when not given.
    pub concurrent: u32,
}

/// What stands under `grants` in a section.
pub(super) fn read(section: &Section<'_>, world: World) -> Grants {
    let name = format!("`grants` of {}", section.name);
    let Some(table) = section.section("grants", name, "grants = { tree = true }") else { return Grants::default() };
    let grants = Grants {
        tree: table.boolean("tree").unwrap_or(false),
        checks: checks(&table).into_iter().map(|name| name.value.to_owned()).collect(),
        llm: llm(&table),
        agents: match world {
            World::Workflow => agents(&table),
            World::Gate | World::Evaluator => {
                if let Some(span) = table.key_span("agents") {
                    let kind = if world == World::Gate { "a gate" } else { "an evaluator" };
                    let problem = Problem::new(span, format!("{kind} can't be granted `agents`"));
                    table.push(problem.label("only a workflow spawns agents").help("take it out of `grants`"));
                    table.dismiss("agents");
                }
                None
            }
        },
        http: http::grants(&table),
        state: state::read(&table),
        files: files::read(&table),
    };
    table.finish();
    grants
}

/// The names in `grants.checks`, with their places. Whether they exist is known once the whole file is read.
fn checks<'a>(grants: &Section<'a>) -> Vec<At<&'a str>> {
    let mut names: Vec<At<&'a str>> = Vec::new();
    for name in grants.strings("checks").map_or_else(Vec::new, |list| list.value) {
        if names.iter().any(|seen| seen.value == name.value) {
            let problem = Problem::new(name.span, format!("the check `{}` is granted twice", name.value));
            grants.push(problem.label("named before"));
        } else {
            names.push(name);
        }
    }
    names
}

/// The checks that a plugin is granted, for the test whether each is declared.
pub(super) fn granted_checks<'a>(section: &Section<'a>) -> Vec<At<&'a str>> {
    let Some(DeValue::Table(grants)) = section.get("grants").map(|v| v.get_ref()) else { return Vec::new() };
    let Some(DeValue::Array(names)) = grants.get("checks").map(|v| v.get_ref()) else { return Vec::new() };
    names.iter().filter_map(|n| n.get_ref().as_str().map(|text| At::new(text, n.span()))).collect()
}

fn llm(grants: &Section<'_>) -> Option<LlmGrant> {
    let example = "llm = { model = \"anthropic/claude-haiku-4-5\", tokens = 20_000 }";
    if let Some(value) = grants.get("llm")
        && let DeValue::String(model) = value.get_ref()
    {
        let problem = grants.wrong_type("llm", value, "a table");
        grants.push(problem.help(format!("write `llm = {{ model = {} }}`", quoted(model))));
        return None;
    }
    let table = grants.section("llm", "`llm`", example)?;
    let models = models(&table, example);
    let tokens = table.integer("tokens", 1..=100_000_000, "tokens");
    let usd = table.number("usd");
    let calls = table.integer("calls", 1..=10_000, "calls");
    table.finish();
    let micro_usd = usd.and_then(|usd| {
        if usd.value > 0.0 && usd.value <= 10_000.0 {
            return Some((usd.value * 1e6).round().max(1.0) as u64);
        }
        let problem = Problem::new(usd.span, "`usd` in `llm` is out of range");
        table.push(problem.label("expected more than 0, at most 10,000 US dollars"));
        None
    });
    Some(LlmGrant {
        models,
        tokens: tokens.unwrap_or(100_000),
        micro_usd,
        calls: calls.and_then(|n| u32::try_from(n).ok()).unwrap_or(20),
    })
}

fn models(table: &Section<'_>, example: &str) -> Vec<String> {
    let one = table.string("model");
    let many = table.strings("models");
    if table.has("model") && table.has("models") {
        let span = table.key_span("models").unwrap_or_else(|| table.span.clone());
        table.push(Problem::new(span, "`llm` has `model` and `models`").label("expected one of the two"));
    } else if !table.has("model") && !table.has("models") {
        table.missing("model", format!("no model is taken by default: write `{example}`"));
    } else if let Some(list) = &many
        && list.value.is_empty()
    {
        table.push(Problem::new(list.span.clone(), "`models` is empty").label("expected at least one, best first"));
    }
    let mut models: Vec<String> = Vec::new();
    for model in one.into_iter().chain(many.map_or_else(Vec::new, |list| list.value)) {
        let well_formed = model.value.split_once('/').is_some_and(|(provider, name)| {
            !provider.is_empty()
                && !name.is_empty()
                && !model.value.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if !well_formed {
            table.push(
                Problem::new(model.span, format!("`{}` does not name a model", model.value))
                    .label("expected `provider/model`, such as \"anthropic/claude-haiku-4-5\""),
            );
        } else if models.iter().any(|seen| seen == model.value) {
            table.push(Problem::new(model.span, format!("the model `{}` is named twice", model.value)));
        } else {
            models.push(model.value.to_owned());
        }
    }
    models
}

fn agents(grants: &Section<'_>) -> Option<AgentsGrant> {
    let table = grants.section("agents", "`agents`", "agents = { runs = 16, concurrent = 4 }")?;
    let runs = table.integer("runs", 1..=1_000, "runs");
    let concurrent = table.integer("concurrent", 1..=64, "agents");
    table.finish();
    let count = |n: Option<u64>, default| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    Some(AgentsGrant { runs: count(runs, 16), concurrent: count(concurrent, 4) })
}
