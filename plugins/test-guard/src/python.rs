//! Tests in Python, as pytest and unittest find them.

use std::ops::Range;

use crate::inventory::{Inventory, Test, assertions};
use crate::source::{Source, close, is_word, squeeze};

/// pytest calls these for other tests too, and they can change what is collected and what is reported.
const HOOKS: [&str; 9] = [
    "pytest_collection_modifyitems",
    "pytest_ignore_collect",
    "pytest_collect_file",
    "pytest_pycollect_makeitem",
    "pytest_runtest_protocol",
    "pytest_runtest_makereport",
    "pytest_pyfunc_call",
    "pytest_sessionfinish",
    "pytest_runtest_call",
];

struct Class {
    indent: usize,
    name: String,
    collected: bool,
    skipped: bool,
}

pub(crate) fn inventory(source: &Source) -> Inventory {
    let mut inventory = Inventory::default();
    let mut classes: Vec<Class> = Vec::new();
    let mut decorators: Vec<String> = Vec::new();
    let mut file_skipped = false;
    let mut at = 0;
    while at < source.bare.len() {
        let line_end = source.bare[at..].find('\n').map_or(source.bare.len(), |n| at + n);
        let line = &source.bare[at..line_end];
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let start = at + indent;
        at = line_end + 1;
        if trimmed.trim().is_empty() {
            continue;
        }
        classes.retain(|class| class.indent < indent);
        if trimmed.starts_with('@') {
            let end = statement_end(source, start);
            decorators.push(squeeze(&source.bare[start..end]));
            at = end.max(line_end) + 1;
        } else if let Some(rest) = trimmed.strip_prefix("class ") {
            let bases = rest.split_once('(').map_or("", |(_, bases)| bases);
            let name = name(rest);
            let collected = name.starts_with("Test") || bases.contains("Test");
            let skipped = decorators.iter().any(|decorator| skips(decorator));
            classes.push(Class { indent, name, collected, skipped });
            decorators.clear();
        } else if let Some(rest) = trimmed.strip_prefix("def ").or_else(|| trimmed.strip_prefix("async def ")) {
            let name = name(rest);
            if HOOKS.contains(&name.as_str()) {
                inventory.hooks.insert(name.clone());
            }
            let body = body(source, start, indent);
            if name.starts_with("test") && classes.last().is_none_or(|class| class.collected) {
                let mut test = test(source, name, start, body.clone(), &decorators);
                test.skipped |= classes.iter().any(|class| class.skipped);
                if let Some(class) = classes.last() {
                    test.name = format!("{}::{}", class.name, test.name);
                }
                inventory.tests.push(test);
            }
            decorators.clear();
            at = body.end.max(line_end + 1);
        } else {
            decorators.clear();
            let statement = squeeze(&source.bare[start..statement_end(source, start)]);
            let off = statement.starts_with("__test__=False");
            let marked = statement.starts_with("pytestmark") && skips(&statement);
            match classes.last_mut() {
                Some(class) => class.skipped |= off || marked,
                None => {
                    file_skipped |= off || marked || (indent == 0 && leaves(&statement));
                    if statement.starts_with("collect_ignore") {
                        inventory.hooks.insert("collect_ignore".into());
                    }
                }
            }
        }
    }
    for test in &mut inventory.tests {
        test.skipped |= file_skipped;
    }
    inventory
}

fn test(source: &Source, name: String, at: usize, body: Range<usize>, decorators: &[String]) -> Test {
    let inner = squeeze(&source.bare[body.clone()]);
    let first = source.bare[body.clone()].trim_start_matches(['"', ' ', '\n', '\'']);
    let count = assertions(source, body.clone(), |word, before, after| match word {
        "assert" => true,
        "raises" | "warns" | "fail" => before.ends_with('.') && after.starts_with('('),
        _ => word.starts_with("assert") && before.ends_with('.'),
    });
    let ends_at_once = first.starts_with("return\n") || first.starts_with("return ") || first.trim() == "return";
    Test {
        name,
        line: source.line(at),
        skipped: decorators.iter().any(|decorator| skips(decorator)) || leaves(&inner),
        inverted: false,
        assertions: if ends_at_once { 0 } else { count },
        body: squeeze(&source.code[body]),
    }
}

/// A decorator or mark that keeps a test from running, or its failure from counting.
fn skips(decorator: &str) -> bool {
    ["skip", "xfail", "expectedFailure"].iter().any(|word| decorator.contains(word))
}

/// Code that skips when it runs.
fn leaves(code: &str) -> bool {
    ["pytest.skip(", "pytest.xfail(", "pytest.importorskip(", ".skipTest(", "SkipTest"]
        .iter()
        .any(|call| code.contains(call))
}

fn name(rest: &str) -> String {
    rest.trim_start().bytes().take_while(|byte| is_word(*byte)).map(char::from).collect()
}

/// The end of the line, or of the line on which the last bracket closes.
fn statement_end(source: &Source, start: usize) -> usize {
    let mut at = start;
    while at < source.bare.len() {
        match source.bare.as_bytes()[at] {
            b'\n' => return at,
            b'(' | b'[' | b'{' => at = close(&source.bare, at),
            _ => at += 1,
        }
    }
    source.bare.len()
}

/// What is indented more than the `def`.
fn body(source: &Source, start: usize, indent: usize) -> Range<usize> {
    let from = statement_end(source, start);
    // A body on the same line, after the colon.
    let signature = &source.bare[start..from];
    let inline = signature.rfind(':').filter(|colon| !signature[colon + 1..].trim().is_empty());
    if let Some(colon) = inline {
        return start + colon + 1..from;
    }
    let mut end = (from + 1).min(source.bare.len());
    let body = end;
    while end < source.bare.len() {
        let stop = source.bare[end..].find('\n').map_or(source.bare.len(), |n| end + n + 1);
        // Strings of several lines are blank in `bare`: `code` tells them from empty lines.
        let line = &source.bare[end..stop];
        let deep = line.len() - line.trim_start().len() > indent;
        if !line.trim().is_empty() && !deep {
            break;
        }
        end = stop;
    }
    body..end
}
