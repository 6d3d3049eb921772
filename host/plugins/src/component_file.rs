//! Reading a component from a file that anybody may have put there.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::plugin::COMPONENT_BYTES;

/// The bytes of a component. A worker may have put something else in its place: a pipe would be waited for, and a file of
/// nothing but a hole would be terabytes.
///
/// # Errors
/// It can't be read, is no file, or is larger than any component may be.
pub fn read_component(path: &Path) -> io::Result<Vec<u8>> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    let most = COMPONENT_BYTES as u64;
    if meta.len() <= most {
        // It may grow while it is read.
        file.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= most {
            return Ok(bytes);
        }
    }
    let why = format!("it has more than {} MiB, the most that a component may have", most >> 20);
    Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_file_of_some_size_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("good"), b"\0asm").unwrap();
        assert_eq!(read_component(&at("good")).unwrap(), b"\0asm");
        assert!(read_component(folder.path()).unwrap_err().to_string().contains("no file"));
        assert_eq!(read_component(&at("none")).unwrap_err().kind(), io::ErrorKind::NotFound);

        let hole = std::fs::File::create(at("hole")).unwrap();
        hole.set_len(1 << 40).unwrap();
        assert_eq!(read_component(&at("hole")).unwrap_err().kind(), io::ErrorKind::FileTooLarge);

        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(read_component(&at("pipe")).unwrap_err().to_string().contains("no file"));
        assert!(read_component(Path::new("/dev/zero")).unwrap_err().to_string().contains("no file"));
    }
}
