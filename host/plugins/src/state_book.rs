//! What a plugin remembers, in one call: the guest writes in it, and whoever made the call reads it afterwards.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use goalpost_core::config::StateGrant;
use goalpost_core::plugin_state::{PluginState, Remembered, StateError};
use goalpost_core::redact::Redactor;

/// What a plugin remembers. Clones are one book: the caller keeps one, and asks it for [`Self::remembered`] when the call has
/// answered. Of a call that broke, it holds what the guest had done until then.
#[derive(Clone)]
pub struct StateBook {
    state: Arc<Mutex<PluginState>>,
    redactor: Option<Arc<Redactor>>,
}

impl StateBook {
    /// Opens what a turn found.
    pub fn open(grant: &StateGrant, found: &Remembered) -> Self {
        Self { state: Arc::new(Mutex::new(PluginState::new(grant.clone(), found))), redactor: None }
    }

    /// The same, with secrets masked before they are remembered.
    #[must_use]
    pub fn redacted_by(self, redactor: Arc<Redactor>) -> Self {
        Self { redactor: Some(redactor), ..self }
    }

    /// All that is in it now.
    pub fn remembered(&self) -> Remembered {
        self.lock().remembered()
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.lock().get(key)?.map(<[u8]>::to_vec))
    }

    pub(crate) fn set(&self, key: &str, value: &[u8]) -> Result<(), StateError> {
        let Some(redactor) = &self.redactor else { return self.lock().set(key, value) };
        if matches!(redactor.redact(key), Cow::Owned(shown) if shown != key) {
            return Err(StateError::InvalidKey("a key holds no secret".to_owned()));
        }
        self.lock().set(key, &redactor.mask(value))
    }

    pub(crate) fn delete(&self, key: &str) -> Result<bool, StateError> {
        self.lock().delete(key)
    }

    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        self.lock().keys(prefix).map(str::to_owned).collect()
    }

    fn lock(&self) -> MutexGuard<'_, PluginState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
