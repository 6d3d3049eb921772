//! Puts back, in the scopes of the work itself, what decides over it.

use super::edits::{Edit, apply};
use super::files::{Files, Out};
use super::paths::targets;
use super::pool::{holds_tests, tests_in};
use super::source::{Kind, Piece, Scope};
use super::suite::{Suite, Verdict};

/// A scope of the baseline and the one that stands in its place now.
pub(super) struct Pair<'s> {
    pub base: &'s Scope,
    pub base_file: usize,
    pub now: &'s Scope,
    pub now_file: usize,
    /// The modules that both stand in.
    pub inside: Vec<String>,
    /// Whether all of it is only there for tests.
    pub is_suite: bool,
}

impl Pair<'_> {
    fn label(&self, name: &str) -> String {
        label(&self.inside, name)
    }
}

/// A name with its modules.
pub(super) fn label(inside: &[String], name: &str) -> String {
    inside.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("::")
}

/// Compares one pair, and says what to change. Pairs that it leads to are added to `next`.
pub(super) fn compare<'s>(files: &Files<'s>, pair: &Pair<'s>, out: &mut Out, next: &mut Vec<Pair<'s>>) {
    if pair.is_suite {
        let suite = Suite { files, base_file: pair.base_file, now_file: pair.now_file };
        if let Verdict::PutBack(body) = suite.compare(pair.base, Some(pair.now), &pair.inside, out) {
            out.edit(pair.now_file, Edit::new(pair.now.body.clone(), body));
        }
        return;
    }
    for condition in &pair.now.inner {
        if !pair.base.inner.iter().any(|known| known.code == condition.code) {
            out.edit(pair.now_file, Edit::new(condition.span.clone(), ""));
            out.undone(pair.now_file, format!("`{}` added", files.text(pair.now_file, condition.span.clone())));
        }
    }
    for piece in &pair.base.pieces {
        match &piece.kind {
            Kind::Module if piece.is_protected => suite(files, pair, piece, out, next),
            Kind::Module => module(files, pair, piece, out, next),
            Kind::Impl if piece.scope.is_some() => members(files, pair, piece, out),
            Kind::Declaration(_) => declaration(files, pair, piece, out),
            _ if piece.is_protected => item(files, pair, piece, out),
            _ => {}
        }
    }
}

/// The module of that name, rather one under the same conditions.
fn counterpart<'s>(now: &'s Scope, piece: &Piece) -> Option<&'s Piece> {
    let all = || now.pieces.iter().filter(|other| other.is_version_of(piece));
    all().find(|other| same_conditions(piece, other) && other.code == piece.code).or_else(|| all().next())
}

fn same_conditions(a: &Piece, b: &Piece) -> bool {
    let codes = |piece: &Piece| {
        let mut codes: Vec<_> = piece.conditions.iter().map(|c| c.code.clone()).collect();
        codes.sort();
        codes
    };
    codes(a) == codes(b)
}

/// A module of tests.
fn suite<'s>(files: &Files<'s>, pair: &Pair<'s>, piece: &'s Piece, out: &mut Out, next: &mut Vec<Pair<'s>>) {
    let Some(base) = &piece.scope else { return };
    let mut inside = pair.inside.clone();
    inside.push(piece.name.clone());
    let now = counterpart(pair.now, piece);
    if let Some(Piece { kind: Kind::Declaration(path), .. }) = now.filter(|now| same_conditions(piece, now)) {
        // It was moved into a file of its own.
        let targets = targets(files.path(pair.now_file), &pair.inside, &piece.name, path.as_deref());
        if let Some((file, scope)) = targets.iter().find_map(|target| files.added(target)) {
            next.push(Pair { base, base_file: pair.base_file, now: scope, now_file: file, inside, is_suite: true });
            return;
        }
    }
    let suite = Suite { files, base_file: pair.base_file, now_file: pair.now_file };
    let head = |body: &str| {
        let text = files.base_text(pair.base_file, piece.span.start..base.body.start);
        format!("{text}{body}}}")
    };
    let inner = now.and_then(|now| now.scope.as_ref());
    let same_head = now.is_some_and(|now| now.code == piece.code && now.scope.is_some());
    let verdict = suite.compare(base, inner, &inside, out);
    match (now, verdict) {
        (Some(now), Verdict::Same) if same_head => {
            debug_assert!(now.scope.is_some());
        }
        (None, Verdict::Same) => {}
        (Some(now), verdict) => {
            if !same_head {
                out.undone(pair.now_file, format!("how `{}` is declared", pair.label(&piece.name)));
            }
            let body = match verdict {
                Verdict::PutBack(body) => body,
                Verdict::Same => match inner {
                    Some(inner) => files.text(pair.now_file, inner.body.clone()).to_owned(),
                    None => files.base_text(pair.base_file, base.body.clone()).to_owned(),
                },
            };
            out.edit(pair.now_file, Edit::new(now.span.clone(), head(&body)));
        }
        (None, Verdict::PutBack(body)) => out.edit(pair.now_file, Edit::insert(pair.now.body.end, &head(&body))),
    }
}

/// A module of the work, which may hold tests.
fn module<'s>(files: &Files<'s>, pair: &Pair<'s>, piece: &'s Piece, out: &mut Out, next: &mut Vec<Pair<'s>>) {
    let Some(base) = &piece.scope else { return };
    if !holds_tests(base) {
        return;
    }
    let mut inside = pair.inside.clone();
    inside.push(piece.name.clone());
    let Some(now) = counterpart(pair.now, piece) else {
        return lost(files, base, pair.now_file, &inside, out);
    };
    restore_conditions(files, pair, piece, now, out);
    let (now, now_file) = match (&now.scope, &now.kind) {
        (Some(scope), _) => (scope, pair.now_file),
        (None, Kind::Declaration(path)) => {
            let targets = targets(files.path(pair.now_file), &pair.inside, &piece.name, path.as_deref());
            let Some((file, scope)) = targets.iter().find_map(|target| files.added(target)) else {
                return lost(files, base, pair.now_file, &inside, out);
            };
            (scope, file)
        }
        _ => return lost(files, base, pair.now_file, &inside, out),
    };
    next.push(Pair { base, base_file: pair.base_file, now, now_file, inside, is_suite: false });
}

/// What became of the tests of a scope that is gone: moved, moved and changed (which is put back there), or lost.
pub(super) fn lost(files: &Files<'_>, base: &Scope, reported: usize, inside: &[String], out: &mut Out) {
    let mut gone = Vec::new();
    tests_in(base, &mut |scope, test| {
        if files.pool.moved(test, scope).is_some() {
            return;
        }
        match files.pool.namesake(test) {
            Some(found) => {
                out.edit(found.file, Edit::new(found.piece.span.clone(), test.text.clone()));
                out.undone(found.file, format!("`{}`, changed while it was moved here", test.name));
            }
            None => gone.push(label(inside, &test.name)),
        }
    });
    gone.extend(files.pool.lost_calls(base).iter().map(|call| label(inside, call)));
    out.lost(reported, gone);
}

/// The members of an `impl` that are only there for tests.
fn members(files: &Files<'_>, pair: &Pair<'_>, piece: &Piece, out: &mut Out) {
    let Some(base) = &piece.scope else { return };
    let same: Vec<_> =
        pair.now.pieces.iter().filter(|other| other.kind == Kind::Impl && other.name == piece.name).collect();
    if !same.iter().any(|other| same_conditions(piece, other))
        && let Some(other) = same.first()
    {
        restore_conditions(files, pair, piece, other, out);
    }
    let blocks = || same.iter().filter_map(|other| other.scope.as_ref());
    for member in &base.pieces {
        if blocks().any(|block| block.pieces.iter().any(|other| other.code == member.code)) {
            continue;
        }
        let name = pair.label(&member.name);
        match blocks().find_map(|block| block.pieces.iter().find(|other| other.name == member.name)) {
            Some(changed) => {
                out.edit(pair.now_file, Edit::new(changed.span.clone(), member.text.clone()));
                out.undone(pair.now_file, format!("`{name}` changed"));
            }
            None => {
                let head = files.base_text(pair.base_file, piece.span.start..base.body.start);
                out.edit(pair.now_file, Edit::insert(pair.now.body.end, &format!("{head}\n{}\n}}", member.text)));
                out.undone(pair.now_file, format!("`{name}` removed"));
            }
        }
    }
}

/// `mod name;`
fn declaration(files: &Files<'_>, pair: &Pair<'_>, piece: &Piece, out: &mut Out) {
    let Kind::Declaration(path) = &piece.kind else { return };
    let of = files.path(pair.now_file);
    let targets = targets(of, &pair.inside, &piece.name, path.as_deref());
    let is_there = targets.iter().any(|target| files.is_there(target));
    let name = pair.label(&piece.name);
    match counterpart(pair.now, piece) {
        Some(now) if matches!(now.kind, Kind::Declaration(_)) => restore_conditions(files, pair, piece, now, out),
        Some(now) if piece.is_protected && is_there => {
            out.edit(pair.now_file, Edit::new(now.span.clone(), piece.text.clone()));
            out.undone(pair.now_file, format!("the file of `{name}`"));
        }
        Some(_) => {}
        None if is_there && !files.declares(&targets, piece) => {
            out.edit(pair.now_file, Edit::insert(pair.now.body.end, &piece.text));
            out.undone(pair.now_file, format!("the declaration of `{name}`"));
        }
        None => {}
    }
}

/// Gives `now` the conditions that `piece` has in the baseline.
fn restore_conditions(files: &Files<'_>, pair: &Pair<'_>, piece: &Piece, now: &Piece, out: &mut Out) {
    if same_conditions(piece, now) {
        return;
    }
    let text = files.text(pair.now_file, now.span.clone());
    let mut restored = String::new();
    for condition in &piece.conditions {
        restored += &files.base_text(pair.base_file, condition.span.clone()).replacen("#!", "#", 1);
        restored.push('\n');
    }
    let end = now.scope.as_ref().map_or(now.span.end, |scope| scope.body.start);
    let (head, inner): (Vec<_>, Vec<_>) = now.conditions.iter().partition(|c| c.span.end <= end);
    inner.into_iter().for_each(|c| out.edit(pair.now_file, Edit::new(c.span.clone(), "")));
    let start = now.span.start;
    let edits = head.into_iter().map(|c| Edit::new(c.span.start - start..c.span.end - start, "")).collect();
    if let Some(rest) = apply(text, 0..end - start, edits) {
        out.edit(pair.now_file, Edit::new(now.span.start..end, restored + &rest));
        out.undone(pair.now_file, format!("the conditions of `{}`", pair.label(&piece.name)));
    }
}

/// A test, or another item that is only there for tests, among the work.
fn item(files: &Files<'_>, pair: &Pair<'_>, piece: &Piece, out: &mut Out) {
    if pair.now.pieces.iter().any(|other| other.code == piece.code && other.is_protected) {
        return;
    }
    let name = pair.label(if piece.name.is_empty() { "_" } else { &piece.name });
    let changed = pair.now.pieces.iter().find(|other| {
        other.is_protected
            && other.is_version_of(piece)
            && !matches!(piece.kind, Kind::Use { .. })
            && !pair.base.pieces.iter().any(|known| known.code == other.code)
    });
    if let Some(changed) = changed {
        out.edit(pair.now_file, Edit::new(changed.span.clone(), piece.text.clone()));
        return out.undone(pair.now_file, format!("`{name}` changed"));
    }
    let is_unused = piece.is_only_for_its_name()
        && !pair.base.pieces.iter().any(|other| !std::ptr::eq(other, piece) && other.mentions.has(&piece.name));
    if is_unused && piece.kind != Kind::Test {
        return;
    }
    if piece.kind == Kind::Test && files.has_moved(piece, pair.base, pair.base_file, pair.now_file) {
        return;
    }
    out.edit(pair.now_file, Edit::insert(pair.now.body.end, &piece.text));
    out.undone(pair.now_file, format!("`{name}` removed"));
}
