//! What becomes of one declared dependency.

use std::collections::HashMap;

use super::data::Data;
use super::tools::is_test_tool;
use super::walk::{Pair, Walk, show};
use crate::ecosystem::Ecosystem;

/// Where a dependency is taken from, as far as that decides which code it is: empty for the usual registry.
///
/// A version is no part of it, nor is the commit of a repository: those may change.
pub(super) type Source = String;

/// The sources of the dependencies that the baseline declares, in any of its tables.
///
/// An entry of one table takes the place of an entry of another in several package managers, so they are judged together.
#[derive(Debug)]
pub(super) struct Known {
    ecosystem: Ecosystem,
    sources: HashMap<String, Vec<Source>>,
}

impl Known {
    pub(super) fn new(ecosystem: Ecosystem) -> Self {
        Self { ecosystem, sources: HashMap::new() }
    }

    pub(super) fn add(&mut self, name: &str, source: Source) {
        self.sources.entry(self.key(name)).or_default().push(source);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.sources.contains_key(&self.key(name))
    }

    /// Whether a dependency may be declared so: one of the baseline from where it was, one of the tests' tools from its
    /// registry, any other from anywhere.
    pub(super) fn allows(&self, name: &str, source: &str) -> bool {
        match self.sources.get(&self.key(name)) {
            Some(known) => known.iter().any(|known| known == source),
            None => source.is_empty() || !is_test_tool(self.ecosystem, name),
        }
    }

    fn key(&self, name: &str) -> String {
        match self.ecosystem {
            Ecosystem::Python => super::tools::normal(name),
            _ => name.to_owned(),
        }
    }
}

/// Judges a table whose keys name dependencies.
pub(super) fn table(walk: &mut Walk, pair: Pair<'_>, known: &Known, source: impl Fn(&str, &Data) -> Source) {
    walk.table(pair, |walk, name, inner| one(walk, name, inner, known, &source));
}

fn one(walk: &mut Walk, name: &str, pair: Pair<'_>, known: &Known, source: impl Fn(&str, &Data) -> Source) {
    let dependency = format!("dependency {}", show(&Data::text(name)));
    let Some(new) = pair.new else { return walk.kept.push(format!("{dependency} removed")) };
    let from = source(name, new);
    if !known.allows(name, &from) {
        let from = if from.is_empty() { "the registry".to_owned() } else { show(&Data::text(&from)) };
        return walk.undo(pair.old.cloned(), format!("{dependency} taken from {from}"));
    }
    walk.kept.push(match pair.old {
        None if from.is_empty() => format!("{dependency} added"),
        None => format!("{dependency} added from {}", show(&Data::text(&from))),
        Some(old @ Data::Scalar(_)) if matches!(new, Data::Scalar(_)) => {
            format!("{dependency} changed from {} to {}", show(old), show(new))
        }
        Some(_) => format!("{dependency} changed"),
    });
}
