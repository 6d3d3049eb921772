//! `pyproject.toml` and `Pipfile`: dependencies and what describes the package are the worker's; tables of tools, the build
//! system and entry points that tools look for are not.

use super::Around;
use super::data::Data;
use super::dependency::{self, Known, Source};
use super::pep508;
use super::tools::is_test_tool;
use super::walk::{Pair, Walk, show};
use crate::ecosystem::Ecosystem;

/// Keys of `[project]` and `[tool.poetry]` that describe the package.
const ABOUT: [&str; 17] = [
    "version",
    "description",
    "readme",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "homepage",
    "repository",
    "documentation",
    "requires-python",
    "include",
    "exclude",
    "package-mode",
];

pub(super) fn pyproject(walk: &mut Walk, root: Pair<'_>, around: &Around<'_>) {
    let known = known(root.old);
    if root.old.is_none() && around.is_new_ground() {
        walk.kept.push("new package".to_owned());
        return walk.table(root, |walk, key, pair| {
            if matches!(key, "project" | "dependency-groups") {
                walk.table(pair, |walk, key, pair| match key {
                    "dependencies" => requirements(walk, pair, &known),
                    "scripts" => commands(walk, pair),
                    "entry-points" => walk.table(pair, entry_points),
                    _ => {}
                });
            }
        });
    }
    walk.table(root, |walk, key, pair| match key {
        "project" => project(walk, pair, &known),
        "dependency-groups" => walk.table(pair, |walk, _, pair| requirements(walk, pair, &known)),
        "tool" => walk.table(pair, |walk, tool, pair| match tool {
            "poetry" => poetry(walk, pair, &known),
            "uv" => uv(walk, pair, &known),
            "pdm" => walk.table(pair, |walk, key, pair| match key {
                "dev-dependencies" => walk.table(pair, |walk, _, pair| requirements(walk, pair, &known)),
                "version" => walk.free(pair),
                _ => walk.fixed(pair),
            }),
            "setuptools" => setuptools(walk, pair),
            _ => walk.fixed(pair),
        }),
        // Without one, any is welcome that builds the package by itself.
        "build-system" if pair.old.is_none() && !has_own_backend(pair) => walk.free(pair),
        _ => walk.fixed(pair),
    });
}

pub(super) fn pipfile(walk: &mut Walk, root: Pair<'_>, _: &Around<'_>) {
    let mut known = Known::new(Ecosystem::Python);
    const TABLES: [&str; 2] = ["packages", "dev-packages"];
    for table in TABLES {
        add_tables(&mut known, root.old.and_then(|data| data.get(table)));
    }
    walk.table(root, |walk, key, pair| match key {
        key if TABLES.contains(&key) => dependency::table(walk, pair, &known, source),
        _ => walk.fixed(pair),
    });
}

fn project(walk: &mut Walk, pair: Pair<'_>, known: &Known) {
    let is_new = pair.old.is_none();
    walk.table(pair, |walk, key, pair| match key {
        key if ABOUT.contains(&key) => walk.free(pair),
        "name" | "dynamic" if is_new => walk.free(pair),
        "dependencies" => requirements(walk, pair, known),
        "optional-dependencies" => walk.table(pair, |walk, _, pair| requirements(walk, pair, known)),
        "scripts" | "gui-scripts" => commands(walk, pair),
        "entry-points" => walk.table(pair, entry_points),
        _ => walk.fixed(pair),
    });
}

/// Commands that an installation of the package makes, beside those of the tests' tools.
fn commands(walk: &mut Walk, pair: Pair<'_>) {
    walk.grows(pair, |name, _| !is_test_tool(Ecosystem::Python, name));
}

/// Groups that tools of tests look through load what they name; others are the package's own.
fn entry_points(walk: &mut Walk, group: &str, pair: Pair<'_>) {
    let is_tools =
        group.starts_with("pytest") || is_test_tool(Ecosystem::Python, group.split('.').next().unwrap_or(group));
    match group {
        "console_scripts" | "gui_scripts" => commands(walk, pair),
        _ if is_tools || group.starts_with("distutils") || group.starts_with("egg_info") => walk.fixed(pair),
        _ => walk.free(pair),
    }
}

fn poetry(walk: &mut Walk, pair: Pair<'_>, known: &Known) {
    let is_new = pair.old.is_none();
    walk.table(pair, |walk, key, pair| match key {
        key if ABOUT.contains(&key) => walk.free(pair),
        "name" if is_new => walk.free(pair),
        "packages" => walk.list_grows(pair, |_| true),
        "dependencies" | "dev-dependencies" => dependency::table(walk, pair, known, source),
        "group" => walk.table(pair, |walk, _, pair| {
            walk.table(pair, |walk, key, pair| match key {
                "dependencies" => dependency::table(walk, pair, known, source),
                "optional" => walk.free(pair),
                _ => walk.fixed(pair),
            });
        }),
        "extras" => walk.free(pair),
        "scripts" => commands(walk, pair),
        "plugins" => walk.table(pair, entry_points),
        _ => walk.fixed(pair),
    });
}

fn uv(walk: &mut Walk, pair: Pair<'_>, known: &Known) {
    walk.table(pair, |walk, key, pair| match key {
        "dev-dependencies" => requirements(walk, pair, known),
        // Where a package is taken from: one that the baseline declares stays where it was.
        "sources" => {
            let accepts = |name: &str, _: &Data| !known.has(name) && !is_test_tool(Ecosystem::Python, name);
            walk.grows(pair, accepts);
        }
        "workspace" => walk.table(pair, |walk, key, pair| match key {
            "members" => walk.list_grows(pair, |_| true),
            _ => walk.fixed(pair),
        }),
        _ => walk.fixed(pair),
    });
}

fn setuptools(walk: &mut Walk, pair: Pair<'_>) {
    walk.table(pair, |walk, key, pair| match key {
        // An empty list of packages stands for finding them; one that names them grows with the work.
        "packages" | "py-modules" if pair.old.and_then(Data::as_list).is_some() => walk.list_grows(pair, |_| true),
        "package-data" | "exclude-package-data" => walk.free(pair),
        _ => walk.fixed(pair),
    });
}

fn has_own_backend(pair: Pair<'_>) -> bool {
    pair.new.is_some_and(|system| system.get("backend-path").is_some())
}

/// A list of requirements, judged by the packages that they name.
fn requirements(walk: &mut Walk, pair: Pair<'_>, known: &Known) {
    let empty = Data::List(Vec::new());
    let (old, new) = (pair.old.unwrap_or(&empty), pair.new.unwrap_or(&empty));
    let (Some(old), Some(new)) = (old.as_list(), new.as_list()) else { return walk.fixed(pair) };
    let judged = new.iter().map(|item| (item, old.contains(item) || is_allowed(item, known)));
    let (good, bad): (Vec<_>, Vec<_>) = judged.partition(|(_, allowed)| *allowed);
    let place = walk.place();
    for (item, _) in good.iter().filter(|(item, _)| !old.contains(item)) {
        walk.kept.push(format!("{place}: {} added", show(item)));
    }
    for item in old.iter().filter(|item| !new.contains(item)) {
        walk.kept.push(format!("{place}: {} removed", show(item)));
    }
    if bad.is_empty() {
        return;
    }
    let mut list: Vec<_> = good.iter().map(|(item, _)| (*item).clone()).collect();
    for (item, _) in &bad {
        let name = item.as_str().and_then(pep508::name);
        let original = old.iter().find(|old| name.is_some() && old.as_str().and_then(pep508::name) == name);
        list.extend(original.filter(|original| !list.contains(original)).cloned());
    }
    let named: Vec<_> = bad.iter().map(|(item, _)| show(item)).collect();
    let put = Some(Data::List(list)).filter(|list| pair.old.is_some() || *list != empty);
    walk.undo(put, format!("{place}: {}", named.join(", ")));
}

fn is_allowed(item: &Data, known: &Known) -> bool {
    match item.as_str() {
        Some(text) => pep508::name(text).is_some_and(|name| known.allows(&name, &pep508::source(text))),
        // `{ include-group = "…" }`
        None => item.entries().iter().all(|(key, _)| key == "include-group"),
    }
}

/// Everything about where a package of poetry's or pipenv's tables comes from, apart from its version and commit.
fn source(_: &str, dependency: &Data) -> Source {
    if let Some(items) = dependency.as_list() {
        // One entry for each platform or version of Python.
        let mut sources: Vec<_> =
            items.iter().map(|item| source("", item)).filter(|source| !source.is_empty()).collect();
        sources.dedup();
        return sources.join(", ");
    }
    let entries = dependency.entries().iter();
    let telling = entries.filter(|(key, _)| {
        matches!(key.as_str(), "path" | "git" | "url" | "file" | "source" | "index" | "hg" | "svn" | "editable")
    });
    telling.map(|(key, value)| format!("{key} {}", value.as_str().unwrap_or("…"))).collect::<Vec<_>>().join(", ")
}

fn add_tables(known: &mut Known, table: Option<&Data>) {
    for (name, dependency) in table.map(Data::entries).unwrap_or_default() {
        known.add(name, source(name, dependency));
    }
}

fn add_list(known: &mut Known, list: Option<&Data>) {
    for text in list.and_then(Data::as_list).unwrap_or_default().iter().filter_map(Data::as_str) {
        if let Some(name) = pep508::name(text) {
            known.add(&name, pep508::source(text));
        }
    }
}

fn known(baseline: Option<&Data>) -> Known {
    let mut known = Known::new(Ecosystem::Python);
    let Some(baseline) = baseline else { return known };
    add_list(&mut known, baseline.at(&["project", "dependencies"]));
    add_list(&mut known, baseline.at(&["tool", "uv", "dev-dependencies"]));
    for tables in
        [&["project", "optional-dependencies"][..], &["dependency-groups"], &["tool", "pdm", "dev-dependencies"]]
    {
        for (_, list) in baseline.at(tables).map(Data::entries).unwrap_or_default() {
            add_list(&mut known, Some(list));
        }
    }
    add_tables(&mut known, baseline.at(&["tool", "poetry", "dependencies"]));
    add_tables(&mut known, baseline.at(&["tool", "poetry", "dev-dependencies"]));
    for (_, group) in baseline.at(&["tool", "poetry", "group"]).map(Data::entries).unwrap_or_default() {
        add_tables(&mut known, group.get("dependencies"));
    }
    known
}
