//! A plugin that is named on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::config::{Limits, PluginOptions, World, parse_plugin_options};
use goalpost_plugins::{AdmissionError, CodeCache, Engine, Kind, Plugin};

use super::project::Project;
use crate::builtin;
use crate::exit::UsageError;
use crate::paths::Places;

/// How a plugin is named on the command line.
pub(super) const PLUGIN: &str = "builtin:NAME, a component's file, the folder of the project that it was built in, or sha256: and \
                                 the first digits of one that a goal ran";

/// The bytes of `builtin:NAME`, or of a file.
pub(super) fn read(source: &str) -> Result<Vec<u8>> {
    if let Some(name) = source.strip_prefix("builtin:") {
        let found = builtin::find(name).map(<[u8]>::to_vec);
        return found.ok_or_else(|| {
            let names: Vec<_> = builtin::names().collect();
            UsageError(format!("no plugin `builtin:{name}`: there are {}", names.join(", "))).into()
        });
    }
    goalpost_plugins::read_component(Path::new(source)).map_err(|error| UsageError(format!("{source}: {error}")).into())
}

/// What the command line names, as `builtin:NAME` or a file. The folder of a project stands for the component that it was built
/// to, and `sha256:` with the first digits for one that a goal ran: Goalpost keeps those.
pub(super) fn resolve(plugin: &str) -> Result<String> {
    match plugin.strip_prefix(DIGEST) {
        Some(digits) => kept(digits),
        None => lying(plugin),
    }
}

/// As [`resolve`], for what is to lie where its user has put it.
pub(super) fn lying(plugin: &str) -> Result<String> {
    let is_folder = !plugin.starts_with("builtin:") && Path::new(plugin).is_dir();
    if is_folder { built(&Project::find(Path::new(plugin))?) } else { Ok(plugin.to_owned()) }
}

/// Before the digits of a component's digest.
const DIGEST: &str = "sha256:";

/// Fewer name a component by chance.
const DIGITS: usize = 6;

/// The component that a goal ran whose digest starts with these digits.
fn kept(digits: &str) -> Result<String> {
    let are_digits = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    if digits.len() < DIGITS || !are_digits {
        let message = format!("`{DIGEST}{digits}` names no component: write at least {DIGITS} hexadecimal digits");
        return Err(UsageError(message).into());
    }
    let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
    let names = std::fs::read_dir(places.state.join("plugins")).into_iter().flatten().flatten();
    let mut found: Vec<_> = names
        .map(|entry| entry.path())
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(digits)))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => in_utf8(path),
        (Some(_), false) => Err(UsageError(format!("`{DIGEST}{digits}` is more than one: write more digits")).into()),
        (None, _) => {
            Err(UsageError(format!("no goal on this machine ran a component whose SHA-256 starts with {digits}"))
                .into())
        }
    }
}

/// The plugin that is named.
pub(super) fn open(plugin: &str) -> Result<Plugin> {
    let name = resolve(plugin)?;
    load(&name, read(&name)?)
}

/// The component that a project was built to.
pub(super) fn built(project: &Project) -> Result<String> {
    let output = project.output();
    if !output.is_file() {
        let message = format!("there is no {}: run `goalpost plugin build` first", output.display());
        return Err(UsageError(message).into());
    }
    in_utf8(output)
}

fn in_utf8(path: PathBuf) -> Result<String> {
    let path = path.into_os_string().into_string();
    path.map_err(|path| UsageError(format!("{} is not UTF-8", path.display())).into())
}

/// Loads a component as a plugin of the world that its exports belong to.
pub(super) fn load(source: &str, component: Vec<u8>) -> Result<Plugin> {
    try_load(source, component)?.map_err(|why| UsageError(format!("`{source}` can't be loaded: {why}")).into())
}

/// As [`load`], with what is wrong with the component as an answer.
pub(super) fn try_load(source: &str, component: Vec<u8>) -> Result<Result<Plugin, String>> {
    let kind = match Kind::of(&component) {
        Ok(Some(kind)) => kind,
        Ok(None) => {
            let why = "it exports neither `evaluate`, `check` nor `run`: it is a plugin of no world";
            return Ok(Err(why.to_owned()));
        }
        Err(why) => return Ok(Err(why.to_string())),
    };
    let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
    let cache = CodeCache::open(places.cache.join("code")).context("the cache of compiled plugins")?;
    let engine = Engine::new()?;
    Ok(Plugin::load(&engine, Some(Arc::new(cache)), component, source, kind).map_err(|error| error.to_string()))
}

/// What stands beside a plugin in a goal, on the command line.
#[derive(Debug, clap::Args)]
pub(super) struct Given {
    /// What it may do, such as '{ tree = true }'; a case says it itself
    #[arg(long, value_name = "TOML")]
    grants: Option<String>,
    /// What it is told, such as '{ word = "done" }'; a case says it itself
    #[arg(long, value_name = "TOML")]
    config: Option<String>,
    /// What it may use, such as '{ timeout = "5s" }'; a case says it itself
    #[arg(long, value_name = "TOML")]
    limits: Option<String>,
}

impl Given {
    /// Why a plugin is not admitted with what was given, and where to give more: there is no goalpost.toml to put it into.
    pub(super) fn refused(error: &AdmissionError) -> UsageError {
        UsageError(format!("{error}\nHere, they are given with --grants '{{ … }}' and --config '{{ … }}'."))
    }

    pub(super) fn options(&self, kind: Kind) -> Result<PluginOptions> {
        let given = [("grants", &self.grants), ("config", &self.config), ("limits", &self.limits)];
        let lines = given.iter().filter_map(|(key, value)| Some(format!("{key} = {}\n", value.as_ref()?)));
        options(&lines.collect::<String>(), "the command line", kind)
    }
}

/// What stands beside a plugin in a goal, for one that no goal uses.
pub(super) fn options(text: &str, file: &str, kind: Kind) -> Result<PluginOptions> {
    let world = match kind {
        Kind::Gate => World::Gate,
        Kind::Evaluator => World::Evaluator,
        Kind::Workflow => World::Workflow,
    };
    parse_plugin_options(text, file, world).map_err(|error| UsageError(error.to_string()).into())
}

/// What a call may use when nobody says otherwise.
pub(super) fn limits(kind: Kind) -> Limits {
    if kind == Kind::Workflow { Limits::WORKFLOW } else { Limits::DEFAULT }
}

/// Loads a component for one use. Nothing of it is compiled or run.
pub(super) fn load_as(source: &str, component: Vec<u8>, kind: Kind) -> Result<Plugin> {
    Plugin::load(&Engine::new()?, None, component, source, kind).map_err(|error| UsageError(error.to_string()).into())
}
