//! Locks that are read line by line, as far as it matters.

use std::collections::BTreeSet;

use super::{Locked, place};

/// `yarn.lock`, of the first yarn and of later ones.
pub(super) fn yarn(text: &str) -> Result<Vec<Locked>, String> {
    let mut out: Vec<Locked> = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        if !line.starts_with(' ') {
            let first = line.trim_end_matches(':').split(',').next().unwrap_or_default().trim().trim_matches('"');
            out.push(Locked { name: until_at(first).to_owned(), ..Locked::default() });
            continue;
        }
        let Some(package) = out.last_mut().filter(|_| line.starts_with("  ") && !line.starts_with("   ")) else {
            continue;
        };
        let (key, value) = line.trim().split_once([' ', ':']).unwrap_or((line.trim(), ""));
        let value = value.trim_start_matches([':', ' ']).trim().trim_matches('"');
        match key.trim_end_matches(':') {
            "version" => package.version = value.to_owned(),
            "resolved" => package.source = place(value),
            // `name@npm:1.0.0` is the registry's; others say where.
            "resolution" => {
                let (name, from) = value.split_at(until_at(value).len());
                let is_own = from.starts_with("@npm:") && name == package.name;
                package.source =
                    if is_own { String::new() } else { value.split(['#']).next().unwrap_or_default().to_owned() };
            }
            "integrity" | "checksum" => package.digests.extend(value.split_whitespace().map(str::to_owned)),
            _ => {}
        }
    }
    out.retain(|package| package.name != "__metadata");
    Ok(out)
}

/// `pnpm-lock.yaml`: the packages by name and version.
pub(super) fn pnpm(text: &str) -> Result<Vec<Locked>, String> {
    let mut out: Vec<Locked> = Vec::new();
    let mut is_packages = false;
    for line in text.lines() {
        if !line.starts_with(' ') && !line.trim().is_empty() {
            is_packages = line.trim_end() == "packages:";
            continue;
        }
        if !is_packages {
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        let line = line.trim();
        if depth == 2 && line.ends_with(':') {
            let key = line.trim_end_matches(':').trim_matches(['\'', '"']).trim_start_matches('/');
            let name = until_at(key);
            let version = key[name.len()..].trim_start_matches('@').to_owned();
            let source = if version.contains(':') {
                version.split('#').next().unwrap_or_default().to_owned()
            } else {
                String::new()
            };
            out.push(Locked { name: name.to_owned(), version, source, digests: BTreeSet::new() });
        } else if let Some(package) = out.last_mut()
            && let Some(resolution) = line.strip_prefix("resolution:")
        {
            let fields = resolution.trim().trim_start_matches('{').trim_end_matches('}').split(", ");
            for (key, value) in fields.filter_map(|field| field.split_once(": ")) {
                match key.trim() {
                    "integrity" => drop(package.digests.insert(value.trim().to_owned())),
                    "tarball" if value.trim().starts_with("http") => {}
                    "tarball" | "directory" | "repo" => package.source = value.trim().to_owned(),
                    _ => {}
                }
            }
        }
    }
    Ok(out)
}

/// `go.sum`: a module, a version, a hash.
pub(super) fn go(text: &str) -> Result<Vec<Locked>, String> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version, hash) = (words.next()?, words.next()?, words.next()?);
        Some(Locked {
            name: name.to_owned(),
            version: version.to_owned(),
            source: String::new(),
            digests: BTreeSet::from([hash.to_owned()]),
        })
    };
    Ok(text.lines().filter_map(line).collect())
}

/// The name in `name@range`, which may begin with an `@` itself.
fn until_at(text: &str) -> &str {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(text.len(), |(at, _)| at);
    &text[..at]
}
