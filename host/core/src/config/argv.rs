//! Command lines: a program and its arguments, without a shell.

use toml::de::DeValue;

use super::error::Problem;
use super::section::{Section, quoted};

impl Section<'_> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_shell_line_is_split_only_where_no_shell_is_needed() {
        assert_eq!(split_words("cargo test  --all").unwrap(), ["cargo", "test", "--all"]);
        assert_eq!(split_words("grep 'a;b' \"c d\"e ''").unwrap(), ["grep", "a;b", "c de", ""]);
        for text in ["a && b", "echo $X", "a > b", "ls *.rs", "echo \"$X\"", "echo 'open"] {
            assert_eq!(split_words(text), None, "{text}");
        }
    }
}
