//! A plugin wherever one is named: where it comes from, what it may do, how much, and what it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;
use toml::de::DeValue;

use super::error::Problem;
use super::section::{At, Section, Value, quoted};
use super::value::{LONGEST, show_duration, show_size};
use super::{AgentsGrant, Grants, Limits, LlmGrant, Plugin, PluginSource, files, http, state};

/// What a plugin is for, and so what may be granted to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// A check on the sealed tree.
    Gate,
    /// A judge.
    Evaluator,
    /// Drives a turn.
    Workflow,
}

/// An hour: a judge that needs more has hung. A workflow may take as long as any worker.
const LONGEST_CALL: Duration = Duration::from_secs(3600);

/// The source under `key`, with `grants`, `limits` and `config` beside it.
pub(super) fn read(section: &Section<'_>, key: &'static str, world: World) -> Option<Plugin> {
    let source = section.string(key).and_then(|text| source(section, key, &text));
    let PluginOptions { grants, limits, config } = options(section, world);
    Some(Plugin { source: source?, grants, limits, config, folders: BTreeMap::new() })
}

/// What a plugin may do, how much it may use, and what it is told.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginOptions {
    /// Nothing when not given.
    pub grants: Grants,
    /// How much it may use.
    pub limits: Limits,
    /// Handed to it, after validation against its schema.
    pub config: serde_json::Map<String, Json>,
}

/// `grants`, `limits` and `config` of a section.
pub(super) fn options(section: &Section<'_>, world: World) -> PluginOptions {
    PluginOptions { grants: grants(section, world), limits: limits(section, world), config: config(section) }
}

fn source(section: &Section<'_>, key: &str, text: &At<&str>) -> Option<PluginSource> {
    let bad = |label: &str, help: String| {
        let what = format!("`{}` is no plugin for `{key}` in {}", text.value, section.name);
        section.push(Problem::new(text.span.clone(), what).label(label).help(help));
        None
    };
    let forms = "a plugin is `builtin:NAME`, or the path of a component: `./judges/security.wasm`".to_owned();
    let path = text.value;
    if let Some(name) = path.strip_prefix("builtin:") {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        return match !name.is_empty() && name.bytes().all(word) {
            true => Some(PluginSource::Builtin(name.to_owned())),
            false => bad(
                "expected `builtin:` and a name, such as `builtin:scope`",
                "its name has only lower-case letters, digits and `-`".to_owned(),
            ),
        };
    }
    if let Some((scheme, _)) = path.split_once("://") {
        return bad(
            &format!("`{scheme}://` is not supported by this version"),
            "registries and downloads are not supported yet: fetch the component yourself, and name the file"
                .to_owned(),
        );
    }
    if path.contains(char::is_control) || path.trim() != path || path.is_empty() {
        return bad("not a path", forms);
    }
    if path.starts_with("~/") {
        return bad("`~` is not expanded here", "write the path in full, or relative to this file".to_owned());
    }
    if path.starts_with("./") || path.starts_with("../") || path.starts_with('/') || path.ends_with(".wasm") {
        return Some(PluginSource::File(path.to_owned()));
    }
    bad(
        "neither a builtin nor a file",
        format!("write {} or {}", quoted(&format!("builtin:{path}")), quoted(&format!("./{path}.wasm"))),
    )
}

fn grants(section: &Section<'_>, world: World) -> Grants {
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

impl Limits {
    /// What holds for an evaluator or a gate that says nothing.
    pub const DEFAULT: Self = Self {
        timeout: Duration::from_secs(30),
        memory: 256 << 20,
        host_calls: 10_000,
        log_bytes: 64 << 10,
        output_bytes: 256 << 10,
    };

    /// What holds for a workflow that says nothing: it waits for agents.
    pub const WORKFLOW: Self = Self { timeout: Duration::from_secs(3600), ..Self::DEFAULT };

    /// The most that a plugin can be given. More than four gibibytes no 32-bit memory can address.
    pub const MOST: Self =
        Self { timeout: LONGEST, memory: 4 << 30, host_calls: 10_000_000, log_bytes: 16 << 20, output_bytes: 16 << 20 };

    /// The lower of each.
    #[must_use]
    pub fn at_most(&self, most: &Self) -> Self {
        Self {
            timeout: self.timeout.min(most.timeout),
            memory: self.memory.min(most.memory),
            host_calls: self.host_calls.min(most.host_calls),
            log_bytes: self.log_bytes.min(most.log_bytes),
            output_bytes: self.output_bytes.min(most.output_bytes),
        }
    }

    /// What of it is more than in `old`, in words.
    pub fn raised(&self, old: &Self) -> Vec<String> {
        let size = |old, new| format!("{}, was {}", show_size(new), show_size(old));
        let calls = |old, new| format!("{new}, was {old}");
        let time = format!("{}, was {}", show_duration(self.timeout), show_duration(old.timeout));
        [
            ("time", self.timeout > old.timeout, time),
            ("memory", self.memory > old.memory, size(old.memory, self.memory)),
            ("calls of the host", self.host_calls > old.host_calls, calls(old.host_calls, self.host_calls)),
            ("log", self.log_bytes > old.log_bytes, size(old.log_bytes.into(), self.log_bytes.into())),
            ("output", self.output_bytes > old.output_bytes, size(old.output_bytes.into(), self.output_bytes.into())),
        ]
        .into_iter()
        .filter(|(_, is_more, _)| *is_more)
        .map(|(what, _, text)| format!("more {what}: {text}"))
        .collect()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

fn limits(section: &Section<'_>, world: World) -> Limits {
    let (default, longest) = match world {
        World::Workflow => (Limits::WORKFLOW, LONGEST),
        World::Gate | World::Evaluator => (Limits::DEFAULT, LONGEST_CALL),
    };
    let name = format!("`limits` of {}", section.name);
    let Some(table) = section.section("limits", name, "limits = { timeout = \"30s\" }") else { return default };
    let small = |n: Option<u64>, default| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    let most = Limits::MOST;
    let limits = Limits {
        timeout: table.duration("timeout", longest).unwrap_or(default.timeout),
        // Less than a mebibyte starts no guest.
        memory: table.bytes("memory", 1 << 20..=most.memory).unwrap_or(default.memory),
        host_calls: small(table.integer("host_calls", 1..=most.host_calls.into(), "calls"), default.host_calls),
        log_bytes: small(table.bytes("log_bytes", 0..=most.log_bytes.into()), default.log_bytes),
        output_bytes: small(table.bytes("output_bytes", 1 << 10..=most.output_bytes.into()), default.output_bytes),
    };
    table.finish();
    limits
}

fn config(section: &Section<'_>) -> serde_json::Map<String, Json> {
    let name = format!("`config` of {}", section.name);
    let Some(table) = section.section("config", name, "config = { fail_on = \"high\" }") else {
        return serde_json::Map::new();
    };
    let mut out = serde_json::Map::new();
    for (key, value) in table.entries() {
        if let Some(json) = json(section, value) {
            out.insert(key.value.to_owned(), json);
        }
    }
    out
}

/// A plugin reads JSON. What JSON can't say is refused rather than bent.
fn json(section: &Section<'_>, value: &Value<'_>) -> Option<Json> {
    let unsayable = |label: &str| {
        section.push(Problem::new(value.span(), "a plugin's `config` is handed over as JSON").label(label));
        None
    };
    Some(match value.get_ref() {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Boolean(b) => Json::Bool(*b),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => n.into(),
            Err(_) => return unsayable("this number is too large"),
        },
        DeValue::Float(f) => match f.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
            Some(n) => Json::Number(n),
            None => return unsayable("JSON has no such number"),
        },
        DeValue::Datetime(_) => return unsayable("JSON has no dates: put it in quotes"),
        DeValue::Array(items) => Json::Array(items.iter().filter_map(|item| json(section, item)).collect()),
        DeValue::Table(table) => Json::Object(
            table.iter().filter_map(|(key, value)| Some((key.get_ref().to_string(), json(section, value)?))).collect(),
        ),
    })
}
