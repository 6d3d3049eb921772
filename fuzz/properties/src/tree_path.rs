//! Paths of a tree, which a worker names as it likes, as text and back.

use goalpost_workspace::path_text::{from_text, to_text};

use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "tree_path",
    check,
    seeds: || {
        let mut all =
            seeds::of(&["src/main.rs", "a\\b", "a\\xe9", "a\\x5cxe9", "ä/日本", "a/../b", "tail\\x4", "/a", ""]);
        all.extend([b"caf\xe9.txt".to_vec(), b"\xff\xfe/\xf0\x9f".to_vec()]);
        all
    },
    words: &["/", "..", ".", "\\x2e", "\\x2f", "\\x5c", "\\x", "\\", "\0"],
};

/// Each path has exactly one text, each such text exactly one path, and none of them leaves the tree.
pub fn check(data: &[u8]) {
    let written = to_text(data.into());
    let is_sound = |path: &[u8]| {
        path.split(|byte| *byte == b'/').all(|name| !matches!(name, b"" | b"." | b"..") && !name.contains(&0))
    };
    match from_text(&written) {
        Ok(path) => assert!(path == data && is_sound(data), "{written:?}"),
        Err(error) => assert!(!is_sound(data), "{written:?}: {error}"),
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    match from_text(text) {
        Ok(path) => assert!(to_text(path.as_ref()) == text && is_sound(&path), "{text:?}"),
        Err(error) => {
            assert!(error.to_string().len() < 5_000 && !error.to_string().contains(char::is_control), "{error}")
        }
    }
}
