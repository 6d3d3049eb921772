//! Tests in JavaScript and TypeScript: jest, vitest, mocha, jasmine, and node's own.

use std::ops::Range;

use crate::inventory::{Inventory, Test, assertions};
use crate::source::{Source, close, is_word, skip_space, squeeze, words};

pub(crate) fn inventory(source: &Source) -> Inventory {
    let mut inventory = Inventory::default();
    let mut skipped: Vec<Range<usize>> = Vec::new();
    let mut found: Vec<(Range<usize>, Test)> = Vec::new();
    for (at, word) in words(&source.bare) {
        let before = source.bare[..at].trim_end();
        if before.ends_with('.') || before.ends_with("function") {
            continue;
        }
        let (plain, mut skip, mut only) = match word {
            "xit" | "xtest" | "xspecify" => ("it", true, false),
            "fit" => ("it", false, true),
            "xdescribe" | "xcontext" => ("describe", true, false),
            "fdescribe" => ("describe", false, true),
            "it" | "test" | "specify" => ("it", false, false),
            "describe" | "suite" | "context" => ("describe", false, false),
            _ => continue,
        };
        let Some((modifiers, open)) = call(source, at + word.len()) else { continue };
        for modifier in modifiers {
            match modifier {
                "skip" | "todo" | "failing" | "fails" | "skipIf" | "runIf" => skip = true,
                "only" => only = true,
                _ => {}
            }
        }
        let range = open..close(&source.bare, open);
        let (name, after) = title(source, &range);
        let options = options(source, after, range.end);
        skip |= options.contains("skip:") || options.contains("todo:");
        only |= options.contains("only:true");
        inventory.focused += u32::from(only);
        if plain == "describe" {
            if skip {
                skipped.push(range);
            }
        } else if !name.is_empty() {
            let body = after..range.end;
            found.push((range, test(source, name, at, body, skip)));
        }
    }
    inventory.tests = found
        .into_iter()
        .map(|(range, mut test)| {
            test.skipped |= skipped.iter().any(|outer| outer.start <= range.start && range.end <= outer.end);
            test
        })
        .collect();
    inventory
}

/// The names after dots, and the bracket of the call: `.each(table)` is passed over.
fn call<'a>(source: &'a Source<'_>, mut at: usize) -> Option<(Vec<&'a str>, usize)> {
    let bytes = source.bare.as_bytes();
    let mut modifiers = Vec::new();
    loop {
        match bytes.get(at)? {
            b'.' => {
                let from = skip_space(&source.bare, at + 1);
                let to = from + bytes[from..].iter().take_while(|byte| is_word(**byte)).count();
                let name = &source.bare[from..to];
                modifiers.push(name);
                at = to;
                if matches!(name, "each" | "for" | "skipIf" | "runIf") {
                    match bytes.get(at)? {
                        b'(' => at = close(&source.bare, at),
                        b'`' => at += 2 + source.bare[at + 1..].find('`')?,
                        _ => return None,
                    }
                }
            }
            b'(' => return Some((modifiers, at)),
            _ => return None,
        }
    }
}

/// The first argument, and where it ends. Empty where the call is not that of a test.
fn title(source: &Source, range: &Range<usize>) -> (String, usize) {
    let from = skip_space(&source.bare, range.start + 1);
    let bytes = source.bare.as_bytes();
    let Some(quote @ (b'"' | b'\'' | b'`')) = bytes.get(from).copied() else { return (String::new(), from) };
    let Some(length) = bytes[from + 1..].iter().position(|byte| *byte == quote) else { return (String::new(), from) };
    let end = from + 1 + length;
    (source.code[from + 1..end].to_owned(), end + 1)
}

/// What is between the title and the function.
fn options(source: &Source, from: usize, to: usize) -> String {
    let rest = &source.bare[from.min(to)..to];
    let end = rest.find("=>").into_iter().chain(rest.find("function")).min().unwrap_or(0);
    squeeze(&rest[..end])
}

fn test(source: &Source, name: String, at: usize, body: Range<usize>, skip: bool) -> Test {
    let inner = squeeze(&source.bare[body.clone()]);
    let leaves =
        ["t.skip(", "this.skip(", "context.skip(", "ctx.skip(", "t.todo("].iter().any(|call| inner.contains(call));
    let count = assertions(source, body.clone(), |word, before, after| match word {
        "expect" => after.starts_with('(') && !before.ends_with('.'),
        "assert" => after.starts_with(['(', '.']),
        "should" => before.ends_with('.'),
        _ => false,
    });
    let ends_at_once = inner.contains("=>{return;") || inner.contains("(){return;");
    Test {
        name,
        line: source.line(at),
        skipped: skip || leaves,
        inverted: false,
        assertions: if ends_at_once { 0 } else { count },
        body: squeeze(&source.code[body]),
    }
}
