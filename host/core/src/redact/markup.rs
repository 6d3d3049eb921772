//! Secrets that a name gives away without a separator: in elements, and in entries of lists.

use std::sync::LazyLock;

use regex::Regex;

use super::keys::kind;
use super::values::hides;
use super::{Span, regex};

/// Adds the secrets of `text` that are so written.
pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    if text.contains("</") {
        elements(text, spans);
    }
    named_values(text, spans);
}

/// `<password>hunter2</password>`
fn elements(text: &str, spans: &mut Vec<Span>) {
    static ELEMENT: LazyLock<Regex> = LazyLock::new(|| regex(r"<([A-Za-z][A-Za-z0-9_.:-]*)>([^<>\n]+)</"));
    for found in ELEMENT.captures_iter(text) {
        let (Some(all), Some(name), Some(value)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        if kind(name.as_str()).is_some_and(|kind| hides(kind, value.as_str(), false)) {
            spans.push(Span { from: all.start(), start: value.start(), end: value.end() });
        }
    }
}

/// `name: API_KEY` and `value: ...` beside or below it, as lists of environment variables are written.
fn named_values(text: &str, spans: &mut Vec<Span>) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"(?i)(?-u:\b)(?:name|key)\\?["']?[ \t]*[:=][ \t]*\\?["']?([A-Za-z0-9_.-]+)\\?["']?[ \t,]*\r?\n?[ \t]*\\?["']?"#,
            r#"(?-u:\b)value\\?["']?[ \t]*[:=][ \t]*(?:\\?"([^"\n\\]+)|\\?'([^'\n\\]+)|([^"'\s<>,\\]+))"#
        ))
    });
    for found in NAMED.captures_iter(text) {
        let (Some(all), Some(name)) = (found.get(0), found.get(1)) else { continue };
        let Some(value) = found.get(2).or(found.get(3)).or(found.get(4)) else { continue };
        if kind(name.as_str()).is_some_and(|kind| hides(kind, value.as_str(), true)) {
            spans.push(Span { from: all.start(), start: value.start(), end: value.end() });
        }
    }
}
