//! Secrets that their name gives away: `password=...`, `"api_key": "..."`, `--token ...`, `<secret>...</secret>`, HTTP headers.
//!
//! Every separator is looked at once. What is read around it is bounded, or skipped afterwards, so that the time is linear in
//! the text.

mod name;
mod value;

use self::name::{Name, is_name_byte};
use self::value::{Value, scheme};
use super::keys::{Kind, MAX_NAME, kind};
use super::values::{hides, is_type};
use super::{Span, markup};

/// Adds the secrets of `text` that a name gives away.
pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    separated(text, spans);
    if text.contains("--") {
        flags(text, spans);
    }
    markup::find(text, spans);
}

/// `name=value`, `name: value`, `"name": "value"`, `name => value`, in any nesting of quotes.
fn separated(text: &str, spans: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| matches!(b, b'=' | b':')) {
        let separator = at + found;
        at = separator + 1;
        let next = bytes.get(separator + 1).copied().unwrap_or(0);
        if bytes[separator] == b':' && (next == b':' || bytes[separator + 1..].starts_with(b"//")) {
            at += 1;
            continue;
        }
        let Some(name) = Name::before(text, separator) else { continue };
        if is_placeholder(text, name.start, separator) {
            continue;
        }
        let mut start = separator + 1;
        // `=>`, `:=`, `==` and `===`
        while start < separator + 3 && matches!(bytes.get(start), Some(b'=' | b'>')) {
            start += 1;
        }
        let compared = bytes[separator] == b'=' && bytes.get(separator + 1) == Some(&b'=');
        if bytes[separator] == b':' {
            start = typed(text, start).unwrap_or(start);
        }
        let value = Value::after(text, start, &name);
        if compared && value.quote.is_none() {
            continue;
        }
        at = at.max(push(text, name.start, name.kind, &value, spans));
    }
}

/// `{{secret:NAME}}`: how a plugin names a secret that it does not have.
fn is_placeholder(text: &str, name: usize, separator: usize) -> bool {
    /// No variable of an environment has a longer name.
    const MAX_VARIABLE: usize = 100;
    let rest = &text.as_bytes()[separator + 1..];
    let is_variable = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_';
    let length = rest.iter().take(MAX_VARIABLE).take_while(is_variable).count();
    text[..name].ends_with("{{")
        && &text[name..separator] == "secret"
        && length > 0
        && rest[length..].starts_with(b"}}")
}

/// Where the value starts in `name: Type = value`: after the `=`.
fn typed(text: &str, start: usize) -> Option<usize> {
    /// Types that people write out on a line are shorter.
    const MAX_TYPE: usize = 64;
    let bytes = &text.as_bytes()[start..];
    let equals = bytes.iter().take(MAX_TYPE).position(|b| matches!(b, b'=' | b'\n' | b'"' | b'{' | b'(' | b';'))?;
    let follows = bytes.get(equals + 1).copied().unwrap_or(0);
    let spaced = equals > 1 && bytes[0] == b' ' && bytes[equals - 1] == b' ';
    let declares = bytes[equals] == b'=' && !matches!(follows, b'=' | b'>') && spaced;
    (declares && is_type(&text[start..start + equals])).then_some(start + equals + 1)
}

/// Adds `value` if it is to be hidden, and says where to go on.
fn push(text: &str, from: usize, kind: Kind, value: &Value, spans: &mut Vec<Span>) -> usize {
    let content = &text[value.start..value.end];
    let (start, hidden) = match kind {
        Kind::Authorization => {
            let skip = scheme(content).map_or(0, |(length, _)| length);
            (value.start + skip, hides(kind, &content[skip..], value.spaced))
        }
        _ => (value.start, hides(kind, content, value.spaced)),
    };
    if !hidden {
        return from;
    }
    spans.push(Span { from, start, end: value.end });
    value.end
}

/// `--password hunter2`, also as `"--password", "hunter2"`.
fn flags(text: &str, spans: &mut Vec<Span>) {
    const PROSE: &[&str] = &[
        "flag",
        "option",
        "argument",
        "parameter",
        "value",
        "to",
        "or",
        "and",
        "in",
        "as",
        "if",
        "when",
        "with",
        "it",
    ];
    let bytes = text.as_bytes();
    for (dashes, _) in text.match_indices("--") {
        let start = dashes + 2;
        if dashes > 0 && !(bytes[dashes - 1].is_ascii_whitespace() || b"\"'`[(=".contains(&bytes[dashes - 1])) {
            continue;
        }
        let end = start + bytes[start..].iter().take(MAX_NAME).take_while(|b| is_name_byte(**b)).count();
        let Some(kind) = kind(&text[start..end]) else { continue };
        let name = Name { start: dashes, kind, enclosing: None, in_address: false };
        let value = match bytes.get(end) {
            Some(b' ') if !matches!(bytes.get(end + 1), None | Some(b' ' | b'-' | b'|')) => {
                Value::after(text, end + 1, &name)
            }
            Some(b'"' | b'\'') => {
                let gap = end + 1 + bytes[end + 1..].iter().take(8).take_while(|b| matches!(b, b',' | b' ')).count();
                if !bytes[end + 1..gap].contains(&b',') {
                    continue;
                }
                Value::after(text, gap, &name)
            }
            _ => continue,
        };
        if !PROSE.contains(&&text[value.start..value.end]) {
            push(text, dashes, kind, &value, spans);
        }
    }
}
