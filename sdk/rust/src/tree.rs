//! The trees of the turn. Grant: `tree`.
//!
//! ```no_run
//! use goalpost_sdk::tree;
//!
//! # fn main() -> Result<(), tree::TreeError> {
//! let sealed = tree::sealed();
//! for entry in sealed.files("src") {
//!     let entry = entry?;
//!     let text = sealed.read_text(&entry.path, 64 * 1024)?;
//!     println!("{}: {} lines", entry.path, text.lines().count());
//! }
//! # Ok(())
//! # }
//! ```

pub use crate::bindings::imports::goalpost::plugin::tree::{
    Entry, EntryKind, Page, Tree, TreeError, baseline, candidate, sealed,
};

/// Entries asked for at a time: few calls, and no page that is large in memory.
const PAGE: u32 = 1_000;
/// The most bytes that the host gives in one call.
const CHUNK: u32 = 1 << 20;

impl Tree {
    /// Everything below `prefix` (empty for all), sorted by path, a page at a time.
    pub fn files(&self, prefix: impl Into<String>) -> Files<impl FnMut(&str, Option<&str>) -> Result<Page, TreeError>> {
        Files::new(prefix, |prefix, after| self.entries(prefix, after, PAGE))
    }

    /// A file's content, at most `max` bytes of it.
    ///
    /// # Errors
    /// Where the path is no file of this tree, or a limit of the grant was met.
    pub fn read_bytes(&self, path: &str, max: usize) -> Result<Vec<u8>, TreeError> {
        read_chunks(max, |offset, length| self.read(path, offset, length))
    }

    /// A file's content as text, at most `max` bytes of it. What is not UTF-8 is replaced.
    ///
    /// # Errors
    /// As [`read_bytes`](Self::read_bytes).
    pub fn read_text(&self, path: &str, max: usize) -> Result<String, TreeError> {
        Ok(String::from_utf8_lossy(&self.read_bytes(path, max)?).into_owned())
    }

    /// Whether there is a file, link or submodule of that path.
    ///
    /// # Errors
    /// Where the host could not tell.
    pub fn has(&self, path: &str) -> Result<bool, TreeError> {
        match self.stat(path) {
            Ok(_) => Ok(true),
            Err(TreeError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// At most `max` bytes of something that the host gives in chunks.
pub(crate) fn read_chunks<E>(max: usize, mut read: impl FnMut(u64, u32) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let mut bytes = Vec::new();
    while bytes.len() < max {
        let wanted = (max - bytes.len()).min(CHUNK as usize) as u32;
        let chunk = read(bytes.len() as u64, wanted)?;
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Entries of a tree, fetched a page at a time. Ends after the first error.
pub struct Files<F> {
    prefix: String,
    fetch: F,
    page: std::vec::IntoIter<Entry>,
    next: Next,
}

enum Next {
    First,
    After(String),
    Done,
}

impl<F: FnMut(&str, Option<&str>) -> Result<Page, TreeError>> Files<F> {
    fn new(prefix: impl Into<String>, fetch: F) -> Self {
        Self { prefix: prefix.into(), fetch, page: Vec::new().into_iter(), next: Next::First }
    }
}

impl<F: FnMut(&str, Option<&str>) -> Result<Page, TreeError>> Iterator for Files<F> {
    type Item = Result<Entry, TreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            let after = match std::mem::replace(&mut self.next, Next::Done) {
                Next::First => None,
                Next::After(path) => Some(path),
                Next::Done => return None,
            };
            match (self.fetch)(&self.prefix, after.as_deref()) {
                Ok(page) => {
                    self.next = page.next.map_or(Next::Done, Next::After);
                    self.page = page.entries.into_iter();
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn entry(path: &str) -> Entry {
        Entry { path: path.into(), kind: EntryKind::File, size: 0, oid: String::new() }
    }

    #[test]
    fn every_page_is_read_and_empty_ones_do_not_end_it() {
        let files = Files::new("src", |prefix, after| {
            assert_eq!(prefix, "src");
            Ok(match after {
                None => Page { entries: vec![entry("src/a")], next: Some("src/a".into()) },
                Some("src/a") => Page { entries: vec![], next: Some("src/b".into()) },
                Some(_) => Page { entries: vec![entry("src/c")], next: None },
            })
        });
        let paths: Vec<_> = files.map(|entry| entry.unwrap().path).collect();
        assert_eq!(paths, ["src/a", "src/c"]);
    }

    #[test]
    fn an_error_is_given_once_and_ends_it() {
        let mut files = Files::new("", |_, _| Err(TreeError::NotFound));
        assert!(matches!(files.next(), Some(Err(TreeError::NotFound))));
        assert!(files.next().is_none());
    }

    #[test]
    fn a_long_file_is_read_in_chunks_up_to_the_limit() {
        let content = vec![7; (CHUNK as usize) + 10];
        let read = |offset: u64, length: u32| -> Result<Vec<u8>, TreeError> {
            let rest = &content[offset as usize..];
            Ok(rest[..rest.len().min(length as usize)].to_vec())
        };
        assert_eq!(read_chunks(usize::MAX, read).unwrap().len(), content.len());
        assert_eq!(read_chunks(5, read).unwrap().len(), 5);
    }
}
