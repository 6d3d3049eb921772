//! What tools make by themselves while they build and test: nobody's work, and able to stand in for it.
//!
//! Python takes compiled tests from `__pycache__` where their header says so, and Cargo what lies in `target` where times agree.
//! A worker that runs the tests leaves such files, and need not know: they are left out, and no tampering. Most projects
//! have git ignore them; this is for those that don't.

use std::collections::{BTreeSet, HashSet};

use super::Ecosystem;
use super::fold::fold;

/// Folders, with the ecosystem that makes them.
const FOLDERS: [(&str, Ecosystem); 5] = [
    ("__pycache__", Ecosystem::Python),
    (".pytest_cache", Ecosystem::Python),
    (".mypy_cache", Ecosystem::Python),
    (".ruff_cache", Ecosystem::Python),
    (".vite", Ecosystem::Node),
];
/// Ends of files: what linters and compilers remember of their last run.
const FILES: [(&str, Ecosystem); 4] = [
    (".tsbuildinfo", Ecosystem::Node),
    (".eslintcache", Ecosystem::Node),
    (".stylelintcache", Ecosystem::Node),
    (".prettiercache", Ecosystem::Node),
];

#[derive(Debug)]
pub(super) struct Byproducts {
    found: BTreeSet<Ecosystem>,
    /// Cargo's build folders: `target` beside a manifest.
    builds: HashSet<String>,
}

impl Byproducts {
    pub(super) fn new<'p>(found: BTreeSet<Ecosystem>, baseline: impl Iterator<Item = &'p str>) -> Self {
        let folder = |path: &str| fold(path).strip_suffix("cargo.toml").map(|folder| format!("{folder}target"));
        let builds = baseline.filter_map(folder).filter(|_| found.contains(&Ecosystem::Rust)).collect();
        Self { found, builds }
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        let path = fold(path);
        let of = |list: &[(&str, Ecosystem)], is: &dyn Fn(&str) -> bool| {
            list.iter().any(|(name, ecosystem)| self.found.contains(ecosystem) && is(name))
        };
        of(&FILES, &|end| path.ends_with(end))
            || of(&FOLDERS, &|name| path.split('/').any(|part| part == name))
            || path.match_indices('/').any(|(at, _)| self.builds.contains(&path[..at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Byproducts {
        Byproducts::new(super::super::detect(paths), paths.iter().copied())
    }

    #[test]
    fn what_tools_leave_is_known_where_they_are_in_use() {
        let python = of(&["setup.py"]);
        assert!(python.contains("tests/__pycache__/test_a.cpython-311.pyc") && python.contains("a/.mypy_cache/3.11/x"));
        assert!(!python.contains("target/debug/x") && !python.contains("pycache.py"));
        let node = of(&["package.json"]);
        assert!(node.contains("web/tsconfig.tsbuildinfo") && node.contains(".eslintcache"));
        assert!(!node.contains("__pycache__/a.pyc"));
    }

    #[test]
    fn a_build_folder_lies_beside_its_manifest() {
        let rust = of(&["Cargo.toml", "tools/x/Cargo.toml"]);
        assert!(rust.contains("target/debug/deps/a") && rust.contains("tools/x/target/CACHEDIR.TAG"));
        assert!(!rust.contains("src/target/mod.rs") && !rust.contains("target") && !rust.contains("mytarget/x"));
    }
}
