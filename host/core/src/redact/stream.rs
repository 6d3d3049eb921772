//! Redaction of a stream as it comes: text is let go only when nothing that follows could make it part of a secret.

use std::sync::Arc;

use super::{Redactor, Span, pem, replace};

/// A line longer than this is let go in pieces.
const MAX_HELD: usize = 256 * 1024;

/// What stays behind then: no token is longer, and no name is further from its value.
const OVERLAP: usize = 16 * 1024;

/// A stream's redactor. Takes bytes in chunks of any size and gives the same text as [`Redactor::redact`] would on the
/// whole, as long as no line is longer than 256 KiB. Bytes that are no UTF-8 become U+FFFD.
#[derive(Debug)]
pub struct RedactStream {
    redactor: Arc<Redactor>,
    held: String,
    /// The beginning of a character whose rest has not come.
    partial: Vec<u8>,
    /// Held text is looked at again when it is this long: a growing hold is not scanned at every push.
    look_at: usize,
    /// A secret longer than what may be held was let go as a mark: the rest of it is dropped.
    swallowing: bool,
}

impl RedactStream {
    /// At the beginning of a stream.
    pub fn new(redactor: Arc<Redactor>) -> Self {
        Self { redactor, held: String::new(), partial: Vec::new(), look_at: 0, swallowing: false }
    }

    /// Takes the next bytes and gives what may be let go, often nothing.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.decode(bytes);
        self.swallow();
        if self.held.len() < self.look_at || !self.held.contains('\n') && self.held.len() <= MAX_HELD {
            return String::new();
        }
        let mut out = self.release(false);
        while self.held.len() > MAX_HELD {
            out.push_str(&self.release(true));
        }
        self.look_at = self.held.len() + self.held.len() / 2;
        out
    }

    /// The rest, at the end of the stream.
    pub fn finish(mut self) -> String {
        if !self.partial.is_empty() {
            self.held.push(char::REPLACEMENT_CHARACTER);
        }
        self.swallow();
        self.redactor.redact(&self.held).into_owned()
    }

    fn decode(&mut self, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.partial);
        all.extend_from_slice(bytes);
        let mut rest = &all[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.held.push_str(text);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.held.push_str(&String::from_utf8_lossy(good));
                    match error.error_len() {
                        Some(length) => {
                            self.held.push(char::REPLACEMENT_CHARACTER);
                            rest = &bad[length..];
                        }
                        None => {
                            self.partial = bad.to_vec();
                            return;
                        }
                    }
                }
            }
        }
    }

    fn swallow(&mut self) {
        if self.swallowing {
            let end = self.held.find(|c: char| c.is_whitespace() || c == '"' || c == '\'');
            self.swallowing = end.is_none();
            self.held.drain(..end.unwrap_or(self.held.len()));
        }
    }

    /// Lets go what is safe; with `force`, something in any case.
    fn release(&mut self, force: bool) -> String {
        let spans = self.redactor.spans(&self.held);
        let mut cut = self.safe_cut(&spans);
        if cut == 0 && force {
            cut = self.held.len() - OVERLAP;
            while !self.held.is_char_boundary(cut) {
                cut -= 1;
            }
            for span in spans.iter().rev() {
                if span.from < cut && cut < span.end {
                    cut = if span.end < self.held.len() || span.from == 0 { span.end } else { span.from };
                }
            }
            self.swallowing = spans.last().is_some_and(|span| span.end == cut && cut == self.held.len());
        }
        let inside: Vec<_> = spans.into_iter().take_while(|span| span.end <= cut).collect();
        let out = replace(&self.held[..cut], &inside);
        self.held.drain(..cut);
        self.redactor.redact(&out).into_owned()
    }

    /// The highest start of a line that no secret, no name before a secret and no open key lies across.
    fn safe_cut(&self, spans: &[Span]) -> usize {
        let mut cut = self.line_cut().min(pem::open(&self.held).unwrap_or(usize::MAX));
        loop {
            let before = cut;
            cut = pem::start_of_tail(&self.held, cut);
            for span in spans.iter().rev() {
                if span.from < cut && (cut < span.end || span.end == self.held.len()) {
                    cut = span.from;
                }
            }
            cut = self.held[..cut].rfind('\n').map_or(0, |at| at + 1);
            if cut == before {
                return cut;
            }
        }
    }

    /// The end of the last but one line: a name on one line may have its value on the next. A known value may be broken over
    /// more lines than that, and have colours and escapes in it: some four bytes for each of its own.
    fn line_cut(&self) -> usize {
        let held = self.held.as_bytes();
        let mut left = self.redactor.known.longest * 4;
        let mut newest = held.len();
        while newest > 0 && left > 0 {
            newest -= 1;
            left -= usize::from(!held[newest].is_ascii_whitespace());
        }
        let Some(last) = held[..newest].iter().rposition(|b| *b == b'\n') else { return 0 };
        held[..last].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)
    }
}
