//! Files that a sandboxed run wrote, read afterwards.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Reads the plain files below `folder` whose paths match one of `globs`, sorted by path, until `bytes` are read. What the
/// run made of links is not followed, and what is not a plain file is passed over.
///
/// # Errors
/// A glob that is malformed, or a folder that can't be read.
pub fn collect(folder: &Path, globs: &[String], bytes: usize) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(io::Error::other)?);
    }
    let mut found = Vec::new();
    walk(folder, "", &set.build().map_err(io::Error::other)?, &mut found)?;
    found.sort();
    let mut left = bytes;
    let mut artifacts = Vec::new();
    for path in found {
        let options = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let Ok(file) =
            fs::File::options().read(true).custom_flags(options.bits().cast_signed()).open(folder.join(&path))
        else {
            continue;
        };
        let mut content = Vec::new();
        file.take(left as u64 + 1).read_to_end(&mut content)?;
        if content.len() > left {
            break;
        }
        left -= content.len();
        artifacts.push((path, content));
    }
    Ok(artifacts)
}

fn walk(folder: &Path, below: &str, globs: &GlobSet, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            // A folder that the run made unreadable holds nothing for us.
            let _ = walk(&entry.path(), &path, globs, found);
        } else if kind.is_file() && globs.is_match(&path) {
            found.push(path);
        }
    }
    Ok(())
}
