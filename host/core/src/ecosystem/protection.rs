//! Which paths of one goal are out of the worker's reach.

use std::collections::{BTreeSet, HashMap, HashSet};

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::byproduct::Byproducts;
use super::fold::fold;
use super::intruder::Intruders;
use super::precedence::Precedence;
use super::{Ecosystem, catalogue, commands, detect};
use crate::config::{GoalConfig, Protect};
use crate::merge::{self, Merged, Surroundings};

/// A glob that is none. A validated goal has no such glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{glob}` is not a pattern of paths: {reason}")]
pub struct InvalidGlob {
    glob: String,
    reason: String,
}

/// How a path of a candidate stands towards what is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The worker's to change.
    Free,
    /// In the baseline, and protected: any change to it is tampering.
    Protected,
    /// New, where tests are kept: welcome.
    NewTest,
    /// New, and would take part in a protected role: tampering.
    Shadow,
    /// New, and only letter case, accents or invisible characters tell it from this protected path: tampering.
    Disguise(&'a str),
    /// New, and stands where this protected path has a folder, or below it where it is a file: tampering.
    InTheWay(&'a str),
}

impl Standing<'_> {
    /// Whether a new entry of this standing is tampering, of kind `added`.
    pub fn is_shadowing(self) -> bool {
        matches!(self, Self::Shadow | Self::Disguise(_) | Self::InTheWay(_))
    }
}

/// The protected paths of one goal: the defaults for what the baseline holds, and the goal's own globs, without what the
/// goal allows. Globs of defaults and `paths` match in any letter case; those of `allow` only as they are written.
///
/// ```
/// use goalpost_core::config::Protect;
/// use goalpost_core::ecosystem::{Protection, Standing};
///
/// let protection = Protection::new(&Protect::default(), &["setup.py", "tests/test_a.py"])?;
/// assert_eq!(protection.standing("tests/test_a.py"), Standing::Protected);
/// assert_eq!(protection.standing("tests/test_b.py"), Standing::NewTest);
/// assert_eq!(protection.standing("conftest.py"), Standing::Shadow);
/// assert_eq!(protection.standing("setup.py"), Standing::Free);
/// # Ok::<(), goalpost_core::ecosystem::InvalidGlob>(())
/// ```
#[derive(Debug)]
pub struct Protection {
    tests: Globs,
    settings: Globs,
    /// The goal's own, and the files that its commands start.
    own: Globs,
    allow: Globs,
    /// Whether `tests` and `settings` protect, or only tell the kind of what `own` protects.
    defaults: bool,
    intruders: Intruders,
    byproducts: Byproducts,
    precedence: Precedence,
    /// Targets of a gate's own Makefile, folded: a file of that name would count as made.
    made: HashSet<String>,
    surroundings: Surroundings,
    /// Protected paths of the baseline.
    protected: HashSet<String>,
    /// The same by their folded spelling.
    folded: HashMap<String, String>,
    /// Folders, folded, with a protected path in each.
    folders: HashMap<String, String>,
    /// Paths of the baseline that are free although they fold to the spelling of a protected one.
    twins: HashSet<String>,
}

impl Protection {
    /// For a baseline with these paths.
    ///
    /// # Errors
    /// [`InvalidGlob`] for a glob that `config::parse` would have refused.
    pub fn new<P: AsRef<str>>(protect: &Protect, baseline: &[P]) -> Result<Self, InvalidGlob> {
        Self::with_own(protect, &[], Vec::new(), baseline)
    }

    /// As [`Protection::new`], and the scripts of the repository that the goal's own commands start, out of its scope.
    /// `folder` is the goal's in the tree (`.` for the top), and `read` gives a file of the baseline.
    ///
    /// # Errors
    /// As [`Protection::new`].
    pub fn for_goal<P: AsRef<str>>(
        config: &GoalConfig,
        folder: &str,
        baseline: &[P],
        read: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Self, InvalidGlob> {
        let started = commands::started(config, folder, read);
        let mut this = Self::with_own(&config.protect, &started.files, commands::words(config), baseline)?;
        let is_new = |target: &String| !this.protected.contains(target);
        this.made = started.targets.iter().filter(|target| is_new(target)).map(|target| fold(target)).collect();
        Ok(this)
    }

    fn with_own<P: AsRef<str>>(
        protect: &Protect,
        started: &[String],
        words: Vec<String>,
        baseline: &[P],
    ) -> Result<Self, InvalidGlob> {
        let found: BTreeSet<Ecosystem> = detect(baseline);
        let by_default = if protect.defaults { found.clone() } else { BTreeSet::new() };
        let paths = || baseline.iter().map(AsRef::as_ref);
        let started: Vec<_> = started.iter().map(|path| globset::escape(path)).collect();
        let own = protect.paths.iter().chain(&started).map(String::as_str);
        let mut this = Self {
            tests: Globs::folded(catalogue::tests(&found))?,
            settings: Globs::folded(catalogue::settings(&found))?,
            own: Globs::folded(own)?,
            allow: Globs::exact(protect.allow.iter().map(String::as_str))?,
            defaults: protect.defaults,
            byproducts: Byproducts::new(by_default.clone(), paths()),
            intruders: Intruders::new(by_default, paths()),
            precedence: Precedence::default(),
            made: HashSet::new(),
            surroundings: Surroundings::new(baseline, words),
            protected: HashSet::new(),
            folded: HashMap::new(),
            folders: HashMap::new(),
            twins: HashSet::new(),
        };
        for path in paths().filter(|path| this.is_covered(path)).collect::<Vec<_>>() {
            let folded = fold(path);
            for folder in ancestors(&folded) {
                if !this.folders.contains_key(folder) {
                    this.folders.insert(folder.to_owned(), path.to_owned());
                }
            }
            this.folded.insert(folded, path.to_owned());
            this.protected.insert(path.to_owned());
        }
        this.precedence = Precedence::new(this.protected.iter().map(String::as_str));
        let free = paths().filter(|path| !this.protected.contains(*path));
        this.twins = free.filter(|path| this.folded.contains_key(&fold(path))).map(str::to_owned).collect();
        Ok(this)
    }

    /// Whether a glob protects `path`, be it in the baseline or not, or the path only disguises a protected one.
    pub fn is_protected(&self, path: &str) -> bool {
        self.protected.contains(path) || self.is_covered(path) || self.disguised(path).is_some()
    }

    /// Whether `path`, which is not in the baseline, is tampering by being there.
    pub fn is_shadowing(&self, path: &str) -> bool {
        self.standing(path).is_shadowing()
    }

    /// Whether tools make `path` by themselves, out of the files that are the work.
    pub fn is_byproduct(&self, path: &str) -> bool {
        self.byproducts.contains(path) && !self.allow.matches(path)
    }

    /// Whether a new `path` is left out where git ignored it when the goal started.
    pub fn obeys_baseline_ignores(&self, path: &str) -> bool {
        self.defaults && !self.allow.matches(path)
    }

    /// Whether `path` is a manifest that this goal has merged: neither protected whole nor allowed whole.
    pub fn is_manifest(&self, path: &str) -> bool {
        merge::is_manifest(path) && self.is_to_merge(path)
    }

    /// Whether [`Protection::merge`] has a say about `path`.
    pub fn is_merged(&self, path: &str) -> bool {
        merge::is_merged(path) && self.is_to_merge(path)
    }

    /// As [`merge::merge`], for this goal: none for what it protects or allows whole.
    pub fn merge(&self, path: &str, baseline: Option<&[u8]>, candidate: &[u8]) -> Option<Merged> {
        if self.is_to_merge(path) { merge::merge(path, baseline, candidate, &self.surroundings) } else { None }
    }

    /// Whether `path` is a source file whose tests stay as they are while the rest of it is free.
    pub fn may_hold_tests(&self, path: &str) -> bool {
        self.defaults && path.ends_with(".rs") && !self.allow.matches(path)
    }

    fn is_to_merge(&self, path: &str) -> bool {
        self.defaults && !self.allow.matches(path) && !self.is_protected(path)
    }

    /// The protected path of the baseline that `path` differs from in nothing that every file system would see.
    pub fn disguised(&self, path: &str) -> Option<&str> {
        if self.protected.contains(path) || self.twins.contains(path) {
            return None;
        }
        self.folded.get(&fold(path)).map(String::as_str)
    }

    /// The protected paths of the baseline, in no order.
    pub fn protected_paths(&self) -> impl Iterator<Item = &str> {
        self.protected.iter().map(String::as_str)
    }

    /// The globs to tell a worker of: the goal's own, and those of the defaults that protect something in the baseline.
    pub fn globs(&self) -> Vec<String> {
        let mut globs = self.own.sources.clone();
        if self.defaults {
            let folded: Vec<_> = self.protected.iter().map(|path| fold(path)).collect();
            for glob in self.tests.used(&folded).chain(self.settings.used(&folded)) {
                if !globs.iter().any(|known| known == glob) {
                    globs.push(glob.to_owned());
                }
            }
        }
        globs
    }

    /// How `path` stands. A path that is neither protected nor in the baseline counts as new.
    pub fn standing(&self, path: &str) -> Standing<'_> {
        if self.protected.contains(path) {
            return Standing::Protected;
        }
        if self.twins.contains(path) {
            return Standing::Free;
        }
        let folded = fold(path);
        if let Some(original) = self.folded.get(&folded) {
            return Standing::Disguise(original);
        }
        if let Some(inside) = self.folders.get(&folded) {
            return Standing::InTheWay(inside);
        }
        if let Some(file) = ancestors(&folded).find_map(|folder| self.folded.get(folder)) {
            return Standing::InTheWay(file);
        }
        if self.allow.matches(path) {
            return Standing::Free;
        }
        let (is_test, is_setting) = (self.tests.matches(&folded), self.settings.matches(&folded));
        let is_own = self.own.matches(&folded);
        if is_own && !is_test
            || is_setting && (self.defaults || is_own)
            || self.intruders.is_intruder(path)
            || self.made.contains(&folded)
            || self.precedence.displaced(path).is_some()
            || self.defaults && self.is_parting(path, &folded)
        {
            Standing::Shadow
        } else if is_own || self.defaults && is_test {
            Standing::NewTest
        } else {
            Standing::Free
        }
    }

    fn is_parting(&self, path: &str, folded: &str) -> bool {
        let holds_protected = match folded.rsplit_once('/') {
            Some((folder, _)) => self.folders.contains_key(folder),
            None => !self.protected.is_empty(),
        };
        self.surroundings.is_parted(path, holds_protected)
    }

    /// Why `path` is protected, for people: the glob, and what it stands for.
    pub fn detail(&self, path: &str) -> String {
        match self.standing(path) {
            Standing::Disguise(original) => return format!("takes the name of `{original}` on some file systems"),
            Standing::InTheWay(original) => return format!("stands in the way of `{original}`"),
            _ => {}
        }
        let folded = fold(path);
        let settings = || self.settings.first(&folded).map(|glob| (glob, "settings of a tool that checks the work"));
        let tests = || self.tests.first(&folded).map(|glob| (glob, "tests"));
        let own = || self.own.first(&folded).map(|glob| (glob, "named by the goal"));
        match own().or_else(|| self.defaults.then(|| settings().or_else(tests)).flatten()) {
            Some((glob, what)) => format!("protected by `{glob}`: {what}"),
            None if self.intruders.is_intruder(path) => "would be loaded in place of an installed package".to_owned(),
            None if self.defaults && self.is_parting(path, &folded) => {
                "would part files from the manifest that governs them".to_owned()
            }
            None => "not protected".to_owned(),
        }
    }

    fn is_covered(&self, path: &str) -> bool {
        let folded = fold(path);
        let own = self.own.matches(&folded);
        let default = || self.defaults && (self.tests.matches(&folded) || self.settings.matches(&folded));
        (own || default()) && !self.allow.matches(path)
    }
}

/// `a/b` and `a` of `a/b/c`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at])
}

/// A compiled set that can name the glob that matched.
#[derive(Debug)]
struct Globs {
    set: GlobSet,
    sources: Vec<String>,
}

impl Globs {
    /// For paths that are folded already.
    fn folded<'g>(globs: impl Iterator<Item = &'g str>) -> Result<Self, InvalidGlob> {
        Self::compile(globs, |glob| {
            // Folding turns a class such as `[Z-a]` round; the engine's own way knows only ASCII, but knows that.
            build(&fold(glob), false).or_else(|_| build(glob, true))
        })
    }

    fn exact<'g>(globs: impl Iterator<Item = &'g str>) -> Result<Self, InvalidGlob> {
        Self::compile(globs, |glob| build(glob, false))
    }

    fn compile<'g>(
        globs: impl Iterator<Item = &'g str>,
        build: impl Fn(&str) -> Result<Glob, globset::Error>,
    ) -> Result<Self, InvalidGlob> {
        let mut set = GlobSetBuilder::new();
        let mut sources = Vec::new();
        let invalid = |glob: &str, error: &globset::Error| InvalidGlob {
            glob: glob.to_owned(),
            reason: error.kind().to_string(),
        };
        for glob in globs {
            set.add(build(glob).map_err(|error| invalid(glob, &error))?);
            sources.push(glob.to_owned());
        }
        let set = set.build().map_err(|error| invalid(error.glob().unwrap_or("**"), &error))?;
        Ok(Self { set, sources })
    }

    fn matches(&self, path: &str) -> bool {
        self.set.is_match_candidate(&Candidate::new(path))
    }

    /// The globs that match one of `paths`, in their own order.
    fn used(&self, paths: &[String]) -> impl Iterator<Item = &str> {
        let used: BTreeSet<usize> = paths.iter().flat_map(|path| self.set.matches(path)).collect();
        used.into_iter().map(|at| self.sources[at].as_str())
    }

    fn first(&self, path: &str) -> Option<&str> {
        self.set.matches_candidate(&Candidate::new(path)).first().map(|at| self.sources[*at].as_str())
    }
}

fn build(glob: &str, any_case: bool) -> Result<Glob, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).case_insensitive(any_case).build()
}
