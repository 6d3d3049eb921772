//! What a manifest of a candidate becomes when it is sealed.

#![allow(clippy::unwrap_used)]

mod cargo;
mod left_open;
mod locks;
mod npm;
mod python;

use goalpost_core::merge::{Merged, Surroundings, merge};

/// Merges `new` over `old`, in a baseline with these other paths.
fn merged_among(path: &str, old: &str, new: &str, baseline: &[&str], words: &[&str]) -> Merged {
    let surroundings = Surroundings::new(baseline, words.iter().map(|word| (*word).to_owned()));
    merge(path, Some(old.as_bytes()), new.as_bytes(), &surroundings).unwrap()
}

fn merged(path: &str, old: &str, new: &str) -> Merged {
    merged_among(path, old, new, &[path], &[])
}

/// The candidate's file stays as it is, and `kept` says so.
#[track_caller]
fn stays(path: &str, old: &str, new: &str, kept: &[&str]) {
    let merged = merged(path, old, new);
    assert_eq!(merged.undone, [""; 0], "{new}");
    assert_eq!(String::from_utf8_lossy(&merged.content), new);
    assert_eq!(merged.kept, kept, "{new}");
}

/// What the candidate did is put back, whole, and `undone` names it.
#[track_caller]
fn is_put_back(path: &str, old: &str, new: &str, undone: &[&str]) {
    let merged = merged(path, old, new);
    assert_eq!(merged.undone, undone, "{new}");
    assert_eq!(String::from_utf8_lossy(&merged.content), old, "{new}");
}
