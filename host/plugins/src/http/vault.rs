//! The secrets that headers may name, and the net that keeps them out of answers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use goalpost_core::redact::Redactor;

use super::HttpFailure;

/// Looks a variable of the host's environment up.
pub(super) type Lookup = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Values by name, and every value that was ever looked up.
pub(super) struct Vault {
    lookup: Lookup,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    values: BTreeSet<String>,
    redactor: Arc<Redactor>,
}

impl Vault {
    pub(super) fn new(lookup: Lookup) -> Self {
        Self { lookup, known: Mutex::default() }
    }

    /// A secret's value. Keys that were pasted or read from a file often end in a line break.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Whether a secret that is set could be found in an answer again.
    pub(super) fn can_send(&self, name: &str) -> Result<(), HttpFailure> {
        match self.value(name) {
            Some(value) if !Redactor::finds(&value) => Err(HttpFailure::Denied(format!(
                "the secret {name} is too short or too plain to be kept out of the answer, and is not sent"
            ))),
            _ => Ok(()),
        }
    }

    /// Finds the values of `names`, and all that were asked for before: a service remembers what it was told.
    pub(super) fn redactor<'n>(&self, names: impl Iterator<Item = &'n str>) -> Arc<Redactor> {
        let values: Vec<_> = names.filter_map(|name| self.value(name)).collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.values.len();
        known.values.extend(values);
        if known.values.len() > before {
            known.redactor = Arc::new(Redactor::new(known.values.iter().cloned()));
        }
        known.redactor.clone()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}
