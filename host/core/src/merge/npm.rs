//! `package.json`: dependencies and what describes the package are the worker's; scripts, settings of tools and what
//! redirects modules are not.

use super::Around;
use super::data::Data;
use super::dependency::{self, Known, Source};
use super::tools::is_test_tool;
use super::walk::{Pair, Walk, show};
use crate::ecosystem::Ecosystem;

/// Keys that describe the package, or say what of it others get.
const ABOUT: [&str; 30] = [
    "version",
    "description",
    "keywords",
    "homepage",
    "bugs",
    "license",
    "licenses",
    "author",
    "contributors",
    "maintainers",
    "funding",
    "repository",
    "files",
    "private",
    "publishConfig",
    "main",
    "module",
    "types",
    "typings",
    "typesVersions",
    "unpkg",
    "jsdelivr",
    "style",
    "man",
    "sideEffects",
    "exports",
    "browserslist",
    "peerDependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
];

const DEPENDENCIES: [&str; 4] = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/// npm runs these by itself when it installs or packs.
const HOOKS: [&str; 9] = [
    "preinstall",
    "install",
    "postinstall",
    "prepare",
    "preprepare",
    "postprepare",
    "prepublish",
    "prepack",
    "dependencies",
];

pub(super) fn decide(walk: &mut Walk, root: Pair<'_>, around: &Around<'_>) {
    let known = known(root.old);
    if root.old.is_none() {
        return new(walk, root, &known);
    }
    walk.table(root, |walk, key, pair| match key {
        key if ABOUT.contains(&key) => walk.free(pair),
        key if DEPENDENCIES.contains(&key) => dependency::table(walk, pair, &known, source),
        "scripts" => {
            let scripts = pair.old;
            walk.grows(pair, |name, _| is_harmless(name, scripts, around));
        }
        "imports" => {
            let imports = pair.old;
            walk.grows(pair, |name, _| !is_covered(name, imports));
        }
        "bin" => bin(walk, pair),
        "workspaces" => match pair.old.or(pair.new) {
            Some(Data::Table(_)) => walk.table(pair, |walk, key, pair| match key {
                "packages" => walk.list_grows(pair, |_| true),
                _ => walk.fixed(pair),
            }),
            _ => walk.list_grows(pair, |_| true),
        },
        _ => walk.fixed(pair),
    });
}

/// A package that the baseline hasn't, in a place where it decides over nothing of the baseline.
fn new(walk: &mut Walk, root: Pair<'_>, known: &Known) {
    let name = root.new.and_then(|data| data.get("name")).filter(|name| name.as_str().is_some());
    walk.kept.push(name.map_or("new manifest".to_owned(), |name| format!("new package {}", show(name))));
    walk.table(root, |walk, key, pair| match key {
        // A workspace links its members into `node_modules`, where the tests look for their tools.
        "name" if name.and_then(Data::as_str).is_some_and(|name| is_test_tool(Ecosystem::Node, name)) => {
            walk.fixed(pair)
        }
        key if DEPENDENCIES.contains(&key) => dependency::table(walk, pair, known, source),
        "bin" => bin(walk, pair),
        "scripts" => walk.table(pair, |walk, name, pair| {
            if HOOKS.contains(&name) {
                walk.fixed(pair)
            }
        }),
        "overrides" | "resolutions" | "pnpm" => walk.fixed(pair),
        _ => {}
    });
}

/// Whether nothing starts a new script but who asks for it.
fn is_harmless(name: &str, scripts: Option<&Data>, around: &Around<'_>) -> bool {
    let is_hook_of_known = ["pre", "post"].iter().any(|hook| {
        name.strip_prefix(hook).is_some_and(|of| scripts.and_then(|scripts| scripts.get(of)).is_some() || of == "test")
    });
    // What the baseline's scripts ask for and haven't got, or get by a pattern, would be this one.
    let is_asked_for = || {
        let texts = scripts.map(Data::entries).unwrap_or_default().iter().filter_map(|(_, script)| script.as_str());
        texts.flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || "-_:.*@/".contains(c)))).any(|word| {
            word == name || word.split_once('*').is_some_and(|(start, _)| start.len() > 1 && name.starts_with(start))
        })
    };
    !HOOKS.contains(&name) && name != "test" && !is_hook_of_known && !around.is_started(name) && !is_asked_for()
}

/// Whether a new entry of `imports` is the nearer answer to what one of the baseline answers.
fn is_covered(name: &str, imports: Option<&Data>) -> bool {
    imports.map(Data::entries).unwrap_or_default().iter().any(|(known, _)| match known.split_once('*') {
        Some((start, _)) => name.starts_with(start),
        None => name.split_once('*').is_some_and(|(start, _)| known.starts_with(start)),
    })
}

/// Commands that the package brings: in a workspace they come to stand beside those of the tests' tools.
fn bin(walk: &mut Walk, pair: Pair<'_>) {
    if pair.old.and_then(Data::as_table).is_none() && pair.new.is_some_and(|new| new.as_table().is_none()) {
        return walk.free(pair);
    }
    walk.table(
        pair,
        |walk, name, pair| {
            if is_test_tool(Ecosystem::Node, name) { walk.fixed(pair) } else { walk.free(pair) }
        },
    );
}

/// Everything about where a package comes from, apart from its version and commit.
fn source(_: &str, spec: &Data) -> Source {
    let Some(spec) = spec.as_str().map(str::trim) else { return "no text".to_owned() };
    let without_commit = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
    if let Some(alias) = spec.strip_prefix("npm:") {
        let at = alias.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(alias.len(), |(at, _)| at);
        return format!("npm:{}", &alias[..at]);
    }
    for protocol in ["workspace:", "catalog:"] {
        if spec.starts_with(protocol) {
            return protocol.to_owned();
        }
    }
    let is_version = !spec.contains([':', '/', '\\'])
        && !spec.ends_with(".tgz")
        && !spec.ends_with(".tar.gz")
        && !matches!(spec, "." | ".." | "~")
        && !spec.starts_with("./");
    if is_version { Source::new() } else { without_commit(spec) }
}

fn known(baseline: Option<&Data>) -> Known {
    let mut known = Known::new(Ecosystem::Node);
    for key in DEPENDENCIES {
        for (name, spec) in baseline.and_then(|data| data.get(key)).map(Data::entries).unwrap_or_default() {
            known.add(name, source(name, spec));
        }
    }
    known
}
