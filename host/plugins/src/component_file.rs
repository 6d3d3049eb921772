//! Reading a component, and what stands beside it, from files that anybody may have put there.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::plugin::COMPONENT_BYTES;

/// The bytes of a component.
///
/// # Errors
/// It can't be read, is no file, or is larger than any component may be.
pub fn read_component(path: &Path) -> io::Result<Vec<u8>> {
    let most = COMPONENT_BYTES as u64;
    let too_large = || format!("it has more than {} MiB, the most that a component may have", most >> 20);
    read_within(path, most)?.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, too_large()))
}

/// The text of a small file of the workspace, such as `goalpost.lock`.
///
/// # Errors
/// It can't be read, is no file, is no text, or has more than `most` bytes.
pub fn read_small_text(path: &Path, most: u64) -> io::Result<String> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} KiB", most >> 10));
    let bytes = read_within(path, most)?.ok_or_else(too_large)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))
}

/// The bytes of a file that has at most `most` of them; none where it has more. A worker may have put something else in its
/// place: a pipe would be waited for, and a file of nothing but a hole would be terabytes.
fn read_within(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    if meta.len() > most {
        return Ok(None);
    }
    // It may grow while it is read.
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
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
        assert!(read_small_text(&at("pipe"), 10).unwrap_err().to_string().contains("no file"));
    }

    #[test]
    fn a_small_text_is_small_and_a_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(read_small_text(&path, 10).unwrap(), "0123456789");
        assert_eq!(read_small_text(&path, 9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        std::fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_small_text(&path, 10).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
