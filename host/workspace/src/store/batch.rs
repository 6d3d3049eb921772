//! Objects on their way into the store: gathered from several threads, published together.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

use super::pack::{self, PackWriter};
use super::{ObjectStore, StoreError, io_error};

/// New objects of one snapshot or seal. Nothing of it is in the store before [`Batch::publish`].
pub(crate) struct Batch<'s> {
    store: &'s ObjectStore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pack: Option<PackWriter>,
    added: HashSet<ObjectId>,
}

/// Tells what the store had when the batch began; one for each thread.
pub(crate) struct Known(gix::Repository);

impl Known {
    /// Whether the store has the object.
    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        use gix::objs::Exists as _;
        self.0.objects.exists(id)
    }
}

impl<'s> Batch<'s> {
    pub(crate) fn new(store: &'s ObjectStore) -> Self {
        Self { store, state: Mutex::default() }
    }

    /// Where they go.
    pub(crate) fn store(&self) -> &'s ObjectStore {
        self.store
    }

    /// What the store had so far, for one thread.
    pub(crate) fn known(&self) -> Known {
        let mut repo = self.store.reader();
        // Looking for packs that have come since, at each object that is new, would cost more than the snapshot.
        repo.objects.refresh_never();
        Known(repo)
    }

    /// Adds the object unless the store or the batch has it, and gives its id.
    ///
    /// # Errors
    /// The store can't be written.
    pub(crate) fn add(&self, known: &Known, kind: Kind, data: &[u8]) -> Result<ObjectId, StoreError> {
        let failed = || io_error("written", &self.store.dir);
        let id = gix::objs::compute_hash(self.store.hash, kind, data)
            .map_err(|e| failed()(std::io::Error::other(e.to_string())))?;
        if self.lock().added.contains(&id) || known.has(&id) {
            return Ok(id);
        }
        let encoded = pack::encode(kind, data).map_err(failed())?;
        let mut state = self.lock();
        if state.added.insert(id) {
            if state.pack.is_none() {
                state.pack = Some(PackWriter::new(&self.store.pack_dir(), self.store.hash)?);
            }
            if let Some(pack) = &mut state.pack {
                pack.append(id, &encoded)?;
            }
        }
        Ok(id)
    }

    /// Makes every added object durable and visible.
    ///
    /// # Errors
    /// The store can't be written; then none of them is visible.
    pub(crate) fn publish(self) -> Result<(), StoreError> {
        match self.state.into_inner().unwrap_or_else(PoisonError::into_inner).pack {
            Some(pack) => pack.publish().map(drop),
            None => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A thread that panicked while it held the lock is rethrown when it is joined.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
