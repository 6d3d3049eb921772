//! Secrets whose value the host knows, in the forms in which they turn up.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::Regex;

use super::Span;

/// Shorter ones would hide parts of innocent words.
const MIN_LENGTH: usize = 8;

/// A line of a secret with several, such as a private key, is one of its own from this length on.
const MIN_LINE: usize = 20;

/// Values that secret variables have where nobody filled them in.
const TRIVIAL: &[&str] = &[
    "changeme",
    "password",
    "localhost",
    "undefined",
    "required",
    "disabled",
    "optional",
    "postgres",
    "12345678",
    "production",
    "development",
    "staging",
    "testing123",
    "placeholder",
    "your-api-key",
    "your_api_key",
    "dummy-key",
    "not-needed",
    "secret-key",
    "anonymous",
    "username",
];

/// The known secrets and their encoded forms.
#[derive(Debug, Default)]
pub(super) struct Known {
    pattern: Option<Regex>,
    /// Bytes of the longest form with a newline in it.
    pub(super) longest_with_newline: usize,
}

impl Known {
    pub(super) fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets {
            let secret = secret.trim();
            if is_worth_hiding(secret) {
                add_forms(secret, &mut forms);
                secret.lines().map(str::trim).filter(|line| line.len() >= MIN_LINE && *line != secret).for_each(
                    |line| {
                        add_forms(line, &mut forms);
                    },
                );
            }
        }
        // The first that matches wins: a secret that begins with another one comes before it.
        let mut forms: Vec<_> = forms.into_iter().collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let longest_with_newline = forms.iter().filter(|form| form.contains('\n')).map(String::len).max().unwrap_or(0);
        if forms.is_empty() {
            return Self::default();
        }
        let literals: Vec<_> = forms.iter().map(|form| regex::escape(form)).collect();
        // Literals compile to an automaton of their own size. The limit is there for patterns that blow up, and an
        // environment is smaller than a megabyte or two.
        let pattern = regex::RegexBuilder::new(&literals.join("|")).size_limit(1 << 30).build();
        Self { pattern: Some(pattern.expect("escaped literals of bounded size")), longest_with_newline }
    }

    pub(super) fn find(&self, text: &str, spans: &mut Vec<Span>) {
        let Some(pattern) = &self.pattern else { return };
        spans.extend(pattern.find_iter(text).map(|m| Span { from: m.start(), start: m.start(), end: m.end() }));
    }
}

fn is_worth_hiding(secret: &str) -> bool {
    let distinct: BTreeSet<char> = secret.chars().collect();
    secret.chars().count() >= MIN_LENGTH
        && distinct.len() >= 4
        && !TRIVIAL.contains(&secret.to_ascii_lowercase().as_str())
        // A path says where a secret is.
        && !(secret.starts_with(['/', '~']) && !secret.contains('\n') && secret.matches('/').count() > 1)
}

fn add_forms(secret: &str, forms: &mut BTreeSet<String>) {
    let bytes = secret.as_bytes();
    let mut add = |form: String| {
        if form.len() >= MIN_LENGTH {
            forms.insert(form);
        }
    };
    add(secret.to_owned());
    for skip in 0..3 {
        add(inside_base64(bytes, skip, &STANDARD_NO_PAD));
        add(inside_base64(bytes, skip, &URL_SAFE_NO_PAD));
    }
    let hex = bytes.iter().fold(String::new(), |mut hex, b| {
        // Writing to a string has no way to fail.
        let _ = write!(hex, "{b:02x}");
        hex
    });
    add(hex.to_ascii_uppercase());
    add(hex);
    let encoded = percent_encoded(bytes, b"-._~");
    add(encoded.replace("%20", "+"));
    add(lower_escapes(&encoded));
    add(encoded);
    // What JavaScript's `encodeURIComponent` leaves as it is.
    add(percent_encoded(bytes, b"-._~!'()*"));
    let json = json_escaped(secret);
    add(json.replace('/', "\\/"));
    add(json_escaped(&json));
    add(json);
}

/// The characters of base64 that `secret` alone determines when `skip` bytes, modulo 3, come before it: what is found inside
/// of `user:secret` in base64, for example.
fn inside_base64(secret: &[u8], skip: usize, engine: &impl base64::Engine) -> String {
    let padded = [&[0; 2][..skip], secret].concat();
    let text = engine.encode(&padded);
    let first = [0, 2, 3][skip];
    // A last character that holds bits of the next byte as well is not the secret's alone.
    let last = text.len() - usize::from(padded.len() % 3 != 0);
    text.get(first..last).unwrap_or_default().to_owned()
}

fn percent_encoded(bytes: &[u8], kept: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || kept.contains(b) {
            out.push(char::from(*b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

fn lower_escapes(encoded: &str) -> String {
    let mut out = String::with_capacity(encoded.len());
    let mut left = 0_usize;
    for c in encoded.chars() {
        left = if c == '%' { 3 } else { left };
        out.push(if left > 0 { c.to_ascii_lowercase() } else { c });
        left = left.saturating_sub(1);
    }
    out
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
