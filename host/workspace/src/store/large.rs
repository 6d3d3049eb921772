//! Files too large for memory, as loose objects that are written and read as streams.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use gix::ObjectId;
use gix::zlib::{Compression, Decompress};

use super::{ObjectStore, StoreError, io_error};

/// What became of writing a stream.
pub(crate) enum Written {
    /// Exactly the announced bytes, durable under this id.
    Whole(ObjectId),
    /// The stream had more or fewer bytes than announced: the file changed while it was read.
    OtherLength,
}

impl ObjectStore {
    /// Writes a blob of `size` bytes from `content`.
    ///
    /// # Errors
    /// [`Failure::Source`] where `content` failed, [`Failure::Store`] where the store did.
    pub(crate) fn write_large(&self, size: u64, content: &mut dyn Read) -> Result<Written, Failure> {
        let mut source_error = None;
        self.copy_large(size, content, &mut source_error).map_err(|error| match source_error {
            Some(source) => Failure::Source(source),
            None => Failure::Store(io_error("written", &self.dir)(error)),
        })
    }

    fn copy_large(
        &self,
        size: u64,
        content: &mut dyn Read,
        source_error: &mut Option<io::Error>,
    ) -> io::Result<Written> {
        let objects = self.dir.join("objects");
        let file = tempfile::Builder::new().prefix("tmp_obj_").tempfile_in(&objects)?;
        let mut out = gix::zlib::stream::deflate::Write::new(file, Compression::BEST_SPEED);
        let mut hasher = gix::hash::hasher(self.hash);
        let header = gix::objs::encode::loose_header(gix::objs::Kind::Blob, size);
        hasher.update(&header);
        out.write_all(&header)?;
        let mut left = size;
        let mut buffer = vec![0; 1 << 18];
        loop {
            let n = match content.read(&mut buffer) {
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    let kind = e.kind();
                    *source_error = Some(e);
                    return Err(kind.into());
                }
            };
            if n == 0 {
                break;
            }
            let Some(rest) = left.checked_sub(n as u64) else { return Ok(Written::OtherLength) };
            left = rest;
            hasher.update(&buffer[..n]);
            out.write_all(&buffer[..n])?;
        }
        if left > 0 {
            return Ok(Written::OtherLength);
        }
        out.flush()?;
        let id = hasher.try_finalize().map_err(io::Error::other)?;
        let path = self.loose_path(&id);
        if !path.exists() {
            let file = out.into_inner();
            let folder = path.parent().unwrap_or(&objects);
            fs::create_dir_all(folder)?;
            file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o400))?;
            file.as_file().sync_data()?;
            file.persist(&path).map_err(|e| e.error)?;
            File::open(folder)?.sync_all()?;
            File::open(&objects)?.sync_all()?;
        }
        Ok(Written::Whole(id))
    }
}

/// Which side of a copy into the store failed.
pub(crate) enum Failure {
    /// What was read.
    Source(io::Error),
    /// The store.
    Store(StoreError),
}

/// A loose blob's content.
pub(crate) struct BlobStream {
    file: BufReader<File>,
    state: Box<Decompress>,
}

impl BlobStream {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut stream =
            Self { file: BufReader::with_capacity(1 << 16, File::open(path)?), state: Box::new(Decompress::new()) };
        // `blob <size>\0` comes before the content, at most 26 bytes.
        let mut byte = [0];
        for _ in 0..32 {
            if stream.read(&mut byte)? == 1 && byte[0] == 0 {
                return Ok(stream);
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "not a loose object"))
    }

    /// Drops `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<()> {
        io::copy(&mut self.take(count), &mut io::sink()).map(drop)
    }
}

impl Read for BlobStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            Ok(0)
        } else {
            gix::zlib::stream::inflate::read(&mut self.file, &mut self.state, buffer)
        }
    }
}
