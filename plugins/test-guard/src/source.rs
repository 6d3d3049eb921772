//! Source text with its comments, or its comments and strings, blanked out, so that what is left can be searched. Positions
//! stay as they are.

use crate::inventory::Language;

/// A file's text in three forms of the same length.
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    /// Without comments.
    pub(crate) code: String,
    /// Without comments and without what is within quotes; the quotes are there.
    pub(crate) bare: String,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str, language: Language) -> Self {
        let bytes = text.as_bytes();
        let (mut code, mut bare) = (bytes.to_vec(), bytes.to_vec());
        let mut at = 0;
        while at < bytes.len() {
            let Some(piece) = piece(bytes, at, language) else {
                at += 1;
                continue;
            };
            let (inner, end) = match piece {
                Piece::Comment(end) => {
                    blank(&mut code[at..end]);
                    (at..end, end)
                }
                Piece::Text { from, to, end } => (from..to, end),
            };
            blank(&mut bare[inner]);
            at = end.max(at + 1);
        }
        Self { text, code: string(code), bare: string(bare) }
    }

    /// Counted from 1.
    pub(crate) fn line(&self, at: usize) -> u32 {
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() as u32
    }
}

/// Comments and strings begin and end with ASCII, so nothing is cut in the middle of a character.
fn string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

enum Piece {
    /// Up to here.
    Comment(usize),
    /// What is within the quotes, and where it all ends.
    Text { from: usize, to: usize, end: usize },
}

/// The comment or string that begins at a place.
fn piece(bytes: &[u8], at: usize, language: Language) -> Option<Piece> {
    let rest = &bytes[at..];
    let c_like = language != Language::Python;
    match rest[0] {
        b'#' if !c_like => Some(Piece::Comment(at + line_end(rest))),
        b'/' if c_like && rest.starts_with(b"//") => Some(Piece::Comment(at + line_end(rest))),
        b'/' if c_like && rest.starts_with(b"/*") => {
            Some(Piece::Comment(at + block_end(rest, language == Language::Rust)))
        }
        b'/' if language == Language::JavaScript && is_regex(&bytes[..at]) => quoted(bytes, at, b"/", true, true),
        b'"' | b'\'' if !c_like => {
            let triple = [rest[0]; 3];
            let quote = if rest.starts_with(&triple) { &triple[..] } else { &triple[..1] };
            let raw = at > 0 && matches!(bytes[at - 1], b'r' | b'R');
            quoted(bytes, at, quote, !raw, quote.len() == 1)
        }
        b'r' if language == Language::Rust && (at == 0 || !is_word(bytes[at - 1]) || bytes[at - 1] == b'b') => {
            raw_rust(bytes, at)
        }
        b'\'' if language == Language::Rust => {
            // A character, and not a lifetime.
            let is_char = rest.get(1) == Some(&b'\\')
                || rest.iter().skip(2).take(4).position(|b| *b == b'\'').is_some_and(|n| {
                    std::str::from_utf8(&rest[1..n + 2]).is_ok_and(|inner| inner.chars().count() == 1)
                });
            is_char.then(|| quoted(bytes, at, b"'", true, true)).flatten()
        }
        b'"' => quoted(bytes, at, b"\"", true, language != Language::Rust),
        b'\'' => quoted(bytes, at, b"'", true, true),
        b'`' if language == Language::JavaScript => quoted(bytes, at, b"`", true, false),
        b'`' if language == Language::Go => quoted(bytes, at, b"`", false, false),
        _ => None,
    }
}

fn line_end(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

fn block_end(rest: &[u8], nested: bool) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") && (nested || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn quoted(bytes: &[u8], at: usize, quote: &[u8], escapes: bool, one_line: bool) -> Option<Piece> {
    let from = at + quote.len();
    let mut to = from;
    while to < bytes.len() {
        match bytes[to] {
            b'\\' if escapes => to += 2,
            b'\n' if one_line => break,
            _ if bytes[to..].starts_with(quote) => return Some(Piece::Text { from, to, end: to + quote.len() }),
            _ => to += 1,
        }
    }
    let to = to.min(bytes.len());
    Some(Piece::Text { from, to, end: to })
}

/// `r"…"`, `r#"…"#`; a raw identifier is none.
fn raw_rust(bytes: &[u8], at: usize) -> Option<Piece> {
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let from = at + 1 + hashes + 1;
    (bytes.get(from - 1) == Some(&b'"')).then_some(())?;
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let to = bytes[from..].windows(close.len()).position(|w| w == close).map_or(bytes.len(), |n| from + n);
    Some(Piece::Text { from, to, end: (to + close.len()).min(bytes.len()) })
}

/// Whether a slash after this begins a regular expression: after a value it divides.
fn is_regex(before: &[u8]) -> bool {
    let last = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    last.is_none_or(|byte| b"(,=:[!&|?{};\n".contains(byte))
}

/// Whether a byte is part of a name.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Names in the text, with their places.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_word(bytes[at]) {
            at += 1;
        }
        let from = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        (from < at).then(|| (from, &text[from..at]))
    })
}

/// The place of the first byte at or after `at` that is no white space.
pub(crate) fn skip_space(text: &str, at: usize) -> usize {
    at + text.as_bytes()[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The place after the bracket that closes the one at `open`, or the end.
pub(crate) fn close(bare: &str, open: usize) -> usize {
    let mut depth = 0u32;
    for (n, byte) in bare.as_bytes()[open..].iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return open + n + 1;
                }
            }
            _ => {}
        }
    }
    bare.len()
}

/// The text without white space, so that formatting is no difference.
pub(crate) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The arguments within the brackets at `open`, squeezed.
pub(crate) fn arguments(source: &Source, open: usize) -> Vec<String> {
    let end = close(&source.bare, open).saturating_sub(1).max(open + 1);
    let mut arguments = Vec::new();
    let (mut depth, mut from) = (0i32, open + 1);
    for at in open + 1..end {
        match source.bare.as_bytes()[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                arguments.push(squeeze(&source.code[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    if from < end {
        arguments.push(squeeze(&source.code[from..end]));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str, language: Language) -> String {
        let source = Source::new(text, language);
        assert_eq!((source.code.len(), source.bare.len()), (text.len(), text.len()));
        source.bare
    }

    #[test]
    fn comments_and_strings_are_blanked_in_every_language() {
        assert_eq!(squeeze(&bare("a /* x /* y */ z */ b \"c // d\" // e\n'f' &'g", Language::Rust)), "ab\"\"''&'g");
        assert_eq!(squeeze(&bare("r#\"a\" b\"# c r\"\\\" d", Language::Rust)), "r#\"\"#cr\"\"d");
        assert_eq!(squeeze(&bare("a = '''b\n# c''' # d\ne = \"f # g\"", Language::Python)), "a=''''''e=\"\"");
        assert_eq!(squeeze(&bare("a(/'\\/x/) + `b ' c` / 2 // d", Language::JavaScript)), "a(//)+``/2");
        assert_eq!(squeeze(&bare("a := `b \\` + \"c`\" // d", Language::Go)), "a:=``+\"\"");
    }

    #[test]
    fn an_open_string_ends_with_its_line_and_not_with_the_file() {
        assert_eq!(squeeze(&bare("a = 'b\nc", Language::Python)), "a='c");
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        let source = Source::new("f(\")\", (1), g[2]) + 1", Language::Rust);
        assert_eq!(arguments(&source, 1), ["\")\"", "(1)", "g[2]"]);
        assert_eq!(&source.text[close(&source.bare, 1)..], " + 1");
    }
}
