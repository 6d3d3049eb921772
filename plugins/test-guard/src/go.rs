//! Tests in Go.

use std::ops::Range;

use crate::inventory::{Inventory, Test, assertions};
use crate::source::{Source, close, is_word, skip_space, squeeze, words};

pub(crate) fn inventory(source: &Source) -> Inventory {
    let mut inventory = Inventory::default();
    for line in source.text.lines().take_while(|line| !line.starts_with("package ")) {
        if let Some(condition) = line.strip_prefix("//go:build ") {
            inventory.conditions.insert(format!("go:build {}", condition.trim()));
        }
    }
    for (at, word) in words(&source.bare) {
        if word != "func" {
            continue;
        }
        let from = skip_space(&source.bare, at + word.len());
        let to = from + source.bare.as_bytes()[from..].iter().take_while(|byte| is_word(**byte)).count();
        let name = &source.bare[from..to];
        let Some(open) = source.bare[to..].find('{').map(|n| to + n) else { break };
        let body = open..close(&source.bare, open);
        if name == "TestMain" {
            if !source.bare[body].contains(".Run(") {
                inventory.hooks.insert("TestMain without Run".into());
            }
        } else if is_test(name) {
            inventory.tests.push(test(source, name.to_owned(), from, body.clone()));
            subtests(source, name, body, &mut inventory.tests);
        }
    }
    inventory
}

/// `TestName`, not `Testament`.
fn is_test(name: &str) -> bool {
    ["Test", "Fuzz", "Example"]
        .iter()
        .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase())))
}

/// `t.Run("name", …)` with a name that is written out.
fn subtests(source: &Source, parent: &str, body: Range<usize>, tests: &mut Vec<Test>) {
    let mut at = body.start;
    while let Some(open) = source.bare[at..body.end].find(".Run(").map(|n| at + n + 4) {
        at = open + 1;
        let from = skip_space(&source.bare, at);
        let quote = source.bare.as_bytes().get(from).copied();
        let Some(quote @ (b'"' | b'`')) = quote else { continue };
        let Some(length) = source.bare.as_bytes()[from + 1..].iter().position(|byte| *byte == quote) else { continue };
        let name = format!("{parent}/{}", &source.code[from + 1..from + 1 + length]);
        tests.push(test(source, name, from, open..close(&source.bare, open)));
    }
}

fn test(source: &Source, name: String, at: usize, body: Range<usize>) -> Test {
    let inner = squeeze(&source.bare[body.clone()]);
    let count = assertions(source, body.clone(), |word, before, after| match word {
        "Error" | "Errorf" | "Fatal" | "Fatalf" | "Fail" | "FailNow" => before.ends_with('.') && after.starts_with('('),
        "assert" | "require" => after.starts_with('.'),
        _ => false,
    });
    let ends_at_once =
        inner.starts_with("{return}") || source.bare[body.clone()][1..].trim_start().starts_with("return\n");
    Test {
        name,
        line: source.line(at),
        skipped: [".Skip(", ".Skipf(", ".SkipNow("].iter().any(|call| inner.contains(call)),
        inverted: false,
        assertions: if ends_at_once { 0 } else { count },
        body: squeeze(&source.code[body]),
    }
}
