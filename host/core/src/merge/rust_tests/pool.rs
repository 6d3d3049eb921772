//! Tests that a candidate has and its baseline has not, by their files: where a test that is gone from its place may be now.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::source::{Kind, Piece, Scope};

/// A test of the candidate, somewhere new.
#[derive(Clone, Copy)]
pub(super) struct Found<'s> {
    /// Index of the file.
    pub file: usize,
    /// Where it stands.
    pub scope: &'s Scope,
    pub piece: &'s Piece,
}

/// All of them.
pub(super) struct Pool<'s> {
    by_code: HashMap<&'s str, Vec<Found<'s>>>,
    by_name: HashMap<&'s str, Vec<Found<'s>>>,
    /// The code of macro calls that may make tests, new or not.
    calls: HashSet<&'s str>,
}

impl<'s> Pool<'s> {
    /// Of files that are part of a crate, each with its baseline.
    pub(super) fn new(files: impl Iterator<Item = (usize, Option<&'s Scope>, &'s Scope)>) -> Self {
        let (mut found, mut calls) = (Vec::new(), HashSet::new());
        for (file, base, candidate) in files {
            let mut known = Vec::new();
            base.into_iter().for_each(|base| tests_in(base, &mut |_, piece| known.push(piece.code.as_str())));
            let known: BTreeSet<_> = known.into_iter().collect();
            live_tests_in(candidate, &mut |scope, piece| {
                if makes_tests(piece) {
                    calls.insert(piece.code.as_str());
                } else if !known.contains(piece.code.as_str()) {
                    found.push(Found { file, scope, piece });
                }
            });
        }
        let (mut by_code, mut by_name): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for one in found {
            by_code.entry(one.piece.code.as_str()).or_default().push(one);
            by_name.entry(one.piece.name.as_str()).or_default().push(one);
        }
        Self { by_code, by_name, calls }
    }

    /// Where `test` of `scope` is now, unchanged and with the helpers that it calls.
    pub(super) fn moved(&self, test: &Piece, scope: &Scope) -> Option<Found<'s>> {
        let helpers = || {
            scope.pieces.iter().filter(|helper| {
                !matches!(helper.kind, Kind::Test | Kind::Use { .. }) && test.mentions.has(&helper.name)
            })
        };
        self.by_code
            .get(test.code.as_str())?
            .iter()
            .copied()
            .find(|found| helpers().all(|helper| found.scope.pieces.iter().any(|other| other.code == helper.code)))
    }

    /// The macro calls of a scope that is gone that may have made tests, and that are nowhere now.
    pub(super) fn lost_calls(&self, scope: &Scope) -> Vec<String> {
        let mut lost = Vec::new();
        for piece in &scope.pieces {
            if let Kind::Call(name) = &piece.kind
                && makes_tests(piece)
                && !self.calls.contains(piece.code.as_str())
            {
                lost.push(format!("{name}!"));
            }
            lost.extend(piece.scope.iter().flat_map(|inside| self.lost_calls(inside)));
        }
        lost
    }

    /// Where a test of that name is now, with other code.
    pub(super) fn namesake(&self, test: &Piece) -> Option<Found<'s>> {
        self.by_name.get(test.name.as_str())?.iter().copied().find(|found| found.piece.code != test.code)
    }
}

/// Whether a piece is a macro call that may make tests.
fn makes_tests(piece: &Piece) -> bool {
    piece.is_protected && matches!(piece.kind, Kind::Call(_))
}

/// Calls `visit` with each test at any depth, and with the scope that it stands in.
pub(super) fn tests_in<'s>(scope: &'s Scope, visit: &mut dyn FnMut(&'s Scope, &'s Piece)) {
    for piece in &scope.pieces {
        if piece.kind == Kind::Test {
            visit(scope, piece);
        }
        if let Some(inside) = &piece.scope {
            tests_in(inside, visit);
        }
    }
}

/// As [`tests_in`], and macro calls that may make tests, where they are compiled whenever tests are.
fn live_tests_in<'s>(scope: &'s Scope, visit: &mut dyn FnMut(&'s Scope, &'s Piece)) {
    if !scope.inner.iter().all(|condition| condition.is_for_tests) {
        return;
    }
    for piece in scope.pieces.iter().filter(|piece| piece.conditions.iter().all(|c| c.is_for_tests)) {
        if piece.kind == Kind::Test || makes_tests(piece) {
            visit(scope, piece);
        }
        if let Some(inside) = &piece.scope {
            live_tests_in(inside, visit);
        }
    }
}

/// Whether a scope holds anything that sealing would put back.
pub(super) fn holds_protected(scope: &Scope) -> bool {
    scope.pieces.iter().any(|piece| {
        piece.is_protected
            || matches!(piece.kind, Kind::Declaration(_))
            || piece.scope.as_ref().is_some_and(holds_protected)
    })
}

/// Whether a scope holds tests, or what is only there for them.
pub(super) fn holds_tests(scope: &Scope) -> bool {
    scope.pieces.iter().any(|piece| {
        (piece.is_protected && !matches!(piece.kind, Kind::Declaration(_)))
            || piece.scope.as_ref().is_some_and(holds_tests)
    })
}
