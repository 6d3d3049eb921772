//! `Cargo.toml`: dependencies, features and what describes the package are the worker's; targets, profiles, lints and what
//! redirects crates are not.

use super::Around;
use super::data::Data;
use super::dependency::{self, Known, Source};
use super::walk::{Pair, Walk};
use crate::ecosystem::Ecosystem;

mod targets;

/// Keys of `[package]` that say nothing of how it is built or tested.
const ABOUT: [&str; 16] = [
    "version",
    "authors",
    "description",
    "documentation",
    "readme",
    "homepage",
    "repository",
    "license",
    "license-file",
    "keywords",
    "categories",
    "rust-version",
    "publish",
    "include",
    "exclude",
    "default-run",
];

/// Keys of a profile that make code faster, smaller or easier to debug, and leave what it does.
const TUNING: [&str; 9] =
    ["opt-level", "debug", "split-debuginfo", "strip", "lto", "incremental", "codegen-units", "rpath", "trim-paths"];

const PROFILES: [&str; 5] = ["dev", "test", "release", "bench", "doc"];

const DEPENDENCIES: [&str; 5] =
    ["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

pub(super) fn decide(walk: &mut Walk, root: Pair<'_>, around: &Around<'_>) {
    let known = known(root.old);
    if root.old.is_none() {
        return new(walk, root, &known);
    }
    walk.table(root, |walk, key, pair| match key {
        "package" => package(walk, pair),
        "lib" => targets::lib(walk, pair, around),
        "bin" | "test" | "bench" | "example" => targets::list(walk, key, pair, root, around),
        key if DEPENDENCIES.contains(&key) => dependency::table(walk, pair, &known, source),
        "target" => walk.table(pair, |walk, _, pair| dependencies(walk, pair, &known)),
        "features" => walk.table(pair, |walk, _, pair| match (pair.old, pair.new) {
            (None, Some(_)) => walk.free(pair),
            (Some(_), Some(_)) => walk.list_grows(pair, |_| true),
            _ => walk.fixed(pair),
        }),
        "badges" => walk.free(pair),
        "profile" => walk.table(pair, profile),
        "workspace" => workspace(walk, pair, &known, around),
        _ => walk.fixed(pair),
    });
}

/// A package that the baseline hasn't: it decides over nothing but what it brings into the build.
fn new(walk: &mut Walk, root: Pair<'_>, known: &Known) {
    let name = root.new.and_then(|data| data.at(&["package", "name"])).and_then(Data::as_str);
    walk.kept.push(match name {
        Some(name) => format!("new package {}", super::walk::show(&Data::text(name))),
        None => "new manifest".to_owned(),
    });
    walk.table(root, |walk, key, pair| match key {
        key if DEPENDENCIES.contains(&key) => dependency::table(walk, pair, known, source),
        "target" => walk.table(pair, |walk, _, pair| dependencies(walk, pair, known)),
        "patch" | "replace" => walk.fixed(pair),
        _ => {}
    });
}

fn dependencies(walk: &mut Walk, pair: Pair<'_>, known: &Known) {
    walk.table(pair, |walk, key, pair| match key {
        key if DEPENDENCIES.contains(&key) => dependency::table(walk, pair, known, source),
        _ => walk.fixed(pair),
    });
}

fn package(walk: &mut Walk, pair: Pair<'_>) {
    walk.table(pair, |walk, key, pair| match key {
        key if ABOUT.contains(&key) => walk.free(pair),
        "edition" if is_raised(pair) => walk.free(pair),
        "metadata" => walk.table(pair, |walk, key, pair| match key {
            "docs" => walk.free(pair),
            _ => walk.fixed(pair),
        }),
        // What cargo takes anyway.
        "build" if pair.old.is_none() && pair.new.and_then(Data::as_str) == Some("build.rs") => walk.free(pair),
        _ => walk.fixed(pair),
    });
}

/// An edition after the one before: an earlier one stops looking for tests where any target is named.
fn is_raised(pair: Pair<'_>) -> bool {
    let year = |data: &Data| data.as_str().and_then(|year| year.parse::<u32>().ok());
    match (pair.old, pair.new.and_then(year)) {
        (None, Some(_)) => true,
        (Some(old), Some(new)) => year(old).is_some_and(|old| old <= new),
        _ => false,
    }
}

fn profile(walk: &mut Walk, name: &str, pair: Pair<'_>) {
    if pair.old.is_none() && !PROFILES.contains(&name) {
        return walk.free(pair);
    }
    walk.table(pair, |walk, key, pair| match key {
        key if TUNING.contains(&key) => walk.free(pair),
        _ => walk.fixed(pair),
    });
}

fn workspace(walk: &mut Walk, pair: Pair<'_>, known: &Known, around: &Around<'_>) {
    if pair.old.is_none() && around.is_governed("Cargo.toml") {
        // A member that names itself the top leaves the workspace, with its profiles and lints.
        return walk.fixed(pair);
    }
    let is_new = pair.old.is_none();
    walk.table(pair, |walk, key, pair| match key {
        "members" => walk.list_grows(pair, |_| true),
        "exclude" => walk.list_grows(pair, |item| item.as_str().is_some_and(|path| !around.holds_any(path))),
        "default-members" if pair.old.is_some() => walk.list_grows(pair, |_| true),
        "package" => package(walk, pair),
        "dependencies" => dependency::table(walk, pair, known, source),
        "resolver" | "lints" | "metadata" if is_new => walk.free(pair),
        _ => walk.fixed(pair),
    });
}

/// Everything about where a crate comes from, apart from its version and commit.
fn source(name: &str, dependency: &Data) -> Source {
    let Some(entries) = dependency.as_table() else { return Source::new() };
    let mut parts = Vec::new();
    for (key, value) in entries {
        match key.as_str() {
            "package" if value.as_str() == Some(name) => {}
            "path" | "git" | "package" | "registry" | "registry-index" | "base" | "artifact" | "workspace" => {
                parts.push(format!("{key} {}", value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned)));
            }
            _ => {}
        }
    }
    if parts == ["workspace Scalar(Bool(true))"] {
        return "the workspace".to_owned();
    }
    parts.join(", ")
}

fn known(baseline: Option<&Data>) -> Known {
    let mut known = Known::new(Ecosystem::Rust);
    let mut add = |table: Option<&Data>| {
        for (name, dependency) in table.map(Data::entries).unwrap_or_default() {
            known.add(name, source(name, dependency));
        }
    };
    let Some(baseline) = baseline else { return known };
    let targets = baseline.get("target").map(Data::entries).unwrap_or_default().iter().map(|(_, target)| target);
    for tables in std::iter::once(baseline).chain(targets) {
        for key in DEPENDENCIES {
            add(tables.get(key));
        }
    }
    add(baseline.at(&["workspace", "dependencies"]));
    known
}
