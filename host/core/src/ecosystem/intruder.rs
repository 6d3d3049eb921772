//! Names that do harm only where they are new: what a test run would load in place of the real thing.
//!
//! A repository that has such a file may change it: pytest's own repository is full of `_pytest`. One that hasn't, and gets
//! one from a worker, has its test runner replaced.

use std::collections::{BTreeSet, HashSet};

use super::Ecosystem;
use super::fold::fold;

/// Folders of installed packages.
const PACKAGES: [(&str, Ecosystem); 6] = [
    ("node_modules", Ecosystem::Node),
    ("vendor", Ecosystem::Go),
    (".venv", Ecosystem::Python),
    ("venv", Ecosystem::Python),
    ("site-packages", Ecosystem::Python),
    ("__pypackages__", Ecosystem::Python),
];

/// Python finds modules in the folder it was started in, or that of the test, before its own.
const MODULES: [&str; 12] = [
    "pytest",
    "_pytest",
    "pluggy",
    "unittest",
    "doctest",
    "nose",
    "nose2",
    "coverage",
    "hypothesis",
    "mock",
    "tox",
    "nox",
];

/// The folder or file that makes `path` an intruder where nothing of it is in the baseline.
fn root(path: &str, found: &BTreeSet<Ecosystem>) -> Option<String> {
    let python = found.contains(&Ecosystem::Python);
    let mut end = 0;
    for (depth, part) in path.split('/').enumerate() {
        let start = end;
        end += part.len();
        let prefix = || Some(path[..end].to_owned());
        if PACKAGES.iter().any(|(name, ecosystem)| *name == part && found.contains(ecosystem)) {
            return prefix();
        }
        // Metadata of a package: pytest loads the plugins that it names.
        if python && (part.ends_with(".dist-info") || part.ends_with(".egg-info")) {
            return prefix();
        }
        let importable = depth == 0 || matches!(path[..start].trim_end_matches('/'), "src" | "tests" | "test");
        if python && importable && path.ends_with(".py") {
            let name = if end == path.len() { part.trim_end_matches(".py") } else { part };
            if MODULES.contains(&name) {
                return prefix();
            }
        }
        end += 1;
    }
    None
}

#[derive(Debug)]
pub(super) struct Intruders {
    found: BTreeSet<Ecosystem>,
    /// Roots that the baseline has, and so may be worked on.
    at_home: HashSet<String>,
}

impl Intruders {
    pub(super) fn new<'p>(found: BTreeSet<Ecosystem>, baseline: impl Iterator<Item = &'p str>) -> Self {
        let at_home = baseline.filter_map(|path| root(&fold(path), &found)).collect();
        Self { found, at_home }
    }

    /// Whether a new `path` would be loaded in place of something that is not the repository's.
    pub(super) fn is_intruder(&self, path: &str) -> bool {
        root(&fold(path), &self.found).is_some_and(|root| !self.at_home.contains(&root))
    }
}
