//! Which files are certainly what they were, so that they need not be read again.
//!
//! A file counts as unchanged when device, inode, mode, size, modification and change time are all the same as when its
//! content was read. The change time is the kernel's: no unprivileged process can set it. A file that had changed within
//! [`RACY`] of being read is not remembered, because a second change could carry the same times.
//!
//! The cache lies in the object store, out of the worker's reach. Lost or damaged, it costs time and nothing else.

use std::collections::HashMap;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use rustix::fs::Stat;

use super::walk::Walked;
use crate::repository::Workspace;
use crate::store::ObjectStore;

/// The coarsest clock of a file system in use is FAT's, 2 s.
const RACY: Duration = Duration::from_secs(2);

/// Changes with the layout of an entry.
const MAGIC: &[u8] = b"goalpost stat cache 1\n";

/// What the kernel says of a file, as far as it proves that the content is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof([u64; 8]);

impl Proof {
    pub(super) fn of(stat: &Stat) -> Self {
        // Field types differ between architectures; all of them fit.
        #[allow(clippy::unnecessary_cast)]
        Self([
            stat.st_dev as u64,
            stat.st_ino as u64,
            u64::from(stat.st_mode),
            stat.st_size as u64,
            stat.st_mtime as u64,
            stat.st_mtime_nsec as u64,
            stat.st_ctime as u64,
            stat.st_ctime_nsec as u64,
        ])
    }

    /// Whether the file had rested long enough at `now`.
    fn is_settled(&self, now: Duration) -> bool {
        let latest = Duration::from_secs(self.0[4].max(self.0[6])).saturating_add(Duration::from_secs(1));
        latest.saturating_add(RACY) < now
    }
}

pub(super) struct StatCache {
    path: PathBuf,
    header: Vec<u8>,
    hash: gix::hash::Kind,
    entries: HashMap<BString, (Proof, ObjectId)>,
    now: Duration,
}

impl StatCache {
    pub(super) fn load(store: &ObjectStore, workspace: &Workspace) -> Self {
        let (device, inode) = workspace.identity();
        let header =
            [MAGIC, workspace.root().as_os_str().as_bytes(), &device.to_le_bytes(), &inode.to_le_bytes()].concat();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut cache =
            Self { path: store.dir().join("stat-cache"), header, hash: store.hash(), entries: HashMap::new(), now };
        if let Ok(bytes) = std::fs::read(&cache.path) {
            cache.entries = cache.decode(&bytes).unwrap_or_default();
        }
        cache
    }

    /// The content's id, when the file is proven to be as it was.
    pub(super) fn get(&self, path: &BStr, proof: &Proof) -> Option<ObjectId> {
        self.entries.get(path).filter(|(was, _)| was == proof).map(|(_, id)| *id)
    }

    /// Remembers what a walk found. A failure is only a slower next time.
    pub(super) fn save(&self, walked: &Walked) {
        let settled = || walked.proofs.iter().filter(|(_, proof)| proof.is_settled(self.now));
        let same = settled().count() == self.entries.len()
            && settled().all(|(at, proof)| {
                let leaf = &walked.files[*at];
                self.entries.get(&leaf.path).is_some_and(|entry| *entry == (*proof, leaf.id))
            });
        if same {
            return;
        }
        let mut bytes = self.header.clone();
        for (at, proof) in settled() {
            let leaf = &walked.files[*at];
            bytes.extend_from_slice(&(leaf.path.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&leaf.path);
            bytes.extend(proof.0.iter().flat_map(|n| n.to_le_bytes()));
            bytes.extend_from_slice(leaf.id.as_slice());
        }
        let mut hasher = gix::hash::hasher(self.hash);
        hasher.update(&bytes);
        let Ok(checksum) = hasher.try_finalize() else { return };
        bytes.extend_from_slice(checksum.as_slice());
        let folder = self.path.parent().unwrap_or(&self.path);
        let saved = tempfile::Builder::new().prefix("tmp_stat_").tempfile_in(folder).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.persist(&self.path).map_err(|e| e.error)
        });
        if let Err(error) = saved {
            tracing::debug!(%error, "the stat cache could not be saved");
        }
    }

    fn decode(&self, bytes: &[u8]) -> Option<HashMap<BString, (Proof, ObjectId)>> {
        let id_len = self.hash.len_in_bytes();
        let (bytes, checksum) = bytes.split_at_checked(bytes.len().checked_sub(id_len)?)?;
        let mut hasher = gix::hash::hasher(self.hash);
        hasher.update(bytes);
        if hasher.try_finalize().ok()?.as_slice() != checksum {
            return None;
        }
        let mut rest = bytes.strip_prefix(self.header.as_slice())?;
        let mut entries = HashMap::with_capacity(rest.len() / 128);
        let mut take = |n: usize| {
            let (taken, left) = rest.split_at_checked(n)?;
            rest = left;
            Some(taken)
        };
        while let Some(length) = take(4) {
            let path = take(u32::from_le_bytes(length.try_into().ok()?) as usize)?;
            let mut proof = [0; 8];
            for (number, bytes) in proof.iter_mut().zip(take(64)?.as_chunks().0) {
                *number = u64::from_le_bytes(*bytes);
            }
            let id = ObjectId::try_from(take(id_len)?).ok()?;
            entries.insert(path.into(), (Proof(proof), id));
        }
        Some(entries)
    }
}
