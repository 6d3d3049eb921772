//! Secrets that their name gives away: `password=...`, `"api_key": "..."`, `--token ...`, `<secret>...</secret>`, HTTP headers.
//!
//! Every separator is looked at once. What is read around it is bounded, or skipped afterwards, so that the time is linear in
//! the text.

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

/// A quotation mark and the backslashes before it, as JSON inside JSON has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quote {
    mark: u8,
    backslashes: usize,
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

/// The length of a known scheme with the space after it, and whether its secret is one word.
fn scheme(value: &str) -> Option<(usize, bool)> {
    let end = value.find([' ', '\t'])?;
    let word = value[..end].to_ascii_lowercase();
    let one = ONE_WORD_SCHEMES.contains(&word.as_str());
    if !one && !PARAMETER_SCHEMES.contains(&word.as_str()) {
        return None;
    }
    let rest = &value[end..];
    Some((end + rest.len() - rest.trim_start_matches([' ', '\t']).len(), one))
}

/// The name before a separator.
struct Name {
    start: usize,
    kind: Kind,
    /// The quote right before the name, when it doesn't close right after it: `"password=x"`.
    enclosing: Option<Quote>,
    /// Whether the name is a parameter of an address: `?token=x`.
    in_address: bool,
}

impl Name {
    fn before(text: &str, separator: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut end = separator;
        let back = |end: &mut usize, most: usize, set: &[u8]| {
            let start = *end;
            while *end > 0 && start - *end < most && set.contains(&bytes[*end - 1]) {
                *end -= 1;
            }
            start - *end
        };
        back(&mut end, 8, b" \t");
        let closed = back(&mut end, 12, b"\"'`\\]") > 0;
        let mut start = end;
        while start > 0 && end - start < MAX_NAME && is_name_byte(bytes[start - 1]) {
            start -= 1;
        }
        let name = &text[start..end];
        let mut found = kind(name);
        if found.is_none() && name.eq_ignore_ascii_case("key") && start > 0 && bytes[start - 1] == b' ' {
            // "API key: ...", "secret access key: ..."
            let mut before = start - 1;
            while before > 0
                && start - before < 24
                && (bytes[before - 1].is_ascii_alphabetic() || bytes[before - 1] == b' ')
            {
                before -= 1;
            }
            let words: Vec<_> = text[before..end].rsplitn(4, ' ').take(3).collect();
            found = kind(&words.join(" ")).or_else(|| kind(&words.iter().rev().copied().collect::<Vec<_>>().join(" ")));
        }
        let kind = found?;
        let enclosing = if closed { None } else { quote_before(bytes, start) };
        let in_address = start > 0 && matches!(bytes[start - 1], b'?' | b'&');
        Some(Self { start, kind, enclosing, in_address })
    }
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

fn quote_before(bytes: &[u8], at: usize) -> Option<Quote> {
    let mark = *bytes.get(at.checked_sub(1)?)?;
    matches!(mark, b'"' | b'\'' | b'`').then(|| Quote { mark, backslashes: backslashes_before(bytes, at - 1) })
}

/// How many backslashes stand before `at`; more than 16 are as good as 16.
fn backslashes_before(bytes: &[u8], at: usize) -> usize {
    bytes[at.saturating_sub(16)..at].iter().rev().take_while(|b| **b == b'\\').count()
}

/// The value after a separator.
struct Value {
    start: usize,
    end: usize,
    quote: Option<Quote>,
    spaced: bool,
}

impl Value {
    fn after(text: &str, separator_end: usize, name: &Name) -> Self {
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
