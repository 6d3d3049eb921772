//! Tests in Rust.

use std::ops::Range;

use crate::inventory::{Inventory, Test, assertions};
use crate::source::{Source, close, is_word, skip_space, squeeze};

pub(crate) fn inventory(source: &Source) -> Inventory {
    let bare = source.bare.as_bytes();
    let mut found: Vec<(Range<usize>, Test)> = Vec::new();
    let mut conditional: Vec<Range<usize>> = Vec::new();
    let mut inventory = Inventory::default();
    let mut attributes: Vec<String> = Vec::new();
    let mut at = 0;
    while at < bare.len() {
        if bare[at].is_ascii_whitespace() {
            at += 1;
        } else if bare[at] == b'#' && matches!(bare.get(at + 1), Some(b'[' | b'!')) {
            let open = at + 1 + usize::from(bare[at + 1] == b'!');
            let end = close(&source.bare, open);
            let attribute = squeeze(&source.code[(open + 1).min(end)..end.saturating_sub(1).max(open + 1).min(end)]);
            match bare[at + 1] {
                b'!' if is_condition(&attribute) => {
                    conditional.push(0..bare.len());
                    inventory.conditions.insert(attribute);
                }
                b'!' => {}
                _ => attributes.push(attribute),
            }
            at = end;
        } else if is_word(bare[at]) {
            let end = at + bare[at..].iter().take_while(|byte| is_word(**byte)).count();
            let word = &source.bare[at..end];
            at = end;
            match word {
                "pub" if bare.get(end) == Some(&b'(') => at = close(&source.bare, end),
                "pub" | "async" | "unsafe" | "const" | "extern" => {}
                "fn" | "mod" => {
                    let from = skip_space(&source.bare, end);
                    let stop = from + bare[from..].iter().take_while(|byte| is_word(**byte)).count();
                    let Some(open) = source.bare[stop..].find(['{', ';']).map(|n| stop + n) else { break };
                    let body = open..if bare[open] == b'{' { close(&source.bare, open) } else { open };
                    if word == "mod" {
                        if attributes.iter().any(|attribute| is_condition(attribute)) {
                            conditional.push(body);
                        }
                    } else if attributes.iter().any(|attribute| is_test(attribute)) {
                        let name = source.bare[from..stop].to_owned();
                        found.push((body.clone(), test(source, name, from, body, &attributes)));
                    }
                    attributes.clear();
                    at = open + 1;
                }
                _ => attributes.clear(),
            }
        } else {
            attributes.clear();
            at += 1;
        }
    }
    inventory.tests = found
        .into_iter()
        .map(|(body, mut test)| {
            test.skipped |= conditional.iter().any(|range| range.start <= body.start && body.end <= range.end);
            test
        })
        .collect();
    inventory
}

fn test(source: &Source, name: String, at: usize, body: Range<usize>, attributes: &[String]) -> Test {
    let inner = source.bare[body.clone()].trim_start_matches('{').trim_start();
    let ends_at_once = inner.starts_with("return;") || inner.starts_with("return ");
    let count = assertions(source, body.clone(), |word, _, after| {
        (word.contains("assert") && after.starts_with('!')) || (word == "panic" && after.starts_with('!'))
    });
    Test {
        name,
        line: source.line(at),
        skipped: attributes.iter().any(|attribute| is_ignored(attribute) || is_condition(attribute)),
        inverted: attributes.iter().any(|attribute| path(attribute) == "should_panic"),
        assertions: if ends_at_once { 0 } else { count },
        body: squeeze(&source.code[body]),
    }
}

/// The name before the arguments of an attribute.
fn path(attribute: &str) -> &str {
    attribute.split(['(', '=', '[']).next().unwrap_or(attribute)
}

fn is_test(attribute: &str) -> bool {
    let last = path(attribute).rsplit("::").next().unwrap_or_default();
    matches!(last, "test" | "rstest" | "test_case" | "quickcheck" | "proptest" | "wasm_bindgen_test" | "apply")
}

fn is_ignored(attribute: &str) -> bool {
    path(attribute) == "ignore" || (path(attribute) == "cfg_attr" && attribute.contains("ignore"))
}

/// Compiled only sometimes, `cfg(test)` aside.
fn is_condition(attribute: &str) -> bool {
    path(attribute) == "cfg" && attribute != "cfg(test)"
}
