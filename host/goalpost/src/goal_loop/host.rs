//! What every goal on this machine shares: places, state, keys, the sandbox's level, the plugin host and the models.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::environment;
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::redact::Redactor;
use goalpost_plugins::llm::LlmProvider;
use goalpost_plugins::llm::client::HttpProvider;
use goalpost_plugins::llm::settings::LlmSettings;
use goalpost_plugins::{CodeCache, Engine};
use goalpost_workspace::sandbox::{Probe, probe, probe_overlay};
use serde::Deserialize;

use super::plugins::Shelf;
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::paths::Places;
use crate::receipt::Keys;
use crate::store::Store;

/// The machine, as a goal finds it.
pub(crate) struct Host {
    pub(crate) places: Places,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) probe: &'static Probe,
    /// Whether trees can be shown as overlays; otherwise they are checked out whole.
    pub(crate) overlay: bool,
    pub(crate) engine: Engine,
    pub(crate) code: Arc<CodeCache>,
    pub(crate) shelf: Shelf,
    pub(crate) llm: Arc<dyn LlmProvider>,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) interrupt: Interrupt,
}

/// `config.toml` in Goalpost's configuration folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    llm: LlmSettings,
}

impl Host {
    /// Opens everything, for a goal on the workspace at `root`.
    pub(crate) fn open(root: &Path, interrupt: Interrupt) -> Result<Self> {
        let places = Places::open(Some(root)).map_err(|error| UsageError(error.to_string()))?;
        let settings = settings(&places.config.join("config.toml"))?;
        let endpoints = settings
            .llm
            .endpoints(|name| std::env::var(name).ok())
            .map_err(|error| UsageError(format!("config.toml: {error}")))?;
        let secrets: Vec<String> = super::variables()
            .filter(|(name, _)| environment::is_secret_name(name))
            .map(|(_, value)| value)
            .chain(endpoints.values().filter_map(|endpoint| endpoint.key.clone()))
            .collect();
        Ok(Self {
            store: Store::open(&places)?,
            keys: Keys::open(&places.keys())?,
            overlay: probe().level == IsolationLevel::Full && probe_overlay(&places.cache).is_ok(),
            probe: probe(),
            engine: Engine::new()?,
            code: Arc::new(CodeCache::open(places.cache.join("code"))?),
            shelf: Shelf::new(&places.state),
            llm: Arc::new(HttpProvider::new(endpoints).context("the HTTP client could not be set up")?),
            redactor: Arc::new(Redactor::new(secrets)),
            places,
            interrupt,
        })
    }
}

fn settings(path: &Path) -> Result<Settings> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => return Err(UsageError(format!("{}: {error}", path.display())).into()),
    };
    toml::from_str(&text).map_err(|error| UsageError(format!("{}: {error}", path.display())).into())
}
