//! A plugin wherever one is named: where it comes from, what it may do, how much, and what it is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use toml::de::DeValue;

use super::error::Problem;
use super::grants::{self, Grants};
use super::limits::{self, Limits};
use super::section::{At, Section, Value, quoted};
use crate::ids::TreeId;
use crate::text;

/// A component, what it may do, and what it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plugin {
    /// Where it is.
    pub source: PluginSource,
    /// What it may do; nothing when not given.
    pub grants: Grants,
    /// How much it may use.
    pub limits: Limits,
    /// Handed to it, after validation against its schema.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// The trees of the folders that it is granted, by their names, as they were when the goal started. Empty before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folders: BTreeMap<String, TreeId>,
}

/// Where a component comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PluginSource {
    /// `builtin:NAME`
    Builtin(String),
    /// A file; relative to the folder of `goalpost.toml`.
    File(String),
}

impl std::fmt::Display for PluginSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::File(path) => f.write_str(path),
        }
    }
}

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
    PluginOptions {
        grants: grants::read(section, world),
        limits: limits::read(section, world),
        config: config(section),
    }
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
    // A path that is shown as another one is agreed to as that one.
    if path.contains(|c: char| c.is_control() || text::is_invisible(c)) || path.trim() != path || path.is_empty() {
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
