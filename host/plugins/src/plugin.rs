//! A plugin before it is admitted: its bytes, its identity, and what it says it imports and exports.

use std::sync::Arc;

use goalpost_core::ids::Digest;

use crate::cache::CodeCache;
use crate::engine::Engine;
use crate::surface::{Kind, NotAComponent, Surface};

/// Largest component. The largest tool chain measured (Python) makes 18 MiB.
pub const COMPONENT_BYTES: usize = 64 << 20;

/// Why bytes can't be a plugin at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Not a component.
    #[error("`{plugin}` can't be loaded: {reason}")]
    NotAComponent {
        /// Where it comes from.
        plugin: String,
        /// What it is instead.
        reason: NotAComponent,
    },
    /// Over [`COMPONENT_BYTES`].
    #[error("`{plugin}` can't be loaded: it has {} MiB, and at most {} are allowed", found >> 20, COMPONENT_BYTES >> 20)]
    TooLarge {
        /// Where it comes from.
        plugin: String,
        /// Its bytes.
        found: usize,
    },
}

/// A component that may become a plugin. Nothing of it has been compiled or run.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) engine: Engine,
    pub(crate) cache: Option<Arc<CodeCache>>,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) source: String,
    pub(crate) kind: Kind,
    pub(crate) digest: Digest,
    pub(crate) surface: Surface,
}

impl Plugin {
    /// Takes a component that is to serve as `kind`. `source` is where it comes from, for messages.
    ///
    /// # Errors
    /// The bytes are no component, or too many.
    pub fn load(
        engine: &Engine,
        cache: Option<Arc<CodeCache>>,
        bytes: impl Into<Arc<[u8]>>,
        source: impl Into<String>,
        kind: Kind,
    ) -> Result<Self, LoadError> {
        let (bytes, source) = (bytes.into(), source.into());
        if bytes.len() > COMPONENT_BYTES {
            return Err(LoadError::TooLarge { plugin: source, found: bytes.len() });
        }
        let surface = match Surface::read(&bytes) {
            Ok(surface) => surface,
            Err(reason) => return Err(LoadError::NotAComponent { plugin: source, reason }),
        };
        let digest = Digest::of(&bytes);
        Ok(Self { engine: engine.clone(), cache, bytes, source, kind, digest, surface })
    }

    /// SHA-256 of the component: what a plugin is known by.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it is to serve as.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The names of everything that it imports, as it has them, such as `goalpost:plugin/tree@0.1.0`.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.surface.imports.iter().map(|name| name.full.as_str())
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("source", &self.source)
            .field("kind", &self.kind)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
