//! Two inventories of the same suite: what ran before and does not run now.

use std::collections::HashMap;

use super::names::{kinship, leaf, stable};
use super::{Inventory, Status, Test};

/// What `now` lacks that an earlier inventory had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Ran before, and are not there now.
    pub missing: Vec<String>,
    /// Ran before, and are skipped now.
    pub newly_skipped: Vec<String>,
    /// Ran before under the first name, and run now under the second: another file or module, the same test.
    pub moved: Vec<(String, String)>,
}

impl Difference {
    /// Whether every test that ran before runs now.
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.newly_skipped.is_empty()
    }
}

/// Tests of one name that wait to be matched: how many ran, and how many were skipped.
#[derive(Default, Clone, Copy)]
struct Left {
    ran: u32,
    skipped: u32,
}

impl Left {
    fn take(count: &mut u32) -> bool {
        let any = *count > 0;
        *count = count.saturating_sub(1);
        any
    }
}

/// What `now` lacks of `before`. A test whose name `may_go` may be missing or skipped. A name may stand for several tests:
/// each counts. Where not every test is named in both, only the numbers are compared.
pub fn compare(now: &Inventory, before: &Inventory, may_go: &dyn Fn(&str) -> bool) -> Difference {
    if !now.complete || !before.complete {
        return by_count(now, before);
    }
    let mut left: HashMap<&str, Left> = HashMap::new();
    for test in tests(now) {
        let left = left.entry(&test.name).or_default();
        *(if test.status == Status::Skipped { &mut left.skipped } else { &mut left.ran }) += 1;
    }
    // Those that ran and still do first, then those that were skipped and still are: what is left over has changed.
    let (skipped, ran): (Vec<_>, Vec<_>) = tests(before).partition(|test| test.status == Status::Skipped);
    let mut lost: Vec<&str> = Vec::new();
    for test in ran {
        if !left.get_mut(test.name.as_str()).is_some_and(|left| Left::take(&mut left.ran)) {
            lost.push(&test.name);
        }
    }
    let mut at_last = Vec::new();
    for test in skipped {
        if !left.get_mut(test.name.as_str()).is_some_and(|left| Left::take(&mut left.skipped)) {
            at_last.push(test.name.as_str());
        }
    }
    let mut found = Difference::default();
    lost.retain(|name| !may_go(name));
    lost.retain(|name| {
        let is_skipped = left.get_mut(name).is_some_and(|left| Left::take(&mut left.skipped));
        if is_skipped {
            found.newly_skipped.push((*name).to_owned());
        }
        !is_skipped
    });
    // A test that was skipped and runs at last is no other one that moved.
    for name in at_last {
        left.get_mut(name).map(|left| Left::take(&mut left.ran));
    }
    pair(lost, left, &mut found);
    found
}

/// Without what could not be loaded: its name is no test's, and is gone as soon as the tests are there.
fn tests(inventory: &Inventory) -> impl Iterator<Item = &Test> {
    inventory.tests.iter().filter(|test| test.status != Status::Broken)
}

/// Pairs tests that are lost with new ones of another name that can be taken for the same: equal but for what changes from
/// run to run, or of the same leaf, the closest path first.
fn pair(mut lost: Vec<&str>, mut left: HashMap<&str, Left>, found: &mut Difference) {
    left.retain(|_, left| left.ran + left.skipped > 0);
    let mut is_paired = |name: &str, new: &str, left: &mut HashMap<&str, Left>, is_move: bool| {
        let Some(place) = left.get_mut(new) else { return false };
        if Left::take(&mut place.ran) {
            if is_move {
                found.moved.push((name.to_owned(), new.to_owned()));
            }
            return true;
        }
        let is_skipped = Left::take(&mut place.skipped);
        if is_skipped {
            found.newly_skipped.push(name.to_owned());
        }
        is_skipped
    };
    let mut volatile: HashMap<String, Vec<&str>> = HashMap::new();
    let mut leaves: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut new: Vec<&str> = left.keys().copied().collect();
    new.sort_unstable();
    for name in new {
        volatile.entry(stable(name)).or_default().push(name);
        leaves.entry(leaf(name)).or_default().push(name);
    }
    lost.retain(|name| {
        let same = volatile.get(&stable(name));
        !same.into_iter().flatten().any(|new| is_paired(name, new, &mut left, false))
    });
    lost.retain(|name| {
        let mut relatives = leaves.get(leaf(name)).cloned().unwrap_or_default();
        // Sorted by name before: the order of equals does not hang on the map's.
        relatives.sort_by_key(|new| std::cmp::Reverse(kinship(name, new)));
        !relatives.iter().any(|new| is_paired(name, new, &mut left, true))
    });
    found.missing.extend(lost.into_iter().map(str::to_owned));
}

fn by_count(now: &Inventory, before: &Inventory) -> Difference {
    let mut found = Difference::default();
    if !now.counted || !before.counted {
        return found;
    }
    let fewer = before.tests_ran().saturating_sub(now.tests_ran());
    let skipped = now.counts.skipped.saturating_sub(before.counts.skipped);
    let unnamed = |n: u32, what: &str| match n {
        1 => format!("1 test {what}"),
        n => format!("{n} tests {what}"),
    };
    // A suite that skips what it ran before has as many tests as it had.
    let gone = fewer.saturating_sub(skipped);
    if gone > 0 {
        found.missing.push(unnamed(gone, "that the output does not name"));
    }
    if skipped > 0 {
        found.newly_skipped.push(unnamed(skipped, "more than at the start"));
    }
    found
}
