//! Packs: a whole snapshot's new objects in one file, published at once.
//!
//! The format is git's own pack version 2 with whole objects only (no deltas), and its index version 2, as described in
//! git's `gitformat-pack(5)`; `git fsck` reads it.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::hash::Kind;
use gix::odb::pack::data::entry::Header;

use super::{StoreError, io_error};

/// An object's place in the pack, for the index.
struct Entry {
    id: ObjectId,
    crc32: u32,
    offset: u64,
}

/// A pack that is being written. Dropped without [`PackWriter::publish`], it leaves nothing.
pub(super) struct PackWriter {
    dir: PathBuf,
    hash: Kind,
    file: BufWriter<tempfile::NamedTempFile>,
    offset: u64,
    entries: Vec<Entry>,
}

/// An object as it stands in a pack: header and compressed content.
pub(super) fn encode(kind: gix::objs::Kind, data: &[u8]) -> io::Result<Vec<u8>> {
    let header = match kind {
        gix::objs::Kind::Tree => Header::Tree,
        gix::objs::Kind::Blob => Header::Blob,
        gix::objs::Kind::Commit => Header::Commit,
        gix::objs::Kind::Tag => Header::Tag,
    };
    let mut out = Vec::with_capacity(data.len() / 2 + 32);
    header.write_to(data.len() as u64, &mut out)?;
    // The store is a cache of what is on disk anyway: speed over size.
    let mut deflate = gix::zlib::stream::deflate::Write::new(out, gix::zlib::Compression::BEST_SPEED);
    deflate.write_all(data)?;
    deflate.flush()?;
    Ok(deflate.into_inner())
}

impl PackWriter {
    pub(super) fn new(dir: &Path, hash: Kind) -> Result<Self, StoreError> {
        let file = tempfile::Builder::new().prefix("tmp_pack_").tempfile_in(dir).map_err(io_error("written", dir))?;
        let mut writer = Self {
            dir: dir.into(),
            hash,
            file: BufWriter::with_capacity(1 << 17, file),
            offset: 12,
            entries: Vec::new(),
        };
        // The count is filled in at the end, when it is known.
        writer.write(b"PACK\0\0\0\x02\0\0\0\0")?;
        Ok(writer)
    }

    /// Appends an encoded object. The caller sees to it that none comes twice.
    pub(super) fn append(&mut self, id: ObjectId, encoded: &[u8]) -> Result<(), StoreError> {
        self.write(encoded)?;
        self.entries.push(Entry { id, crc32: crc32fast::hash(encoded), offset: self.offset });
        self.offset += encoded.len() as u64;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(io_error("written", &self.dir))
    }

    /// Completes pack and index, makes both durable, and gives them their names. Returns the index's path.
    pub(super) fn publish(mut self) -> Result<PathBuf, StoreError> {
        let failed = || io_error("written", &self.dir);
        let count = u32::try_from(self.entries.len()).map_err(|e| failed()(io::Error::other(e)))?;
        self.file.flush().map_err(failed())?;
        let mut pack = self.file.into_inner().map_err(|e| io_error("written", &self.dir)(e.into_error()))?;
        let failed = || io_error("written", &self.dir);
        pack.as_file_mut().seek(SeekFrom::Start(8)).map_err(failed())?;
        pack.write_all(&count.to_be_bytes()).map_err(failed())?;
        let checksum = hash_file(pack.as_file_mut(), self.hash).map_err(failed())?;
        pack.as_file_mut().seek(SeekFrom::End(0)).map_err(failed())?;
        pack.write_all(checksum.as_slice()).map_err(failed())?;

        self.entries.sort_unstable_by_key(|e| e.id);
        let mut index = tempfile::Builder::new().prefix("tmp_idx_").tempfile_in(&self.dir).map_err(failed())?;
        index.write_all(&encode_index(&self.entries, &checksum, self.hash).map_err(failed())?).map_err(failed())?;

        // A reader looks for `.idx` files: the pack has to be there before its index is, and both before a goal's
        // record names a tree in them.
        let name = self.dir.join(format!("pack-{checksum}"));
        for (file, extension) in [(pack, "pack"), (index, "idx")] {
            file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o400)).map_err(failed())?;
            file.as_file().sync_data().map_err(failed())?;
            file.persist(name.with_extension(extension)).map_err(|e| io_error("written", &self.dir)(e.error))?;
        }
        File::open(&self.dir).and_then(|d| d.sync_all()).map_err(failed())?;
        Ok(name.with_extension("idx"))
    }
}

fn hash_file(file: &mut File, kind: Kind) -> io::Result<ObjectId> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = gix::hash::hasher(kind);
    let mut buffer = vec![0; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => return hasher.try_finalize().map_err(io::Error::other),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// The index of sorted entries, whole in memory: about 32 bytes an object.
fn encode_index(entries: &[Entry], pack_checksum: &ObjectId, hash: Kind) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1100 + entries.len() * 32);
    out.extend_from_slice(b"\xfftOc\0\0\0\x02");
    for first in 0..=u8::MAX {
        let upto = entries.partition_point(|e| e.id.as_slice()[0] <= first);
        out.extend_from_slice(&(upto as u32).to_be_bytes());
    }
    for entry in entries {
        out.extend_from_slice(entry.id.as_slice());
    }
    for entry in entries {
        out.extend_from_slice(&entry.crc32.to_be_bytes());
    }
    // Offsets over 31 bits stand in a second table, and the first has their place in it.
    let mut wide = Vec::new();
    for entry in entries {
        let short = match u32::try_from(entry.offset) {
            Ok(offset) if offset < 1 << 31 => offset,
            _ => {
                wide.push(entry.offset);
                (1 << 31) | (wide.len() as u32 - 1)
            }
        };
        out.extend_from_slice(&short.to_be_bytes());
    }
    for offset in wide {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out.extend_from_slice(pack_checksum.as_slice());
    let mut hasher = gix::hash::hasher(hash);
    hasher.update(&out);
    out.extend_from_slice(hasher.try_finalize().map_err(io::Error::other)?.as_slice());
    Ok(out)
}

/// The packs in `dir`, as paths of their indices.
pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = || io_error("read", dir);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if path.extension().is_some_and(|e| e == "idx") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Makes all packs in `dir` into one, unless another process does so already. A crash in between leaves objects twice, which is harmless; a reader in another
/// process keeps what it has mapped and finds the rest in the new pack.
pub(super) fn merge_all(dir: &Path, hash: Kind) -> Result<(), StoreError> {
    let lock = File::open(dir).map_err(io_error("read", dir))?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    let old = list(dir)?;
    let mut writer = PackWriter::new(dir, hash)?;
    let mut seen = std::collections::HashSet::new();
    for index_path in &old {
        let broken =
            |e: &dyn std::fmt::Display| StoreError::Damaged { path: index_path.clone(), detail: e.to_string() };
        let index = gix::odb::pack::index::File::at(index_path, hash).map_err(|e| broken(&e))?;
        let path = index_path.with_extension("pack");
        let length = fs::metadata(&path).map_err(io_error("read", &path))?.len();
        let mut order: Vec<_> = index.iter().map(|e| (e.pack_offset, e.oid, e.crc32)).collect();
        order.sort_unstable();
        let mut pack = BufReader::with_capacity(1 << 17, File::open(&path).map_err(io_error("read", &path))?);
        pack.seek(SeekFrom::Start(12)).map_err(io_error("read", &path))?;
        let ends = order.iter().skip(1).map(|e| e.0).chain([length.saturating_sub(hash.len_in_bytes() as u64)]);
        let mut encoded = Vec::new();
        for ((start, id, crc32), end) in order.iter().zip(ends) {
            encoded.resize(usize::try_from(end.saturating_sub(*start)).unwrap_or(0), 0);
            pack.read_exact(&mut encoded).map_err(io_error("read", &path))?;
            if crc32.is_some_and(|c| c != crc32fast::hash(&encoded)) {
                return Err(broken(&format!("object {id} is not what was written")));
            }
            if seen.insert(*id) {
                writer.append(*id, &encoded)?;
            }
        }
    }
    let merged = writer.publish()?;
    for index_path in old.iter().filter(|p| **p != merged) {
        // The index first: a pack without one is never looked at.
        for path in [index_path.clone(), index_path.with_extension("pack")] {
            fs::remove_file(&path).map_err(io_error("tidied", &path))?;
        }
    }
    Ok(())
}

/// Removes what writers that were killed left behind. Younger files may belong to a living one.
pub(super) fn sweep(dir: &Path) -> Result<(), StoreError> {
    const ABANDONED: std::time::Duration = std::time::Duration::from_hours(24);
    for entry in fs::read_dir(dir).map_err(io_error("read", dir))?.flatten() {
        let old = |m: fs::Metadata| m.modified().ok().and_then(|t| t.elapsed().ok()).is_some_and(|age| age > ABANDONED);
        if entry.file_name().as_encoded_bytes().starts_with(b"tmp_") && entry.metadata().is_ok_and(old) {
            fs::remove_file(entry.path()).map_err(io_error("tidied", dir))?;
        }
    }
    Ok(())
}
