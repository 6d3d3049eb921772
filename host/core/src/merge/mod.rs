//! Files that hold both what the worker may change and what decides over its work: merged by their meaning when a candidate
//! is sealed.
//!
//! A manifest declares dependencies, which work may well need more of, and it says how tests are built and run, which is
//! not the worker's to say. Protecting it whole would hold good work back; leaving it free would let `"test": "exit 0"` pass.
//! So the parts that decide come from the baseline, and the rest from the candidate. Both are reported, as different things.
//!
//! A dependency may come, go, and change its version. It may not come from another place than before, and a package that
//! tests run with comes from its registry or not at all: that is the way to make every assertion hold.

mod around;
mod cargo;
mod composer;
mod data;
mod declarations;
mod dependency;
mod go_mod;
mod lock;
mod npm;
mod pep508;
mod python;
mod requirements;
mod setup_py;
mod toml_text;
mod tools;
mod walk;

pub use around::Surroundings;

use around::Around;
use data::Data;
use walk::{Pair, Walk};

pub mod rust_tests;

/// One file of the candidate, with what decides over the work put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What goes into the sealed tree.
    pub content: Vec<u8>,
    /// What was put back, one phrase each, such as "`scripts.test` changed": tampering. Empty when nothing was.
    pub undone: Vec<String>,
    /// What the worker changed and keeps, such as "dependency `serde` added": reported, and no tampering.
    pub kept: Vec<String>,
}

impl Merged {
    /// For a file whose meaning can't be told: the baseline's version. A new file decides over nothing that it could be told
    /// from, and stays.
    fn unreadable(baseline: Option<&[u8]>, candidate: &[u8], why: &str) -> Self {
        match baseline {
            Some(baseline) => {
                Self { content: baseline.to_vec(), undone: vec![format!("the whole file, as {why}")], kept: Vec::new() }
            }
            None => Self { content: candidate.to_vec(), undone: Vec::new(), kept: vec![format!("new, and {why}")] },
        }
    }
}

type Decide = fn(&mut Walk, Pair<'_>, &Around<'_>);

/// How a file is read and judged.
#[derive(Clone, Copy)]
enum Manner {
    Toml(Decide),
    Json(Decide),
    Requirements,
    GoMod,
    SetupPy,
    Lock(lock::Format),
    /// A program of which only plain declarations may change.
    Lines(&'static declarations::Lines),
    Maven(&'static declarations::Lines),
    /// The worker's whole, and worth telling: it runs, or says what runs, before the tests do.
    Told,
}

fn manner(path: &str) -> Option<Manner> {
    use declarations::{DOTNET, ELIXIR, GRADLE, MAVEN, RUBY, SWIFT};
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    // What package managers have installed is no manifest of the repository.
    if folders.split('/').any(|part| matches!(part, "node_modules" | "vendor" | ".venv" | "venv" | "site-packages")) {
        return None;
    }
    Some(match name {
        "Cargo.toml" => Manner::Toml(cargo::decide),
        "package.json" => Manner::Json(npm::decide),
        "pyproject.toml" => Manner::Toml(python::pyproject),
        "Pipfile" => Manner::Toml(python::pipfile),
        "composer.json" => Manner::Json(composer::decide),
        "go.mod" => Manner::GoMod,
        "setup.py" => Manner::SetupPy,
        "pom.xml" => Manner::Maven(MAVEN.as_ref()?),
        "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts" => {
            Manner::Lines(GRADLE.as_ref()?)
        }
        "Gemfile" => Manner::Lines(RUBY.as_ref()?),
        "mix.exs" => Manner::Lines(ELIXIR.as_ref()?),
        "Package.swift" => Manner::Lines(SWIFT.as_ref()?),
        "Directory.Packages.props" => Manner::Lines(DOTNET.as_ref()?),
        "build.rs" | "CMakeLists.txt" | "meson.build" | "BUILD" | "BUILD.bazel" => Manner::Told,
        name if name.ends_with(".gemspec") => Manner::Lines(RUBY.as_ref()?),
        name if [".csproj", ".fsproj", ".vbproj"].iter().any(|end| name.ends_with(end)) => {
            Manner::Lines(DOTNET.as_ref()?)
        }
        name if is_requirements(folders, name) => Manner::Requirements,
        name => Manner::Lock(lock::format(name)?),
    })
}

/// `requirements.txt`, `dev-requirements.txt`, `requirements/dev.txt`, `constraints.txt`.
fn is_requirements(folders: &str, name: &str) -> bool {
    name.ends_with(".txt")
        && (name.contains("requirements")
            || name.contains("constraints")
            || folders.rsplit('/').next().is_some_and(|folder| folder == "requirements"))
}

/// Whether the file at `path` is a manifest: it may be changed in its free parts, and not be deleted or become a link.
pub fn is_manifest(path: &str) -> bool {
    manner(path).is_some_and(|manner| !matches!(manner, Manner::Told))
}

/// Whether [`merge`] has a say about the file at `path`, so that its content is worth reading.
pub fn is_merged(path: &str) -> bool {
    manner(path).is_some()
}

/// The file at `path` with the parts that decide as they are in `baseline`, which is none for a new file. None where this
/// file is not merged by its meaning: then the protected paths alone decide.
///
/// ```
/// use goalpost_core::merge::{Surroundings, merge};
///
/// let baseline = br#"{ "scripts": { "test": "jest" } }"#;
/// let candidate = br#"{ "scripts": { "test": "exit 0" }, "dependencies": { "ky": "^1" } }"#;
/// let merged = merge("package.json", Some(baseline), candidate, &Surroundings::default()).unwrap();
/// assert_eq!(merged.undone, ["`scripts.test` changed from `jest` to `exit 0`"]);
/// assert_eq!(merged.kept, ["dependency `ky` added"]);
/// ```
pub fn merge(path: &str, baseline: Option<&[u8]>, candidate: &[u8], of: &Surroundings) -> Option<Merged> {
    let around = Around::new(of, path);
    let merged = put_back(path, baseline, candidate, &around)?;
    let Some(baseline) = baseline.filter(|_| !merged.undone.is_empty()) else { return Some(merged) };
    // What was put back has to be read as what it is, and not as a part of something that the candidate leaves open: a block,
    // a line that goes on.
    let again = put_back(path, Some(baseline), &merged.content, &around)?;
    if again.undone.is_empty() || merged.content == baseline {
        return Some(merged);
    }
    Some(Merged { content: baseline.to_vec(), kept: Vec::new(), ..merged })
}

fn put_back(path: &str, baseline: Option<&[u8]>, candidate: &[u8], around: &Around<'_>) -> Option<Merged> {
    Some(match manner(path)? {
        Manner::Toml(decide) => toml(baseline, candidate, decide, around),
        Manner::Json(decide) => json(baseline, candidate, decide, around),
        Manner::Requirements => requirements::merge(baseline, candidate),
        Manner::GoMod => go_mod::merge(baseline, candidate),
        Manner::Lock(format) => lock::merge(format, baseline, candidate),
        Manner::SetupPy => match baseline {
            Some(baseline) => setup_py::merge(baseline, candidate),
            None => setup_py::new(candidate, around),
        },
        Manner::Lines(kind) => match baseline {
            Some(baseline) => declarations::lines(kind, baseline, candidate),
            None => whole(candidate, "new build file"),
        },
        Manner::Maven(kind) => match baseline {
            Some(baseline) => declarations::maven(kind, baseline, candidate),
            None => whole(candidate, "new build file"),
        },
        Manner::Told => {
            whole(candidate, if baseline.is_some() { "build program changed" } else { "new build program" })
        }
    })
}

fn whole(candidate: &[u8], kept: &str) -> Merged {
    Merged { content: candidate.to_vec(), undone: Vec::new(), kept: vec![kept.to_owned()] }
}

fn toml(baseline: Option<&[u8]>, candidate: &[u8], decide: Decide, around: &Around<'_>) -> Merged {
    let (mut document, new) = match toml_text::read(candidate) {
        Ok(read) => read,
        Err(why) => return Merged::unreadable(baseline, candidate, &why),
    };
    // A baseline that says nothing decides nothing: mending it is the work.
    let old = baseline.and_then(|bytes| toml_text::read(bytes).ok());
    let (old_document, old) = old.unzip();
    let walk = walked(old.as_ref(), &new, decide, around);
    let content = if walk.edits.is_empty() {
        candidate.to_vec()
    } else {
        toml_text::edit(&mut document, old_document.as_ref(), &walk.edits);
        document.to_string().into_bytes()
    };
    let again = toml_text::read(&content).ok().map(|(_, data)| data);
    finish(walk, content, again, old.as_ref(), baseline, decide, around)
}

fn json(baseline: Option<&[u8]>, candidate: &[u8], decide: Decide, around: &Around<'_>) -> Merged {
    let new = match data::from_json(candidate) {
        Ok(new) => new,
        Err(why) => return Merged::unreadable(baseline, candidate, &why),
    };
    let old = baseline.and_then(|bytes| data::from_json(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok());
    let walk = walked(old.as_ref(), &new, decide, around);
    let content = if walk.edits.is_empty() {
        candidate.to_vec()
    } else {
        let mut data = new;
        for edit in &walk.edits {
            data.put(&edit.path, edit.put.clone());
        }
        data::to_json(&data, candidate)
    };
    let again = data::from_json(&content).ok();
    finish(walk, content, again, old.as_ref(), baseline, decide, around)
}

fn walked(old: Option<&Data>, new: &Data, decide: Decide, around: &Around<'_>) -> Walk {
    let mut walk = Walk::default();
    decide(&mut walk, Pair { old, new: Some(new) }, around);
    walk
}

/// The outcome, once the merged file was read again and found to leave nothing to put back. If it were not so, the file
/// would be the baseline's.
fn finish(
    walk: Walk,
    content: Vec<u8>,
    again: Option<Data>,
    old: Option<&Data>,
    baseline: Option<&[u8]>,
    decide: Decide,
    around: &Around<'_>,
) -> Merged {
    let holds = again.is_some_and(|data| walked(old, &data, decide, around).edits.is_empty());
    let (undone, kept) = (walk.undone.into_list(), walk.kept.into_list());
    if holds {
        Merged { content, undone, kept }
    } else {
        Merged { content: baseline.unwrap_or_default().to_vec(), undone, kept: Vec::new() }
    }
}
