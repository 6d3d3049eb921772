//! A plugin that is named on the command line.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::config::{Limits, PluginOptions, World, parse_plugin_options};
use goalpost_plugins::{CodeCache, Engine, Kind, Plugin};

use super::project::Project;
use crate::builtin;
use crate::exit::UsageError;
use crate::paths::Places;

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

/// What a command is about: the plugin that is named, or the built component of the project that this folder is in.
pub(super) fn named(plugin: Option<&str>) -> Result<String> {
    match plugin {
        Some(name) => Ok(name.to_owned()),
        None => built(&Project::find(Path::new("."))?),
    }
}

/// The component that a project was built to.
pub(super) fn built(project: &Project) -> Result<String> {
    let output = project.output();
    if !output.is_file() {
        let message = format!("there is no {}: run `goalpost plugin build` first", output.display());
        return Err(UsageError(message).into());
    }
    let output = output.into_os_string().into_string();
    output.map_err(|path| UsageError(format!("{} is not UTF-8", path.display())).into())
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
