//! Bounded, printable text out of bytes that somebody else wrote.

use std::borrow::Cow;
use std::collections::VecDeque;

/// Keeps the beginning and the end of a stream of any length, in memory that does not grow with it.
///
/// ```
/// use goalpost_core::text::HeadTail;
/// let mut buffer = HeadTail::new(64);
/// buffer.push(b"short");
/// assert_eq!(buffer.finish(), ("short".to_owned(), false));
/// ```
#[derive(Debug, Clone)]
pub struct HeadTail {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    half: usize,
    total: u64,
}

impl HeadTail {
    /// Keeps about `cap` bytes: half of the beginning, half of the end.
    pub fn new(cap: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), half: (cap / 2).max(1), total: 0 }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        let room = self.half - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(self.half)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.half);
        self.tail.drain(..over);
        self.tail.extend(rest);
    }

    /// Bytes seen, kept or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The text, and whether its middle is missing. A note stands where it was. Bytes that are no UTF-8 become U+FFFD; a
    /// cut falls between characters, and between lines where one ends near it, so that what is recognised by its shape,
    /// such as a secret, is rarely cut in two.
    pub fn finish(self) -> (String, bool) {
        let mut tail: Vec<u8> = self.tail.into();
        let kept = self.head.len() + tail.len();
        if self.total == kept as u64 {
            let mut all = self.head;
            all.append(&mut tail);
            return (String::from_utf8_lossy(&all).into_owned(), false);
        }
        let head = &self.head[..end_of_head(&self.head)];
        let tail = &tail[start_of_tail(&tail)..];
        let missing = self.total - (head.len() + tail.len()) as u64;
        let (head, tail) = (String::from_utf8_lossy(head), String::from_utf8_lossy(tail));
        (join_around(&head, &tail, missing), true)
    }
}

fn join_around(head: &str, tail: &str, missing: u64) -> String {
    let newline = if head.is_empty() || head.ends_with('\n') { "" } else { "\n" };
    format!("{head}{newline}[... {missing} bytes left out ...]\n{tail}")
}

/// Where the head is cut: after its last line when that ends in the last quarter, else before a broken character.
fn end_of_head(head: &[u8]) -> usize {
    let near = head.len() - head.len() / 4;
    if let Some(at) = head[near..].iter().rposition(|b| *b == b'\n') {
        return near + at + 1;
    }
    for back in 1..=head.len().min(3) {
        let at = head.len() - back;
        let width = match head[at] {
            0x80..0xC0 => continue,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0.. => 4,
            _ => 1,
        };
        return if back < width { at } else { head.len() };
    }
    head.len()
}

/// Where the tail begins: after a line that ends in its first quarter, else at the first whole character.
fn start_of_tail(tail: &[u8]) -> usize {
    if let Some(at) = tail[..tail.len() / 4].iter().position(|b| *b == b'\n') {
        return at + 1;
    }
    tail.iter().take(3).take_while(|b| matches!(**b, 0x80..0xC0)).count()
}

/// `text` with its middle left out so that about `max` bytes remain, and whether it was cut.
pub fn clip_middle(text: &str, max: usize) -> (Cow<'_, str>, bool) {
    if text.len() <= max {
        return (Cow::Borrowed(text), false);
    }
    let mut buffer = HeadTail::new(max);
    buffer.push(text.as_bytes());
    let (text, cut) = buffer.finish();
    (Cow::Owned(text), cut)
}

/// At most `max` bytes of `text` from its start, `…` included when it was cut.
pub fn clip(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return Cow::Borrowed(text);
    }
    let mut end = max.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// All of `text` on one line of at most `max` bytes: white space and control characters become single spaces.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::new();
    for word in strip_ansi(text).split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > max {
            break;
        }
    }
    clip(&line, max).into_owned()
}

/// The first line of `text` that has something on it, at most `max` bytes; empty when none has.
pub fn first_line(text: &str, max: usize) -> String {
    text.lines().map(|line| one_line(line, max)).find(|line| !line.is_empty()).unwrap_or_default()
}

/// The last line of `text` that has something on it, at most `max` bytes; empty when none has.
pub fn last_line(text: &str, max: usize) -> String {
    text.lines().rev().map(|line| one_line(line, max)).find(|line| !line.is_empty()).unwrap_or_default()
}

/// `text` without terminal control sequences (ECMA-48: CSI, OSC and the other strings, two-character escapes). One that
/// has no end takes the rest of its line with it and no more, so that a program can't hide its output behind it.
pub fn strip_ansi(text: &str) -> Cow<'_, str> {
    if !text.contains(INTRODUCERS) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(INTRODUCERS) {
        out.push_str(&rest[..at]);
        rest = &rest[at + terminal_sequence(&rest[at..])..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What terminal control sequences begin with.
const INTRODUCERS: [char; 4] = ['\u{1b}', '\u{9b}', '\u{9d}', '\u{90}'];

/// The length in bytes of the terminal control sequence that `text` begins with; 0 where it begins with none.
pub(crate) fn terminal_sequence(text: &str) -> usize {
    let mut rest = text.chars().peekable();
    let introducer = match rest.next() {
        Some('\u{1b}') => match rest.peek() {
            Some(&next @ ('[' | ']' | 'P' | 'X' | '^' | '_')) => {
                rest.next();
                next
            }
            Some(' '..='/') => {
                let between = rest.clone().take_while(|c| matches!(c, ' '..='/')).count();
                let ends = matches!(rest.nth(between), Some('0'..='~'));
                return 1 + between + usize::from(ends);
            }
            Some('0'..='~') => return 2,
            _ => return 1,
        },
        Some('\u{9b}') => '[',
        Some('\u{9d}') => ']',
        Some('\u{90}') => 'P',
        _ => return 0,
    };
    // One byte after the introducer, or an introducer of two bytes.
    let start = 2;
    let body = &text[start..];
    if introducer == '[' {
        let parameters = body.bytes().take_while(|b| matches!(b, b' '..=b'?')).count();
        let ends = matches!(body.as_bytes().get(parameters), Some(b'@'..=b'~'));
        return start + parameters + usize::from(ends);
    }
    // A string: up to BEL, ST, or the end of the line.
    let Some(end) = body.find(['\u{7}', '\u{9c}', '\u{1b}', '\n']) else { return text.len() };
    start
        + match body[end..].chars().next() {
            Some('\u{7}') => end + 1,
            Some('\u{9c}') => end + 2,
            Some('\u{1b}') if body[end + 1..].starts_with('\\') => end + 2,
            _ => end,
        }
}

/// Whether `c` shows nothing, or changes how its neighbours are shown: controls other than tab and newline, zero-width and
/// bidirectional controls, the byte order mark, soft hyphens, variation selectors' supplement, and Unicode tags, which spell text that only
/// a model reads.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` as a person would see it: no terminal sequences, no invisible characters, `\n` as the only line end.
pub fn visible(text: &str) -> String {
    let text = strip_ansi(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => out.push('\n'),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn head_tail(cap: usize, bytes: &[u8]) -> (String, bool) {
        let mut buffer = HeadTail::new(cap);
        buffer.push(bytes);
        buffer.finish()
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        assert_eq!(head_tail(10, b"0123456789"), ("0123456789".into(), false));
        assert_eq!(head_tail(10, b""), (String::new(), false));
    }

    #[test]
    fn a_long_stream_keeps_both_ends_and_says_how_much_is_missing() {
        let mut buffer = HeadTail::new(20);
        for _ in 0..100_000 {
            buffer.push(b"middle");
        }
        buffer.push(b"the very end");
        assert!(buffer.head.capacity() < 100 && buffer.tail.capacity() < 100, "memory grew with the stream");
        let (text, truncated) = buffer.finish();
        assert!(truncated);
        assert!(text.starts_with("middlemidd\n[... 599992 bytes left out ...]\n"), "{text}");
        assert!(text.ends_with("e very end"), "{text}");
    }

    #[test]
    fn a_cut_never_breaks_a_character() {
        let text = "日本語テスト🎉".repeat(50);
        for cap in 2..60 {
            let (cut, truncated) = head_tail(cap, text.as_bytes());
            assert!(truncated);
            assert!(!cut.contains('\u{fffd}'), "cap {cap}: {cut}");
        }
    }

    #[test]
    fn a_character_across_two_pushes_is_whole() {
        let mut buffer = HeadTail::new(6);
        for byte in "aé🎉".as_bytes().chunks(1) {
            buffer.push(byte);
        }
        assert!(!buffer.clone().finish().0.contains('\u{fffd}'));
        assert_eq!(head_tail(7, "aé🎉".as_bytes()).0.chars().filter(|c| *c == '\u{fffd}').count(), 0);
    }

    #[test]
    fn a_cut_prefers_the_end_of_a_line() {
        let text = "a whole line here\n".repeat(40);
        let (cut, _) = head_tail(160, text.as_bytes());
        for line in cut.lines() {
            assert!(line == "a whole line here" || line.starts_with("[... "), "{line}");
        }
    }

    #[test]
    fn terminal_sequences_are_removed_and_text_is_not() {
        for (given, wanted) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[1;38;5;208mx\u{1b}[K", "x"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Bplain", "plain"),
            ("\u{1b}]never closed\nnext line", "\nnext line"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("\u{9b}1mx", "x"),
            ("no escapes [31m", "no escapes [31m"),
        ] {
            assert_eq!(strip_ansi(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn lines_are_short_and_clean() {
        assert_eq!(one_line("  a\n\tb\u{7} c  ", 80), "a b c");
        assert_eq!(one_line("ééééé", 7), "éé…");
        assert_eq!(first_line("\n  \n first \n second", 80), "first");
        assert_eq!(last_line("first\nlast \n\n", 80), "last");
        assert_eq!(first_line("", 80), "");
    }

    #[test]
    fn invisible_text_does_not_survive() {
        let hidden: String = "ignore".chars().map(|c| char::from_u32(0xE0000 + c as u32).unwrap()).collect();
        assert_eq!(
            visible(&format!("a\u{200b}b\u{feff}c\u{ad}d\u{202e}e{hidden}f\u{1b}[1mg\r\nh\ri\tj\u{0}")),
            "abcdefg\nh\ni\tj"
        );
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..400), cap in 1usize..120, step in 1usize..50) {
            let mut buffer = HeadTail::new(cap);
            for chunk in bytes.chunks(step) {
                buffer.push(chunk);
            }
            prop_assert_eq!(buffer.finish(), head_tail(cap, &bytes));
        }

        #[test]
        fn clipping_holds_its_bound(text in "\\PC{0,80}", max in 0usize..60) {
            let cut = clip(&text, max);
            prop_assert!(cut.len() <= max.max('…'.len_utf8()));
            prop_assert!(one_line(&text, max).len() <= max.max('…'.len_utf8()));
        }

        #[test]
        fn visible_text_is_visible_and_stays_so(text in any::<String>()) {
            let once = visible(&text);
            prop_assert!(!once.chars().any(is_invisible));
            prop_assert_eq!(visible(&once), once.clone());
        }
    }
}
