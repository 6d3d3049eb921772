//! A plugin that is named on the command line.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::config::Limits;
use goalpost_plugins::{CodeCache, Engine, Kind, Plugin};

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
    std::fs::read(Path::new(source)).map_err(|error| UsageError(format!("{source}: {error}")).into())
}

/// Loads a component as a plugin of the world that its exports belong to.
pub(super) fn load(source: &str, component: Vec<u8>) -> Result<Plugin> {
    let unusable = |why: &dyn std::fmt::Display| UsageError(format!("`{source}` can't be loaded: {why}"));
    let kind = Kind::of(&component)
        .map_err(|why| unusable(&why))?
        .ok_or_else(|| unusable(&"it exports neither `evaluate`, `check` nor `run`: it is a plugin of no world"))?;
    let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
    let cache = CodeCache::open(places.cache.join("code")).context("the cache of compiled plugins")?;
    let engine = Engine::new()?;
    Plugin::load(&engine, Some(Arc::new(cache)), component, source, kind)
        .map_err(|error| UsageError(error.to_string()).into())
}

/// What a call may use when nobody says otherwise.
pub(super) fn limits(kind: Kind) -> Limits {
    if kind == Kind::Workflow { Limits::WORKFLOW } else { Limits::DEFAULT }
}
