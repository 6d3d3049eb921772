//! All source files that changed, as one thing: tests move between them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::edits::Edit;
use super::paths::targets;
use super::pool::Pool;
use super::source::{Kind, Piece, Scope};

/// One file.
pub(super) struct File<'s> {
    pub path: &'s str,
    pub base_text: &'s str,
    pub base: Option<&'s Scope>,
    pub text: &'s str,
    pub now: Option<&'s Scope>,
    /// Whether the baseline has no file of that path.
    pub is_new: bool,
    /// Whether it is part of a crate, as far as that can be told.
    pub is_live: bool,
}

/// The changed files, and what else is there.
pub(super) struct Files<'s> {
    pub files: Vec<File<'s>>,
    pub pool: Pool<'s>,
    /// Paths of the sealed tree.
    pub present: &'s HashSet<String>,
    by_path: HashMap<&'s str, usize>,
}

impl<'s> Files<'s> {
    pub(super) fn new(files: Vec<File<'s>>, present: &'s HashSet<String>) -> Self {
        let live = files.iter().enumerate().filter(|(_, file)| file.is_live);
        let pool = Pool::new(live.filter_map(|(at, file)| Some((at, file.base, file.now?))));
        let by_path = files.iter().enumerate().map(|(at, file)| (file.path, at)).collect();
        Self { files, pool, present, by_path }
    }

    pub(super) fn path(&self, file: usize) -> &'s str {
        self.files.get(file).map_or("", |file| file.path)
    }

    /// Of the candidate.
    pub(super) fn text(&self, file: usize, range: Range<usize>) -> &'s str {
        self.files.get(file).and_then(|file| file.text.get(range)).unwrap_or_default()
    }

    /// Of the baseline. A range that ends beyond the text ends with it.
    pub(super) fn base_text(&self, file: usize, range: Range<usize>) -> &'s str {
        self.files
            .get(file)
            .and_then(|file| file.base_text.get(range.start..range.end.min(file.base_text.len())))
            .unwrap_or_default()
    }

    /// A new file by its path.
    pub(super) fn added(&self, path: &str) -> Option<(usize, &'s Scope)> {
        let at = *self.by_path.get(path)?;
        let file = self.files.get(at).filter(|file| file.is_new)?;
        Some((at, file.now?))
    }

    pub(super) fn is_there(&self, path: &str) -> bool {
        self.present.contains(path)
    }

    /// Whether a changed file declares the module of `targets` as `piece` does.
    pub(super) fn declares(&self, wanted: &[String], piece: &Piece) -> bool {
        self.files.iter().filter(|file| file.is_live).any(|file| {
            let Some(now) = file.now else { return false };
            now.pieces.iter().any(|other| {
                let Kind::Declaration(path) = &other.kind else { return false };
                let conditions = |piece: &Piece| piece.conditions.iter().map(|c| c.code.clone()).collect::<Vec<_>>();
                conditions(other) == conditions(piece)
                    && targets(file.path, &[], &other.name, path.as_deref())
                        .iter()
                        .any(|target| wanted.contains(target))
            })
        })
    }

    /// Whether a test that is gone from its place stands elsewhere, because what it tests went there too.
    ///
    /// Where everything that it mentions is still defined in its own file, it belongs there: elsewhere it might test
    /// something else by the same name.
    pub(super) fn has_moved(&self, test: &Piece, scope: &Scope, base_file: usize, now_file: usize) -> bool {
        let defined = |scope: Option<&'s Scope>| {
            let mut names = HashSet::new();
            scope.into_iter().for_each(|scope| definitions(scope, &mut names));
            names
        };
        let file = |at: usize| self.files.get(at);
        let before = defined(file(base_file).and_then(|file| file.base));
        let now = defined(file(now_file).and_then(|file| file.now));
        let left = test.code.split(' ').any(|word| before.contains(word) && !now.contains(word));
        left && self.pool.moved(test, scope).is_some()
    }
}

/// The names that the work itself defines in a file.
fn definitions<'s>(scope: &'s Scope, names: &mut HashSet<&'s str>) {
    for piece in scope.pieces.iter().filter(|piece| !piece.is_protected) {
        match &piece.kind {
            Kind::Other { .. } | Kind::Rules | Kind::Module | Kind::Declaration(_) => _ = names.insert(&piece.name),
            _ => {}
        }
        if let Some(inside) = &piece.scope {
            definitions(inside, names);
        }
    }
}

/// What is to be changed, and what is to be said of it, by file.
#[derive(Debug, Default)]
pub(super) struct Out {
    pub edits: BTreeMap<usize, Vec<Edit>>,
    pub undone: BTreeMap<usize, Vec<String>>,
    pub lost: BTreeMap<usize, Vec<String>>,
}

impl Out {
    pub(super) fn edit(&mut self, file: usize, edit: Edit) {
        self.edits.entry(file).or_default().push(edit);
    }

    pub(super) fn undone(&mut self, file: usize, what: String) {
        let all = self.undone.entry(file).or_default();
        if !all.contains(&what) {
            all.push(what);
        }
    }

    /// Tests that are gone.
    pub(super) fn lost(&mut self, file: usize, tests: Vec<String>) {
        if !tests.is_empty() {
            self.lost.entry(file).or_default().extend(tests);
        }
    }
}
