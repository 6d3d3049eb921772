//! Private keys in PEM armour (RFC 7468), OpenSSH's and PGP's included, whole or cut at either end.

use std::sync::LazyLock;

use regex::Regex;

use super::{Span, regex};

/// No private key is longer. A begin and an end further apart don't belong together.
const MAX_BLOCK: usize = 64 * 1024;

/// A line of base64 this long before an end without a begin belongs to it.
const MIN_TAIL_LINE: usize = 16;

static MARKER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"-----(BEGIN|END) (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"));

/// Adds the private keys of `text`.
pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    if !text.contains("PRIVATE KEY") {
        return;
    }
    let markers: Vec<_> = MARKER
        .captures_iter(text)
        .filter_map(|found| Some((found.get(0)?.range(), found.get(1)?.as_str() == "BEGIN")))
        .collect();
    let mut covered = 0;
    for (i, (marker, begins)) in markers.iter().enumerate() {
        if *begins {
            let limit = text.len().min(marker.start + MAX_BLOCK);
            let end = match markers.get(i + 1) {
                Some((end, false)) if end.end <= limit => end.end,
                // The key was cut, or this is only talk about keys: what looks like one goes.
                next => end_of_body(text, marker.end, next.map_or(limit, |(range, _)| range.start.min(limit))),
            };
            spans.push(Span { from: marker.start, start: marker.start, end });
            covered = end;
        } else if marker.start >= covered {
            let start = start_of_body(text, marker.start, covered);
            if start < marker.start {
                spans.push(Span { from: start, start, end: marker.end });
            }
            covered = marker.end;
        }
    }
}

/// Where a key begins that may still go on after `text`.
pub(super) fn open(text: &str) -> Option<usize> {
    let last = MARKER.captures_iter(text).last()?;
    let start = last.get(0)?.start();
    (last.get(1)?.as_str() == "BEGIN" && text.len() - start < MAX_BLOCK).then_some(start)
}

/// Where the lines right before `end` start that may turn out to be the last ones of a key.
pub(super) fn start_of_tail(text: &str, end: usize) -> usize {
    start_of_body(text, end, 0)
}

/// Where a key without an end stops: after the last line in a row that is base64, a header or empty. Lines end with a
/// newline, or with `\n` as it is written in JSON.
fn end_of_body(text: &str, start: usize, limit: usize) -> usize {
    let mut limit = limit.max(start);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let mut end = start;
    let mut at = start;
    let body = &text[..limit];
    while at < limit {
        let rest = &body[at..];
        let (length, gap) = line_end(rest);
        let line = &rest[..length];
        let content = strip_margin(line);
        if !content.is_empty() && !is_base64(content) && !is_header(content) {
            // A single line may hold the whole body and go on with something else, such as a closing quote.
            let base64 = content.bytes().take_while(|b| is_base64_byte(*b)).count();
            let stop = content.as_bytes().get(base64).copied().unwrap_or(b' ');
            if base64 > 0 && !matches!(stop, b' ' | b'\t') && !stop.is_ascii_alphanumeric() {
                end = at + (content.as_ptr() as usize - line.as_ptr() as usize) + base64;
            }
            break;
        }
        at += length + gap;
        if !content.is_empty() {
            end = at - gap;
        }
    }
    end
}

/// Where the lines of base64 right before `end` start, not before `least`. The last of them may be short.
fn start_of_body(text: &str, end: usize, least: usize) -> usize {
    let least = least.max(end.saturating_sub(MAX_BLOCK));
    let bytes = text.as_bytes();
    let mut start = end;
    loop {
        // The newline that ends the line before.
        let mut line_end = start;
        if line_end > least && bytes[line_end - 1] == b'\n' {
            line_end -= 1;
        } else {
            return start;
        }
        if line_end > least && bytes[line_end - 1] == b'\r' {
            line_end -= 1;
        }
        let line_start = bytes[least..line_end].iter().rposition(|b| *b == b'\n').map_or(least, |at| least + at + 1);
        let Some(line) = text.get(line_start..line_end) else { return start };
        let content = strip_margin(line);
        let short = content.len() < MIN_TAIL_LINE && start != end;
        if content.is_empty() || short || !is_base64(content) {
            return start;
        }
        start = line_start;
    }
}

/// The length of the first line and of what ends it.
fn line_end(text: &str) -> (usize, usize) {
    let real = text.find('\n').map(|at| (at, 1));
    let written = text.find("\\n").map(|at| (at, 2));
    let (at, gap) = match (real, written) {
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => return (text.len(), 0),
    };
    match text[..at].strip_suffix('\r') {
        Some(line) => (line.len(), gap + 1),
        None => (at, gap),
    }
}

/// The line without indentation and the marks of a diff, a quotation or a comment.
fn strip_margin(line: &str) -> &str {
    line.trim().trim_start_matches(['+', '-', '>', '#', '|', ' ', '\\', '"', '\'']).trim()
}

fn is_base64_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

fn is_base64(line: &str) -> bool {
    line.bytes().all(is_base64_byte)
}

/// `Proc-Type: 4,ENCRYPTED`, `Version: ...`
fn is_header(line: &str) -> bool {
    ["Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:"].iter().any(|name| line.starts_with(name))
}
