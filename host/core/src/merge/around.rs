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

    /// Whether a folder above has a file of this name in the baseline.
    pub(super) fn is_governed(&self, name: &str) -> bool {
        let above = self.folder.rmatch_indices('/').map(|(at, _)| format!("{}/{name}", &self.folder[..at]));
        let top = (!self.folder.is_empty()).then(|| name.to_owned());
        above.chain(top).any(|path| self.of.paths.contains(&path))
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
    fn paths_are_seen_from_the_folder_of_the_file() {
        let baseline = Surroundings::new(&["Cargo.toml", "a/Cargo.toml", "a/src/lib.rs", "ab/x"], []);
        let around = Around::new(&baseline, "a/Cargo.toml");
        assert!(around.has("src/lib.rs") && around.has("./src//lib.rs") && around.has("../ab/x"));
        assert!(!around.has("/a/src/lib.rs") && !around.has("../../x") && !around.has("src"));
        assert!(around.holds_any("src") && around.holds_any("../a") && around.holds_any("new*"));
        assert!(!around.holds_any("new") && !around.holds_any("sr"));
        assert!(around.is_governed("Cargo.toml") && !around.is_governed("x"));
        assert!(!Around::new(&baseline, "Cargo.toml").is_governed("Cargo.toml"));
    }
}
