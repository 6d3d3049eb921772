//! Folders that the user named for this plugin, as they were when the goal started. Grant: `files`.
//!
//! ```no_run
//! use goalpost_sdk::files;
//!
//! # fn main() -> Result<(), files::FilesError> {
//! for file in files::list("docs", "api")? {
//!     let text = files::read_text("docs", &file.path, 64 * 1024)?;
//!     println!("{}: {} lines", file.path, text.lines().count());
//! }
//! # Ok(())
//! # }
//! ```

pub use crate::bindings::imports::goalpost::plugin::files::{File, FilesError, Page, entries, folders, read};

/// Files asked for at a time: few calls, and no page that is large in memory.
const PAGE: u32 = 1_000;
/// The most bytes that the host gives in one call.
const CHUNK: usize = 1 << 20;

/// All files of a folder below `prefix` (empty for all), sorted by path.
///
/// # Errors
/// The folder is not granted, or a limit of the grant was met.
pub fn list(folder: &str, prefix: &str) -> Result<Vec<File>, FilesError> {
    all_pages(|after| entries(folder, prefix, after, PAGE))
}

/// A file's content, at most `max` bytes of it.
///
/// # Errors
/// Where the path is no file of the folder, or a limit of the grant was met.
pub fn read_bytes(folder: &str, path: &str, max: usize) -> Result<Vec<u8>, FilesError> {
    let mut bytes = Vec::new();
    while bytes.len() < max {
        let wanted = (max - bytes.len()).min(CHUNK) as u32;
        let chunk = read(folder, path, bytes.len() as u64, wanted)?;
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A file's content as text, at most `max` bytes of it. What is not UTF-8 is replaced.
///
/// # Errors
/// As [`read_bytes`].
pub fn read_text(folder: &str, path: &str, max: usize) -> Result<String, FilesError> {
    Ok(String::from_utf8_lossy(&read_bytes(folder, path, max)?).into_owned())
}

fn all_pages(mut fetch: impl FnMut(Option<&str>) -> Result<Page, FilesError>) -> Result<Vec<File>, FilesError> {
    let mut files = Vec::new();
    let mut after = None;
    loop {
        let page = fetch(after.as_deref())?;
        files.extend(page.files);
        if page.next.is_none() {
            return Ok(files);
        }
        after = page.next;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_page_is_read_and_empty_ones_do_not_end_it() {
        let file = |path: &str| File { path: path.into(), size: 0 };
        let files = all_pages(|after| {
            Ok(match after {
                None => Page { files: vec![file("a")], next: Some("a".into()) },
                Some("a") => Page { files: vec![], next: Some("b".into()) },
                Some(_) => Page { files: vec![file("c")], next: None },
            })
        });
        assert_eq!(files.unwrap().iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }
}
