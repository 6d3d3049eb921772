//! The value after a separator: where it starts, and where it ends.

use super::name::{Name, Quote, backslashes_before, is_name_byte};
use crate::redact::keys::{Kind, MAX_NAME};
use crate::redact::values::hides;

/// Schemes whose secret is one word. Others have parameters up to the end of the line.
const ONE_WORD_SCHEMES: &[&str] = &[
    "bearer",
    "basic",
    "token",
    "negotiate",
    "apikey",
    "api-key",
    "bot",
    "ntlm",
    "key",
    "jwt",
    "dpop",
    "splunk",
    "pat",
];
const PARAMETER_SCHEMES: &[&str] =
    &["digest", "oauth", "hawk", "mac", "aws4-hmac-sha256", "scram-sha-256", "signature"];

/// The value after a separator.
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quote: Option<Quote>,
    pub(super) spaced: bool,
}

impl Value {
    pub(super) fn after(text: &str, separator_end: usize, name: &Name) -> Self {
        let bytes = text.as_bytes();
        let mut start = separator_end;
        while start < separator_end + 8 && matches!(bytes.get(start), Some(b' ' | b'\t')) {
            start += 1;
        }
        let spaced = start > separator_end;
        if let Some((start, end)) = block_scalar(bytes, name.start, start) {
            return Self { start, end, quote: None, spaced: false };
        }
        // One element of a list, and the prefix letters of string literals.
        let mut open = start;
        if bytes.get(open) == Some(&b'[') {
            open += 1;
            while open < start + 8 && matches!(bytes.get(open), Some(b' ' | b'\t')) {
                open += 1;
            }
        }
        if matches!(bytes.get(open), Some(b'b' | b'r' | b'f' | b'u' | b'B' | b'@' | b'$'))
            && matches!(bytes.get(open + 1), Some(b'"' | b'\''))
        {
            open += 1;
        }
        let slashes = bytes[open.min(bytes.len())..].iter().take(16).take_while(|b| **b == b'\\').count();
        if let Some(mark @ (b'"' | b'\'' | b'`')) = bytes.get(open + slashes).copied() {
            let quote = Quote { mark, backslashes: slashes };
            let start = open + slashes + 1;
            return Self { start, end: end_of_quoted(bytes, start, quote), quote: Some(quote), spaced: false };
        }
        let end = match name.kind {
            Kind::Cookie => end_of_line(bytes, start, name.enclosing),
            Kind::Authorization => match scheme(&text[start..end_of_line(bytes, start, name.enclosing)]) {
                Some((length, true)) => end_of_word(bytes, start + length, name),
                _ if spaced && is_code_like(&text[start..]) => end_of_word(bytes, start, name),
                _ => end_of_line(bytes, start, name.enclosing),
            },
            _ => end_of_word(bytes, start, name),
        };
        Self { start, end, quote: None, spaced }
    }
}

/// Source code such as `authorization = get_header()`, whose line is no header.
fn is_code_like(rest: &str) -> bool {
    let word = rest.split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
    !hides(Kind::Strong, word, true)
}

/// The lines of a YAML block scalar: those indented deeper than the line of the name.
fn block_scalar(bytes: &[u8], name: usize, start: usize) -> Option<(usize, usize)> {
    if !matches!(bytes.get(start), Some(b'|' | b'>')) {
        return None;
    }
    let header = bytes[start + 1..].iter().take(4).position(|b| *b == b'\n')?;
    let line_start = bytes[name.saturating_sub(MAX_NAME)..name]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| name.saturating_sub(MAX_NAME) + at + 1);
    let indent = |at: usize| bytes[at..].iter().take_while(|b| **b == b' ').count();
    let own = indent(line_start);
    let first = start + 1 + header + 1;
    let mut end = first;
    while end < bytes.len() && (indent(end) > own || bytes[end] == b'\n') {
        end = bytes[end..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| end + at + 1);
    }
    let text_start = first + if first < bytes.len() { indent(first) } else { 0 };
    let text_end = if end > first && bytes[end - 1] == b'\n' { end - 1 } else { end };
    (text_end > text_start).then_some((text_start, text_end))
}

/// Where a quoted value ends: at its closing quote, at the end of an outer one, or with the line.
fn end_of_quoted(bytes: &[u8], start: usize, quote: Quote) -> usize {
    let mut at = start;
    while let Some(found) = bytes[at..].iter().position(|b| *b == quote.mark || *b == b'\n') {
        let end = at + found;
        if bytes[end] == b'\n' {
            return end;
        }
        let slashes = backslashes_before(bytes, end).min(end - start);
        let closes = if quote.backslashes == 0 { slashes.is_multiple_of(2) } else { slashes <= quote.backslashes };
        if closes {
            return if quote.backslashes == 0 { end } else { end - slashes };
        }
        at = end + 1;
    }
    bytes.len()
}

/// Where a header's value ends: with the line, written as it is or as `\n`, or with the quote around the header.
fn end_of_line(bytes: &[u8], start: usize, enclosing: Option<Quote>) -> usize {
    for (i, b) in bytes[start..].iter().enumerate() {
        let at = start + i;
        let closes = enclosing.is_some_and(|q| q.mark == *b && backslashes_before(bytes, at) <= q.backslashes);
        if closes {
            return at - backslashes_before(bytes, at).min(at - start);
        }
        if matches!(b, b'\n' | b'\r') || (*b == b'\\' && matches!(bytes.get(at + 1), Some(b'n' | b'r'))) {
            return at;
        }
    }
    bytes.len()
}

/// Where a value without quotes ends. It goes on over punctuation that passwords have, and stops where punctuation
/// separates: before white space, another pair, or the end of what the name was quoted or bracketed in.
fn end_of_word(bytes: &[u8], start: usize, name: &Name) -> usize {
    let mut at = start;
    let mut open = 0_usize;
    while let Some(&b) = bytes.get(at) {
        if matches!(b, b'(' | b'[' | b'{') {
            open += 1;
        } else if open > 0 && matches!(b, b')' | b']' | b'}') {
            open -= 1;
            at += 1;
            continue;
        }
        let stops = match b {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b'"' | b'\'' | b'`' => {
                name.enclosing.is_some_and(|q| q.mark == b)
                    || separates(bytes, at + 1)
                    || backslashes_before(bytes, at) > 0
            }
            b',' | b';' | b')' | b']' | b'}' => separates(bytes, at + 1) || starts_pair(bytes, at + 1),
            b'&' => name.in_address || starts_pair(bytes, at + 1),
            b'<' => bytes.get(at + 1) == Some(&b'/'),
            _ => false,
        };
        if stops {
            break;
        }
        at += 1;
    }
    // The backslashes belong to the quote.
    while at > start && matches!(bytes.get(at), Some(b'"' | b'\'')) && bytes[at - 1] == b'\\' {
        at -= 1;
    }
    at
}

/// Whether nothing of a value can start at `at`.
fn separates(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None => true,
        Some(b) => b.is_ascii_whitespace() || b",;:)]}\\<>\"'".contains(b),
    }
}

/// Whether `name=` or `"name":` starts at `at`.
fn starts_pair(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + 64)];
    let name =
        rest.iter().take_while(|b| is_name_byte(**b) || matches!(b, b'"' | b'\'' | b'[' | b']' | b'%' | b' ')).count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
}

/// The length of a known scheme with the space after it, and whether its secret is one word.
pub(super) fn scheme(value: &str) -> Option<(usize, bool)> {
    let end = value.find([' ', '\t'])?;
    let word = value[..end].to_ascii_lowercase();
    let one = ONE_WORD_SCHEMES.contains(&word.as_str());
    if !one && !PARAMETER_SCHEMES.contains(&word.as_str()) {
        return None;
    }
    let rest = &value[end..];
    Some((end + rest.len() - rest.trim_start_matches([' ', '\t']).len(), one))
}
