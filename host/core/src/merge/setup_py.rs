//! `setup.py`: a program, which pip runs with everything that it may write. What it declares in plain literals may change;
//! anything else of it is the baseline's.

use std::collections::HashSet;

use super::dependency::Known;
use super::{Around, Merged, pep508};
use crate::ecosystem::Ecosystem;
use crate::text::one_line;

/// Arguments of `setup` whose values may change.
const FREE: [&str; 12] = [
    "install_requires",
    "tests_require",
    "extras_require",
    "version",
    "description",
    "long_description",
    "packages",
    "classifiers",
    "keywords",
    "python_requires",
    "url",
    "author",
];

/// Those among them that name packages to install.
const REQUIREMENTS: [&str; 3] = ["install_requires", "tests_require", "extras_require"];

/// The program with the free values cut out, and these with the texts in them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    program: String,
    values: Vec<(&'static str, Vec<String>)>,
}

pub(super) fn merge(baseline: &[u8], candidate: &[u8]) -> Merged {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(baseline), std::str::from_utf8(candidate)) else {
        return Merged::unreadable(Some(baseline), candidate, "it is no UTF-8");
    };
    let (old, new) = (parts(old), parts(new));
    let back = |why: String| Merged { content: baseline.to_vec(), undone: vec![why], kept: Vec::new() };
    if old.program != new.program {
        return back("the whole file, as more than plainly declared values changed".to_owned());
    }
    let requirements = |parts: &Parts| -> Vec<String> {
        let values = parts.values.iter().filter(|(name, _)| REQUIREMENTS.contains(name));
        values.flat_map(|(_, texts)| texts.clone()).collect()
    };
    let mut known = Known::new(Ecosystem::Python);
    let before: HashSet<String> = requirements(&old).into_iter().collect();
    for text in &before {
        if let Some(name) = pep508::name(text) {
            known.add(&name, pep508::source(text));
        }
    }
    let is_fine = |text: &String| {
        before.contains(text)
            || pep508::name(text).is_some_and(|name| known.allows(&name, &pep508::source(text)))
            // The name of an extra with a condition: `:python_version < "3"`.
            || text.starts_with(':')
    };
    if let Some(text) = requirements(&new).into_iter().find(|text| !is_fine(text)) {
        return back(format!("the whole file, for the requirement `{}`", one_line(&text, 160)));
    }
    let changed = old.values.iter().zip(&new.values).filter(|(old, new)| old != new);
    let kept = changed.map(|((name, _), _)| format!("`{name}` changed")).collect();
    Merged { content: candidate.to_vec(), undone: Vec::new(), kept }
}

/// A program that the baseline hasn't. Beside a `pyproject.toml`, which needs none, it would only run where nothing ran.
pub(super) fn new(candidate: &[u8], around: &Around<'_>) -> Merged {
    if around.has("pyproject.toml") || around.has("setup.cfg") {
        let content = b"from setuptools import setup\n\nsetup()\n".to_vec();
        let undone = vec!["a new program that runs at installation".to_owned()];
        return Merged { content, undone, kept: Vec::new() };
    }
    let kept = vec!["new, and runs at installation".to_owned()];
    Merged { content: candidate.to_vec(), undone: Vec::new(), kept }
}

fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    let mut rest = text;
    let mut before = None::<char>;
    while let Some(c) = rest.chars().next() {
        let is_start = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ','));
        let found = FREE.iter().filter(|_| is_start).find_map(|name| {
            let value = rest.strip_prefix(name)?.trim_start().strip_prefix('=')?;
            let (texts, after) = literal(value.trim_start())?;
            Some((*name, texts, after))
        });
        match found {
            Some((name, texts, after)) => {
                parts.program.push_str(name);
                parts.program.push_str("=…");
                parts.values.push((name, texts));
                before = Some('…');
                rest = after;
            }
            None => {
                parts.program.push(c);
                before = Some(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    parts
}

/// The texts in a literal of plain strings, lists and tables of them, and what follows it. None for an expression.
fn literal(text: &str) -> Option<(Vec<String>, &str)> {
    let mut texts = Vec::new();
    let mut open = Vec::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        match c {
            '[' | '{' | '(' => {
                open.push(c);
                rest = &rest[1..];
            }
            ']' | '}' | ')' => {
                let opened = open.pop()?;
                if !matches!((opened, c), ('[', ']') | ('{', '}') | ('(', ')')) {
                    return None;
                }
                rest = &rest[1..];
            }
            '"' | '\'' => {
                let end = rest[1..].find([c, '\\', '\n'])? + 1;
                // An escape, or a string over several lines, is not read: it is no plain one.
                if !rest[end..].starts_with(c) || rest[1..].starts_with(c) && rest[2..].starts_with(c) {
                    return None;
                }
                texts.push(rest[1..end].to_owned());
                rest = &rest[end + 1..];
            }
            '#' if !open.is_empty() => rest = rest.find('\n').map_or("", |at| &rest[at..]),
            ',' | ':' if !open.is_empty() => rest = &rest[1..],
            c if c.is_whitespace() && !open.is_empty() => rest = &rest[c.len_utf8()..],
            _ => return None,
        }
        if open.is_empty() {
            // Nothing may be joined to it, called or looked up in it.
            let next = rest.trim_start().chars().next();
            return next.is_none_or(|c| matches!(c, ',' | ')')).then_some((texts, rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "from setuptools import setup\nsetup(\n    name='x',\n    version=\"1\",\n    install_requires=['requests>=2'],\n)\n";

    fn merged(new: &str) -> Merged {
        merge(OLD.as_bytes(), new.as_bytes())
    }

    #[test]
    fn plain_values_may_change() {
        let new = OLD
            .replace("['requests>=2']", "[\n        'requests>=3',  # newer\n        \"rich\",\n    ]")
            .replace("\"1\"", "'2'");
        let result = merged(&new);
        assert!(result.undone.is_empty(), "{result:?}");
        assert_eq!(result.kept, ["`version` changed", "`install_requires` changed"]);
        assert_eq!(result.content, new.as_bytes());
    }

    #[test]
    fn nothing_else_may() {
        for (from, to) in [
            ("setup(", "import os; os.system('x')\nsetup("),
            ("['requests>=2']", "['requests>=2'] + evil()"),
            ("['requests>=2']", "[evil()]"),
            ("['requests>=2']", "['pytest @ file:///fake']"),
            ("['requests>=2']", "['./fake']"),
            ("name='x'", "name='x', entry_points={'pytest11': ['a = x']}"),
            ("version=\"1\"", "version=\"1\" if evil() else 2"),
            ("version=\"1\"", "version=\"1\"\"\""),
        ] {
            let result = merged(&OLD.replace(from, to));
            assert_eq!((result.content.as_slice(), result.undone.len()), (OLD.as_bytes(), 1), "{to}");
        }
    }
}
