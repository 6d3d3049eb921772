//! Takes secrets out of text before anyone else reads it: a judge, a log, a receipt.
//!
//! Four ways of finding one, each in its own file, all on the original text: the values that the host knows
//! (`known`), shapes of tokens (`tokens`), private keys (`pem`), and names that give their value away (`pairs`). Each
//! yields spans; overlapping spans become one, and each is replaced by [`MARK`]. Time is linear in the text, and redacting
//! twice changes nothing.
//!
//! It is a net for accidents. A worker that wants to leak can encode what it knows; keeping secrets out of its reach is
//! what the environment's allow-list and the sandbox are for.

mod keys;
mod known;
mod pairs;
mod pem;
mod stream;
mod tokens;
mod values;
#[cfg(test)]
mod vectors;

pub(crate) use keys::is_secret_name;
pub use stream::RedactStream;

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use keys::Kind;
use known::Known;

/// What stands where a secret was.
pub const MARK: &str = "***";

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
    /// A redactor that also knows the values of `secrets`, such as those of the host's own environment, as they are and
    /// in base64, URL, hexadecimal and JSON encoding. Values shorter than 8 characters and trivial ones are left alone:
    /// hiding `localhost` everywhere would help nobody.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        Self { known: Known::new(secrets) }
    }

    /// `text` with [`MARK`] in place of each secret. Nothing is copied where there is none.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        // A mark ends a word, which may give what stands beside it the shape of a secret. Each pass leaves more marks
        // and less text, so this ends, after the second pass nearly always.
        loop {
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
        self.known.find(text, &mut spans);
        tokens::find(text, &mut spans);
        pem::find(text, &mut spans);
        pairs::find(text, &mut spans);
        merge(spans)
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
