//! How lines are laid out and coloured. Text from outside goes through [`clean`] before it is shown.

use std::fmt::Write as _;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style as Ansi};
use goalpost_core::text;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The column that the words at the start of lines end in: the longest, `inconclusive`, has 12 letters.
pub(crate) const GUTTER: usize = 12;
/// The most of one text that is shown where nothing else limits it.
const MAX_TEXT: usize = 4096;
/// The most lines of a reason on a terminal; `goalpost show` has all of it.
const MAX_LINES: usize = 8;

/// What a line may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether to use colours.
    pub(crate) color: bool,
    /// Columns of the terminal; none for output that nothing is cut from.
    pub(crate) width: Option<usize>,
}

/// What a word means, and so its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Warn,
    /// Names and headings.
    Strong,
    /// Where something goes on.
    Accent,
    /// What can be skipped when reading.
    Faint,
    Plain,
}

impl Style {
    /// No colours, nothing cut.
    pub(crate) const PLAIN: Self = Self { color: false, width: None };

    /// The style for a stream: colours and width on a terminal that does not decline them (<https://no-color.org>).
    pub(crate) fn detect(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Self {
        if !stream.is_terminal() {
            return Self::PLAIN;
        }
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let width = rustix::termios::tcgetwinsize(stream).map_or(0, |size| usize::from(size.ws_col));
        // A terminal that does not know its width gets the width of old ones; below 40 columns nothing can be laid out.
        let width = if width == 0 { 80 } else { width.max(40) };
        Self { color: !set("NO_COLOR") && !dumb, width: Some(width) }
    }

    /// `text` in the colour of `tone`.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let fg = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
        let ansi = match tone {
            _ if !self.color || text.is_empty() => return text.to_owned(),
            Tone::Good => fg(AnsiColor::Green).bold(),
            Tone::Bad => fg(AnsiColor::Red).bold(),
            Tone::Warn => fg(AnsiColor::Yellow).bold(),
            Tone::Accent => fg(AnsiColor::Cyan),
            Tone::Strong => Ansi::new().bold(),
            Tone::Faint => Ansi::new().dimmed(),
            Tone::Plain => return text.to_owned(),
        };
        format!("{ansi}{text}{ansi:#}")
    }

    /// A line: a word that ends at the gutter, then `parts` in their tones, cut to the width.
    pub(crate) fn line(self, tone: Tone, word: &str, parts: &[(Tone, &str)]) -> String {
        let mut line = self.paint(tone, &format!("{word:>GUTTER$}"));
        let mut room = self.width.map(|width| width.saturating_sub(GUTTER.max(word.width())));
        // Free texts stand two spaces apart; what belongs to the part before it stands one apart.
        let mut gap = 1;
        for (tone, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
            if part.starts_with(['·', '(']) {
                gap = 1;
            }
            let limit = room.map(|room| room.saturating_sub(gap));
            let part = cut(part, limit);
            if part.is_empty() {
                break;
            }
            room = limit.map(|limit| limit.saturating_sub(part.width()));
            line.push_str(&" ".repeat(gap));
            line.push_str(&self.paint(*tone, &part));
            gap = if part.ends_with(']') || part.trim().is_empty() || part == "│" { 1 } else { 2 };
        }
        line
    }

    /// A text below a line, from the gutter on: wrapped to the width, at most [`MAX_LINES`] of it.
    pub(crate) fn block(self, tone: Tone, text: &str) -> Vec<String> {
        let Some(width) = self.width else {
            return if text.is_empty() { Vec::new() } else { vec![self.line(Tone::Plain, "", &[(tone, text)])] };
        };
        let mut lines = wrap(text, width.saturating_sub(GUTTER + 1));
        if lines.len() > MAX_LINES {
            lines.truncate(MAX_LINES);
            if let Some(last) = lines.last_mut() {
                last.push_str(" …");
            }
        }
        lines.iter().map(|line| self.line(Tone::Plain, "", &[(tone, line)])).collect()
    }

    /// A word that ends at the gutter, and a text beside it: wrapped to the width, and nothing of it cut.
    pub(crate) fn paragraph(self, tone: Tone, word: &str, text: &str) -> Vec<String> {
        let Some(width) = self.width else { return vec![self.line(Tone::Faint, word, &[(tone, text)])] };
        let lines = wrap(text, width.saturating_sub(GUTTER + 1));
        let words = std::iter::once(word).chain(std::iter::repeat(""));
        lines.iter().zip(words).map(|(line, word)| self.line(Tone::Faint, word, &[(tone, line)])).collect()
    }

    /// A rule across the width with a title at its start.
    pub(crate) fn rule(self, title: &str) -> String {
        let rest = self.width.unwrap_or(80).min(100).saturating_sub(GUTTER + 1 + title.width() + 1);
        let padding = " ".repeat(GUTTER + 1);
        format!("{padding}{} {}", self.paint(Tone::Strong, title), self.paint(Tone::Faint, &"─".repeat(rest)))
    }
}

/// `text` on one line as a person would see it: no control characters, nothing invisible, bounded.
pub(crate) fn clean(text: &str) -> String {
    text::one_line(&text::visible(text), MAX_TEXT)
}

/// `text` cut to `width` columns, `…` included.
pub(crate) fn cut(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| text.width() > *width) else {
        return text.to_owned();
    };
    let mut room = width.saturating_sub(1);
    let mut out: String = text
        .chars()
        .take_while(|c| match room.checked_sub(c.width().unwrap_or(0)) {
            Some(rest) => {
                room = rest;
                true
            }
            None => false,
        })
        .collect();
    if width > 0 {
        out.truncate(out.trim_end().len());
        out.push('…');
    }
    out
}

/// `text`, one line, broken between words into lines of at most `width` columns; a longer word is broken within.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = word.width();
        let gap = usize::from(used > 0);
        if used > 0 && used + gap + wide > width {
            lines.push(String::new());
            used = 0;
        } else if gap > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > width && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, c);
            used += wide;
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

/// A duration in at most seven columns: `31ms`, `12.4s`, `2m 14s`, `1h 02m`.
pub(crate) fn duration(ms: u64) -> String {
    // Rounded first, so that 59.96 s does not show as `60.0s`.
    let tenths = ms.saturating_add(50) / 100;
    let seconds = ms.saturating_add(500) / 1000;
    match (tenths, seconds) {
        _ if ms < 1000 => format!("{ms}ms"),
        (..600, _) => format!("{}.{}s", tenths / 10, tenths % 10),
        (_, ..3600) => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// A duration in brackets of one width, so that they stand below each other.
pub(crate) fn bracketed(ms: u64) -> String {
    format!("[{:>7}]", duration(ms))
}

/// A count in at most five columns: `950`, `48.2k`, `500k`, `1.2M`.
pub(crate) fn count(n: u64) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = match n {
        ..1_000 => write!(out, "{n}"),
        1_000..99_950 => write!(out, "{:.1}k", n as f64 / 1e3),
        99_950..999_500 => write!(out, "{:.0}k", n as f64 / 1e3),
        _ => write!(out, "{:.1}M", n as f64 / 1e6),
    };
    out.replace(".0k", "k").replace(".0M", "M")
}

/// `48.2k tokens`; nothing where none are known of, as of a worker that does not report them.
pub(crate) fn tokens(n: u64) -> String {
    if n == 0 { String::new() } else { format!("{} tokens", count(n)) }
}

/// `in 2m 31s · 48.2k tokens`
pub(crate) fn cost(before: &str, ms: u64, n: u64) -> String {
    let separator = if n == 0 { "" } else { " · " };
    format!("{before} {}{separator}{}", duration(ms), tokens(n))
}

/// `1 turn`, `2 turns`.
pub(crate) fn plural(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// How long ago, in one unit.
pub(crate) fn age(now_ms: u64, then_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(then_ms) / 1000;
    match seconds {
        ..60 => format!("{seconds}s ago"),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..172_800 => format!("{}h ago", seconds / 3_600),
        _ => format!("{}d ago", seconds / 86_400),
    }
}
