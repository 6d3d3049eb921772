//! Puts back what a scope of tests held, and keeps what is new beside it.

use std::collections::HashSet;

use super::edits::{Edit, apply};
use super::files::{Files, Out};
use super::source::{Kind, Piece, Scope};
use super::stand_ins::{changes_a_meaning, takes_a_judges_place};
use super::tokens::Mentions;
use super::work::label;

/// What is to become of a scope of tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds everything that the baseline's held.
    Same,
    /// What is to stand between its braces.
    PutBack(String),
}

/// Compares scopes of tests.
pub(super) struct Suite<'f, 's> {
    pub files: &'f Files<'s>,
    pub base_file: usize,
    pub now_file: usize,
}

/// What became of a piece of the baseline.
enum Fate<'s> {
    Same(&'s Piece),
    /// A module whose content differs.
    Inside(&'s Piece, String),
    Changed,
    Gone,
    /// Missing, and nothing is lost by it.
    Excused,
}

impl Suite<'_, '_> {
    /// Compares the scope `base` with `now`, which is none where it is gone. What is put back is told to `out`.
    pub(super) fn compare(&self, base: &Scope, now: Option<&Scope>, inside: &[String], out: &mut Out) -> Verdict {
        let nothing = Vec::new();
        let pieces = now.map_or(&nothing, |now| &now.pieces);
        let mut taken = vec![false; pieces.len()];
        let mut fates = self.find(base, pieces, &mut taken, inside, out);
        self.excuse(base, &mut fates);

        let mut looked_up = Mentions::default();
        base.pieces.iter().for_each(|piece| looked_up.extend(&piece.mentions));
        let bound: HashSet<&str> = base
            .pieces
            .iter()
            .zip(&fates)
            .filter(|(_, fate)| !matches!(fate, Fate::Excused))
            .map(|(piece, _)| piece.name.as_str())
            .collect();
        let mut added = Vec::new();
        let mut is_changed = now.is_none();
        for (piece, _) in pieces.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            let replaces = base
                .pieces
                .iter()
                .zip(&fates)
                .any(|(old, fate)| matches!(fate, Fate::Changed) && old.is_version_of(piece));
            if replaces {
                continue;
            }
            if changes_a_meaning(piece, &looked_up, &bound) || takes_a_judges_place(piece, true) {
                is_changed = true;
                let name = if piece.name.is_empty() { "a macro call" } else { &piece.name };
                out.undone(self.now_file, format!("`{}` added, which changes what tests mean", label(inside, name)));
                continue;
            }
            added.push(piece);
        }
        let is_all_gone = fates.iter().all(|fate| matches!(fate, Fate::Gone | Fate::Excused));
        let has_tests = base.pieces.iter().any(|piece| piece.kind == Kind::Test);
        if is_all_gone && !has_tests && fates.iter().any(|fate| matches!(fate, Fate::Gone)) {
            out.undone(self.now_file, format!("`{}` removed", inside.join("::")));
        }
        for (piece, fate) in base.pieces.iter().zip(&fates) {
            let what = match fate {
                Fate::Changed => "changed",
                Fate::Gone => "removed",
                Fate::Inside(..) => {
                    is_changed = true;
                    continue;
                }
                Fate::Same(_) | Fate::Excused => continue,
            };
            is_changed = true;
            // Of a module that was emptied, its tests say enough.
            if is_all_gone && piece.kind != Kind::Test {
                continue;
            }
            let name = match (&piece.kind, piece.name.as_str()) {
                (Kind::Call(name), _) => format!("{name}!"),
                (_, "") => "an item".to_owned(),
                (_, name) => name.to_owned(),
            };
            out.undone(self.now_file, format!("`{}` {what}", label(inside, &name)));
        }
        if let Some(now) = now {
            for condition in now.inner.iter().filter(|c| !base.inner.iter().any(|known| known.code == c.code)) {
                is_changed = true;
                out.undone(
                    self.now_file,
                    format!("`{}` added", self.files.text(self.now_file, condition.span.clone())),
                );
            }
            if is_reordered(base, &fates) {
                is_changed = true;
                out.undone(self.now_file, format!("the order in `{}`", inside.join("::")));
            }
        }
        let is_empty = now.is_none() && fates.iter().all(|fate| matches!(fate, Fate::Excused));
        if is_changed && !is_empty { Verdict::PutBack(self.body(base, &fates, &added)) } else { Verdict::Same }
    }

    fn find<'s>(
        &self,
        base: &Scope,
        pieces: &'s [Piece],
        taken: &mut [bool],
        inside: &[String],
        out: &mut Out,
    ) -> Vec<Fate<'s>> {
        // Same code first, so that a changed copy doesn't take an unchanged one's place.
        let mut fates: Vec<Option<Fate<'s>>> = Vec::new();
        for old in &base.pieces {
            let same = pieces.iter().enumerate().find(|(at, new)| {
                !taken[*at]
                    && new.is_version_of(old)
                    && new.code == old.code
                    && new.scope.is_some() == old.scope.is_some()
            });
            fates.push(same.map(|(at, new)| {
                taken[at] = true;
                if let (Some(old_scope), Some(new_scope)) = (&old.scope, &new.scope) {
                    let mut inside = inside.to_vec();
                    inside.push(old.name.clone());
                    if let Verdict::PutBack(body) = self.compare(old_scope, Some(new_scope), &inside, out) {
                        return Fate::Inside(new, body);
                    }
                }
                Fate::Same(new)
            }));
        }
        let is_left =
            |old: &Piece| pieces.iter().zip(taken.iter()).any(|(new, taken)| !taken && new.is_version_of(old));
        let missing = |old: &Piece| {
            let by_name = !old.name.is_empty() && !matches!(old.kind, Kind::Use { .. });
            if by_name && is_left(old) { Fate::Changed } else { Fate::Gone }
        };
        base.pieces.iter().zip(fates).map(|(old, fate)| fate.unwrap_or_else(|| missing(old))).collect()
    }

    /// Finds the missing pieces that nobody misses: tests that stand elsewhere now with what they test, and names that no
    /// remaining piece looks up.
    fn excuse(&self, base: &Scope, fates: &mut [Fate<'_>]) {
        for (piece, fate) in base.pieces.iter().zip(fates.iter_mut()) {
            if matches!(fate, Fate::Gone)
                && piece.kind == Kind::Test
                && self.files.has_moved(piece, base, self.base_file, self.now_file)
            {
                *fate = Fate::Excused;
            }
        }
        let left = base.pieces.iter().zip(fates.iter()).filter(|(_, fate)| !matches!(fate, Fate::Excused));
        let has_tests = left.clone().any(|(piece, _)| piece.kind == Kind::Test || piece.scope.is_some());
        let has_moved = fates.iter().any(|fate| matches!(fate, Fate::Excused));
        for at in 0..fates.len() {
            let Some(piece) = base.pieces.get(at) else { continue };
            if !matches!(fates[at], Fate::Gone) {
                continue;
            }
            let is_missed = base.pieces.iter().zip(fates.iter()).enumerate().any(|(other, (by, fate))| {
                other != at && !matches!(fate, Fate::Excused) && by.mentions.has(&piece.name)
            });
            let is_left_over = has_moved && !has_tests && matches!(piece.kind, Kind::Use { .. });
            if is_left_over || (piece.is_only_for_its_name() && !is_missed) {
                fates[at] = Fate::Excused;
            }
        }
    }

    /// The baseline's text, with what was not changed inside of it as it is now, and what is new behind it.
    fn body(&self, base: &Scope, fates: &[Fate<'_>], added: &[&Piece]) -> String {
        let mut edits = Vec::new();
        for (piece, fate) in base.pieces.iter().zip(fates) {
            match fate {
                // With what is new in it.
                Fate::Same(now) if piece.scope.is_some() => edits.push(Edit::new(piece.span.clone(), now.text.clone())),
                Fate::Inside(_, body) => {
                    let range = piece.scope.as_ref().map_or(piece.span.clone(), |scope| scope.body.clone());
                    edits.push(Edit::new(range, body.clone()));
                }
                Fate::Excused if !matches!(piece.kind, Kind::Use { .. }) => {
                    edits.push(Edit::new(piece.span.clone(), ""))
                }
                Fate::Excused => {
                    // Other names of the same `use` may be needed.
                    let rest = base
                        .pieces
                        .iter()
                        .zip(fates)
                        .filter(|(other, fate)| other.span == piece.span && !matches!(fate, Fate::Excused));
                    let rest = rest.map(|(other, _)| other.text.as_str()).collect::<Vec<_>>().join("\n");
                    edits.push(Edit::new(piece.span.clone(), rest));
                }
                _ => {}
            }
        }
        edits.dedup();
        let text = self.files.base_text(self.base_file, 0..usize::MAX);
        let mut body = apply(text, base.body.clone(), edits)
            .unwrap_or_else(|| text.get(base.body.clone()).unwrap_or_default().to_owned());
        for piece in added {
            body.push('\n');
            body.push_str(&piece.text);
            body.push('\n');
        }
        body
    }
}

/// Whether pieces stand in another order, where that says which macro is meant.
fn is_reordered(base: &Scope, fates: &[Fate<'_>]) -> bool {
    if !base.pieces.iter().any(|piece| piece.kind == Kind::Rules) {
        return false;
    }
    let places: Vec<_> = fates
        .iter()
        .zip(&base.pieces)
        .filter(|(_, piece)| !matches!(piece.kind, Kind::Use { .. }))
        .filter_map(|(fate, _)| match fate {
            Fate::Same(piece) | Fate::Inside(piece, _) => Some(piece.span.start),
            _ => None,
        })
        .collect();
    !places.is_sorted()
}
