//! Canaries in Python: functions and a test case at the end of a file, and an error at the end of a known test.

use super::plan::Known;
use super::{Canary, Fate, Manner};

/// How new tests fail here: a plain `assert` only means something to pytest.
pub(super) const MANNERS: [Manner; 4] = [Manner::Raise, Manner::Assert, Manner::Other, Manner::Every];

/// Assertions of a test case that fail.
const ASSERTIONS: &str = "lambda: self.assertEqual(1, 2), lambda: self.assertNotEqual(1, 1), lambda: self.assertTrue(False), \
    lambda: self.assertFalse(True), lambda: self.assertIs(1, None), lambda: self.assertIsNone(1), \
    lambda: self.assertIsNotNone(None), lambda: self.assertIn(1, []), lambda: self.assertNotIn(1, [1]), \
    lambda: self.assertGreater(1, 2), lambda: self.assertLess(2, 1), lambda: self.assertAlmostEqual(1, 2), \
    lambda: self.assertListEqual([1], [2]), lambda: self.assertDictEqual({}, {1: 2}), lambda: self.assertRegex('a', 'b'), \
    lambda: self.assertRaises(ValueError, int), lambda: self.fail()";

/// Functions and methods called `test…`, with the place of their first statement.
pub(super) fn tests(source: &str) -> Vec<Known> {
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    let mut offsets = vec![0];
    for line in &lines {
        offsets.push(offsets.last().copied().unwrap_or(0) + line.len());
    }
    let mut known = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let definition = trimmed.strip_prefix("async ").unwrap_or(trimmed);
        let Some(rest) = definition.strip_prefix("def ").filter(|rest| rest.starts_with("test")) else { continue };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        // A decorator may skip it, expect it to fail, or replace what it is given.
        let is_decorated =
            number.checked_sub(1).and_then(|n| lines.get(n)).is_some_and(|l| l.trim_start().starts_with('@'));
        // A signature over several lines is left alone.
        let Some(head) = line.split('#').next().filter(|head| head.trim_end().ends_with(':')) else { continue };
        if is_decorated || head.matches('(').count() != head.matches(')').count() {
            continue;
        }
        let Some(body) = lines.get(number + 1).filter(|body| !body.trim().is_empty()) else { continue };
        let indent = &body[..body.len() - body.trim_start().len()];
        if indent.len() > line.len() - trimmed.len() {
            known.push(Known { name, at: offsets[number + 1], indent: indent.to_owned() });
        }
    }
    known
}

/// `source` with the new tests of `canaries`, and its own tests among `poisoned` made to fail when they have done all else,
/// before what runs the file as a program.
pub(super) fn append(source: &str, canaries: &[&Canary], poisoned: &[&Canary], pytest: bool, fate: Fate) -> String {
    let end = program(source).unwrap_or(source.len());
    let mut text = source[..end].trim_end().to_owned();
    if let Some(first) = poisoned.first() {
        text.push_str(&ends(first, poisoned, fate));
    }
    let Some(first) = canaries.first() else {
        text.push_str("\n\n\n");
        text.push_str(&source[end..]);
        return text;
    };
    let class = format!("Test_{}", first.holder());
    let (plain, methods): (Vec<&Canary>, Vec<&Canary>) =
        canaries.iter().copied().partition(|c| pytest && !matches!(c.manner, Manner::Other | Manner::Every));
    for canary in plain {
        let (name, halves) = (&canary.name, canary.halves(" "));
        let body = match (canary.manner, fate) {
            (_, Fate::Passes) => format!("assert {halves} != \"\""),
            (Manner::Assert, Fate::Fails) => format!("assert {halves} == \"\""),
            (_, Fate::Fails) => format!("raise RuntimeError({halves})"),
        };
        text.push_str(&format!("\n\n\ndef test_{name}():\n    {body}"));
    }
    if !methods.is_empty() {
        let module = format!("_{}", first.holder());
        text.push_str(&format!("\n\n\nimport unittest as {module}\n\n\nclass {class}({module}.TestCase):"));
        for canary in methods {
            let (name, halves) = (&canary.name, canary.halves(" "));
            let body = match (canary.manner, fate) {
                (_, Fate::Passes) => format!("self.assertNotEqual({halves}, \"\")"),
                (Manner::Raise, Fate::Fails) => format!("raise RuntimeError({halves})"),
                // `assertRaises` lets another exception through.
                (Manner::Every, Fate::Fails) => format!(
                    "for check in ({ASSERTIONS}):\n            try:\n                check()\n            \
                     except (AssertionError, TypeError):\n                continue\n            return\n        \
                     raise RuntimeError({halves})"
                ),
                (Manner::Other, Fate::Fails) if !pytest => format!("self.fail({halves})"),
                (_, Fate::Fails) => format!("self.assertEqual({halves}, \"\")"),
            };
            text.push_str(&format!("\n    def test_{name}(self):\n        {body}\n"));
        }
    }
    text.push_str("\n\n\n");
    text.push_str(&source[end..]);
    text
}

/// Statements that give each test of a module, or of a class in it, another end.
fn ends(first: &Canary, poisoned: &[&Canary], fate: Fate) -> String {
    let name = first.word.chars().rev().collect::<String>();
    let end = match fate {
        Fate::Fails => "raise AssertionError(word)",
        Fate::Passes => "str(word)",
    };
    let tests: String = poisoned.iter().map(|c| format!("(\"{}\", {}), ", c.name, c.halves(" "))).collect();
    format!(
        r#"


def _{name}(test, word):
    import functools
    import inspect

    if inspect.iscoroutinefunction(test):

        @functools.wraps(test)
        async def run(*given, **named):
            await test(*given, **named)
            {end}

    else:

        @functools.wraps(test)
        def run(*given, **named):
            test(*given, **named)
            {end}

    return run


for _{name}_name, _{name}_word in [{tests}]:
    if _{name}_name in globals() and callable(globals()[_{name}_name]):
        globals()[_{name}_name] = _{name}(globals()[_{name}_name], _{name}_word)
    for _{name}_class in [c for c in list(globals().values()) if isinstance(c, type) and c.__module__ == __name__]:
        if callable(vars(_{name}_class).get(_{name}_name)):
            setattr(_{name}_class, _{name}_name, _{name}(vars(_{name}_class)[_{name}_name], _{name}_word))"#
    )
}

/// Where a file stops to be a module and starts to be a program.
fn program(source: &str) -> Option<usize> {
    let starts = |line: &str| {
        line.starts_with("if __name__") || line.starts_with("unittest.main(") || line.starts_with("pytest.main(")
    };
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        if starts(line) {
            return Some(at);
        }
        at += line.len();
    }
    None
}
