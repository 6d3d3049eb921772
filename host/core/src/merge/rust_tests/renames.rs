//! Which new file a deleted one was renamed to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Change;
use super::paths::module;
use super::pool::{holds_protected, holds_tests, tests_in};
use super::source::Scope;

/// The contents of the changed files, for finding renames.
pub(super) struct Contents<'a, 's> {
    pub changes: &'a [Change<'a>],
    pub before: &'s [Option<Scope>],
    pub after: &'s [Option<Result<Scope, String>>],
    /// Whether each is part of a crate now.
    pub live: &'a [bool],
    /// What the baseline declares.
    pub declared: &'a HashSet<String>,
}

/// Which change holds the baseline of each: its own, or for a new file that of the deleted one that it was.
///
/// It was the file of the same module, or of the same content, or the one with the most tests of the same names: each rule
/// before the next, each in the order of the paths. But for the first rule, a file that was part of a crate is found only in
/// one that is.
pub(super) fn pair(contents: &Contents<'_, '_>) -> BTreeMap<usize, usize> {
    let changes = contents.changes;
    let mut bases: BTreeMap<usize, usize> = (0..changes.len())
        .filter(|at| changes[*at].before.is_some() && changes[*at].after.is_some())
        .map(|at| (at, at))
        .collect();
    let mut gone: Vec<usize> = (0..changes.len())
        .filter(|at| changes[*at].after.is_none())
        .filter(|at| contents.before[*at].as_ref().is_some_and(|scope| holds_tests(scope) || holds_protected(scope)))
        .collect();
    let mut free: BTreeSet<usize> = (0..changes.len())
        .filter(|at| changes[*at].before.is_none() && matches!(contents.after[*at], Some(Ok(_))))
        .collect();
    let mut by_module: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_content: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut by_test: HashMap<&str, Vec<usize>> = HashMap::new();
    for at in &free {
        by_module.entry(module(changes[*at].path)).or_default().push(*at);
        changes[*at].after.into_iter().for_each(|bytes| by_content.entry(bytes).or_default().push(*at));
        let Some(Ok(scope)) = &contents.after[*at] else { continue };
        names(scope).into_iter().for_each(|name| by_test.entry(name).or_default().push(*at));
    }
    for rule in 0..3 {
        gone.retain(|old| {
            let change = &changes[*old];
            let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
            let mut vote = |found: Option<&Vec<usize>>| {
                found.into_iter().flatten().for_each(|new| *votes.entry(*new).or_default() += 1);
            };
            match rule {
                0 => vote(by_module.get(module(change.path))),
                1 => vote(change.before.and_then(|bytes| by_content.get(bytes))),
                _ => contents.before[*old].iter().flat_map(names).for_each(|name| vote(by_test.get(name))),
            }
            let was_live = contents.declared.contains(change.path);
            let votes = votes
                .into_iter()
                .filter(|(new, _)| free.contains(new) && (rule == 0 || contents.live[*new] || !was_live));
            match votes.max_by_key(|(new, count)| (*count, std::cmp::Reverse(*new))) {
                Some((new, _)) => {
                    free.remove(&new);
                    bases.insert(new, *old);
                    false
                }
                None => true,
            }
        });
    }
    bases
}

/// The names of a file's tests.
fn names(scope: &Scope) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    tests_in(scope, &mut |_, test| _ = names.insert(test.name.as_str()));
    names
}
