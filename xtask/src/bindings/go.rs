//! The bindings of the SDK for Go, and the few files of the generator's runtime that they call.
//!
//! Everything becomes packages of the SDK's own module, so that a plugin needs that one and no download. The interfaces are
//! the same whatever the world, and generated once; each world adds a package of its exports, which call the SDK's package
//! `internal/plugin`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wit_bindgen_core::Files;
use wit_bindgen_go::{Format, Opts};

use super::{IMPORTS, WORLDS, contract, importable, world};

const FOLDER: &str = "sdk/go/internal/wit";
/// The import path of that folder.
const PACKAGES: &str = "goalpost/internal/wit";
/// What the exports call.
const CALLED: &str = "goalpost/internal/plugin";
/// The generator's runtime. Futures, streams and async are left out: the contract has none.
const RUNTIME: [&str; 6] =
    ["runtime/empty.s", "runtime/runtime.go", "types/option.go", "types/result.go", "types/tuple.go", "types/unit.go"];

/// Paths in the repository and contents of all files.
pub(super) fn generate(wit: &Path, repository: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = BTreeMap::new();
    let mut interfaces = Vec::new();
    for name in WORLDS {
        interfaces.extend(importable(&contract(wit, None)?, name)?);
        for (file, text) in render(wit, None, name)? {
            match file.as_str() {
                "wit_exports/wit_exports.go" => {
                    let text = text.replace("package wit_exports", &format!("package {name}"));
                    files.insert(format!("{name}/exports.go"), text);
                }
                // The type of what a plugin says of itself: the only one that nothing imports.
                "goalpost_plugin_plugin_info/wit_bindings.go" => {
                    files.insert(file, text);
                }
                _ => {}
            }
        }
    }
    interfaces.sort();
    interfaces.dedup();
    let imports = render(wit, Some(&interfaces), IMPORTS)?;
    files.extend(imports.into_iter().filter(|(file, _)| file.starts_with("goalpost_plugin_")));

    let runtime = runtime(repository)?;
    let read = |path: PathBuf| fs::read_to_string(&path).with_context(|| format!("{}", path.display()));
    files.insert("LICENSE".to_owned(), read(runtime.join("LICENSE"))?);
    for file in RUNTIME {
        files.insert(file.to_owned(), read(runtime.join("wit").join(file))?);
    }
    let runtime = files.get_mut("runtime/runtime.go").context("the runtime")?;
    *runtime = without_collections(runtime)?;
    Ok(files.into_iter().map(|(file, text)| (format!("{FOLDER}/{file}"), text.into_bytes())).collect())
}

/// What the generator writes for a world, with the packages where we have them.
fn render(wit: &Path, imported: Option<&[String]>, name: &str) -> Result<Vec<(String, String)>> {
    let mut resolve = contract(wit, imported)?;
    let world = world(&resolve, name)?;
    // Not formatted: a check must give the same where Go is not installed.
    let opts = Opts { format: Format::False, pkg_name: Some(PACKAGES.to_owned()), ..Opts::default() };
    let mut files = Files::default();
    opts.build().generate(&mut resolve, world, &mut files)?;
    files.iter().map(|(file, content)| Ok((file.to_owned(), here(std::str::from_utf8(content)?)))).collect()
}

fn here(text: &str) -> String {
    let mut text = text.replace("\"go.bytecodealliance.org/pkg/wit/", &format!("\"{PACKAGES}/"));
    for package in ["export_wit_world", "export_goalpost_plugin_plugin_info"] {
        text = text.replace(&format!("\"{PACKAGES}/{package}\""), &format!("{package} \"{CALLED}\""));
    }
    text
}

/// The runtime, with a `cabi_realloc` that begins no collection.
///
/// A collection lets other goroutines run. While the host hands over an answer, nothing may call it: a component in which one
/// of them did would be ended.
fn without_collections(runtime: &str) -> Result<String> {
    let edits = [
        (
            "func sbrk(n uintptr) unsafe.Pointer\n",
            "\n//go:linkname procPin runtime.procPin\nfunc procPin() int\n\n\
             //go:linkname procUnpin runtime.procUnpin\nfunc procUnpin()\n",
        ),
        (
            "\t\tadapterMonotonicClockSetPaused(true)\n",
            "\t\t// A goroutine that is pinned to its processor begins no collection, and with it no other goroutine runs: it\n\
             \t\t// might call an import.\n\t\tprocPin()\n",
        ),
        ("\t\tpointer := Allocate(&pinner, newSize, align)\n", "\t\tprocUnpin()\n"),
    ];
    let mut text = runtime.to_owned();
    for (before, added) in edits {
        let (head, tail) =
            text.split_once(before).with_context(|| format!("the runtime has no `{}`", before.trim()))?;
        text = format!("{head}{before}{added}{tail}");
    }
    Ok(text)
}

/// What cargo says of the packages that it has.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// The folder of the runtime, which lies among the generator's own sources.
fn runtime(repository: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output =
        Command::new(cargo).current_dir(repository).args(["metadata", "--format-version", "1", "--locked"]).output()?;
    if !output.status.success() {
        bail!("`cargo metadata`: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let generator = metadata.packages.into_iter().find(|package| package.name == "wit-bindgen-go");
    let manifest = generator.context("cargo does not know the package wit-bindgen-go")?.manifest_path;
    Ok(manifest.with_file_name("src").join("pkg"))
}
