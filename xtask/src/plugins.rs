//! `cargo xtask plugins`: the committed guests, built from their sources so that anyone gets the same bytes.
//!
//! The bytes depend on the compiler. `plugins/dist/TOOLCHAIN` names the one that made them; a check with another compiler
//! could only say that compilers differ, so it says that instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::componentize;
use crate::toolchain::{self, Toolchain};

/// A cargo workspace whose crates are guests.
struct Guests {
    /// Relative to the repository.
    workspace: &'static str,
    /// Where cargo finds the guests: its arguments, and the folder of the results below `release`.
    select: &'static str,
    results: &'static str,
    /// The folder, below the workspace, that holds one entry for each guest.
    sources: &'static str,
    /// Guests of another host, which stay the core modules that they are.
    modules: &'static [&'static str],
}

const ALL: [Guests; 3] = [
    Guests { workspace: "plugins", select: "--workspace", results: "", sources: "", modules: &[] },
    Guests { workspace: "tests/guests", select: "--examples", results: "examples", sources: "examples", modules: &[] },
    Guests { workspace: "benches/guests", select: "--workspace", results: "", sources: "", modules: &["extism"] },
];

/// Names the compiler that built the committed components.
const PIN: &str = "plugins/dist/TOOLCHAIN";

/// Components by their path in the repository.
type Built = BTreeMap<PathBuf, Vec<u8>>;

/// Builds everything and writes it.
///
/// # Errors
/// No compiler, a plugin that does not compile or is no plugin, or a folder that can't be written.
pub(crate) fn build(repository: &Path) -> Result<()> {
    let toolchain = toolchain::find(repository, pin(repository).as_deref())?;
    let built = build_all(repository, &toolchain)?;
    for path in committed(repository)? {
        if !built.contains_key(&path) {
            fs::remove_file(repository.join(&path))?;
            eprintln!("removed {}: its source is gone", path.display());
        }
    }
    for (path, bytes) in &built {
        write(&repository.join(path), bytes)?;
        eprintln!("{:>8} bytes  {}  ({})", bytes.len(), path.display(), wants(bytes)?);
    }
    write(&repository.join(PIN), toolchain.identity.as_bytes())
}

/// Builds everything and compares it with what is committed.
///
/// # Errors
/// A component that differs, is missing or has no source; with `strict` also a compiler that can't compare.
pub(crate) fn check(repository: &Path, strict: bool) -> Result<()> {
    let pin = pin(repository).with_context(|| format!("there is no {PIN}: run `cargo xtask plugins`"))?;
    let toolchain = toolchain::find(repository, Some(&pin))?;
    if toolchain.identity != pin {
        let reason = format!(
            "cannot compare: the committed components were built by\n{}\nand this machine has\n{}",
            indent(&pin),
            indent(&toolchain.identity)
        );
        if strict {
            bail!(reason);
        }
        eprintln!("skipped, {reason}");
        return Ok(());
    }

    let built = build_all(repository, &toolchain)?;
    let mut wrong = Vec::new();
    for (path, bytes) in &built {
        match fs::read(repository.join(path)) {
            Ok(there) if there == *bytes => {}
            Ok(_) => wrong.push(format!("{} is not what its source gives", path.display())),
            Err(_) => wrong.push(format!("{} is missing", path.display())),
        }
    }
    for path in committed(repository)? {
        if !built.contains_key(&path) {
            wrong.push(format!("{} has no source", path.display()));
        }
    }
    if !wrong.is_empty() {
        bail!("{}\nRun `cargo xtask plugins` and commit what it writes.", wrong.join("\n"));
    }
    eprintln!("{} components are what their sources give", built.len());
    Ok(())
}

fn build_all(repository: &Path, toolchain: &Toolchain) -> Result<Built> {
    let mut built = Built::new();
    for guests in &ALL {
        let cache = repository.join("target/guests");
        let results = toolchain.cargo_build(&repository.join(guests.workspace), &cache, guests.select)?;
        let results = results.join(guests.results);
        for name in names(repository, guests)? {
            let file = results.join(format!("{}.wasm", name.replace('-', "_")));
            let module = fs::read(&file).with_context(|| format!("cargo did not build {}", file.display()))?;
            let bytes = if guests.modules.contains(&name.as_str()) {
                module
            } else {
                componentize::component(&module).with_context(|| format!("{name} is no plugin"))?
            };
            built.insert(dist(guests).join(format!("{name}.wasm")), bytes);
        }
    }
    Ok(built)
}

/// The names of the guests of a workspace: its crates, or its examples.
fn names(repository: &Path, guests: &Guests) -> Result<BTreeSet<String>> {
    let folder = repository.join(guests.workspace).join(guests.sources);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.join("Cargo.toml").is_file() || path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
    }
    Ok(names)
}

fn dist(guests: &Guests) -> PathBuf {
    Path::new(guests.workspace).join("dist")
}

/// The components that are there now.
fn committed(repository: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for guests in &ALL {
        let Ok(entries) = fs::read_dir(repository.join(dist(guests))) else { continue };
        for entry in entries {
            let name = PathBuf::from(entry?.file_name());
            if name.extension().is_some_and(|extension| extension == "wasm") {
                paths.push(dist(guests).join(name));
            }
        }
    }
    Ok(paths)
}

fn pin(repository: &Path) -> Option<String> {
    fs::read_to_string(repository.join(PIN)).ok()
}

/// Leaves a file alone that is as it should be, so that nothing that depends on it is built again.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
}

/// What a guest imports, in short.
fn wants(guest: &[u8]) -> Result<String> {
    // The version in the header tells a module from a component.
    if guest.get(4..8) == Some(&[1, 0, 0, 0]) {
        return Ok("a core module".to_owned());
    }
    let imports = componentize::imports(guest)?;
    Ok(imports.iter().map(|name| short(name)).collect::<Vec<_>>().join(", "))
}

/// `goalpost:plugin/tree@0.1.0` as `tree`.
fn short(import: &str) -> String {
    let name = import.rsplit('/').next().unwrap_or(import);
    name.split('@').next().unwrap_or(name).to_owned()
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_import_is_shown_by_its_interface() {
        assert_eq!(short("goalpost:plugin/tree@0.1.0"), "tree");
        assert_eq!(short("log"), "log");
    }

    #[test]
    fn guests_are_folders_with_a_manifest_or_files_of_examples() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["plugins/gates/src", "plugins/dist", "tests/guests/examples"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["plugins/Cargo.toml", "plugins/gates/Cargo.toml", "tests/guests/examples/trap.rs"] {
            fs::write(folder.path().join(path), "").unwrap();
        }
        assert_eq!(names(folder.path(), &ALL[0]).unwrap(), BTreeSet::from(["gates".to_owned()]));
        assert_eq!(names(folder.path(), &ALL[1]).unwrap(), BTreeSet::from(["trap".to_owned()]));
    }
}
