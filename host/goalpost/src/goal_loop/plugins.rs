//! The goal's plugins: found, kept where no worker can reach them, admitted, and given what a call needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::config::{Plugin, PluginSource};
use goalpost_core::event::Event;
use goalpost_core::evidence::TreeIds;
use goalpost_core::ids::{Digest, TreeId};
use goalpost_core::lock_file::LockFile;
use goalpost_core::ports::{TreeView, Trees};
use goalpost_plugins::http::HttpService;
use goalpost_plugins::llm::LlmProvider;
use goalpost_plugins::{Admitted, CallContext, Kind, LogSink};
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;

use super::checks::Checks;
use super::committed::Committed;
use super::folders;
use super::host::Host;
use super::redacted::{RedactedModels, RedactedServices, RedactedTree};
use super::verification::Verification;
use crate::builtin;
use crate::exit::UsageError;
use crate::signature;

/// A plugin of the goal, ready to be called.
pub(crate) struct ReadyPlugin {
    /// Its use: `gate/NAME`, `evaluator/NAME` or `workflow`.
    pub(crate) key: String,
    /// As the goal names it.
    pub(crate) name: String,
    pub(crate) digest: Digest,
    /// The trees of the folders that it may read, by their names.
    pub(crate) folders: BTreeMap<String, TreeId>,
    pub(crate) admitted: Admitted,
}

/// Components by digest, as they were when a goal started: what lies in the workspace may change meanwhile.
pub(crate) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(crate) fn new(state: &Path) -> Self {
        Self { folder: state.join("plugins") }
    }

    /// Keeps a component.
    fn put(&self, component: &[u8]) -> Result<Digest> {
        let digest = Digest::of(component);
        let path = self.path(&digest);
        if !path.exists() {
            std::fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            std::io::Write::write_all(&mut file, component)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
        }
        Ok(digest)
    }

    /// The component that a goal started with.
    fn get(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.path(digest);
        let component = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        anyhow::ensure!(Digest::of(&component) == *digest, "{} was changed since the goal started", path.display());
        Ok(component)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}.wasm"))
    }
}

/// Why a component may run at all.
#[derive(Clone, Copy)]
pub(super) enum Trust<'a> {
    /// A person agreed to it: it is in `goalpost.lock`. What the baseline has of it, where one was named, is the baseline's.
    Lock { lock: &'a LockFile, committed: Option<&'a Committed> },
    /// The goal that goes on started with it.
    Frozen(Option<&'a Digest>),
}

/// Loads and admits the plugin of the use `key`: from where the configuration says, or, for a goal that goes on, the very
/// component it started with. Nothing of one that nobody agreed to is compiled or run.
pub(super) async fn ready(
    host: &Host,
    folder: &Path,
    kind: Kind,
    key: &str,
    name: &str,
    plugin: &Plugin,
    trust: Trust<'_>,
) -> Result<ReadyPlugin> {
    let refused = |error: &dyn std::fmt::Display| UsageError(format!("{kind} `{name}`: {error}"));
    // What the baseline has of it comes from there whole: its signature too.
    let mut committed = match (trust, &plugin.source) {
        (Trust::Lock { committed, .. }, PluginSource::File(_)) => committed,
        _ => None,
    };
    let component = match trust {
        Trust::Frozen(Some(digest)) => host.shelf.get(digest)?,
        Trust::Frozen(None) => anyhow::bail!("the goal has no component for its {kind} `{name}`"),
        Trust::Lock { .. } => match committed.map(|tree| tree.component(&plugin.source)).transpose()?.flatten() {
            Some(component) => component,
            None => {
                committed = None;
                find(folder, &plugin.source)?
            }
        },
    };
    let cache = Some(host.code.clone());
    let loaded =
        goalpost_plugins::Plugin::load(&host.engine, cache, component.clone(), plugin.source.to_string(), kind)
            .map_err(|error| refused(&error))?;
    loaded.fits(&plugin.grants).map_err(|error| refused(&error))?;
    let digest = match trust {
        Trust::Frozen(_) => loaded.digest().clone(),
        Trust::Lock { lock, .. } => {
            lock.check(key, plugin, loaded.digest()).map_err(|error| refused(&error))?;
            if let PluginSource::File(path) = &plugin.source {
                let read = |path: &Path| committed.map_or_else(|| signature::read(path), |tree| tree.signature(path));
                signature::check(&folder.join(path), loaded.digest(), lock.signer(key), read)
                    .map_err(|error| refused(&error))?;
            }
            host.shelf.put(&component)?
        }
    };
    let admitted =
        loaded.admit(&plugin.grants, &plugin.limits, &plugin.config).await.map_err(|error| refused(&error))?;
    Ok(ReadyPlugin { key: key.to_owned(), name: name.to_owned(), digest, folders: plugin.folders.clone(), admitted })
}

fn find(folder: &Path, source: &PluginSource) -> Result<Vec<u8>> {
    match source {
        PluginSource::Builtin(name) => builtin::find(name).map(<[u8]>::to_vec).ok_or_else(|| {
            let names: Vec<_> = builtin::names().collect();
            UsageError(format!("no plugin `builtin:{name}`: there are {}", names.join(", "))).into()
        }),
        PluginSource::File(path) => {
            let path = folder.join(path);
            goalpost_plugins::read_component(&path)
                .map_err(|error| UsageError(format!("plugin {}: {error}", path.display())).into())
        }
    }
}

impl Verification<'_> {
    /// What a call of a gate or an evaluator is given to work with. What it was not granted is not linked all the same.
    pub(super) fn context(&self, plugin: &ReadyPlugin) -> Result<CallContext> {
        let ids = &self.candidate.trees;
        Ok(CallContext {
            trees: Some(trees(self.host, &self.goal.objects, ids)?),
            checks: Some(Arc::new(Checks::new(
                self.host.clone(),
                self.goal.clone(),
                ids.sealed.clone(),
                self.layers().to_vec(),
            ))),
            llm: Some(models(self.host)),
            http: Some(services(self.host)),
            state: self.memories.open(self.host, plugin),
            folders: folders::views(self.host, &self.goal.objects, &plugin.folders)?,
            log: Some(log_to(self.host.clone(), self.journal.clone(), self.turn, plugin.name.clone())),
            ..CallContext::default()
        })
    }
}

/// What a plugin reads of these trees.
pub(super) fn trees(host: &Host, objects: &Arc<ObjectStore>, ids: &TreeIds) -> Result<Trees> {
    let view = |tree| -> Result<Arc<dyn TreeView>> {
        let tree = Arc::new(GitTree::open(objects.clone(), tree)?);
        Ok(Arc::new(RedactedTree { tree, redactor: host.redactor.clone() }))
    };
    Ok(Trees { baseline: view(&ids.baseline)?, candidate: view(&ids.candidate)?, sealed: view(&ids.sealed)? })
}

/// The models, for a plugin.
pub(super) fn models(host: &Host) -> Arc<dyn LlmProvider> {
    Arc::new(RedactedModels { models: host.llm.clone(), redactor: host.redactor.clone() })
}

/// The web services, for a plugin.
pub(super) fn services(host: &Host) -> Arc<dyn HttpService> {
    Arc::new(RedactedServices { services: host.http.clone(), redactor: host.redactor.clone() })
}

/// A sink that puts a plugin's messages among the goal's events.
pub(super) fn log_to(host: Arc<Host>, journal: Arc<super::Journal>, turn: u32, plugin: String) -> LogSink {
    Arc::new(move |level, message| {
        let message = host.redactor.redact(message).into_owned();
        let event = Event::PluginLog { turn, plugin: plugin.clone(), level: level.as_str().to_owned(), message };
        if let Err(error) = journal.emit(event) {
            tracing::error!("a plugin's log message was lost: {error:#}");
        }
    })
}

/// The models that this machine is configured for, outside of a goal.
pub(crate) fn models_here(interrupt: crate::interrupt::Interrupt) -> Result<Arc<dyn LlmProvider>> {
    Ok(models(&Host::open(&std::env::current_dir()?, interrupt)?))
}
