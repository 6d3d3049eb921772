//! Secrets that their own shape gives away.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexSet};

use super::formats::{Before, Body, FORMATS, Format, INFIXES, Infix};
use super::values::is_credential_like;
use super::{Span, regex};

/// Shapes without a fixed beginning of their own. Sources as of [`FORMATS`]. Where a pattern has a group, the group is the
/// secret; else all of it is.
const PATTERNS: &[&str] = &[
    // Amazon: the id of a key, and the secret beside it
    r"(?-u:\b)((?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16})(?-u:\b)",
    r#"(?:AKIA|ASIA)[A-Z0-9]{16}["',;:|\t ]{1,6}([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#,
    // Azure: client secrets
    r"(?-u:\b)[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    // crates.io
    r"(?-u:\b)cio[A-Za-z0-9]{32}(?-u:\b)",
    // Discord, Telegram, Firebase
    r"(?-u:\b)[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
    r"(?-u:\b)mfa\.[A-Za-z0-9_-]{80,}",
    r"[0-9]{8,10}:A[A-Za-z0-9_-]{34,}",
    r"(?-u:\b)AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{100,}",
    // Twilio, SendGrid, Mailgun, Mailchimp, Resend
    r"(?-u:\b)SK[0-9a-f]{32}(?-u:\b)",
    r"(?-u:\b)SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"(?-u:\b)(?:pub)?key-[0-9a-f]{32}(?-u:\b)",
    r"(?-u:\b)[0-9a-f]{32}-us[0-9]{1,2}(?-u:\b)",
    r"(?-u:\b)re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,}",
    // Airtable, Asana, Harness, LaunchDarkly, Yandex, Cloudflare, 1Password
    r"(?-u:\b)pat[A-Za-z0-9]{14}\.[a-f0-9]{64}",
    r"(?-u:\b)[12]/[0-9]{13,20}(?:/[0-9]+)?:[a-f0-9]{32}",
    r"(?-u:\b)(?:pat|sat)\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}",
    r"(?-u:\b)(?:sdk|mob|api)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    r"(?-u:\b)t1\.[A-Za-z0-9_-]{20,}={0,2}\.[A-Za-z0-9_-]{60,}={0,2}",
    r"(?-u:\b)v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}",
    r"(?-u:\b)A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
    r"(?-u:\b)(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,}",
    // Addresses that are secrets themselves
    r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_+-]{20,})",
    r"discord(?:app)?\.com/api/webhooks/[0-9]+/([A-Za-z0-9_-]{20,})",
    r"hooks\.zapier\.com/hooks/catch/([A-Za-z0-9/]{8,})",
    r"webhook\.office\.com/webhookb2/([A-Za-z0-9/@-]{60,})",
    // JSON web tokens, also cut ones: a header in base64 always starts so. Encrypted ones may have empty parts.
    r"eyJ[A-Za-z0-9_-]{8,}(?:\.{1,2}[A-Za-z0-9_-]+){1,4}",
    // Passwords in addresses: up to the last `@` before the path, since passwords have `@` in them as well
    r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'`<>\\]*:([^\s/"'`<>\\]+)@"#,
    r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"'`<>\\]*:([^\s/@?#"'`<>\\]*[^\s/@?#"'`<>\\0-9][^\s/@?#"'`<>\\]*/[^\s@?#"'`<>\\]*)@"#,
    r#"[A-Za-z][A-Za-z0-9+.-]*://([A-Za-z0-9_-]{20,})@"#,
    // Signatures in addresses
    r"(?i)[?&](?:amp;)?(?:sig|signature|x-amz-signature|x-amz-credential|x-goog-signature|x-goog-credential|hmac)=([A-Za-z0-9%+/=_.~-]{8,})",
    // curl -u user:password, curl -b name=value
    r#"curl (?:[^\n]* )?(?:-u|--user)[ =]?["']?[^\s:"']+:([^\s"']+)"#,
    r#"curl (?:[^\n]* )?-b[ =]?["']?([A-Za-z0-9_.-]+=[^\s"']+)"#,
    // .netrc
    r"(?i)(?-u:\b)login[ \t]+[^\s]+\s+password[ \t]+([^\s]+)",
    // PuTTY
    r"Private-Lines: [0-9]+\r?\n((?:[A-Za-z0-9+/=]+\r?\n?)+)",
];

/// A scheme and its secret outside of a header. Only what looks like a credential: "Bearer authentication" is prose.
const SCHEME: &str = r"(?i)(?-u:\b)(?:bearer|basic)[ \t]+([A-Za-z0-9._~+/=-]{8,})";

/// Vault's tokens before its version 1.10. Code looks like it: only with digits and both cases.
const LEGACY_VAULT: &str = r"(?-u:\b)s\.[A-Za-z0-9]{24}(?-u:\b)";

struct Compiled {
    /// The fixed parts of [`FORMATS`], then those of [`INFIXES`].
    fixed: AhoCorasick,
    /// What each of them is.
    rows: Vec<Row>,
    /// Says in one pass which patterns occur at all.
    set: RegexSet,
    each: Vec<Regex>,
    scheme: Regex,
    legacy_vault: Regex,
}

#[derive(Clone, Copy)]
enum Row {
    Format(&'static Format),
    Infix(&'static Infix),
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let formats = FORMATS.iter().flat_map(|format| format.prefixes.iter().map(|prefix| (*prefix, Row::Format(format))));
    let infixes = INFIXES.iter().map(|infix| (infix.mark, Row::Infix(infix)));
    let (fixed, rows): (Vec<&str>, Vec<Row>) = formats.chain(infixes).unzip();
    Compiled {
        fixed: AhoCorasick::new(fixed).expect("constant literals"),
        rows,
        set: RegexSet::new(PATTERNS).expect("constant patterns"),
        each: PATTERNS.iter().map(|pattern| regex(pattern)).collect(),
        scheme: regex(SCHEME),
        legacy_vault: regex(LEGACY_VAULT),
    }
});

/// Adds the secrets of `text` whose shape is known.
pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    fixed(text.as_bytes(), spans);
    for index in COMPILED.set.matches(text) {
        for found in COMPILED.each[index].captures_iter(text) {
            let Some(all) = found.get(0) else { continue };
            let secret = found.get(1).unwrap_or(all);
            spans.push(Span { from: all.start(), start: secret.start(), end: secret.end() });
        }
    }
    for found in COMPILED.scheme.captures_iter(text) {
        if let (Some(all), Some(secret)) = (found.get(0), found.get(1))
            && is_credential_like(secret.as_str())
        {
            spans.push(Span { from: all.start(), start: secret.start(), end: secret.end() });
        }
    }
    for found in COMPILED.legacy_vault.find_iter(text) {
        let has = |of: fn(&u8) -> bool| found.as_str()[2..].bytes().any(|b| of(&b));
        if has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) {
            spans.push(Span { from: found.start(), start: found.start(), end: found.end() });
        }
    }
}

/// What the tables know. Every fixed part is looked at once. What is read around it is bounded or read no second time, so
/// the time is linear.
fn fixed(text: &[u8], spans: &mut Vec<Span>) {
    let mut covered = 0;
    for found in COMPILED.fixed.find_overlapping_iter(text) {
        if found.end() <= covered {
            continue;
        }
        let secret = match COMPILED.rows[found.pattern().as_usize()] {
            Row::Format(format) => after_prefix(text, found.start(), found.end(), format),
            Row::Infix(infix) => around_mark(text, found.start(), found.end(), infix),
        };
        if let Some((start, end)) = secret {
            spans.push(Span { from: start, start, end });
            covered = covered.max(end);
        }
    }
}

fn after_prefix(text: &[u8], start: usize, prefix_end: usize, format: &Format) -> Option<(usize, usize)> {
    let in_word = start.checked_sub(1).is_some_and(|before| Body::Name.has(text[before]));
    if format.before == Before::Border && in_word {
        return None;
    }
    let body = &text[prefix_end..];
    if body.len() < format.least || !body[..format.least].iter().all(|b| format.body.has(*b)) {
        return None;
    }
    // What goes on as a word belongs to it: a mark in the middle of a word would give its rest a border.
    let end = prefix_end + body.iter().take_while(|b| format.body.has(**b) || Body::Name.has(**b)).count();
    // A full stop is the sentence's.
    Some((start, if text[end - 1] == b'.' { end - 1 } else { end }))
}

/// No such token is as long on one side of its mark: a text that goes on is encoded data, which has such marks by chance.
const MAX_SIDE: usize = 160;

fn around_mark(text: &[u8], start: usize, end: usize, infix: &Infix) -> Option<(usize, usize)> {
    let before = text[..start].iter().rev().take(MAX_SIDE).take_while(|b| infix.body.has(**b)).count();
    let after = text[end..].iter().take(MAX_SIDE).take_while(|b| infix.body.has(**b)).count();
    let fits = (infix.before..MAX_SIDE).contains(&before) && (infix.after..MAX_SIDE).contains(&after);
    fits.then_some((start - before, end + after))
}
