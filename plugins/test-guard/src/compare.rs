//! The tests of before against those of after.

use std::collections::BTreeSet;

use goalpost_sdk::types::Finding;

use crate::inventory::{File, Language, Test};

/// The one rule whose weight is configurable.
pub(crate) const ASSERTIONS_REMOVED: &str = "assertions-removed";

/// What became weaker.
pub(crate) fn compare(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let languages: BTreeSet<Language> = files.iter().filter_map(|file| file.language).collect();
    for language in languages {
        let files: Vec<&File> = files.iter().filter(|file| file.language == Some(language)).collect();
        for pair in pairs(&files) {
            findings.extend(judge(&pair));
        }
    }
    for file in files {
        findings.extend(whole_file(file));
    }
    findings
}

/// A test of the baseline, and what it is now.
struct Pair<'a> {
    old_path: &'a str,
    old: &'a Test,
    new: Option<(&'a str, &'a Test)>,
}

/// A test, the number of its file, and the file's path.
type Placed<'a> = (usize, &'a str, &'a Test);

/// Finds each old test again: in its own file, in another, or under another name with the same body.
fn pairs<'a>(files: &[&'a File]) -> Vec<Pair<'a>> {
    let mut free: Vec<Placed> = Vec::new();
    let mut old: Vec<Placed> = Vec::new();
    for (n, file) in files.iter().enumerate() {
        old.extend(file.old.tests.iter().map(|test| (n, file.old_path.as_str(), test)));
        free.extend(file.new.tests.iter().map(|test| (n, file.path.as_str(), test)));
    }
    let mut pairs: Vec<Pair> = Vec::new();
    let rules: [fn(&Placed, &Placed) -> bool; 3] = [
        |old, new| old.0 == new.0 && old.2.name == new.2.name,
        |old, new| old.2.name == new.2.name,
        |old, new| old.2.body == new.2.body,
    ];
    for same in rules {
        old.retain(|before| {
            let Some(place) = free.iter().position(|after| same(before, after)) else { return true };
            let (_, path, test) = free.remove(place);
            pairs.push(Pair { old_path: before.1, old: before.2, new: Some((path, test)) });
            false
        });
    }
    pairs.extend(old.into_iter().map(|(_, old_path, old)| Pair { old_path, old, new: None }));
    pairs
}

/// A test that did not count before can't become weaker.
fn judge(pair: &Pair) -> Option<Finding> {
    if pair.old.skipped {
        return None;
    }
    let name = &pair.old.name;
    let Some((path, new)) = pair.new else {
        let message = format!("the test `{name}` is gone");
        return Some(Finding::error(message).code("test-deleted").path(pair.old_path).line(pair.old.line));
    };
    let finding = if new.skipped {
        Finding::error(format!("the test `{name}` is skipped now")).code("test-skipped")
    } else if new.inverted && !pair.old.inverted {
        Finding::error(format!("the test `{name}` must panic now to pass")).code("test-inverted")
    } else if new.assertions < pair.old.assertions {
        let message = format!("the test `{name}` had {} assertions and has {}", pair.old.assertions, new.assertions);
        Finding::error(message).code(ASSERTIONS_REMOVED)
    } else {
        return None;
    };
    Some(finding.path(path).line(new.line))
}

fn whole_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.new.focused > file.old.focused {
        let message = "only some tests of this file are to run now";
        findings.push(Finding::error(message).code("test-focused").path(&file.path));
    }
    for hook in file.new.hooks.difference(&file.old.hooks) {
        let message = format!("`{hook}` is new here, and can change what other tests report");
        findings.push(Finding::error(message).code("test-hook").path(&file.path));
    }
    let held_tests = file.was_there && !file.old.tests.is_empty();
    for condition in file.new.conditions.difference(&file.old.conditions).filter(|_| held_tests) {
        let message = format!("the tests of this file run now only under `{condition}`");
        findings.push(Finding::error(message).code("test-skipped").path(&file.path));
    }
    findings
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
