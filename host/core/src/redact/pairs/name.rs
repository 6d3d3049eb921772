//! The name before a separator, and the quotes around it.

use crate::redact::keys::{Kind, MAX_NAME, kind};

/// A quotation mark and the backslashes before it, as JSON inside JSON has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) mark: u8,
    pub(super) backslashes: usize,
}

/// The name before a separator.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) kind: Kind,
    /// The quote right before the name, when it doesn't close right after it: `"password=x"`.
    pub(super) enclosing: Option<Quote>,
    /// Whether the name is a parameter of an address: `?token=x`.
    pub(super) in_address: bool,
}

impl Name {
    pub(super) fn before(text: &str, separator: usize) -> Option<Self> {
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

pub(super) fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

fn quote_before(bytes: &[u8], at: usize) -> Option<Quote> {
    let mark = *bytes.get(at.checked_sub(1)?)?;
    matches!(mark, b'"' | b'\'' | b'`').then(|| Quote { mark, backslashes: backslashes_before(bytes, at - 1) })
}

/// How many backslashes stand before `at`; more than 16 are as good as 16.
pub(super) fn backslashes_before(bytes: &[u8], at: usize) -> usize {
    bytes[at.saturating_sub(16)..at].iter().rev().take_while(|b| **b == b'\\').count()
}
