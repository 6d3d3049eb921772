//! Takes secrets out of text before anyone else reads it: a judge, a log, a receipt.
//!
//! Four ways of finding one, each in its own file: the values that the host knows (`known`), shapes of tokens (`tokens`, by
//! the table in `formats`), private keys (`pem`), and names that give their value away (`pairs`). Each looks at the text as
//! it is and at its `views`: without terminal colours and invisible characters, with the escapes of JSON, shells, URLs and
//! HTML undone; known values are found across white space too. Each yields spans; overlapping spans become one, and each is
//! replaced by [`MARK`]. Time is linear in the text, and redacting twice changes nothing.
//!
//! It is a net for accidents. A worker that wants to leak can encode what it knows in ways that nobody lists: encrypted,
//! spelled out, cut into pieces that are joined elsewhere. Keeping secrets out of its reach is what the environment's
//! allow-list and the sandbox are for. Names of files are kept as they are wherever something is to be found by them.

mod formats;
mod keys;
mod known;
mod markup;
mod pairs;
mod pem;
#[cfg(test)]
mod properties;
mod records;
mod stream;
mod tokens;
mod values;
#[cfg(test)]
mod vectors;
mod views;
#[cfg(test)]
mod wrapping;

pub(crate) use keys::is_secret_name;
pub use stream::RedactStream;

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use keys::Kind;
use known::Known;
use views::Views;

/// What stands where a secret was.
pub const MARK: &str = "***";

/// Passes over a text before its rest is given up. Honest text takes two.
const MAX_PASSES: usize = 8;

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// Where the reading of it began: with the name that gives it away, for example. Text can't be cut between here and
    /// the secret without losing sight of it.
    from: usize,
    start: usize,
    end: usize,
}

/// Finds secrets. Cheap to share, costly to make: one a goal.
#[derive(Debug, Default)]
pub struct Redactor {
    known: Known,
}

impl Redactor {
    /// A redactor that also knows the values of `secrets`, such as those of the host's own environment: as they are,
    /// escaped in any of the ways that views undo, in base64 (of either alphabet, at any place within a longer text, once
    /// or twice), base32 or hexadecimal, reversed, and broken over lines. Values shorter than 8 characters and trivial
    /// ones are left alone: hiding `localhost` everywhere would help nobody.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        Self { known: Known::new(secrets) }
    }

    /// Whether a redactor that knows `secret` finds it: one that is too short or too plain is left alone.
    pub fn finds(secret: &str) -> bool {
        known::is_worth_hiding(secret.trim())
    }

    /// `text` with [`MARK`] in place of each secret. Nothing is copied where there is none.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        // A mark ends a word, which may give what stands beside it the shape of a secret: after the second pass there is
        // nothing left, nearly always.
        for _ in 0..MAX_PASSES {
            let spans = self.spans(&text);
            if spans.is_empty() {
                return text;
            }
            let redacted = replace(&text, &spans);
            if redacted == text {
                return text;
            }
            text = Cow::Owned(redacted);
        }
        // Only a text that was made for it, to take a pass for each of its parts, comes here. It loses its rest.
        let Some(first) = self.spans(&text).first().copied() else { return text };
        Cow::Owned(format!("{}{MARK}", &text[..first.from]))
    }

    /// `text` with each secret as many `*` as it has bytes, so that every place in it stays where it was. Looks for known
    /// values, tokens and keys, and not for what only a name gives away: for the content of files, which somebody reads as
    /// code. Nothing is copied where there is none.
    pub fn mask<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        // A byte that is no UTF-8 is as long as its substitute here: one.
        let readable: Cow<'_, str> = match std::str::from_utf8(text) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(text.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '?' }).collect()),
        };
        let spans = merge(self.nameless(&readable));
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = text.to_vec();
        for span in spans {
            masked[span.start..span.end].fill(b'*');
        }
        Cow::Owned(masked)
    }

    /// `value` with its secrets replaced: strings as [`Self::redact`] does, and whole strings and numbers below a name
    /// that gives them away.
    pub fn redact_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.redact(text).into_owned()),
            Value::Array(items) => items.iter().map(|item| self.redact_json(item)).collect(),
            Value::Object(members) => {
                // {"name": "API_KEY", "value": "..."}
                let named = members.get("name").or(members.get("key")).and_then(Value::as_str).and_then(keys::kind);
                let member = |(name, value): (&String, &Value)| {
                    let kind = keys::kind(name).or(named.filter(|_| name == "value"));
                    let value = kind.map_or_else(|| self.redact_json(value), |kind| self.redact_member(kind, value));
                    (self.redact(name).into_owned(), value)
                };
                Value::Object(members.iter().map(member).collect())
            }
            _ => value.clone(),
        }
    }

    fn redact_member(&self, kind: Kind, value: &Value) -> Value {
        match value {
            Value::String(text) if kind == Kind::Authorization => {
                let line = format!("Authorization: {text}");
                let line = self.redact(&line);
                Value::String(line.strip_prefix("Authorization: ").unwrap_or(MARK).to_owned())
            }
            Value::String(text) if values::hides(kind, text, false) => Value::String(MARK.into()),
            Value::Number(number) if values::hides(kind, &number.to_string(), false) => Value::String(MARK.into()),
            Value::Array(items) => items.iter().map(|item| self.redact_member(kind, item)).collect(),
            // `token` is also what a parser calls its objects; `credentials` have nothing but secrets in them.
            Value::Object(members) if matches!(kind, Kind::Strong | Kind::Store) => Value::Object(
                members.iter().map(|(name, v)| (self.redact(name).into_owned(), self.redact_member(kind, v))).collect(),
            ),
            _ => self.redact_json(value),
        }
    }

    /// The secrets of `text`: in order, apart from each other, on character borders.
    fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let look = |text: &str, spans: &mut Vec<Span>| {
            self.shapes(text, spans);
            pairs::find(text, spans);
        };
        look(text, &mut spans);
        for views in Views::all(text, self.known.squeezes()) {
            views.find(look, &mut spans);
            views.find_squeezed(|text, spans| self.known.find_squeezed(text, spans), &mut spans);
        }
        merge(spans)
    }

    /// As [`Self::spans`], without those that a name gives away.
    fn nameless(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        self.shapes(text, &mut spans);
        for views in Views::all(text, self.known.squeezes()) {
            views.find(|text, spans| self.shapes(text, spans), &mut spans);
            views.find_squeezed(|text, spans| self.known.find_squeezed(text, spans), &mut spans);
        }
        spans
    }

    fn shapes(&self, text: &str, spans: &mut Vec<Span>) {
        self.known.find(text, spans);
        tokens::find(text, spans);
        pem::find(text, spans);
    }
}

/// Overlapping and touching spans as one.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.start < span.end);
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => {
                last.end = last.end.max(span.end);
                last.from = last.from.min(span.from);
            }
            _ => merged.push(span),
        }
    }
    merged
}

fn replace(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(&text[at..span.start]);
        out.push_str(MARK);
        at = span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// A constant pattern, compiled.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}
