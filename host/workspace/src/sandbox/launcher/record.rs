//! How a program ended, kept for a host that was not there to see it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::protocol::Status;

/// A program that ended by itself. It is written when every process of its sandbox is gone, so with a record nothing runs
/// any more; one that was killed, or asked to end, has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExecRecord {
    /// `{"exit_code": n}` or `{"signal": n}`.
    pub status: Status,
}

/// The record at `path`; none when there is none.
///
/// # Errors
/// When it can't be read, or is none of ours.
pub fn read_record(path: &Path) -> io::Result<Option<ExecRecord>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Durable before it is visible. A record that can't be written is none: the host then runs the program again, as after a
/// crash.
pub(super) fn write(path: &Path, status: Status) {
    drop(try_write(path, status));
}

fn try_write(path: &Path, status: Status) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, &ExecRecord { status })?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}
