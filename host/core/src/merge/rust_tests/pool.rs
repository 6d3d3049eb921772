//! Tests that a candidate has and its baseline has not, by their files: where a test that is gone from its place may be now.

use std::collections::BTreeSet;

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
pub(super) struct Pool<'s>(Vec<Found<'s>>);

impl<'s> Pool<'s> {
    /// Of files, each with its baseline.
    pub(super) fn new(files: impl Iterator<Item = (usize, Option<&'s Scope>, &'s Scope)>) -> Self {
        let mut found = Vec::new();
        for (file, base, candidate) in files {
            let mut known = Vec::new();
            base.into_iter().for_each(|base| tests_in(base, &mut |_, piece| known.push(piece.code.as_str())));
            let known: BTreeSet<_> = known.into_iter().collect();
            tests_in(candidate, &mut |scope, piece| {
                if !known.contains(piece.code.as_str()) {
                    found.push(Found { file, scope, piece });
                }
            });
        }
        Self(found)
    }

    /// Where `test` of `scope` is now, unchanged and with the helpers that it calls.
    pub(super) fn moved(&self, test: &Piece, scope: &Scope) -> Option<Found<'s>> {
        self.0.iter().copied().find(|found| {
            let helpers = scope.pieces.iter().filter(|helper| {
                !matches!(helper.kind, Kind::Test | Kind::Use { .. }) && test.mentions.has(&helper.name)
            });
            found.piece.code == test.code
                && helpers.into_iter().all(|helper| found.scope.pieces.iter().any(|other| other.code == helper.code))
        })
    }

    /// Where a test of that name is now, with other code.
    pub(super) fn namesake(&self, test: &Piece) -> Option<Found<'s>> {
        self.0.iter().copied().find(|found| found.piece.name == test.name && found.piece.code != test.code)
    }
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
