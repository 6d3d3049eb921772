//! What merging one file must know of the rest of the baseline.

use std::collections::{BTreeSet, HashSet};

/// The baseline's files, and what the goal starts by name.
#[derive(Debug, Default)]
pub struct Surroundings {
    paths: BTreeSet<String>,
    words: HashSet<String>,
}

impl Surroundings {
    /// Of a baseline with these paths. `words` are those of the goal's commands: a script that has one for its name may be
    /// what a gate starts.
    pub fn new<P: AsRef<str>>(paths: &[P], words: impl IntoIterator<Item = String>) -> Self {
        Self { paths: paths.iter().map(|path| path.as_ref().to_owned()).collect(), words: words.into_iter().collect() }
    }
}

impl Surroundings {
    /// Whether a new manifest at `path` would part files of the baseline from the manifest that governs them. A nearer
    /// `package.json` says otherwise what a script is, a nearer `go.mod` takes tests out of the module, and a `Cargo.toml`
    /// above others makes a workspace, whose profiles they get. `holds_protected`: whether its folder has a protected path.
    pub(crate) fn is_parted(&self, path: &str, holds_protected: bool) -> bool {
        let around = Around::new(self, path);
        if self.paths.contains(path) {
            return false;
        }
        match path.rsplit('/').next().unwrap_or(path) {
            name @ ("package.json" | "go.mod") => holds_protected && around.is_governed(name),
            name @ "Cargo.toml" => holds_protected && around.is_governed(name) || around.governs_another(name),
            _ => false,
        }
    }
}

/// The surroundings of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    of: &'a Surroundings,
    folder: &'a str,
}

impl<'a> Around<'a> {
    pub(super) fn new(of: &'a Surroundings, path: &'a str) -> Self {
        Self { of, folder: path.rsplit_once('/').map_or("", |(folder, _)| folder) }
    }

    /// Whether the baseline has this file, named from the folder of the one that is merged.
    pub(super) fn has(&self, path: &str) -> bool {
        self.resolve(path).is_some_and(|path| self.of.paths.contains(&path))
    }

    /// Whether the baseline has anything at or below this path. True for a pattern, which can't be looked up.
    pub(super) fn holds_any(&self, path: &str) -> bool {
        if path.contains(['*', '?', '[']) {
            return true;
        }
        let Some(path) = self.resolve(path) else { return true };
        let below = format!("{path}/");
        path.is_empty()
            || self.of.paths.contains(&path)
            || self.of.paths.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    }

    /// Whether the folder is one that the baseline hasn't, so that what stands in it decides over nothing of the baseline.
    pub(super) fn is_new_ground(&self) -> bool {
        !self.folder.is_empty() && !self.holds_any("")
    }

    /// Whether a folder above has a file of this name in the baseline.
    pub(super) fn is_governed(&self, name: &str) -> bool {
        let above = self.folder.rmatch_indices('/').map(|(at, _)| format!("{}/{name}", &self.folder[..at]));
        let top = (!self.folder.is_empty()).then(|| name.to_owned());
        above.chain(top).any(|path| self.of.paths.contains(&path))
    }

    /// Whether a folder below has a file of this name in the baseline, other than among fixtures and installed packages.
    fn governs_another(&self, name: &str) -> bool {
        let below = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        let others = self.of.paths.range(below.clone()..).take_while(|path| path.starts_with(&below));
        let aside = ["tests", "fixtures", "examples", "templates", "vendor", "node_modules", "target"];
        others
            .filter_map(|path| path[below.len()..].rsplit_once('/'))
            .any(|(folders, file)| file == name && !folders.split('/').any(|folder| aside.contains(&folder)))
    }

    /// Whether a command of the goal has this word.
    pub(super) fn is_started(&self, word: &str) -> bool {
        self.of.words.contains(word)
    }

    fn resolve(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return None;
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in self.folder.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        Some(parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nearer_manifest_parts_what_another_governs() {
        let baseline = Surroundings::new(&["go.mod", "a/a_test.go", "package.json", "rust/x/Cargo.toml"], []);
        for path in ["a/go.mod", "a/package.json", "Cargo.toml", "rust/Cargo.toml"] {
            assert!(baseline.is_parted(path, true), "{path}");
        }
        for (path, holds_protected) in
            [("b/go.mod", false), ("go.mod", true), ("other/Cargo.toml", false), ("a/x", true)]
        {
            assert!(!baseline.is_parted(path, holds_protected), "{path}");
        }
    }

    #[test]
    fn paths_are_seen_from_the_folder_of_the_file() {
        let baseline = Surroundings::new(&["Cargo.toml", "a/Cargo.toml", "a/src/lib.rs", "ab/x"], []);
        let around = Around::new(&baseline, "a/Cargo.toml");
        assert!(around.has("src/lib.rs") && around.has("./src//lib.rs") && around.has("../ab/x"));
        assert!(!around.has("/a/src/lib.rs") && !around.has("../../x") && !around.has("src"));
        assert!(around.holds_any("src") && around.holds_any("../a") && around.holds_any("new*"));
        assert!(!around.holds_any("new") && !around.holds_any("sr"));
        assert!(around.is_governed("Cargo.toml") && !around.is_governed("x"));
        assert!(!Around::new(&baseline, "Cargo.toml").is_governed("Cargo.toml"));
        assert!(Around::new(&baseline, "n/x").is_new_ground() && !Around::new(&baseline, "a/x").is_new_ground());
    }
}
