//! A text as it reads under its wrapping: without terminal colours and invisible characters, with escapes undone, without
//! line breaks. What is found there is found in the text.

use crate::text::{is_invisible, terminal_sequence};

use super::Span;

/// Escapes within escapes that are undone: JSON within JSON within a shell's quotes.
const DEPTH: usize = 3;

/// A text made from another one, and where its parts came from.
#[derive(Debug)]
pub(super) struct View {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// A part of a view that either was copied, or stands for something else as a whole.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it starts in the view.
    at: usize,
    /// Where it was in the other text.
    from: usize,
    until: usize,
}

/// What becomes of what stands at a place.
enum Step {
    Keep,
    Drop(usize),
    Become(char, usize),
}

/// What a text reads as: its views, outermost first, each with the way back to the text itself.
#[derive(Debug, Default)]
pub(super) struct Views {
    /// Each made from the one before.
    readings: Vec<View>,
    /// Without white space: from the text, or from the last reading of the same number, counted from 1.
    squeezed: Vec<(usize, View)>,
}

impl Views {
    /// Every way of reading a text. `squeeze` when white space within a secret matters as well.
    ///
    /// What begins like a terminal's sequence may be none, and take the first characters of a secret with it: such a text is
    /// read as if it had none, too.
    pub(super) fn all(text: &str, squeeze: bool) -> Vec<Self> {
        let first = View::new(text, shown);
        let has_sequences = first.is_some();
        let mut all = vec![Self::after(first, text, squeeze)];
        if has_sequences {
            all.extend(Some(Self::after(None, text, squeeze)).filter(|views| !views.readings.is_empty()));
        }
        all
    }

    fn after(first: Option<View>, text: &str, squeeze: bool) -> Self {
        let mut views = Self::default();
        views.readings.extend(first);
        for _ in 0..DEPTH {
            let Some(view) = View::new(views.readings.last().map_or(text, |view| &view.text), unescaped) else { break };
            views.readings.push(view);
        }
        if squeeze {
            // Escapes within escapes are not also wrapped.
            for level in 0..=views.readings.len().min(2) {
                let base = level.checked_sub(1).map_or(text, |at| &views.readings[at].text);
                views.squeezed.extend(View::new(base, squeezed).map(|view| (level, view)));
            }
        }
        views
    }

    /// Adds what `find` finds in each reading.
    pub(super) fn find(&self, find: impl Fn(&str, &mut Vec<Span>), spans: &mut Vec<Span>) {
        for (at, view) in self.readings.iter().enumerate() {
            let mut found = Vec::new();
            find(&view.text, &mut found);
            spans.extend(found.into_iter().map(|span| self.back(span, at + 1)));
        }
    }

    /// Adds what `find` finds where white space is taken out.
    pub(super) fn find_squeezed(&self, find: impl Fn(&str, &mut Vec<Span>), spans: &mut Vec<Span>) {
        for (level, view) in &self.squeezed {
            let mut found = Vec::new();
            find(&view.text, &mut found);
            spans.extend(found.into_iter().map(|span| self.back(view.back(span), *level)));
        }
    }

    /// A span of the reading `level`, in the text.
    fn back(&self, span: Span, level: usize) -> Span {
        self.readings[..level].iter().rev().fold(span, |span, view| view.back(span))
    }
}

impl View {
    /// None where nothing is other than in `text`.
    fn new(text: &str, step: impl Fn(&str, char) -> Step) -> Option<Self> {
        let mut view = Self { text: String::new(), pieces: Vec::new() };
        let mut at = 0;
        // What was looked at and is to be copied.
        let mut copied = 0;
        while let Some(c) = text[at..].chars().next() {
            let (length, instead) = match step(&text[at..], c) {
                Step::Keep => {
                    at += c.len_utf8();
                    continue;
                }
                Step::Drop(length) => (length, None),
                Step::Become(c, length) => (length, Some(c)),
            };
            view.copy(text, copied, at);
            if let Some(c) = instead {
                view.pieces.push(Piece { at: view.text.len(), from: at, until: at + length });
                view.text.push(c);
            }
            at += length;
            copied = at;
        }
        if copied == 0 {
            return None;
        }
        view.copy(text, copied, at);
        Some(view)
    }

    fn copy(&mut self, text: &str, from: usize, until: usize) {
        if from < until {
            self.pieces.push(Piece { at: self.text.len(), from, until });
            self.text.push_str(&text[from..until]);
        }
    }

    /// A span of the view in the other text. What was dropped inside of it is part of it, what was dropped around it is not.
    fn back(&self, span: Span) -> Span {
        let last = span.end.saturating_sub(1).max(span.start);
        let end = self.piece(last).map_or(
            0,
            |(piece, copied)| {
                if copied { piece.from + (span.end - piece.at) } else { piece.until }
            },
        );
        Span { from: self.start(span.from), start: self.start(span.start), end }
    }

    fn start(&self, at: usize) -> usize {
        self.piece(at).map_or(0, |(piece, copied)| piece.from + if copied { at - piece.at } else { 0 })
    }

    /// The piece that holds a place, and whether it was copied: only then is it as long as what it came from.
    fn piece(&self, at: usize) -> Option<(Piece, bool)> {
        let index = self.pieces.partition_point(|piece| piece.at <= at).checked_sub(1)?;
        let piece = self.pieces[index];
        let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.at);
        Some((piece, end - piece.at == piece.until - piece.from))
    }
}

/// Without what a terminal does not show. UTF-16 read as UTF-8 is such a text: every second character of it is a NUL.
fn shown(rest: &str, c: char) -> Step {
    match terminal_sequence(rest) {
        0 if is_invisible(c) && c != '\r' => Step::Drop(c.len_utf8()),
        0 => Step::Keep,
        length => Step::Drop(length),
    }
}

/// Without white space.
fn squeezed(_: &str, c: char) -> Step {
    if c.is_whitespace() { Step::Drop(c.len_utf8()) } else { Step::Keep }
}

/// `text` with its escapes undone, if there are any.
pub(super) fn without_escapes(text: &str) -> Option<String> {
    View::new(text, unescaped).map(|view| view.text)
}

/// With the escapes of JSON, C, shells, URLs and HTML undone.
fn unescaped(rest: &str, c: char) -> Step {
    let found = match c {
        '\\' => backslash(rest.as_bytes()),
        '%' => encoded(rest.as_bytes(), b"%"),
        '&' => entity(rest),
        // A single quote within a shell's single quotes.
        '\'' if rest.starts_with(r"'\''") => Some(('\'', 4)),
        '\'' if rest.starts_with(r#"'"'"'"#) => Some(('\'', 5)),
        _ => None,
    };
    match found {
        Some((c, length)) => Step::Become(c, length),
        None if rest.starts_with("\\\n") => Step::Drop(2),
        None => Step::Keep,
    }
}

fn backslash(rest: &[u8]) -> Option<(char, usize)> {
    let next = *rest.get(1)?;
    match next {
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'x' => encoded(rest, b"\\x"),
        b'u' if rest.get(2) == Some(&b'{') => {
            let digits = rest[3..].iter().take(7).position(|b| *b == b'}')?;
            Some((char::from_u32(number(&rest[3..3 + digits], 16)?)?, digits + 4))
        }
        b'u' => {
            let first = number(rest.get(2..6)?, 16)?;
            if let Some(c) = char::from_u32(first) {
                return Some((c, 6));
            }
            let second = rest.get(6..8).filter(|start| *start == b"\\u").and(rest.get(8..12))?;
            let pair = [first, number(second, 16)?].map(|unit| u16::try_from(unit).unwrap_or_default());
            let c = char::decode_utf16(pair).next()?.ok()?;
            Some((c, 12))
        }
        b'U' => Some((char::from_u32(number(rest.get(2..10)?, 16)?)?, 10)),
        b'0'..=b'3' => {
            let octal = rest[1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let value = number(&rest[1..=octal], 8).filter(|value| octal == 3 && *value < 128)?;
            Some((char::from_u32(value)?, 1 + octal))
        }
        _ if next.is_ascii_punctuation() || next == b' ' => Some((char::from(next), 2)),
        _ => None,
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    u32::from_str_radix(digits, base).ok()
}

/// A character in UTF-8 whose bytes are written as two hexadecimal digits, each after `mark`.
fn encoded(rest: &[u8], mark: &[u8]) -> Option<(char, usize)> {
    let step = mark.len() + 2;
    let byte = |index: usize| {
        let digits = rest.get(index * step..(index + 1) * step)?.strip_prefix(mark)?;
        u8::try_from(number(digits, 16)?).ok()
    };
    let mut bytes = [0; 4];
    bytes[0] = byte(0)?;
    let length = match bytes[0] {
        0..0x80 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF8 => 4,
        _ => return None,
    };
    for (index, place) in bytes.iter_mut().enumerate().take(length).skip(1) {
        *place = byte(index)?;
    }
    let c = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    Some((c, length * step))
}

fn entity(rest: &str) -> Option<(char, usize)> {
    const NAMED: &[(&str, char)] =
        &[("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\''), ("&nbsp;", ' ')];
    if let Some((name, c)) = NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
        return Some((*c, name.len()));
    }
    let digits = rest.strip_prefix("&#")?.as_bytes();
    let end = digits.iter().take(9).position(|b| *b == b';')?;
    let value = match &digits[..end] {
        [b'x' | b'X', hex @ ..] => number(hex, 16)?,
        decimal => number(decimal, 10)?,
    };
    Some((char::from_u32(value)?, end + 3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        Views::all(text, false).swap_remove(0).readings.pop().map(|view| view.text)
    }

    #[test]
    fn wrapping_is_taken_off() {
        for (given, wanted) in [
            ("a\u{1b}[31mb\u{1b}[0mc", "abc"),
            ("a\u{200b}b\u{feff}c", "abc"),
            ("a\0b\0c\0", "abc"),
            (r"a\nb\tc", "a\nb\tc"),
            (r#"\"a\\b\/\'"#, r#""a\b/'"#),
            (r"\x41\u0042\u{43}\U00000044\105", "ABCDE"),
            (r"\ud83d\ude00", "\u{1f600}"),
            ("%41%C3%B6%20", "Aö "),
            (r"\xc3\xb6", "ö"),
            ("&lt;a&gt;&#65;&#x42;&quot;&amp;", "<a>AB\"&"),
            (r"it'\''s it'\''s", "it's it's"),
            (r#"it'"'"'s"#, "it's"),
            ("one\\\ntwo", "onetwo"),
            (r#"\\\"a\\\""#, r#""a""#),
            (r"%2541", "A"),
        ] {
            assert_eq!(read(given).as_deref(), Some(wanted), "{given:?}");
        }
        for plain in ["plain", "100% of it", r"C:\dir\file", "a & b", "%zz", "&nothing;", r"\u12", r"\", "%C3", "'x'"] {
            assert_eq!(read(plain), None, "{plain:?}");
        }
    }

    proptest! {
        #[test]
        fn a_place_in_a_view_leads_back(parts in proptest::collection::vec(
            prop_oneof![
                Just("\u{1b}[31m"), Just("\u{200b}"), Just("\\n"), Just("\\\""), Just("%41"), Just("%C3%B6"), Just("&quot;"),
                Just("日本"), Just("é"), Just(" "), Just("\n"), Just("plain"), Just("\\\\"), Just("'\\''"), Just("\\u0041"),
            ], 0..20), a in 0usize..60, b in 1usize..20) {
            let text = parts.concat();
            let all = Views::all(&text, true);
            let check = |view: &str, spans: &mut Vec<Span>| {
                let borders: Vec<usize> = view.char_indices().map(|(at, _)| at).chain([view.len()]).collect();
                let start = borders[a.min(borders.len() - 1)];
                let end = borders[(a + b).min(borders.len() - 1)];
                if start < end {
                    spans.push(Span { from: start, start, end });
                }
            };
            let mut spans = Vec::new();
            for views in all {
                views.find(check, &mut spans);
                views.find_squeezed(check, &mut spans);
            }
            for span in spans {
                prop_assert!(span.start < span.end && text.get(span.start..span.end).is_some(), "{text:?} {span:?}");
            }
        }
    }
}
