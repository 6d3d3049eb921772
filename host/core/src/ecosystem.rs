//! What kinds of project a tree holds, and which of its files decide how it is checked.
//!
//! A worker that can edit its own tests, or what runs them, can make anything pass. So the files that decide are put back
//! before the gates run: [`Protection`] says which they are. Each default is in one of two groups:
//!
//! - **tests**: a new one is welcome, the ones that are there stay as they are;
//! - **settings**: of test runners, linters, build tools and automatic checks. A new one would change what the gates do, and
//!   so counts as tampering just as an edit does.

mod byproduct;
mod catalogue;
mod commands;
mod fold;
mod intruder;
mod precedence;
mod protection;

use std::collections::BTreeSet;

pub use protection::{InvalidGlob, Protection, Standing};

/// A language's tools, with their own habits of naming tests and settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// Cargo.
    Rust,
    /// npm, pnpm, yarn, bun: JavaScript and TypeScript.
    Node,
    /// pip, uv, poetry.
    Python,
    /// Go modules.
    Go,
    /// Maven and Gradle: Java, Kotlin, Groovy, Scala.
    Java,
    /// Bundler.
    Ruby,
    /// Composer.
    Php,
    /// C#, F# and Visual Basic.
    Dotnet,
    /// Mix.
    Elixir,
    /// Swift packages.
    Swift,
    /// CMake and Meson: C and C++.
    Cpp,
}

impl Ecosystem {
    /// All of them, in the order in which `goalpost init` names them.
    pub const ALL: [Self; 11] = [
        Self::Rust,
        Self::Node,
        Self::Python,
        Self::Go,
        Self::Java,
        Self::Ruby,
        Self::Php,
        Self::Dotnet,
        Self::Elixir,
        Self::Swift,
        Self::Cpp,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Node => "Node",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Java => "Java",
            Self::Ruby => "Ruby",
            Self::Php => "PHP",
            Self::Dotnet => ".NET",
            Self::Elixir => "Elixir",
            Self::Swift => "Swift",
            Self::Cpp => "C and C++",
        }
    }

    /// Whether a file at `path` shows that the ecosystem is in use.
    fn shown_by(self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        match self {
            Self::Rust => name == "Cargo.toml",
            Self::Node => name == "package.json",
            Self::Go => matches!(name, "go.mod" | "go.work"),
            Self::Java => {
                matches!(
                    name,
                    "pom.xml" | "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts"
                )
            }
            Self::Ruby => matches!(name, "Gemfile" | "Rakefile") || name.ends_with(".gemspec"),
            Self::Php => name == "composer.json",
            Self::Dotnet => [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx"].iter().any(|end| name.ends_with(end)),
            Self::Elixir => name == "mix.exs",
            Self::Swift => name == "Package.swift",
            Self::Cpp => matches!(name, "CMakeLists.txt" | "meson.build" | "configure.ac"),
            // Python projects without a manifest are common.
            Self::Python => {
                matches!(name, "pyproject.toml" | "setup.py" | "setup.cfg" | "requirements.txt" | "Pipfile" | "tox.ini")
                    || name.ends_with(".py")
            }
        }
    }
}

/// The ecosystems that `paths` show, at any depth; folders of installed packages don't count.
pub fn detect<P: AsRef<str>>(paths: &[P]) -> BTreeSet<Ecosystem> {
    let mut found = BTreeSet::new();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.split('/').any(|part| matches!(part, "node_modules" | "vendor" | "target" | ".venv" | "venv")) {
            continue;
        }
        found.extend(Ecosystem::ALL.into_iter().filter(|ecosystem| ecosystem.shown_by(path)));
        if found.len() == Ecosystem::ALL.len() {
            break;
        }
    }
    found
}

/// Files that declare dependencies, and their locks.
///
/// They are not protected whole by default: work may well need a new dependency. What else they say is put back when a
/// candidate is sealed, see [`crate::merge`]; a goal that needs no new dependency may name them in `[protect]`.
pub fn manifests(ecosystem: Ecosystem) -> &'static [&'static str] {
    catalogue::manifests(ecosystem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is protected in a tree with these paths when the goal says nothing else.
    fn default_protected(paths: &[&str]) -> Vec<&'static str> {
        let found = detect(paths);
        catalogue::tests(&found).chain(catalogue::settings(&found)).collect()
    }

    #[test]
    fn an_ecosystem_is_found_by_its_manifest_at_any_depth() {
        assert_eq!(detect(&["Cargo.toml"]).into_iter().collect::<Vec<_>>(), [Ecosystem::Rust]);
        let found = detect(&["web/package.json", "tools/check.py", "srv/go.mod", "README.md"]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [Ecosystem::Node, Ecosystem::Python, Ecosystem::Go]);
        assert!(detect(&["README.md", "src/main.c", "MyCargo.toml"]).is_empty());
        assert!(detect::<&str>(&[]).is_empty());
    }

    #[test]
    fn installed_packages_show_nothing() {
        assert!(detect(&["node_modules/gyp/setup.py", "vendor/x/go.mod"]).is_empty());
    }

    #[test]
    fn defaults_follow_the_ecosystems() {
        let rust = default_protected(&["Cargo.toml"]);
        assert!(rust.contains(&"**/.cargo/config.toml") && !rust.contains(&"**/conftest.py"), "{rust:?}");
        let both = default_protected(&["Cargo.toml", "setup.py"]);
        assert!(both.contains(&"**/.cargo/config.toml") && both.contains(&"**/conftest.py"));
    }

    #[test]
    fn no_manifest_is_protected_whole() {
        let all = default_protected(&["Cargo.toml", "package.json", "pyproject.toml", "go.mod"]);
        for manifest in Ecosystem::ALL.into_iter().flat_map(manifests) {
            assert!(!all.contains(manifest), "{manifest}");
        }
    }
}
