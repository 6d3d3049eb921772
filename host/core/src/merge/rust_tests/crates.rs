//! Which source files are part of a crate, and which of those are only there for tests.

use std::collections::{HashMap, HashSet};

use super::paths::{self, targets};
use super::source::{self, Kind, Piece, Scope};
use super::{Change, Surroundings};

/// The changed files of which the baseline says that they are only there for tests.
pub(super) fn suites<'c>(changes: &[Change<'c>], surroundings: &Surroundings) -> HashSet<&'c str> {
    let mut scopes: HashMap<&str, Option<Scope>> = HashMap::new();
    for (path, bytes) in &surroundings.declaring {
        scopes.insert(path, source::read(bytes, false).ok());
    }
    let is_suite = |path: &str| {
        let mut path = path.to_owned();
        // A path gets shorter with each step, or its last part becomes `lib`, `main` or `mod`.
        for _ in 0..64 {
            let Some((name, files)) = paths::parents(&path) else { return false };
            let declared = files.iter().find_map(|file| {
                let scope = scopes.get(file.as_str())?.as_ref()?;
                let declares = |piece: &&Piece| matches!(piece.kind, Kind::Declaration(_)) && piece.name == name;
                Some((file, scope.pieces.iter().find(declares)?.is_protected))
            });
            match declared {
                Some((_, true)) => return true,
                Some((file, false)) if *file != path => path = file.clone(),
                _ => return false,
            }
        }
        false
    };
    changes.iter().filter(|change| change.before.is_some() && is_suite(change.path)).map(|change| change.path).collect()
}

/// Which files of the candidate are part of a crate: those that the baseline has, roots of crates, and what those declare.
pub(super) fn live(
    changes: &[Change<'_>],
    before: &[Option<Scope>],
    after: &[Option<Result<Scope, String>>],
    surroundings: &Surroundings,
) -> Vec<bool> {
    let mut live: Vec<bool> =
        changes.iter().map(|change| change.before.is_some() || paths::is_crate_root(change.path)).collect();
    let at = |path: &str| changes.binary_search_by_key(&path, |change| change.path).ok();
    let mut declared: Vec<String> = Vec::new();
    for (path, bytes) in surroundings.declaring.iter().filter(|(path, _)| at(path).is_none()) {
        // The parent is as it was.
        if let Ok(scope) = source::read(bytes, false) {
            declared.extend(live_files(&scope, None, path));
        }
    }
    let mut next: Vec<usize> = (0..changes.len()).filter(|at| live[*at]).collect();
    loop {
        for path in declared.drain(..) {
            if let Some(at) = at(&path).filter(|at| !live[*at]) {
                live[at] = true;
                next.push(at);
            }
        }
        let Some(at) = next.pop() else { return live };
        if let Some(Some(Ok(scope))) = after.get(at) {
            declared = live_files(scope, before[at].as_ref(), changes[at].path);
        }
    }
}

/// What `scope` declares wherever tests are compiled, or as its baseline declared a module that is gone.
fn live_files(scope: &Scope, base: Option<&Scope>, path: &str) -> Vec<String> {
    let is_declaration = |piece: &&Piece| matches!(piece.kind, Kind::Declaration(_));
    let codes = |piece: &Piece| piece.conditions.iter().map(|c| c.code.clone()).collect::<Vec<_>>();
    let kept: HashSet<&str> = scope.pieces.iter().filter(is_declaration).map(|piece| piece.name.as_str()).collect();
    let gone: HashSet<_> = base
        .into_iter()
        .flat_map(|base| base.pieces.iter().filter(is_declaration))
        .filter(|old| !kept.contains(old.name.as_str()))
        .map(codes)
        .collect();
    files(scope, path, &[], &|piece| {
        piece.conditions.iter().all(|c| c.is_for_tests || c.code.starts_with("# [ path "))
            || gone.contains(&codes(piece))
    })
}

/// The files of the modules that a file declares to be for tests alone.
pub(super) fn suite_files(scope: &Scope, path: &str) -> Vec<String> {
    files(scope, path, &[], &|piece| piece.is_protected || piece.scope.is_some())
}

/// The files that the baseline declares anywhere.
pub(super) fn declared_before(
    changes: &[Change<'_>],
    before: &[Option<Scope>],
    surroundings: &Surroundings,
) -> HashSet<String> {
    let changed = changes.iter().zip(before).filter_map(|(change, scope)| Some((change.path, scope.as_ref()?)));
    let mut declared: HashSet<String> = changed.flat_map(|(path, scope)| files(scope, path, &[], &|_| true)).collect();
    for (path, bytes) in &surroundings.declaring {
        declared.extend(source::read(bytes, false).iter().flat_map(|scope| files(scope, path, &[], &|_| true)));
    }
    declared
}

/// The files of the modules that `counts` in a scope, at any depth.
fn files(scope: &Scope, path: &str, inside: &[String], counts: &dyn Fn(&Piece) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for piece in scope.pieces.iter().filter(|piece| counts(piece)) {
        match (&piece.kind, &piece.scope) {
            // Which of its modules there are depends on the machine.
            (Kind::Call(name), _) if name == "cfg_if" => {
                let words: Vec<_> = piece.code.split(' ').collect();
                let names = words.windows(3).filter(|w| w[0] == "mod" && w[2] == ";").map(|w| w[1]);
                found.extend(names.flat_map(|name| targets(path, inside, name, None)));
            }
            (Kind::Declaration(file), _) => found.extend(targets(path, inside, &piece.name, file.as_deref())),
            (Kind::Module, Some(scope)) => {
                let inside = [inside, std::slice::from_ref(&piece.name)].concat();
                found.extend(files(scope, path, &inside, counts));
            }
            _ => {}
        }
    }
    found
}
