//! Definitions that would take the place of what tests judge by, such as a macro called `assert_eq`.
//!
//! Macros of the language are looked up like any other name: one of the same name that comes first in the text, or that a
//! `use super::*` brings along, is taken instead. Legitimate code has no need for that outside of its own tests.

use std::collections::HashSet;

use super::edits::Edit;
use super::source::{Kind, Piece, Scope};
use super::tokens::Mentions;

/// What tests judge by.
const JUDGES: [&str; 19] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "panic",
    "unreachable",
    "unimplemented",
    "todo",
    "matches",
    "format",
    "vec",
    "write",
    "stringify",
    "concat",
    "include_str",
    "env",
    "test",
];

fn is_judge(name: &str) -> bool {
    JUDGES.contains(&name)
}

/// Whether a piece that the baseline doesn't have would take the place of a judge, for others than its own tests.
pub(super) fn takes_a_judges_place(piece: &Piece, in_tests: bool) -> bool {
    match &piece.kind {
        Kind::Rules => {
            is_bang_judge(&piece.name) || piece.code.contains("macro_rules ! ") && defines_judge(&piece.code)
        }
        Kind::Use { is_std, is_shared, .. } => {
            let is_renamed = piece.code.contains(" as ");
            let is_external = !piece.mentions.names.is_empty();
            // Modules and functions have some of these names too.
            let is_macro = match piece.name.as_str() {
                "todo" | "format" | "vec" | "write" | "stringify" | "concat" | "include_str" | "env" => is_renamed,
                "test" => is_renamed || is_external,
                _ => true,
            };
            is_judge(&piece.name) && is_macro && !is_std && (*is_shared || !in_tests)
        }
        // A macro that is told the name makes the definition.
        Kind::Call(_) => defines_judge(&piece.code) || is_told_a_judge(&piece.code),
        _ => false,
    }
}

/// `test` is an attribute, and no macro by example can be one.
fn is_bang_judge(name: &str) -> bool {
    is_judge(name) && name != "test"
}

/// Whether code defines a macro by a judge's name: `macro_rules! assert_eq`.
fn defines_judge(code: &str) -> bool {
    let words: Vec<_> = code.split(' ').collect();
    words.windows(3).any(|w| matches!(w, ["macro_rules", "!", name] if is_bang_judge(name)))
        || words.windows(2).any(|w| matches!(w, ["as", name] if is_judge(name)))
}

/// Whether a judge's bare name is an argument.
fn is_told_a_judge(code: &str) -> bool {
    let words: Vec<_> = code.split(' ').collect();
    words.windows(3).any(|w| {
        is_judge(w[1])
            && w[1] != "test"
            && matches!(w[0], "(" | "{" | "[" | "," | ";")
            && matches!(w[2], ")" | "}" | "]" | "," | ";" | "=")
    })
}

/// Takes out of a file what takes a judge's place. `known` is the code of macros and imports that the baseline has anywhere.
pub(super) fn remove(
    scope: &Scope,
    known: &HashSet<&str>,
    in_tests: bool,
    edits: &mut Vec<Edit>,
    undone: &mut Vec<String>,
) {
    let is_bad = |piece: &Piece| takes_a_judges_place(piece, in_tests) && !known.contains(piece.code.as_str());
    let mut last = None;
    for piece in &scope.pieces {
        if is_bad(piece) && last.as_ref() != Some(&piece.span) {
            // The other names of the same `use` stay.
            let rest = scope.pieces.iter().filter(|other| other.span == piece.span && !is_bad(other));
            edits.push(Edit::new(
                piece.span.clone(),
                rest.map(|other| other.text.as_str()).collect::<Vec<_>>().join("\n"),
            ));
            last = Some(piece.span.clone());
            undone.push(match &piece.kind {
                Kind::Call(name) => format!("a macro call `{name}!` that makes a stand-in for what tests judge by"),
                _ => format!("`{}` added, which stands in for what tests judge by", piece.name),
            });
        }
        if let Some(inside) = &piece.scope {
            remove(inside, known, in_tests || piece.is_protected, edits, undone);
        }
    }
}

/// Whether bytes that can't be read as Rust may define a judge.
pub(super) fn may_define_judge(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains("macro_rules") && ["assert", "panic", "matches"].iter().any(|name| text.contains(name))
}

/// Whether a piece that a worker adds to the baseline's tests would change what a name means that they look up.
pub(super) fn changes_a_meaning(piece: &Piece, looked_up: &Mentions, bound: &HashSet<&str>) -> bool {
    match &piece.kind {
        Kind::Use { is_glob: true, .. } => false,
        Kind::Use { is_std: true, .. } => false,
        Kind::Rules => looked_up.macros.contains(&piece.name),
        Kind::Call(name) if matches!(name.as_str(), "proptest" | "quickcheck") => false,
        Kind::Call(_) => passes_a_name(&piece.code, looked_up, bound),
        // A name that the tests define themselves can't be defined twice.
        _ => looked_up.has(&piece.name) && !bound.contains(piece.name.as_str()),
    }
}

/// Whether a macro is given a name to define: one that stands alone, or after a word that defines.
fn passes_a_name(code: &str, looked_up: &Mentions, bound: &HashSet<&str>) -> bool {
    let words: Vec<_> = code.split(' ').collect();
    let counts = |name: &str| looked_up.has(name) && !bound.contains(name);
    words.windows(2).any(|w| {
        matches!(w[0], "fn" | "mod" | "struct" | "enum" | "const" | "static" | "type" | "trait" | "as") && counts(w[1])
    }) || words.windows(3).any(|w| {
        counts(w[1]) && matches!(w[0], "(" | "{" | "[" | "," | ";") && matches!(w[2], ")" | "}" | "]" | "," | ";" | "=")
    })
}
