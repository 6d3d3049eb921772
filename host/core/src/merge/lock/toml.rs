//! Locks in TOML: a list of `[[package]]`.

use std::collections::BTreeSet;

use super::{Locked, place};
use crate::merge::data::Data;
use crate::merge::toml_text;

fn packages(text: &str) -> Result<Vec<Data>, String> {
    let (_, data) = toml_text::read(text.as_bytes())?;
    Ok(data.get("package").and_then(Data::as_list).unwrap_or_default().to_vec())
}

fn text(package: &Data, key: &str) -> String {
    package.get(key).and_then(Data::as_str).unwrap_or_default().to_owned()
}

/// `Cargo.lock`. A package of the workspace has no source.
pub(super) fn cargo(source: &str) -> Result<Vec<Locked>, String> {
    let locked = |package: &Data| Locked {
        name: text(package, "name"),
        version: text(package, "version"),
        source: match text(package, "source").split(['#', '?']).next().unwrap_or_default() {
            "" => "a path".to_owned(),
            registry if registry.starts_with("registry+") || registry.starts_with("sparse+") => String::new(),
            other => other.to_owned(),
        },
        digests: BTreeSet::from([text(package, "checksum")]).into_iter().filter(|sum| !sum.is_empty()).collect(),
    };
    Ok(packages(source)?.iter().map(locked).collect())
}

/// `uv.lock`
pub(super) fn uv(source: &str) -> Result<Vec<Locked>, String> {
    let locked = |package: &Data| {
        let files =
            package.get("wheels").and_then(Data::as_list).unwrap_or_default().iter().chain(package.get("sdist"));
        Locked {
            name: text(package, "name"),
            version: text(package, "version"),
            source: package
                .get("source")
                .map(Data::entries)
                .unwrap_or_default()
                .iter()
                .map(|(kind, value)| format!("{kind} {}", place(value.as_str().unwrap_or_default())))
                .collect::<Vec<_>>()
                .join(", "),
            digests: files.map(|file| text(file, "hash")).filter(|hash| !hash.is_empty()).collect(),
        }
    };
    Ok(packages(source)?.iter().map(locked).collect())
}

/// `poetry.lock`
pub(super) fn poetry(source: &str) -> Result<Vec<Locked>, String> {
    let locked = |package: &Data| Locked {
        name: text(package, "name"),
        version: text(package, "version"),
        source: package
            .get("source")
            .map(|from| format!("{} {}", text(from, "type"), text(from, "url")))
            .unwrap_or_default(),
        digests: package
            .get("files")
            .and_then(Data::as_list)
            .unwrap_or_default()
            .iter()
            .map(|file| text(file, "hash"))
            .filter(|hash| !hash.is_empty())
            .collect(),
    };
    Ok(packages(source)?.iter().map(locked).collect())
}
