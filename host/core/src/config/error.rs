//! What is wrong with a `goalpost.toml`, shown where it is wrong.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Problems shown in full; the rest are counted. A file that is not a goal at all would fill the screen.
const SHOWN: usize = 25;

/// Columns of a source line that are shown. An objective on one line may have thousands.
const WINDOW: usize = 110;

/// Everything that is wrong with one file, in the order of its lines. `Display` shows each problem with its place:
///
/// ```
/// let errors = goalpost_core::config::parse("[goal]\nobjectiv = \"x\"\n", "goalpost.toml").unwrap_err();
/// assert!(errors.to_string().contains("--> goalpost.toml:2:1"));
/// assert!(errors.to_string().contains("did you mean `objective`?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    file_name: String,
    text: String,
    problems: Vec<Problem>,
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    span: Range<usize>,
    line: usize,
    column: usize,
    message: String,
    label: String,
    help: Vec<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, line: 0, column: 0, message: message.into(), label: String::new(), help: Vec::new() }
    }

    /// What stands beside the caret: usually what was expected.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do. May have several lines, such as an example.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Counted in characters, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl ConfigErrors {
    pub(super) fn new(file_name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        for problem in &mut problems {
            let at = floor_boundary(text, problem.span.start);
            let before = &text[..at];
            problem.line = before.matches('\n').count() + 1;
            problem.column = before[line_start(text, at)..].chars().count() + 1;
        }
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems.dedup();
        Self { file_name: printable(file_name), text: text.to_owned(), problems }
    }

    /// The problems, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// As it was given to `parse`.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    fn show(&self, problem: &Problem, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = problem.line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "error: {}", printable(&problem.message))?;
        writeln!(f, "{gutter}--> {}:{}:{}", self.file_name, problem.line, problem.column)?;
        writeln!(f, "{gutter} |")?;
        let excerpt = Excerpt::of(&self.text, &problem.span);
        writeln!(f, "{}", format!("{number} | {}", excerpt.line).trim_end())?;
        let carets = "^".repeat(excerpt.width);
        let under = format!("{gutter} | {}{carets} {}", " ".repeat(excerpt.indent), printable(&problem.label));
        writeln!(f, "{}", under.trim_end())?;
        for help in &problem.help {
            writeln!(f, "{gutter} |")?;
            for (i, line) in help.lines().enumerate() {
                let lead = if i == 0 { "= help:" } else { "       " };
                writeln!(f, "{}", format!("{gutter} {lead} {}", printable(line)).trim_end())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.problems.iter().take(SHOWN) {
            self.show(problem, f)?;
            writeln!(f)?;
        }
        let count = self.problems.len();
        if count > SHOWN {
            writeln!(f, "... and {} more.", count - SHOWN)?;
        }
        let word = if count == 1 { "problem" } else { "problems" };
        write!(f, "{} has {count} {word}.", self.file_name)
    }
}

impl std::error::Error for ConfigErrors {}

/// The part of one source line around a problem, and where the carets go, in terminal columns.
struct Excerpt {
    line: String,
    indent: usize,
    width: usize,
}

impl Excerpt {
    fn of(text: &str, span: &Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end).max(start);
        let from = line_start(text, start);
        let to = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let before = printable(&text[from..start]);
        let marked = printable(text[start..end.min(to)].trim_end());
        let after = printable(text[end.min(to)..to].trim_end());

        // A long line is cut on both sides, so that the place stays in view.
        let (before, cut_left) = keep_last(&before, WINDOW / 2);
        let (marked, cut_marked) = keep_first(&marked, WINDOW / 2);
        let (after, cut_right) = if cut_marked { ("", true) } else { keep_first(&after, WINDOW / 2) };
        let left = if cut_left { "…" } else { "" };
        let right = if cut_right { "…" } else { "" };
        Self {
            indent: width(left) + width(before),
            width: width(marked).max(1),
            line: format!("{left}{before}{marked}{after}{right}"),
        }
    }
}

fn keep_first(text: &str, columns: usize) -> (&str, bool) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return (&text[..at], true);
        }
    }
    (text, false)
}

fn keep_last(text: &str, columns: usize) -> (&str, bool) {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return (&text[at + c.len_utf8()..], true);
        }
    }
    (text, false)
}

fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// One column for a tab, and nothing that a terminal would act on.
fn printable(text: &str) -> String {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| *c != '\r' && *c != '\u{feff}')
        .map(|c| match c {
            '\t' => ' ',
            c if c.is_control() || invisible(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |n| n + 1)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, span: Range<usize>) -> String {
        ConfigErrors::new("f.toml", text, vec![Problem::new(span, "wrong").label("here")]).to_string()
    }

    #[test]
    fn the_caret_stands_under_wide_characters_too() {
        let text = "name = \"目標\" x";
        let at = text.len() - 1;
        assert!(shown(text, at..at + 1).contains("\n1 | name = \"目標\" x\n  |               ^ here\n"));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(4000), "b".repeat(4000));
        let out = shown(&text, 4000..4004);
        assert!(out.contains("aHEREb") && out.contains("^^^^ here"), "{out}");
        assert!(out.lines().all(|l| l.chars().count() < 200), "{out}");
        let marked = shown(&text, 0..8000);
        assert!(marked.lines().all(|l| l.chars().count() < 200), "{marked}");
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_is_shown() {
        let out = shown("a = \u{1b}[31m \u{202e}x\r\n", 4..5);
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}') && !out.contains('\r'), "{out:?}");
    }

    #[test]
    fn a_place_past_the_end_or_inside_a_character_is_still_shown() {
        for (text, span) in [("", 0..0), ("é", 1..1), ("abc", 9..20), ("a\n", 2..2)] {
            assert!(shown(text, span).contains("^ here"));
        }
    }

    #[test]
    fn many_problems_are_counted_not_all_shown() {
        let problems = (0..1000).map(|i| Problem::new(i..i, "wrong")).collect();
        let out = ConfigErrors::new("f.toml", "", problems).to_string();
        assert!(out.contains("... and 975 more.") && out.ends_with("f.toml has 1000 problems."), "{out}");
    }
}
