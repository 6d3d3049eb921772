//! Go: compiled by the `go` tool for WASI preview 1, which is all that its runtime knows, and made a component in process.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{component, tools};
use crate::commands::plugin::project::Project;

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt";

/// The component of a project.
pub(super) fn build(project: &Project, scratch: &Path) -> Result<Vec<u8>> {
    let go = tools::find("go", &project.folder, ".venv/bin", INSTALL)?;
    let module = scratch.join("plugin.wasm");
    let package = Path::new(".").join(project.main.parent().unwrap_or(Path::new("")));
    let mut compiler = Command::new(go);
    compiler
        .current_dir(&project.folder)
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        // What a shell has set for other programs must not decide what this one is made of.
        .env("GOFLAGS", "")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        // A library: its functions are called, and `main` is not.
        .args(["build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false"])
        // The runtime of the bindings links to the Go runtime's `sbrk`. No symbols and no build id: the same bytes everywhere.
        .args(["-ldflags", "-checklinkname=0 -s -w -buildid="])
        .arg("-o")
        .arg(&module)
        .arg(package);
    tools::run(&mut compiler)?;
    component::encode_as(project.kind, fs::read(&module).context("the module")?)
}
