//! Secrets whose value the host knows, in the forms in which they turn up.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::Span;
use super::views::without_escapes;

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

/// Forms without white space are looked for across white space from this length on: shorter ones could be words of prose.
const MIN_SQUEEZED: usize = 16;

/// The known secrets and their encoded forms.
#[derive(Debug, Default)]
pub(super) struct Known {
    forms: Option<AhoCorasick>,
    /// The longer ones, without white space.
    squeezed: Option<AhoCorasick>,
    /// Bytes of the longest form.
    pub(super) longest: usize,
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
        let without_space = |form: &String| form.split_whitespace().collect::<String>();
        let squeezed: BTreeSet<String> =
            forms.iter().map(without_space).filter(|form| form.len() >= MIN_SQUEEZED).collect();
        let longest = forms.iter().map(String::len).max().unwrap_or(0);
        Self { forms: automaton(&forms), squeezed: automaton(&squeezed), longest }
    }

    /// Whether [`Self::find_squeezed`] could find anything.
    pub(super) fn squeezes(&self) -> bool {
        self.squeezed.is_some()
    }

    /// Adds the known secrets in `text`, also those that overlap each other.
    pub(super) fn find(&self, text: &str, spans: &mut Vec<Span>) {
        all(self.forms.as_ref(), text, spans);
    }

    /// As [`Self::find`], in a text without white space.
    pub(super) fn find_squeezed(&self, text: &str, spans: &mut Vec<Span>) {
        all(self.squeezed.as_ref(), text, spans);
    }
}

/// None for no forms.
fn automaton(forms: &BTreeSet<String>) -> Option<AhoCorasick> {
    // It fails on more than 2^31 states only: an environment is smaller than a megabyte or two.
    (!forms.is_empty()).then(|| AhoCorasick::new(forms).expect("literals of bounded size"))
}

fn all(automaton: Option<&AhoCorasick>, text: &str, spans: &mut Vec<Span>) {
    let Some(automaton) = automaton else { return };
    spans.extend(automaton.find_overlapping_iter(text).map(|found| Span {
        from: found.start(),
        start: found.start(),
        end: found.end(),
    }));
}

pub(super) fn is_worth_hiding(secret: &str) -> bool {
    let distinct: BTreeSet<char> = secret.chars().collect();
    secret.chars().count() >= MIN_LENGTH
        && distinct.len() >= 4
        && !TRIVIAL.contains(&secret.to_ascii_lowercase().as_str())
        // A path says where a secret is.
        && !(secret.starts_with(['/', '~']) && !secret.contains('\n') && secret.matches('/').count() > 1)
}

/// The forms that no undoing of escapes would lead back to the secret: as JSON, in a URL or in HTML it is found by its
/// [view](super::views).
fn add_forms(secret: &str, forms: &mut BTreeSet<String>) {
    let bytes = secret.as_bytes();
    let mut add = |form: String| {
        if form.len() >= MIN_LENGTH {
            forms.insert(form);
        }
    };
    add(secret.to_owned());
    // What a view makes of it, when it has in itself what looks like an escape.
    let mut undone = secret.to_owned();
    while let Some(next) = without_escapes(&undone) {
        add(next.clone());
        undone = next;
    }
    // A form of a web page.
    add(secret.replace(' ', "+"));
    add(secret.chars().rev().collect());
    for skip in 0..3 {
        add(inside_base64(bytes, skip, &STANDARD_NO_PAD));
        add(inside_base64(bytes, skip, &URL_SAFE_NO_PAD));
        // Twice, as a secret of Kubernetes whose value is in base64 already.
        add(inside_base64(STANDARD.encode(bytes).as_bytes(), skip, &STANDARD_NO_PAD));
        add(inside_base64(STANDARD_NO_PAD.encode(bytes).as_bytes(), skip, &STANDARD_NO_PAD));
    }
    add(base32(bytes));
    let hex = |separator: &str, capital: bool| {
        let digits = bytes.iter().map(|b| if capital { format!("{b:02X}") } else { format!("{b:02x}") });
        digits.collect::<Vec<_>>().join(separator)
    };
    for capital in [false, true] {
        // As `openssl` writes keys, too. With spaces it is found across white space.
        add(hex("", capital));
        add(hex(":", capital));
    }
}

/// RFC 4648, without padding, and without a last character that holds bits of what may follow.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect::<Vec<u8>>();
    let digit = |five: &[u8]| usize::from(five.iter().fold(0, |value, bit| value << 1 | bit));
    bits.chunks_exact(5).map(|five| char::from(ALPHABET[digit(five)])).collect()
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
