//! Locks in JSON.

use super::{Locked, place};
use crate::merge::data::{Data, from_json};

fn text(data: &Data, key: &str) -> String {
    data.get(key).and_then(Data::as_str).unwrap_or_default().to_owned()
}

/// `package-lock.json`: `packages` by the place of each, and in older ones `dependencies` by name, nested.
pub(super) fn npm(source: &str) -> Result<Vec<Locked>, String> {
    let data = from_json(source.as_bytes())?;
    let mut out = Vec::new();
    for (at, package) in data.get("packages").map(Data::entries).unwrap_or_default() {
        // Packages of the repository itself are described where they stand.
        if at.contains("node_modules/") {
            out.push(npm_package(at.clone(), package));
        }
    }
    npm_nested(&data, "", 0, &mut out);
    Ok(out)
}

fn npm_nested(data: &Data, above: &str, depth: usize, out: &mut Vec<Locked>) {
    if depth > 64 {
        return;
    }
    for (name, package) in data.get("dependencies").map(Data::entries).unwrap_or_default() {
        if package.as_table().is_none() {
            continue;
        }
        let at = format!("{above}node_modules/{name}");
        npm_nested(package, &format!("{at}/"), depth + 1, out);
        // Both lists of one file say the same; told apart, so that neither hides the other.
        out.push(npm_package(format!("dependencies/{at}"), package));
    }
}

fn npm_package(at: String, package: &Data) -> Locked {
    let is_link = package.get("link").and_then(Data::as_bool) == Some(true);
    let (version, resolved) = (text(package, "version"), text(package, "resolved"));
    // An alias is locked under its own name, and says whose code it is.
    let alias = text(package, "name");
    let source = match resolved.split('#').next() {
        _ if is_link => format!("link {resolved}"),
        Some(from) if from.starts_with("git") => from.to_owned(),
        _ if version.contains(':') && !version.starts_with("npm:") => place(&version),
        _ => place(&resolved),
    };
    let source = if alias.is_empty() { source } else { format!("{source} as {alias}") };
    Locked {
        name: at,
        version,
        source,
        digests: text(package, "integrity").split_whitespace().map(str::to_owned).collect(),
    }
}

/// `Pipfile.lock`
pub(super) fn pipfile(source: &str) -> Result<Vec<Locked>, String> {
    let data = from_json(source.as_bytes())?;
    let groups = data.entries().iter().filter(|(name, _)| name != "_meta");
    let packages = groups.flat_map(|(_, group)| group.entries());
    Ok(packages
        .map(|(name, package)| Locked {
            name: name.clone(),
            version: text(package, "version"),
            source: ["path", "file", "git", "url"]
                .into_iter()
                .map(|key| text(package, key))
                .collect::<Vec<_>>()
                .join(""),
            digests: package
                .get("hashes")
                .and_then(Data::as_list)
                .unwrap_or_default()
                .iter()
                .filter_map(Data::as_str)
                .map(str::to_owned)
                .collect(),
        })
        .collect())
}
