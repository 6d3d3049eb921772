//! Values that more than one section has: times, sizes, globs, folders, names and command lines.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeValue;

use super::error::Problem;
use super::section::{At, Section, grouped, quoted};

/// A day: whoever needs more wants `setsid`, not a goal loop.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What the file calls a time.
const TIME_FORM: &str = "a time such as \"90s\", \"10m\" or \"1h30m\"";

impl<'a> Section<'a> {
    /// More than nothing, at most `longest`.
    pub(super) fn duration(&self, key: &'static str, longest: Duration) -> Option<Duration> {
        let value = self.get(key)?;
        let problem = match value.get_ref() {
            DeValue::String(text) => match duration(text) {
                Ok(time) if time.is_zero() => {
                    Problem::new(value.span(), format!("`{key}` in {} is nothing", self.name))
                        .label("expected more than 0")
                }
                Ok(time) if time > longest => {
                    Problem::new(value.span(), format!("`{key}` in {} is too long", self.name))
                        .label(format!("expected at most {}", show_duration(longest)))
                }
                Ok(time) => return Some(time),
                Err(why) => Problem::new(value.span(), format!("`{text}` is not a time"))
                    .label(format!("expected {TIME_FORM}"))
                    .help(why),
            },
            DeValue::Integer(n) => self
                .wrong_type(key, value, TIME_FORM)
                .help(format!("a bare number has no unit: write `{key} = \"{n}s\"` for seconds")),
            _ => self.wrong_type(key, value, TIME_FORM),
        };
        self.push(problem);
        None
    }

    /// Bytes: a whole number, or text such as `"256MiB"`.
    pub(super) fn bytes(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            return self.integer_of(key, value, range, "bytes");
        };
        let problem =
            match size(text) {
                Ok(n) if range.contains(&n) => return Some(n),
                Ok(_) => Problem::new(value.span(), format!("`{key}` in {} is out of range", self.name))
                    .label(format!("expected {} to {}", show_size(*range.start()), show_size(*range.end()))),
                Err(why) => Problem::new(value.span(), format!("`{text}` is not a size"))
                    .label("expected a size such as \"256MiB\", or a number of bytes")
                    .help(why),
            };
        self.push(problem);
        None
    }

    /// Patterns of paths in the workspace.
    pub(super) fn globs(&self, key: &'static str) -> Vec<String> {
        let globs = self.strings(key).map_or_else(Vec::new, |list| list.value);
        globs.into_iter().filter_map(|glob| self.glob(key, &glob)).collect()
    }

    pub(super) fn glob(&self, key: &str, glob: &At<&str>) -> Option<String> {
        let bad = |label: &str, help: String| {
            let what = format!("`{}` is no pattern for `{key}` in {}", glob.value, self.name);
            self.push(Problem::new(glob.span.clone(), what).label(label).help(help));
            None
        };
        let text = glob.value;
        if text.trim().is_empty() {
            return bad("empty", "a pattern is a path in the workspace, such as `src/**`".to_owned());
        }
        if let Some(rest) = text.strip_prefix('!') {
            return bad(
                "no negation here",
                match key {
                    "paths" => format!("to let the worker change it, write `allow = [{}]`", quoted(rest)),
                    _ => "name what belongs to it, not what doesn't".to_owned(),
                },
            );
        }
        if is_absolute(text) || text.starts_with("~/") {
            return bad("not inside the workspace", "patterns start at the top of the workspace: `src/**`".to_owned());
        }
        if text.split('/').any(|part| part == "..") {
            return bad("leaves the workspace", "patterns start at the top of the workspace: `src/**`".to_owned());
        }
        if let Some(rest) = text.strip_prefix("./") {
            return bad("starts with `./`", format!("write {}", quoted(rest)));
        }
        if text.ends_with('/') {
            return bad("names a folder, and would match no file", format!("write {}", quoted(&format!("{text}**"))));
        }
        match globset::GlobBuilder::new(text).literal_separator(true).build() {
            Ok(_) => Some(text.to_owned()),
            Err(error) => bad(&error.kind().to_string(), "`*`, `**`, `?`, `[abc]` and `{a,b}` are special".to_owned()),
        }
    }

    /// A folder below the workspace; `.` where it is not given.
    pub(super) fn folder(&self, key: &'static str) -> String {
        let Some(dir) = self.string(key) else { return ".".to_owned() };
        self.folder_at(key, dir).unwrap_or_else(|| ".".to_owned())
    }

    /// Folders below the workspace, none of them all of it, and none in another.
    pub(super) fn folders(&self, key: &'static str) -> Vec<String> {
        let mut folders: Vec<String> = Vec::new();
        for item in self.strings(key).map_or_else(Vec::new, |list| list.value) {
            let (span, written) = (item.span.clone(), item.value);
            let Some(folder) = self.folder_at(key, item) else { continue };
            let is_in = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
            let label = if folder == "." {
                "everything is in it".to_owned()
            } else if let Some(other) = folders.iter().find(|known| is_in(&folder, known) || is_in(known, &folder)) {
                format!("`{other}` is named already")
            } else {
                folders.push(folder);
                continue;
            };
            self.push(
                Problem::new(span, format!("`{written}` is no folder for `{key}` in {}", self.name))
                    .label(label)
                    .help(format!("name folders that hold nothing but what is built, such as `{key} = [\"target\"]`")),
            );
        }
        folders
    }

    fn folder_at(&self, key: &'static str, dir: At<&str>) -> Option<String> {
        let label = if dir.value.is_empty() {
            "empty"
        } else if is_absolute(dir.value) || dir.value.starts_with('~') {
            "not inside the workspace"
        } else if dir.value.split('/').any(|part| part == "..") {
            "leaves the workspace"
        } else if dir.value.contains(char::is_control) {
            "has a control character in it"
        } else {
            let parts: Vec<_> = dir.value.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            return Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") });
        };
        self.push(
            Problem::new(dir.span, format!("`{}` is no folder for `{key}` in {}", dir.value, self.name))
                .label(label)
                .help(format!("name a folder below the workspace, such as `{key} = \"packages/app\"`")),
        );
        None
    }

    /// A name that messages, receipts and feedback can carry.
    pub(super) fn label_of(&self, name: At<&str>) -> Option<At<String>> {
        let label = if name.value.trim().is_empty() {
            "empty"
        } else if name.value.trim() != name.value {
            "has a space at an end"
        } else if name.value.chars().count() > 64 {
            "longer than 64 characters"
        } else if name.value.contains(|c: char| c.is_control() || c == '`') {
            "has a control character or a backtick in it"
        } else {
            return Some(At::new(name.value.to_owned(), name.span));
        };
        self.push(Problem::new(name.span, format!("the name of a {} can't be this", self.name)).label(label));
        None
    }

    /// Names of environment variables.
    pub(super) fn variable_names(&self, key: &'static str) -> Vec<String> {
        let names = self.strings(key).map_or_else(Vec::new, |list| list.value);
        let mut out = Vec::new();
        for name in names {
            if is_variable(name.value) {
                out.push(name.value.to_owned());
                continue;
            }
            let problem = Problem::new(name.span, format!("`{}` is not the name of a variable", name.value))
                .label("expected letters, digits and `_`, no digit first");
            self.push(if name.value.contains('=') {
                problem.help(format!("`{key}` passes a variable on from your shell; to set one, use `env`"))
            } else if name.value.contains('*') {
                problem.help("each variable is named in full: a pattern could let a secret through")
            } else {
                problem
            });
        }
        out
    }

    /// `env = { NAME = "value" }`
    pub(super) fn variables(&self, key: &'static str) -> BTreeMap<String, String> {
        let name = format!("`{key}` of {}", self.name);
        let Some(section) = self.section(key, name, "env = { NAME = \"value\" }") else { return BTreeMap::new() };
        let mut out = BTreeMap::new();
        for (name, value) in section.entries() {
            if !is_variable(name.value) {
                self.push(
                    Problem::new(name.span.clone(), format!("`{}` is not the name of a variable", name.value))
                        .label("expected letters, digits and `_`, no digit first"),
                );
                continue;
            }
            match value.get_ref() {
                DeValue::String(text) if text.contains('\0') => {
                    self.push(Problem::new(value.span(), format!("`{}` has a NUL character in it", name.value)));
                }
                DeValue::String(text) => {
                    out.insert(name.value.to_owned(), text.to_string());
                }
                _ => self.push(section.wrong_type(name.value, value, "a string").help("put it in quotes")),
            }
        }
        out
    }

    /// A program and its arguments: `key = ["program", "argument"]`.
    pub(super) fn argv(&self, key: &'static str) -> Option<Vec<String>> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            let problem = Problem::new(value.span(), format!("`{key}` in {} is a string", self.name))
                .label("expected a list: the program, then each argument");
            self.push(problem.help(no_shell(key, text)));
            return None;
        }
        let argv = self.strings(key)?;
        let problem =
            |span, label: &str| Problem::new(span, format!("`{key}` in {} is no command", self.name)).label(label);
        let Some(program) = argv.value.first() else {
            // A list of other things than strings has been told so already.
            if matches!(value.get_ref(), DeValue::Array(array) if array.is_empty()) {
                self.push(problem(argv.span, "empty").help(format!("write `{key} = [\"cargo\", \"test\"]`")));
            }
            return None;
        };
        if program.value.trim().is_empty() {
            self.push(problem(program.span.clone(), "the program has no name"));
            return None;
        }
        if argv.value.len() == 1 && program.value.contains(char::is_whitespace) {
            let split = problem(program.span.clone(), "a program with a space in its name");
            self.push(split.help(no_shell(key, program.value)));
            return None;
        }
        for argument in &argv.value {
            if argument.value.contains('\0') {
                self.push(problem(argument.span.clone(), "has a NUL character in it"));
                return None;
            }
            if matches!(argument.value, "&&" | "||" | "2>&1") {
                let shell = problem(argument.span.clone(), "would reach the program as plain text");
                self.push(shell.help(format!("{NO_SHELL}; output and errors are both kept. {TWO_COMMANDS}")));
                return None;
            }
        }
        Some(argv.value.iter().map(|a| a.value.to_owned()).collect())
    }
}

const NO_SHELL: &str = "commands run without a shell";
const TWO_COMMANDS: &str = "Give each command its own section, or put them in a script that `[protect]` covers";

/// What to write instead of a command in one string.
fn no_shell(key: &str, text: &str) -> String {
    match split_words(text) {
        Some(words) if !words.is_empty() => {
            let words: Vec<_> = words.iter().map(|w| quoted(w)).collect();
            format!("{NO_SHELL}: write `{key} = [{}]`", words.join(", "))
        }
        _ => format!("{NO_SHELL}: write `{key} = [\"program\", \"argument\"]`. {TWO_COMMANDS}"),
    }
}

/// Splits as a shell would; none where only a shell could tell what is meant.
fn split_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '$' | '`' | '\\' if c == '"' => return None,
                        inside => word.push(inside),
                    }
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            '&' | '|' | ';' | '<' | '>' | '$' | '`' | '(' | ')' | '*' | '?' | '~' | '\\' | '#' => return None,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

pub(super) fn is_absolute(path: &str) -> bool {
    // `C:\` and `\\server` are refused as well: a goal should mean the same on every machine.
    let drive = path.len() > 1 && path.as_bytes()[0].is_ascii_alphabetic() && path.as_bytes()[1] == b':';
    path.starts_with('/') || path.starts_with('\\') || drive
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Parts such as `1h30m`, largest unit first. The error says what to write instead.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let units = "the units are `h`, `m`, `s` and `ms`, the largest first";
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("a bare number has no unit: write \"{text}s\" for seconds"));
    }
    let (mut rest, mut total, mut next) = (text, 0u64, 0);
    while !rest.is_empty() || total == 0 && next == 0 {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        if tail.starts_with('.') {
            return Err("parts are whole numbers: \"1m30s\", not \"1.5m\"".to_owned());
        }
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        let found = UNITS.iter().enumerate().skip(next).find(|(_, (name, _))| *name == unit);
        let (Ok(number), Some((at, (_, factor)))) = (number.parse::<u64>(), found) else {
            return Err(units.to_owned());
        };
        total = number
            .checked_mul(*factor)
            .and_then(|ms| ms.checked_add(total))
            .ok_or_else(|| "that is longer than any clock counts".to_owned())?;
        (rest, next) = (tail, at + 1);
    }
    Ok(Duration::from_millis(total))
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim_start() {
        "B" | "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "kB" | "KB" | "MB" | "GB" | "K" | "M" | "G" | "kb" | "mb" | "gb" | "k" | "m" | "g" => {
            let letter = unit.trim_start()[..1].to_uppercase();
            return Err(format!("sizes are counted in powers of 1,024: write \"{number}{letter}iB\""));
        }
        _ => return Err("the units are `B`, `KiB`, `MiB` and `GiB`".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a size is a whole number and a unit".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "that is more than any machine has".to_owned())
}

/// As [`duration`] reads it, to the millisecond.
pub(super) fn show_duration(time: Duration) -> String {
    match time.as_secs() {
        0 if !time.is_zero() => format!("{}ms", time.as_millis()),
        s if time.subsec_millis() > 0 => format!("{s}s{}ms", time.subsec_millis()),
        0 => "0s".to_owned(),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

pub(super) fn show_size(bytes: u64) -> String {
    match bytes {
        b if b > 0 && b % (1 << 30) == 0 => format!("{} GiB", b >> 30),
        b if b > 0 && b % (1 << 20) == 0 => format!("{} MiB", b >> 20),
        b if b > 0 && b % (1 << 10) == 0 => format!("{} KiB", b >> 10),
        b => format!("{} bytes", grouped(b)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_sums_of_units_largest_first() {
        for (text, ms) in
            [("10m", 600_000), ("90s", 90_000), ("1h30m", 5_400_000), ("500ms", 500), ("1m1s1ms", 61_001), ("0s", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "10", "m", "10x", "1.5h", "30m1h", "1m1m", "10 m", "-1s", "99999999999999999999h", "1é"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("18446744073709551615h").is_err(), "no overflow");
        for text in ["2h", "10m", "90s", "0s", "500ms", "61s1ms"] {
            assert_eq!(show_duration(duration(text).unwrap()), text);
        }
    }

    #[test]
    fn sizes_are_binary() {
        for (text, bytes) in [("256MiB", 256 << 20), ("64 KiB", 65_536), ("1GiB", 1 << 30), ("7B", 7)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        assert_eq!(size("256MB").unwrap_err(), "sizes are counted in powers of 1,024: write \"256MiB\"");
        for text in ["", "MiB", "1TiB", "-1B", "é", "17179869184GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_shell_line_is_split_only_where_no_shell_is_needed() {
        assert_eq!(split_words("cargo test  --all").unwrap(), ["cargo", "test", "--all"]);
        assert_eq!(split_words("grep 'a;b' \"c d\"e ''").unwrap(), ["grep", "a;b", "c de", ""]);
        for text in ["a && b", "echo $X", "a > b", "ls *.rs", "echo \"$X\"", "echo 'open"] {
            assert_eq!(split_words(text), None, "{text}");
        }
    }
}
