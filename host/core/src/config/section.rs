//! Reads one table of the file: each key once, every problem noted, and no key left unread.
//!
//! A section learns its valid keys from what is asked of it, so a new setting can't be forgotten in a list elsewhere.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;

/// The largest whole number that TOML has.
pub(super) const NO_BOUND: u64 = i64::MAX as u64;

/// Where every section notes what is wrong.
#[derive(Default)]
pub(super) struct Report(RefCell<Vec<Problem>>);

impl Report {
    pub(super) fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<T> At<T> {
    pub(super) fn new(value: T, span: Range<usize>) -> Self {
        Self { value, span }
    }
}

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// One table.
pub(super) struct Section<'a> {
    pub(super) report: &'a Report,
    /// As messages name it: `[goal]`, or ``[[gate]] `tests` ``.
    pub(super) name: String,
    /// Its header, or all of an inline table.
    pub(super) span: Range<usize>,
    table: &'a DeTable<'a>,
    known: RefCell<Vec<&'static str>>,
    /// Keys that have been told off already.
    dismissed: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(report: &'a Report, name: impl Into<String>, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { report, name: name.into(), span, table, known: RefCell::default(), dismissed: RefCell::default() }
    }

    pub(super) fn push(&self, problem: Problem) {
        self.report.push(problem);
    }

    /// The value of `key`, which is valid here from now on.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Value<'a>> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.table.get(key)
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Where the name of `key` stands.
    pub(super) fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.table.get_key_value(key).map(|(k, _)| k.span())
    }

    /// `key` is not valid here, and the reader has been told why.
    pub(super) fn dismiss(&self, key: &'static str) {
        self.dismissed.borrow_mut().push(key);
    }

    /// Whether another key was probably meant to be `key`: `finish` will say so, and nothing else should.
    pub(super) fn misspelt(&self, key: &'static str) -> bool {
        let known = self.known.borrow();
        self.table.iter().map(|(k, _)| k.get_ref().as_ref()).any(|written: &str| {
            known.iter().all(|k| *k != written) && nearest(written, std::iter::once(key)).is_some()
        })
    }

    /// Every key and value as they are: for tables whose keys the user names. They count as read.
    pub(super) fn entries(&self) -> Vec<(At<&'a str>, &'a Value<'a>)> {
        let mut all: Vec<_> = self.table.iter().map(|(k, v)| (At::new(k.get_ref().as_ref(), k.span()), v)).collect();
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(&self) {
        let (known, dismissed) = (self.known.borrow(), self.dismissed.borrow());
        for (key, _) in self.entries() {
            if known.iter().chain(dismissed.iter()).any(|k| *k == key.value) {
                continue;
            }
            let mut problem = Problem::new(key.span, format!("unknown key `{}` in {}", key.value, self.name));
            problem = match nearest(key.value, known.iter().copied()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.label("not a setting").help(format!("{} takes {}", self.name, list(&known))),
            };
            self.push(problem);
        }
    }

    pub(super) fn missing(&self, key: &'static str, help: impl Into<String>) {
        self.get(key);
        if self.misspelt(key) {
            return;
        }
        self.push(
            Problem::new(self.span.clone(), format!("{} has no `{key}`", self.name))
                .label(format!("`{key}` is missing"))
                .help(help),
        );
    }

    pub(super) fn wrong_type(&self, key: &str, value: &Value<'_>, expected: &str) -> Problem {
        wrong_type(&format!("`{key}` in {}", self.name), value, expected)
    }

    pub(super) fn string(&self, key: &'static str) -> Option<At<&'a str>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At::new(text.as_ref(), value.span())),
            _ => {
                self.push(self.wrong_type(key, value, "a string"));
                None
            }
        }
    }

    /// A string that is one of `words`.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.string(key)?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let mut problem =
                Problem::new(text.span, format!("`{}` is no value of `{key}` in {}", text.value, self.name))
                    .label(format!("expected {}", either(&names)));
            if let Some(near) = nearest(text.value, names.iter().copied()) {
                problem = problem.help(format!("did you mean `{key} = \"{near}\"`?"));
            }
            self.push(problem);
        }
        found.map(|(_, value)| *value)
    }

    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(b) = value.get_ref() {
            return Some(*b);
        }
        self.push(self.wrong_type(key, value, "`true` or `false`"));
        None
    }

    /// A whole number within `range`; `what` is its unit, such as `turns`.
    pub(super) fn integer(&self, key: &'static str, range: RangeInclusive<u64>, what: &str) -> Option<u64> {
        let value = self.get(key)?;
        self.integer_of(key, value, range, what)
    }

    pub(super) fn integer_of(
        &self,
        key: &str,
        value: &Value<'_>,
        range: RangeInclusive<u64>,
        what: &str,
    ) -> Option<u64> {
        let DeValue::Integer(number) = value.get_ref() else {
            self.push(self.wrong_type(key, value, &format!("a whole number of {what}")));
            return None;
        };
        match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(n) if range.contains(&n) => Some(n),
            _ => {
                let (low, high) = (grouped(*range.start()), grouped(*range.end()));
                let problem = Problem::new(value.span(), format!("`{key}` in {} is out of range", self.name));
                self.push(match *range.end() {
                    NO_BOUND => problem.label(format!("expected at least {low} {what}")),
                    _ => problem.label(format!("expected {low} to {high} {what}")),
                });
                None
            }
        }
    }

    /// A number, whole or not.
    pub(super) fn number(&self, key: &'static str) -> Option<At<f64>> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(f) => f.as_str().parse::<f64>().ok().filter(|f| f.is_finite()),
            DeValue::Integer(i) if i.radix() == 10 => i.as_str().parse::<f64>().ok(),
            _ => None,
        };
        if number.is_none() {
            self.push(self.wrong_type(key, value, "a number"));
        }
        number.map(|n| At::new(n, value.span()))
    }

    /// A list of strings; none where it is missing or wrong.
    pub(super) fn strings(&self, key: &'static str) -> Option<At<Vec<At<&'a str>>>> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let mut problem = self.wrong_type(key, value, "a list of strings");
            if let DeValue::String(text) = value.get_ref() {
                problem = problem.help(format!("write `{key} = [{}]`", quoted(text)));
            }
            self.push(problem);
            return None;
        };
        let mut items = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref() {
                DeValue::String(text) => items.push(At::new(text.as_ref(), item.span())),
                _ => self.push(wrong_type(&format!("an item of `{key}` in {}", self.name), item, "a string")),
            }
        }
        Some(At::new(items, value.span()))
    }

    /// A table below this one.
    pub(super) fn section(&self, key: &'static str, name: impl Into<String>, example: &str) -> Option<Section<'a>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::new(self.report, name, value.span(), table)),
            _ => {
                self.push(self.wrong_type(key, value, "a table").help(format!("write `{example}`")));
                None
            }
        }
    }
}

pub(super) fn wrong_type(what: &str, value: &Value<'_>, expected: &str) -> Problem {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Problem::new(value.span(), format!("{what} is {found}")).label(format!("expected {expected}"))
}

/// The word that was probably meant: a third of its letters may differ.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    known
        .map(|k| (strsim::damerau_levenshtein(&word, &plain(k)), k))
        .filter(|(distance, k)| *distance <= (k.chars().count().max(word.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// `a`, `b` and `c`.
pub(super) fn list(words: &[&str]) -> String {
    joined(words, "and")
}

/// `a`, `b` or `c`.
pub(super) fn either(words: &[&str]) -> String {
    joined(words, "or")
}

fn joined(words: &[&str], last: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A TOML basic string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// 1234567 as 1,234,567.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_key_and_another_word_does_not() {
        let keys = ["objective", "max_turns", "budget", "scope"];
        assert_eq!(nearest("objectve", keys.into_iter()), Some("objective"));
        assert_eq!(nearest("max-turns", keys.into_iter()), Some("max_turns"));
        assert_eq!(nearest("MaxTurns", keys.into_iter()), Some("max_turns"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
