//! Canaries in JavaScript and TypeScript: tests at the end of a file, and an error at the start of a known test.

use super::plan::Known;
use super::{Canary, Fate, Manner, Runner};

/// How new tests fail here.
pub(super) const MANNERS: [Manner; 4] = [Manner::Raise, Manner::Assert, Manner::Other, Manner::Every];

/// Assertions of `node:assert` that fail, of an object that has them.
const ASSERTIONS: &str = "() => $.ok(false), () => $.equal(1, 2), () => $.notEqual(1, 1), \
    () => $.strictEqual(1, 2), () => $.notStrictEqual(1, 1), () => $.deepEqual([1], [2]), () => $.deepStrictEqual([1], [2]), \
    () => $.notDeepStrictEqual([1], [1]), () => $.throws(() => {}), () => $.match('a', /b/), () => $.fail()";

/// Expectations that fail, of a function that makes them.
const EXPECTATIONS: &str = "() => $(1).toBe(2), () => $(1).toEqual(2), () => $([1]).toStrictEqual([2]), \
    () => $(false).toBeTruthy(), () => $(true).toBeFalsy(), () => $(1).toBeUndefined(), () => $([]).toContain(1), \
    () => $([]).toHaveLength(1), () => $(1).toBeGreaterThan(2), () => $('a').toMatch(/b/), () => $(() => {}).toThrow(), \
    () => $(1).not.toBe(1)";

/// Calls of `test` and `it` whose function opens on the same line.
pub(super) fn tests(source: &str) -> Vec<Known> {
    let mut known = Vec::new();
    let mut offset = 0;
    for line in source.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let called = ["test(", "it("].iter().find_map(|call| trimmed.strip_prefix(call));
        if let Some(rest) = called
            && let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))
            && let Some((name, after)) = rest[1..].split_once(quote)
            && let function = after.trim_end()
            && (function.ends_with("=> {") || function.ends_with(") {"))
            // Options such as `{ skip: true }` stand before the function.
            && function.matches('{').count() == 1
            && !name.is_empty()
            && !name.contains(['\\', '$'])
        {
            let at = offset + line.trim_end().len();
            known.push(Known { name: name.to_owned(), at, indent: " ".to_owned() });
        }
        offset += line.len();
    }
    known
}

pub(super) fn poison(canary: &Canary, fate: Fate) -> String {
    match fate {
        Fate::Fails => format!("throw new Error({});", canary.halves(" + ")),
        Fate::Passes => format!("String({});", canary.halves(" + ")),
    }
}

/// `source` with the new tests of `canaries`; `package` is the `type` of the nearest `package.json`.
pub(super) fn append(
    path: &str,
    source: &str,
    canaries: &[&Canary],
    runner: Runner,
    package: Option<&str>,
    fate: Fate,
) -> String {
    let Some(first) = canaries.first() else { return source.to_owned() };
    let esm = is_module(path, source, package);
    let load = |module: &str, alias: &str, name: &str| match (esm, name) {
        (true, "") => format!("import {alias} from '{module}';\n"),
        (true, name) => format!("import {{ {name} as {alias} }} from '{module}';\n"),
        (false, "") => format!("const {alias} = require('{module}');\n"),
        (false, name) => format!("const {{ {name}: {alias} }} = require('{module}');\n"),
    };
    let (test, assert) = (format!("t_{}", first.name), format!("a_{}", first.name));
    let from = |module: &str| source.contains(&format!("'{module}'")) || source.contains(&format!("\"{module}\""));
    let mut head = String::new();
    let (test, expect) = match runner {
        Runner::NodeTest => {
            head.push_str(&load("node:test", &test, "test"));
            head.push_str(&load("node:assert", &assert, ""));
            (test, None)
        }
        Runner::Mocha => {
            head.push_str(&load("node:assert", &assert, ""));
            let name = if source.contains("it(") || !source.contains("test(") { "it" } else { "test" };
            (name.to_owned(), None)
        }
        // Where a file asks for the runner's functions, they may not be there unasked.
        Runner::Vitest if from("vitest") => {
            head.push_str(&load("vitest", &test, "test"));
            head.push_str(&load("vitest", &assert, "expect"));
            (test, Some(assert.clone()))
        }
        Runner::Jest if from("@jest/globals") => {
            head.push_str(&load("@jest/globals", &test, "test"));
            head.push_str(&load("@jest/globals", &assert, "expect"));
            (test, Some(assert.clone()))
        }
        _ => ("test".to_owned(), Some("expect".to_owned())),
    };
    if expect.is_none() {
        for (module, alias) in [("node:assert", "plain"), ("node:assert/strict", "strict")] {
            head.push_str(&match esm {
                true => format!("import * as {assert}_{alias} from '{module}';\n"),
                false => format!("const {assert}_{alias} = require('{module}');\n"),
            });
        }
    }
    let mut text = format!("{}\n\n{head}", source.trim_end());
    for canary in canaries {
        let (name, halves) = (&canary.name, canary.halves(" + "));
        let body = match (canary.manner, fate, &expect) {
            (_, Fate::Passes, _) => format!("String({halves});"),
            (Manner::Every, Fate::Fails, expect) => {
                let checks = match expect {
                    Some(expect) => EXPECTATIONS.replace('$', expect),
                    None => {
                        let loaded = [
                            assert.clone(),
                            format!("{assert}.strict"),
                            format!("{assert}_plain"),
                            format!("{assert}_strict"),
                        ];
                        // What a module exports is another thing than the object that it exports by default.
                        let functions = |object: &String| ASSERTIONS.replace('$', object);
                        loaded.iter().map(functions).collect::<Vec<_>>().join(", ")
                    }
                };
                format!(
                    "const held = [{checks}].filter((check) => {{ try {{ check(); return true; }} catch {{ return false; }} }}); \
                     if (held.length === 0) throw new Error({halves});"
                )
            }
            (Manner::Assert, Fate::Fails, Some(expect)) => format!("{expect}({halves}).toBe('');"),
            (Manner::Assert, Fate::Fails, None) => format!("{assert}.strictEqual({halves}, '');"),
            // Late: what was left for the end of the process has run by then.
            (Manner::Other, Fate::Fails, _) => {
                format!("await new Promise((done) => setTimeout(done, 20)); throw new Error({halves});")
            }
            (_, Fate::Fails, _) => format!("throw new Error({halves});"),
        };
        text.push_str(&format!("{test}('{name}', async () => {{ {body} }});\n"));
    }
    text
}

/// Whether a file is an ECMAScript module.
fn is_module(path: &str, source: &str, package: Option<&str>) -> bool {
    match path.rsplit('.').next() {
        Some("mjs" | "mts") => return true,
        Some("cjs" | "cts") => return false,
        _ => {}
    }
    let starts = |word: &str| source.lines().any(|line| line.starts_with(word));
    if starts("import ") || starts("import{") || starts("export ") {
        return true;
    }
    package == Some("module") && !source.contains("require(")
}
