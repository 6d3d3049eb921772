//! Lock files: which code a dependency's name and version stand for.
//!
//! They follow what manifests declare, and so may change. What may not: a version of a package that has other content than
//! before, and a package that comes from another place. Either is a way to slip a changed tool under the tests, and then the
//! baseline's whole lock is put back.

mod json;
mod lines;
mod toml;

use std::collections::{BTreeMap, BTreeSet};

use super::Merged;
use super::tools::is_test_tool;
use super::walk::Phrases;
use crate::ecosystem::Ecosystem;
use crate::text::one_line;

/// One locked package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Locked {
    name: String,
    version: String,
    /// Where it comes from, without what changes with its version; empty for the usual registry.
    source: String,
    /// Hashes of what is installed.
    digests: BTreeSet<String>,
}

/// The packages in a lock; the error is for people.
type Read = fn(&str) -> Result<Vec<Locked>, String>;

/// A kind of lock file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    ecosystem: Ecosystem,
    read: Read,
}

/// The format of a file by its name.
pub(super) fn format(name: &str) -> Option<Format> {
    use Ecosystem::{Go, Node, Python, Rust};
    let (ecosystem, read): (_, Read) = match name {
        "Cargo.lock" => (Rust, toml::cargo),
        "uv.lock" => (Python, toml::uv),
        "poetry.lock" => (Python, toml::poetry),
        "Pipfile.lock" => (Python, json::pipfile),
        "package-lock.json" | "npm-shrinkwrap.json" => (Node, json::npm),
        "yarn.lock" => (Node, lines::yarn),
        "pnpm-lock.yaml" => (Node, lines::pnpm),
        "go.sum" | "go.work.sum" => (Go, lines::go),
        _ => return None,
    };
    Some(Format { ecosystem, read })
}

pub(super) fn merge(format: Format, baseline: Option<&[u8]>, candidate: &[u8]) -> Merged {
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
        (format.read)(text)
    };
    let new = match read(candidate) {
        Ok(new) => new,
        Err(why) => return Merged::unreadable(baseline, candidate, &why),
    };
    let old = baseline.and_then(|bytes| read(bytes).ok()).unwrap_or_default();
    let mut undone = Phrases::default();
    for wrong in wrong(format.ecosystem, &old, &new) {
        undone.push(wrong);
    }
    let undone = undone.into_list();
    if let Some(baseline) = baseline.filter(|_| !undone.is_empty()) {
        return Merged { content: baseline.to_vec(), undone, kept: Vec::new() };
    }
    if !undone.is_empty() {
        // A new lock that can't be trusted locks nothing.
        return Merged { content: Vec::new(), undone, kept: Vec::new() };
    }
    Merged { content: candidate.to_vec(), undone, kept: changes(&old, &new) }
}

/// What no change of a declared dependency brings about.
fn wrong(ecosystem: Ecosystem, old: &[Locked], new: &[Locked]) -> Vec<String> {
    let mut known: BTreeMap<&str, Vec<&Locked>> = BTreeMap::new();
    for package in old {
        known.entry(&package.name).or_default().push(package);
    }
    let mut wrong = Vec::new();
    // Registries and their mirrors: one that the baseline takes nothing from is another place.
    let is_mirror =
        |source: &str| is_registry(source) && (old.is_empty() || old.iter().any(|known| known.source == source));
    for package in new {
        let name = one_line(&package.name, 80);
        match known.get(package.name.as_str()) {
            None => {
                if !package.source.is_empty()
                    && !is_mirror(&package.source)
                    && is_test_tool(ecosystem, bare(&package.name))
                {
                    wrong.push(format!("package `{name}` taken from `{}`", one_line(&package.source, 120)));
                }
            }
            Some(before) => {
                if !before.iter().any(|before| before.source == package.source) && !is_mirror(&package.source) {
                    let from = if package.source.is_empty() { "the registry" } else { &package.source };
                    wrong.push(format!("package `{name}` taken from `{}`", one_line(from, 120)));
                }
                let same = before.iter().find(|b| b.version == package.version && b.source == package.source);
                // Registries add files to a version, and don't change those that are there.
                if same.is_some_and(|b| !b.digests.is_empty() && b.digests.is_disjoint(&package.digests)) {
                    wrong.push(format!("package `{name}` {} with other content", one_line(&package.version, 40)));
                }
            }
        }
    }
    wrong
}

fn is_registry(source: &str) -> bool {
    source.starts_with("http") || source.starts_with("registry http")
}

/// The package's own name, where the lock says where it is installed.
fn bare(name: &str) -> &str {
    name.rsplit_once("node_modules/").map_or(name, |(_, name)| name)
}

fn changes(old: &[Locked], new: &[Locked]) -> Vec<String> {
    let versions = |list: &[Locked]| -> BTreeSet<(String, String)> {
        list.iter().map(|package| (package.name.clone(), package.version.clone())).collect()
    };
    let (old, new) = (versions(old), versions(new));
    let mut kept = Phrases::default();
    let shown =
        |(name, version): &(String, String)| format!("locked `{} {}`", one_line(name, 80), one_line(version, 40));
    for package in new.difference(&old) {
        kept.push(format!("{} added", shown(package)));
    }
    for package in old.difference(&new) {
        kept.push(format!("{} removed", shown(package)));
    }
    kept.into_list()
}

/// An address without its file: what stays the same from one version to the next.
fn place(url: &str) -> String {
    let url = url.split(['#', '?']).next().unwrap_or_default();
    match url.find("://") {
        Some(at) if url.starts_with("http") => {
            let host = url[at + 3..].split('/').next().unwrap_or_default();
            format!("{}{host}", &url[..at + 3])
        }
        _ => url.to_owned(),
    }
}
