//! What every goal on this machine shares: places, state, keys, the sandbox's level, the plugin host and the models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use goalpost_core::environment;
use goalpost_core::ids::GoalId;
use goalpost_core::isolation::IsolationLevel;
use goalpost_core::redact::Redactor;
use goalpost_plugins::http::client::HttpClient;
use goalpost_plugins::http::{HttpService, SystemNetwork};
use goalpost_plugins::llm::LlmProvider;
use goalpost_plugins::llm::client::HttpProvider;
use goalpost_plugins::llm::settings::LlmSettings;
use goalpost_plugins::{CodeCache, Engine};
use goalpost_workspace::checkout::Pristine;
use goalpost_workspace::lease::Lease;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::sandbox::{Probe, probe, probe_overlay};
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::{lease, trash};
use serde::Deserialize;

use super::plugins::Shelf;
use super::recordings::Recordings;
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::paths::Places;
use crate::receipt::Keys;
use crate::store::{Store, now_ms};

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
    pub(crate) recordings: Recordings,
    pub(crate) llm: Arc<dyn LlmProvider>,
    pub(crate) http: Arc<dyn HttpService>,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) interrupt: Interrupt,
    /// Folders of the cache that this process uses.
    held: Mutex<BTreeMap<PathBuf, Lease>>,
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
        let redactor = Arc::new(Redactor::new(secrets));
        Ok(Self {
            store: Store::open(&places)?.redacted_by(redactor.clone()),
            keys: Keys::open(&places.keys())?,
            overlay: probe().level == IsolationLevel::Full && probe_overlay(&places.cache).is_ok(),
            probe: probe(),
            engine: Engine::new()?,
            code: Arc::new(CodeCache::open(places.cache.join("code"))?),
            shelf: Shelf::new(&places.state),
            recordings: Recordings::new(&places.state),
            llm: Arc::new(HttpProvider::new(endpoints).context("the HTTP client could not be set up")?),
            http: Arc::new(HttpClient::new(Arc::new(SystemNetwork::default()), |name| std::env::var(name).ok())),
            redactor,
            places,
            interrupt,
            held: Mutex::default(),
        })
    }

    /// Where the trees of a workspace are kept.
    pub(super) fn objects(&self, workspace: &Workspace) -> Result<Arc<ObjectStore>> {
        // One store a repository, whatever its worktrees are called.
        let folder = self.places.objects(workspace.common_dir());
        Ok(Arc::new(ObjectStore::open(&folder, workspace)?))
    }
}

/// Checkouts of baselines that are kept for goals to come.
const PRISTINE_KEPT: usize = 8;
/// What the results of setups, and the caches of gates, may take in all.
const ROOM: u64 = 20 << 30;
/// A result that no goal used for so long is made again when one does.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
/// What the plugins of a goal remember is kept for so long after it has ended, for replays of its turns.
const REPLAYED: Duration = Duration::from_secs(30 * 24 * 3600);
/// No run of a gate is older than this: what lies there was left by a host that was killed.
const ABANDONED: Duration = Duration::from_secs(7 * 24 * 3600);

impl Host {
    /// Keeps a folder of the cache, which need not exist yet, from being evicted for as long as this process lives.
    pub(super) fn hold(&self, folder: &Path) -> std::io::Result<()> {
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let lease = Lease::share(folder)?;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), lease);
        Ok(())
    }

    /// Notes what a folder that is held takes.
    pub(super) fn note_size(&self, folder: &Path) -> std::io::Result<()> {
        let bytes = lease::measure(folder)?;
        match self.held.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            Some(lease) => lease.note_size(bytes),
            None => Ok(()),
        }
    }

    /// Holds a folder no longer.
    pub(super) fn let_go(&self, folder: &Path) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(folder);
    }

    /// Takes away what earlier goals left. What can't be taken away now is there the next time.
    pub(crate) fn tidy(&self) {
        let replayed = u64::try_from(REPLAYED.as_millis()).unwrap_or(u64::MAX);
        drop(self.store.forget_memories(now_ms().saturating_sub(replayed)));
        let folder = |name: &str| self.places.cache.join(name);
        let pristine = folder("pristine");
        if pristine.is_dir() {
            drop(Pristine::evict(&pristine, PRISTINE_KEPT).map(|()| trash::empty(&pristine)));
        }
        for entry in std::fs::read_dir(self.places.histories()).into_iter().flatten().flatten() {
            let goal = entry.file_name().to_str().and_then(|name| name.parse::<GoalId>().ok());
            let has_ended = |id| self.store.goal(&id).is_ok_and(|goal| goal.state.is_terminal());
            if goal.is_some_and(has_ended) {
                drop(trash::remove(&entry.path()));
            }
        }
        for folder in ["boxes", "setup"].map(folder) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let made = entry.metadata().and_then(|found| found.modified()).ok();
                let is_old = made.and_then(|made| made.elapsed().ok()).is_some_and(|age| age > ABANDONED);
                let name = entry.file_name();
                let is_temporary =
                    ["box-", "unfinished-"].iter().any(|start| name.as_encoded_bytes().starts_with(start.as_bytes()));
                if is_old && is_temporary {
                    drop(trash::remove(&entry.path()));
                }
            }
        }
        for (folder, oldest) in [(folder("setup"), UNUSED), (folder("warm"), ABANDONED)] {
            if folder.is_dir() {
                let is_one = |name: &str| !name.starts_with('.') && !name.starts_with("unfinished-");
                drop(lease::evict(&folder, ROOM, oldest, is_one).map(|()| trash::empty(&folder)));
            }
        }
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
