//! `composer.json`: what is required, what describes the package and where its own classes are is the worker's; scripts,
//! settings, repositories and where the tests' classes are is not.

use super::Around;
use super::data::Data;
use super::dependency::{self, Known, Source};
use super::walk::{Pair, Walk};
use crate::ecosystem::Ecosystem;

const ABOUT: [&str; 13] = [
    "name",
    "description",
    "version",
    "keywords",
    "homepage",
    "readme",
    "time",
    "license",
    "authors",
    "support",
    "funding",
    "suggest",
    "archive",
];

const REQUIRED: [&str; 2] = ["require", "require-dev"];

/// Namespaces of what tests run with.
const TOOLS: [&str; 9] =
    ["PHPUnit", "SebastianBergmann", "Pest", "Mockery", "Prophecy", "Codeception", "Behat", "PhpSpec", "Composer"];

pub(super) fn decide(walk: &mut Walk, root: Pair<'_>, _: &Around<'_>) {
    let mut known = Known::new(Ecosystem::Php);
    for key in REQUIRED {
        for (name, _) in root.old.and_then(|data| data.get(key)).map(Data::entries).unwrap_or_default() {
            known.add(name, Source::new());
        }
    }
    if root.old.is_none() {
        return walk.kept.push("new package".to_owned());
    }
    walk.table(root, |walk, key, pair| match key {
        key if ABOUT.contains(&key) => walk.free(pair),
        key if REQUIRED.contains(&key) => dependency::table(walk, pair, &known, |_, _| Source::new()),
        "autoload" => walk.table(pair, |walk, kind, pair| match kind {
            "psr-4" | "psr-0" => walk.grows(pair, |prefix, _| !TOOLS.iter().any(|tool| prefix.starts_with(tool))),
            _ => walk.fixed(pair),
        }),
        _ => walk.fixed(pair),
    });
}
