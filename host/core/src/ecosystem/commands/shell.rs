//! The commands in a text for a shell, as far as they can be read without running it.

use std::collections::HashMap;

/// Words that stand before a command without being one.
const KEYWORDS: [&str; 14] =
    ["if", "then", "elif", "else", "while", "until", "do", "!", "time", "exec", "command", "env", "nice", "{"];

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Simple {
    /// The folder it runs in, relative to where the text starts; with `..`, and empty for the same one.
    pub(super) dir: String,
    pub(super) words: Vec<String>,
}

/// The simple commands of `text`, in order. `cd` to a folder that is named holds for the rest of the text.
pub(super) fn commands(text: &str, variables: &HashMap<String, String>) -> Vec<Simple> {
    let mut found = Vec::new();
    let mut dir = String::new();
    for words in split(text, variables) {
        let mut words = words.into_iter().skip_while(|word| {
            KEYWORDS.contains(&word.as_str()) || word.split_once('=').is_some_and(|(name, _)| is_name(name))
        });
        let Some(first) = words.next() else { continue };
        let words: Vec<_> = std::iter::once(first).chain(words).collect();
        if words[0] == "cd" {
            if let Some(to) = words.get(1).filter(|to| !to.contains('$') && !to.starts_with('/')) {
                dir = if dir.is_empty() { to.clone() } else { format!("{dir}/{to}") };
            }
            continue;
        }
        found.push(Simple { dir: dir.clone(), words });
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The words of each simple command: cut at what ends one, quotes removed, known variables filled in.
fn split(text: &str, variables: &HashMap<String, String>) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut end = |word: &mut Option<String>, is_last: bool| {
            if let (Some(word), Some(command)) = (word.take(), commands.last_mut()) {
                command.push(word);
            }
            if is_last {
                commands.push(Vec::new());
            }
        };
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (_, '$') if quote != Some('\'') => {
                let name = variable(&mut chars);
                let value = variables.get(&name).cloned().unwrap_or_else(|| format!("${{{name}}}"));
                word.get_or_insert_default().push_str(&value);
            }
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(c) => word.get_or_insert_default().push(c),
            },
            (None, '#') if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, '\n' | ';' | '&' | '|' | '(' | ')' | '`') => end(&mut word, true),
            (None, c) if c.is_whitespace() => end(&mut word, false),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if let (Some(word), Some(command)) = (word, commands.last_mut()) {
        command.push(word);
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// What follows a `$`: a name, or the whole of what is in brackets.
fn variable(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let close = match chars.peek() {
        Some('(') => ')',
        Some('{') => '}',
        _ => {
            let mut name = String::new();
            while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                name.push(c);
            }
            return name;
        }
    };
    let open = chars.next();
    let mut depth = 1;
    let mut name = String::new();
    for c in chars.by_ref() {
        depth += i32::from(Some(c) == open) - i32::from(c == close);
        if depth == 0 {
            break;
        }
        name.push(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let variables = HashMap::from([("PY".to_owned(), "python3".to_owned())]);
        commands(text, &variables).into_iter().map(|c| format!("{}> {}", c.dir, c.words.join("|"))).collect()
    }

    #[test]
    fn commands_are_found_wherever_they_stand() {
        assert_eq!(of("a && b; c | d # e\nf"), ["> a", "> b", "> c", "> d", "> f"]);
        assert_eq!(of("if ! ./x.sh 'a b'; then exit 1; fi"), ["> ./x.sh|a b", "> exit|1", "> fi"]);
        assert_eq!(of("CI=1 env A=2 $(PY) -m x \\\n  y"), ["> python3|-m|x|y"]);
        assert_eq!(of("cd web && npm test"), ["web> npm|test"]);
        assert_eq!(of("sh \"$here/a.sh\" \"$(dirname \"$0\")/b.sh\""), ["> sh|${here}/a.sh|${dirname \"$0\"}/b.sh"]);
    }

    #[test]
    fn text_that_is_none_of_a_shell_ends() {
        for text in ["'", "\"$(", "${", "\\", "$", "a'b\"c", "((((", "`"] {
            of(text);
        }
    }
}
