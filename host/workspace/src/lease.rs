//! Folders of a cache that stay while somebody uses them, and make room when nobody does.
//!
//! `<name>` is a folder and `<name>.lease` the file beside it whose lock its users share. When the lease was last written
//! says when the folder was last used; what is in it, how many bytes the folder takes, once that was measured.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::trash;

/// The shared lock on a folder. While it is held, [`evict`] leaves the folder alone.
#[derive(Debug)]
pub struct Lease {
    file: File,
}

impl Lease {
    /// Takes a share in `folder`, which need not exist yet, and notes that it was used. Waits for an eviction that is under
    /// way; whether the folder is there has to be asked afterwards.
    ///
    /// # Errors
    /// The lease can't be made or locked.
    pub fn share(folder: &Path) -> io::Result<Self> {
        let file = share(&beside(folder))?;
        file.set_modified(SystemTime::now())?;
        Ok(Self { file })
    }

    /// Notes how many bytes the folder takes, so that nobody has to measure it again.
    ///
    /// # Errors
    /// The lease can't be written.
    pub fn note_size(&self, bytes: u64) -> io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).write_all(bytes.to_string().as_bytes())
    }
}

/// The shared lock on the file at `path` that is still the one in its folder: an eviction may remove it at any moment before.
pub(crate) fn share(path: &Path) -> io::Result<File> {
    loop {
        let file = File::options().create(true).append(true).open(path)?;
        file.lock_shared()?;
        let held = file.metadata()?;
        match fs::metadata(path) {
            Ok(named) if (named.dev(), named.ino()) == (held.dev(), held.ino()) => return Ok(file),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
}

/// Puts into the trash what was not used for `oldest`, and from the least recently used on what goes beyond `bytes`; never a
/// folder that is held. [`trash::empty`] on `cache` then frees the space. Names that `is_one` refuses are none of its
/// business.
///
/// # Errors
/// The cache can't be read or changed.
pub fn evict(cache: &Path, bytes: u64, oldest: Duration, is_one: impl Fn(&str) -> bool) -> io::Result<()> {
    let mut found = Vec::new();
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        if !is_folder || !entry.file_name().to_str().is_some_and(&is_one) {
            continue;
        }
        let (folder, lease) = (entry.path(), beside(&entry.path()));
        let used = fs::metadata(&lease).or_else(|_| entry.metadata())?.modified()?;
        let noted = File::open(&lease).ok().and_then(|file| {
            let mut text = String::new();
            file.take(32).read_to_string(&mut text).ok()?;
            text.parse().ok()
        });
        // What can't be measured takes all the room there is.
        let size = noted.or_else(|| measure(&folder).ok()).unwrap_or(bytes);
        found.push((used, size, folder));
    }
    found.sort_by(|a, b| b.cmp(a));
    let mut taken: u64 = 0;
    for (used, size, folder) in found {
        taken = taken.saturating_add(size);
        let age = used.elapsed().unwrap_or_default();
        if taken > bytes || age > oldest {
            discard(&folder)?;
        }
    }
    Ok(())
}

/// Puts a folder and its lease into the trash, unless somebody holds it.
///
/// # Errors
/// It can't be renamed.
pub fn discard(folder: &Path) -> io::Result<()> {
    let path = beside(folder);
    let lease = File::options().create(true).append(true).open(&path)?;
    match lease.try_lock() {
        Ok(()) => {
            if folder.exists() {
                trash::discard(folder)?;
            }
            fs::remove_file(&path)
        }
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The bytes on the disk that a folder takes with all that is in it. Follows no link.
///
/// # Errors
/// Something in it can't be looked at.
pub fn measure(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        // A block is 512 bytes here whatever the file system's own are.
        bytes += found.blocks() * 512;
        if found.is_dir() {
            bytes += measure(&entry.path())?;
        }
    }
    Ok(bytes)
}

fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".lease");
    name.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    /// Folders of 100 kB, used one after the other, the last one just now.
    fn cache(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, age) in names.iter().rev().zip(0..) {
            let folder = dir.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("file"), vec![1; 100_000]).unwrap();
            let lease = Lease::share(&folder).unwrap();
            lease.file.set_modified(SystemTime::now() - age * DAY).unwrap();
        }
        dir
    }

    fn left(dir: &tempfile::TempDir) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.contains('.'))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_least_recently_used_makes_room() {
        let dir = cache(&["a", "b", "c"]);
        evict(dir.path(), 250_000, 30 * DAY, |_| true).unwrap();
        assert_eq!(left(&dir), ["b", "c"]);
        trash::empty(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4, "two folders and their leases");
    }

    #[test]
    fn what_nobody_used_for_long_goes_and_what_is_another_s_stays() {
        let dir = cache(&["a", "b", "c"]);
        evict(dir.path(), u64::MAX, DAY + DAY / 2, |name| name != "b").unwrap();
        assert_eq!(left(&dir), ["b", "c"]);
    }

    #[test]
    fn a_folder_that_is_held_stays() {
        let dir = cache(&["a", "b"]);
        let held = Lease::share(&dir.path().join("a")).unwrap();
        evict(dir.path(), 0, Duration::ZERO, |_| true).unwrap();
        assert_eq!(left(&dir), ["a"]);
        drop(held);
        evict(dir.path(), 0, Duration::ZERO, |_| true).unwrap();
        assert_eq!(left(&dir), Vec::<String>::new());
    }

    #[test]
    fn a_noted_size_is_believed() {
        let dir = cache(&["a"]);
        Lease::share(&dir.path().join("a")).unwrap().note_size(7).unwrap();
        evict(dir.path(), 10, DAY, |_| true).unwrap();
        assert_eq!(left(&dir), ["a"]);
    }
}
