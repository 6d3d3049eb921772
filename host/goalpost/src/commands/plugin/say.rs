//! What the commands about plugins print. Most of it somebody else wrote (a component, a recording, a case, a lock file), and a
//! person decides by what they see: nothing of it moves the cursor, colours, hides or turns around what stands beside it.

use std::fmt::Write as _;
use std::io;

use goalpost_core::text;
use serde::Serialize;

use crate::commands::find;

/// Writes lines to standard output.
pub(super) fn print(lines: &[String]) -> io::Result<()> {
    find::print(&lines.iter().map(|line| text::visible(line)).collect::<Vec<_>>())
}

/// Writes a line to standard error.
pub(super) fn note(line: &str) {
    eprintln!("{}", text::visible(line));
}

/// Writes a value to standard output as JSON: the same value to whoever reads it, and nothing that a terminal obeys.
pub(super) fn print_json(value: &impl Serialize) -> io::Result<()> {
    find::print(&[escaped(&serde_json::to_string_pretty(value)?)])
}

/// JSON whose strings spell out what is not to be seen.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if text::is_invisible(c) {
            // Outside of strings JSON has only visible characters and line ends.
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn json_stays_what_it_says_and_has_nothing_that_a_terminal_obeys() {
        let value = serde_json::json!({ "a\u{202e}": "\u{9b}2J\u{1b}[1A\u{7f}\u{e0041} \u{e9}\n" });
        let shown = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!shown.chars().any(text::is_invisible), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
