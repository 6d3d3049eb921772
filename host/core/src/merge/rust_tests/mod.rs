//! Tests that live inside of source files: the worker must edit those files, and not these tests.
//!
//! Rust keeps most tests beside the code, in `#[cfg(test)] mod tests`. When a candidate is sealed, each source file stays as
//! the worker made it, but every item of the baseline that is only there for tests is in it again, as it was. New tests
//! beside them stay. Layout, comments, documentation and lints don't count.
//!
//! What is put back:
//! - test functions, by whichever attribute; everything under `#[cfg(test)]`, members of an `impl` too; macros that make tests;
//! - `mod name;`, where the file is still there, and the `#[cfg]` and `#[path]` of modules;
//! - the absence of what takes tests away (`#![cfg]`, `#![no_main]`, another runner) or takes the place of what they judge
//!   by (a macro called `assert_eq`, a function in `mod tests` that hides the one that `use super::*` brings).
//!
//! Tests may move: with their file, into a file of their own, or to another file with the code that they test. Those whose
//! code is gone altogether can't be put back, and are reported as deleted.
//!
//! Documentation tests are part of the documentation, which is the worker's: that one is gone shows in the inventory of tests.
//! What tests call is the work itself. That it knows of tests (`cfg!(test)`) is for judges to see.

mod attributes;
mod crates;
mod edits;
mod files;
mod normal;
mod parse;
mod paths;
mod pool;
#[cfg(test)]
mod properties;
mod renames;
mod source;
mod stand_ins;
mod suite;
#[cfg(test)]
mod tests;
mod tokens;
mod uses;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Merged;
use crates::{declared_before, live, suite_files, suites};
use edits::apply;
use files::{File, Files, Out};
use parse::STACK;
use pool::holds_protected;
use renames::{Contents, pair};
use source::{Kind, Scope};
use work::{Pair, compare, lost};

/// A source file that differs between the baseline and the candidate.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// From the top of the tree.
    pub path: &'a str,
    /// In the baseline; none where it is new.
    pub before: Option<&'a [u8]>,
    /// In the candidate; none where it is gone, or no plain file any more.
    pub after: Option<&'a [u8]>,
}

/// Stands for a file that is too large to be read. It can't be read as Rust, and might say anything.
pub const UNREAD: &[u8] = b"\xff too large: macro_rules! assert";

/// What else is known of the two trees.
#[derive(Debug, Default, Clone)]
pub struct Surroundings {
    /// The paths of the sealed tree, whether changed or not.
    pub present: HashSet<String>,
    /// Those of [`declaring_files`] that the baseline has.
    pub declaring: HashMap<String, Vec<u8>>,
}

/// What sealing does to one source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The file of the candidate that it is about, or the one of the baseline that is gone.
    pub path: String,
    /// None where nothing is to be put back.
    pub merged: Option<Merged>,
    /// Tests that are gone with the code that they tested: tampering that can't be undone.
    pub lost: Vec<String>,
    /// What is left as the worker made it, and worth to be looked at.
    pub kept: Vec<String>,
}

/// The files that may say, in the baseline, that all of the file at `path` is only there for tests.
pub fn declaring_files(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = vec![path.to_owned()];
    while let Some(path) = next.pop() {
        let Some((_, files)) = paths::parents(&path) else { continue };
        for file in files {
            if !found.contains(&file) {
                found.push(file.clone());
                next.push(file);
            }
        }
    }
    found
}

/// Puts back the tests inside of the changed source files of a candidate. Outcomes are in the order of their paths; what is
/// fine has none.
///
/// A file that can't be read as Rust, but had tests, becomes one that does not compile and says why: otherwise syntax that
/// the compiler knows and this does not would be a way around its tests.
pub fn put_back(changes: &[Change<'_>], surroundings: &Surroundings) -> Vec<Outcome> {
    // Parsing needs more stack than the caller may have.
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).name("put-back".to_owned());
        let thread = thread.spawn_scoped(scope, || in_rounds(changes, surroundings)).ok()?;
        thread.join().ok()
    });
    done.unwrap_or_else(|| refuse_all(changes))
}

/// Without memory for the stack, or with a parser that fails: nothing that may have had tests is verified.
fn refuse_all(changes: &[Change<'_>]) -> Vec<Outcome> {
    let with_tests = changes.iter().filter(|change| {
        change.after.is_some() && change.before.is_some_and(|before| before.windows(4).any(|word| word == b"test"))
    });
    with_tests
        .map(|change| Outcome {
            path: change.path.to_owned(),
            merged: Some(refused("it can't be compared with the baseline")),
            lost: Vec::new(),
            kept: Vec::new(),
        })
        .collect()
}

/// How a refused file begins.
const REFUSED: &str = "compile_error!(\"goalpost: the tests in this file can't be put back: ";

/// A file that says, when it is compiled, why its tests could not be put back.
fn refused(why: &str) -> Merged {
    Merged {
        content: format!("{REFUSED}{}\");\n", why.escape_default()).into_bytes(),
        undone: vec![format!("the whole file, with its tests: {why}")],
        kept: Vec::new(),
    }
}

/// Whether a file was refused: that is the last word on it.
fn is_refused(outcome: Option<&Outcome>) -> bool {
    outcome
        .and_then(|outcome| outcome.merged.as_ref())
        .is_some_and(|merged| merged.content.starts_with(REFUSED.as_bytes()))
}

/// Puts back until nothing is left to be put back, which the first round should reach and a second one shows.
fn in_rounds(changes: &[Change<'_>], surroundings: &Surroundings) -> Vec<Outcome> {
    const ROUNDS: usize = 4;
    let mut changes: Vec<Change<'_>> = changes.to_vec();
    changes.sort_by_key(|change| change.path);
    let suites = suites(&changes, surroundings);
    let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
    for round in 0..ROUNDS {
        let current: Vec<Change<'_>> = changes
            .iter()
            .filter(|change| !is_refused(outcomes.get(change.path)))
            .map(|change| {
                let merged = outcomes.get(change.path).and_then(|outcome| outcome.merged.as_ref());
                Change { after: merged.map(|merged| merged.content.as_slice()).or(change.after), ..*change }
            })
            .collect();
        let found = once(&current, surroundings, &suites);
        let is_last = round + 1 == ROUNDS;
        let mut is_done = true;
        for outcome in found {
            let Ok(at) = changes.binary_search_by_key(&outcome.path.as_str(), |change| change.path) else { continue };
            let change = changes[at];
            is_done &= outcome.merged.is_none();
            match (outcomes.get_mut(change.path), outcome.merged) {
                (_, Some(_)) if is_last => {
                    let merged = Some(refused("they don't fit into what is there now"));
                    outcomes.insert(change.path, Outcome { merged, ..outcome });
                }
                (Some(known), Some(merged)) => {
                    let mut undone = known.merged.take().map(|merged| merged.undone).unwrap_or_default();
                    undone.extend(merged.undone.into_iter().filter(|what| !undone.contains(what)).collect::<Vec<_>>());
                    known.merged = Some(Merged { undone, ..merged });
                }
                (Some(known), None) => known.kept = outcome.kept,
                (None, merged) => {
                    outcomes.insert(change.path, Outcome { merged, ..outcome });
                }
            }
        }
        if is_done {
            break;
        }
    }
    outcomes.into_values().collect()
}

/// Bytes as text; none where they are none.
fn text(bytes: Option<&[u8]>) -> &str {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// One round over all files.
fn once(changes: &[Change<'_>], surroundings: &Surroundings, suites: &HashSet<&str>) -> Vec<Outcome> {
    let read = |bytes: Option<&[u8]>, path: &str| bytes.map(|bytes| source::read(bytes, suites.contains(path)));
    let before: Vec<_> = changes.iter().map(|change| read(change.before, change.path).and_then(Result::ok)).collect();
    let mut after: Vec<_> = changes.iter().map(|change| read(change.after, change.path)).collect();
    // A new file that is only there for tests, as its parent says now.
    let declared = after.iter().zip(changes).flat_map(|(now, change)| match now {
        Some(Ok(now)) => suite_files(now, change.path),
        _ => Vec::new(),
    });
    let declared: HashSet<String> = declared.collect();
    for (now, change) in after.iter_mut().zip(changes) {
        if change.before.is_none() && declared.contains(change.path) {
            *now = change.after.map(|bytes| source::read(bytes, true));
        }
    }
    let now = |at: usize| after.get(at).and_then(|now| now.as_ref()?.as_ref().ok());
    let live = live(changes, &before, &after, surroundings);
    let known_before = declared_before(changes, &before, surroundings);
    let bases = pair(&Contents { changes, before: &before, after: &after, live: &live, declared: &known_before });

    let files = (0..changes.len()).map(|at| {
        let base = bases.get(&at).copied();
        File {
            path: changes[at].path,
            base_text: base.map_or("", |base| text(changes[base].before)),
            base: base.and_then(|base| before[base].as_ref()),
            text: text(changes[at].after),
            now: now(at),
            is_new: changes[at].before.is_none(),
            is_live: live[at],
        }
    });
    let files = Files::new(files.collect(), &surroundings.present);
    let known: HashSet<&str> = before.iter().flatten().flat_map(codes).collect();
    let mut out = Out::default();
    let mut refusals: BTreeMap<usize, Merged> = BTreeMap::new();
    let taken: BTreeSet<usize> = bases.values().copied().collect();
    for (at, change) in changes.iter().enumerate() {
        let base = bases.get(&at).copied();
        match (base.and_then(|base| before[base].as_ref()), after[at].as_ref()) {
            (Some(base_scope), Some(Err(why))) if holds_protected(base_scope) => {
                refusals.insert(at, refused(&format!("it can't be read as Rust ({why})")));
            }
            (_, Some(Err(why))) if change.after.is_some_and(stand_ins::may_define_judge) => {
                refusals.insert(
                    at,
                    refused(&format!("it may define what tests judge by, and can't be read as Rust ({why})")),
                );
            }
            (base_scope, Some(Ok(now))) => {
                let mut next = Vec::new();
                if let (Some(base), Some(base_at)) = (base_scope, base) {
                    let is_suite = suites.contains(changes[base_at].path);
                    next.push(Pair { base, base_file: at, now, now_file: at, inside: Vec::new(), is_suite });
                }
                while let Some(pair) = next.pop() {
                    compare(&files, &pair, &mut out, &mut next);
                }
                let is_readable_base = base.is_none() || base_scope.is_some();
                let is_new = change.before.is_none();
                // A crate of its own, that no test of the baseline is in.
                let stands_alone = is_new && is_integration_test(change.path);
                if is_readable_base && !stands_alone {
                    let in_tests = suites.contains(change.path) || is_new && declared.contains(change.path);
                    let (mut edits, mut undone) = (Vec::new(), Vec::new());
                    stand_ins::remove(now, &known, in_tests, &mut edits, &mut undone);
                    edits.into_iter().for_each(|edit| out.edit(at, edit));
                    undone.into_iter().for_each(|what| out.undone(at, what));
                }
            }
            _ => {}
        }
        if let Some(gone) = before[at].as_ref().filter(|_| change.after.is_none() && !taken.contains(&at)) {
            lost(&files, gone, at, &[], &mut out);
        }
    }
    outcomes(changes, &files, out, refusals)
}

/// Whether a file belongs to an integration test or a benchmark, by the folder that cargo looks for them in.
fn is_integration_test(path: &str) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    folders.clone().any(|folder| matches!(folder, "tests" | "benches")) && folders.all(|folder| folder != "src")
}

/// What a judge should know of a file.
fn kept(file: &File<'_>) -> Vec<String> {
    let Some(now) = file.now else { return Vec::new() };
    let mut kept = Vec::new();
    let more = now.knows_of_tests.saturating_sub(file.base.map_or(0, |base| base.knows_of_tests));
    if more > 0 {
        kept.push(format!("code that behaves in another way under test (`cfg(test)`, {more} more)"));
    }
    kept
}

fn outcomes(
    changes: &[Change<'_>],
    files: &Files<'_>,
    mut out: Out,
    mut refusals: BTreeMap<usize, Merged>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let undone = out.undone.remove(&at).unwrap_or_default();
        let merged = match (refusals.remove(&at), out.edits.remove(&at)) {
            (Some(refused), _) => Some(refused),
            (None, Some(edits)) => {
                let text = files.text(at, 0..change.after.map_or(0, <[u8]>::len));
                match apply(text, 0..text.len(), edits) {
                    Some(content) => Some(Merged { content: content.into_bytes(), undone, kept: Vec::new() }),
                    None => Some(refused("they don't fit into what is there now")),
                }
            }
            (None, None) => None,
        };
        let lost = out.lost.remove(&at).unwrap_or_default();
        let kept = files.files.get(at).map(kept).unwrap_or_default();
        if merged.is_some() || !lost.is_empty() || !kept.is_empty() {
            outcomes.push(Outcome { path: change.path.to_owned(), merged, lost, kept });
        }
    }
    outcomes
}

/// The code of macros and imports at any depth.
fn codes(scope: &Scope) -> Vec<&str> {
    let mut found = Vec::new();
    for piece in &scope.pieces {
        if matches!(piece.kind, Kind::Rules | Kind::Call(_) | Kind::Use { .. }) {
            found.push(piece.code.as_str());
        }
        piece.scope.iter().for_each(|inside| found.extend(codes(inside)));
    }
    found
}
