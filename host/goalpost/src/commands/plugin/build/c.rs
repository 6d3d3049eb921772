//! C: compiled by Zig's C compiler, which brings the library that plugins need, and made a component in process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{component, tools};
use crate::commands::plugin::project::Project;
use crate::exit::UsageError;

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt";
/// The stack is part of every instance's memory: what Zig takes when nobody says otherwise is 16 MiB.
const STACK: &str = "-Wl,-z,stack-size=1048576";
/// Where `plugin new` puts the SDK.
const SDK: &str = "vendor/goalpost";

/// The component of a project.
pub(super) fn build(project: &Project, scratch: &Path) -> Result<Vec<u8>> {
    // The package's own name for it first: a `zig` on PATH may be of any version.
    let zig = tools::find("python-zig", &project.folder, ".venv/bin", INSTALL)
        .or_else(|missing| tools::find("zig", &project.folder, ".venv/bin", INSTALL).map_err(|_| missing))?;
    let sdk = project.folder.join(SDK);
    let bindings = sdk.join("bindings").join(project.kind.world());
    if !bindings.is_dir() {
        let message = format!("{} is missing: `goalpost plugin new` puts it there", bindings.display());
        return Err(UsageError(message).into());
    }
    let module = scratch.join("plugin.wasm");
    let mut compiler = Command::new(zig);
    compiler
        .current_dir(&project.folder)
        .args(["cc", "-target", "wasm32-wasi", "-std=c11", "-Oz", "-s", "-mexec-model=reactor", STACK])
        // An optimising `zig cc` defines NDEBUG: an author's `assert` would be gone, and a broken judge pass.
        .args(["-Wall", "-Wextra", "-UNDEBUG", "-I"])
        .arg(sdk.join("src"))
        .arg("-I")
        .arg(&bindings);
    let own = project.folder.join(project.main.parent().unwrap_or(Path::new("")));
    for folder in [own, sdk.join("src"), bindings.clone()] {
        compiler.args(sources(&folder)?);
    }
    tools::run(compiler.arg(bindings.join("contract_component_type.o")).arg("-o").arg(&module))?;
    component::encode(&fs::read(&module).context("the module")?)
}

/// The C files of a folder, in an order that does not depend on the file system.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
