//! A plugin's project: a folder with `goalpost-plugin.toml` in it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use goalpost_plugins::Kind;
use serde::Deserialize;

use crate::exit::UsageError;

/// The file that makes a folder a plugin's project.
pub(super) const FILE: &str = "goalpost-plugin.toml";

/// The languages that plugins can be made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    /// TypeScript, or JavaScript.
    Ts,
    Python,
    Rust,
    C,
    Go,
}

impl Language {
    /// As `goalpost-plugin.toml` and `--lang` spell it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ts => "ts",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::C => "c",
            Self::Go => "go",
        }
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ts => "TypeScript",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::C => "C",
            Self::Go => "Go",
        }
    }

    /// The file that a project's plugin is in when nobody says otherwise.
    pub(super) fn main(self) -> &'static str {
        match self {
            Self::Ts => "plugin.ts",
            Self::Python => "plugin.py",
            Self::Rust => "src/lib.rs",
            Self::C => "plugin.c",
            Self::Go => "plugin.go",
        }
    }
}

/// `--kind`: the contract's worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum World {
    /// A judge: reads the evidence of a turn and returns a verdict.
    Evaluator,
    /// A check on the sealed tree.
    Gate,
    /// Drives one turn by spawning agents.
    Workflow,
}

impl World {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Evaluator => Kind::Evaluator,
            Self::Gate => Kind::Gate,
            Self::Workflow => Kind::Workflow,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    kind: World,
    lang: Language,
    main: Option<PathBuf>,
}

/// A project, as it lies on disk.
#[derive(Debug)]
pub(super) struct Project {
    /// Absolute.
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) language: Language,
    /// The file that the plugin is in, relative to `folder`.
    pub(super) main: PathBuf,
}

impl Project {
    /// The project that `dir` is in.
    ///
    /// # Errors
    /// There is none, or its file says something else than it must.
    pub(super) fn find(dir: &Path) -> Result<Self> {
        let start = dir.canonicalize().map_err(|error| UsageError(format!("{}: {error}", dir.display())))?;
        let Some(folder) = start.ancestors().find(|folder| folder.join(FILE).is_file()) else {
            let message = format!("there is no {FILE} in {}: `goalpost plugin new` makes a project", start.display());
            return Err(UsageError(message).into());
        };
        let path = folder.join(FILE);
        let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(&error))?;
        let written: Written = toml::from_str(&text).map_err(|error| wrong(&error))?;
        check_name(&written.name).map_err(|error| wrong(&error))?;
        let main = written.main.unwrap_or_else(|| PathBuf::from(written.lang.main()));
        if !folder.join(&main).is_file() {
            return Err(wrong(&format!("`main`: there is no {}", main.display())).into());
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: written.name,
            kind: written.kind.kind(),
            language: written.lang,
            main,
        })
    }

    /// Where the built component goes.
    pub(super) fn output(&self) -> PathBuf {
        self.folder.join("dist").join(format!("{}.wasm", self.name))
    }
}

/// Refuses a name that is none in some language or file system.
pub(super) fn check_name(name: &str) -> Result<(), UsageError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(fits)
        && ends(name.chars().last())
    {
        return Ok(());
    }
    Err(UsageError(format!(
        "`{name}` is no name for a plugin: it has lower-case letters, digits and `-`, at most 60, and starts with a letter"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_every_language() {
        for name in ["a", "my-judge", "judge2"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "2a", "My", "a_b", "../a", "a/b", "a b", &"a".repeat(61)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
