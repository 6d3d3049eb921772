//! Paths of a tree as text. Git's paths are bytes; the plugin contract, receipts and people have text.
//!
//! A path that is UTF-8 stands for itself. A byte that is not part of UTF-8 is written `\xNN`, two lower-case hexadecimal
//! digits; where a name really contains a backslash before `x` and two such digits, the backslash is written `\x5c`. So each
//! path has exactly one text, and each such text exactly one path.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use gix::bstr::{BStr, BString, ByteSlice};
use goalpost_core::ports::TreeError;

/// The text of a path.
pub fn to_text(path: &BStr) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        let valid = chunk.valid();
        let mut rest = valid;
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            text.push_str(if escaped_byte(rest.as_bytes()).is_some() { "\\x5c" } else { "\\" });
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            // Writing to a string has no way to fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The path of a text that [`to_text`] made.
///
/// # Errors
/// [`TreeError::InvalidPath`] for a path that is empty, absolute, leaves the tree, has an empty segment or a NUL, or is not
/// the text of any path.
pub fn from_text(text: &str) -> Result<BString, TreeError> {
    let mut path = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match escaped_byte(&bytes[at + 1..]).filter(|_| bytes[at] == b'\\') {
            Some(byte) => {
                path.push(byte);
                at += 4;
            }
            None => {
                path.push(bytes[at]);
                at += 1;
            }
        }
    }
    let path = BString::from(path);
    let sound = path.split_str("/").all(is_sound_name);
    if sound && to_text(path.as_ref()) == text {
        Ok(path)
    } else {
        Err(TreeError::InvalidPath(text.chars().take(200).flat_map(char::escape_debug).collect()))
    }
}

/// A path of a tree as the system has it.
pub(crate) fn os_path(path: &BStr) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

/// Whether a name can stand in a tree and be written into a folder without leaving it.
pub(crate) fn is_sound_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
}

/// The byte that `xNN` at the start of `rest` stands for.
fn escaped_byte(rest: &[u8]) -> Option<u8> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    match rest {
        [b'x', high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_path_has_one_text_and_back() {
        let paths: [&[u8]; 9] = [
            b"src/main.rs",
            "ä/日本".as_bytes(),
            b"caf\xe9.txt",
            b"a\\b",
            b"a\\xe9",
            b"a\\x5cxe9",
            b"\\",
            b"\xff\xfe/\xf0\x9f",
            b"tail\\x4",
        ];
        for path in paths {
            let text = to_text(path.as_bstr());
            assert_eq!(from_text(&text).unwrap(), path, "{text}");
        }
        assert_eq!(to_text(b"caf\xe9.txt".as_bstr()), "caf\\xe9.txt");
        assert_eq!(to_text(b"a\\b".as_bstr()), "a\\b");
    }

    #[test]
    fn a_path_that_leaves_the_tree_is_refused() {
        for bad in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.", "a\0b", "\\x2e.", "\\x41", "a\\x2fb"] {
            assert!(from_text(bad).is_err(), "{bad:?}");
        }
        for good in ["..foo", "...", "a/..foo/b", "%2e%2e/x", "~/.ssh", "a\\..\\b"] {
            assert!(from_text(good).is_ok(), "{good:?}");
        }
    }
}
