//! What `Cargo.toml` says of its targets: which files are tests, and whether they run.

use super::super::Around;
use super::super::data::Data;
use super::super::walk::{Pair, Walk, show};

/// `[lib]`. What says the same as no entry does is no change.
pub(super) fn lib(walk: &mut Walk, pair: Pair<'_>, around: &Around<'_>) {
    if pair.old.is_none() && !around.has("src/lib.rs") {
        return walk.free(pair);
    }
    walk.table(pair, |walk, key, pair| {
        let is_default = |data: &Data| match key {
            "path" => data.as_str() == Some("src/lib.rs"),
            "test" | "doctest" | "bench" | "doc" | "harness" => data.as_bool() == Some(true),
            _ => false,
        };
        match (pair.old, pair.new) {
            (None, Some(new)) if is_default(new) => walk.free(pair),
            (Some(old), None) if is_default(old) => walk.free(pair),
            // Doctests and tests in `tests/` run only where a Rust library is among what is built.
            _ if matches!(key, "crate-type" | "crate_type") && is_still_linked(pair) => walk.free(pair),
            _ => walk.fixed(pair),
        }
    });
}

fn is_still_linked(pair: Pair<'_>) -> bool {
    let linked = |data: Option<&Data>| match data.and_then(Data::as_list) {
        Some(kinds) => kinds.iter().any(|kind| matches!(kind.as_str(), Some("lib" | "rlib"))),
        None => data.is_none(),
    };
    linked(pair.new)
}

/// `[[bin]]`, `[[test]]`, `[[bench]]` and `[[example]]`: those of the baseline stay as they are, and new ones are welcome that
/// don't speak for a file which cargo finds by itself.
pub(super) fn list(walk: &mut Walk, kind: &str, pair: Pair<'_>, root: Pair<'_>, around: &Around<'_>) {
    let empty = Data::List(Vec::new());
    let (old, new) = (pair.old.unwrap_or(&empty), pair.new.unwrap_or(&empty));
    let (Some(old), Some(new)) = (old.as_list(), new.as_list()) else { return walk.fixed(pair) };
    let package = root.old.and_then(|data| data.at(&["package", "name"])).and_then(Data::as_str);
    let stops_search = old.is_empty() && is_2015(root.old);
    let (good, bad): (Vec<_>, Vec<_>) = new
        .iter()
        .filter(|target| !old.contains(target))
        .partition(|target| !stops_search && speaks_for_itself(kind, target, old, package, around));
    for target in &good {
        walk.kept.push(format!("{kind} {} added", show(target)));
    }
    let lost: Vec<_> = old.iter().filter(|target| !new.contains(target)).collect();
    if !bad.is_empty() || !lost.is_empty() {
        let named: std::collections::BTreeSet<String> =
            bad.iter().chain(&lost).map(|target| format!("{kind} {}", show(target))).collect();
        let list: Vec<_> = old.iter().chain(good).cloned().collect();
        let put = Some(Data::List(list)).filter(|list| pair.old.is_some() || *list != empty);
        walk.undo(put, named.into_iter().collect::<Vec<_>>().join(", "));
    }
}

/// Cargo of that edition finds no targets of a kind by itself where one is named.
fn is_2015(baseline: Option<&Data>) -> bool {
    match baseline.and_then(|data| data.at(&["package", "edition"])) {
        None => true,
        Some(edition) => edition.as_str() == Some("2015"),
    }
}

fn speaks_for_itself(kind: &str, target: &Data, old: &[Data], package: Option<&str>, around: &Around<'_>) -> bool {
    let Some(name) = target.get("name").and_then(Data::as_str) else { return false };
    if old.iter().any(|known| known.get("name").and_then(Data::as_str) == Some(name)) {
        return false;
    }
    let folder = match kind {
        "bin" => "src/bin",
        "test" => "tests",
        "bench" => "benches",
        _ => "examples",
    };
    let mut found = vec![format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
    if kind == "bin" && package == Some(name) {
        found.push("src/main.rs".to_owned());
    }
    let path = target.get("path").and_then(Data::as_str);
    let is_plain = target.entries().iter().all(|(key, _)| matches!(key.as_str(), "name" | "path" | "doc"));
    match found.iter().find(|file| around.has(file)) {
        // Naming it without saying anything new is no harm.
        Some(file) => is_plain && path.is_none_or(|path| path == file),
        None => !matches!(kind, "test" | "bench") || path.is_none_or(|path| !around.has(path)),
    }
}
