//! Rust: compiled by cargo for a target that has no system at all, and made a component in process.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{component, tools};
use crate::commands::plugin::project::Project;
use crate::exit::UsageError;

const TARGET: &str = "wasm32-unknown-unknown";
/// The installer of <https://rustup.rs>.
const INSTALL: &str = "rustup-init";

/// The component of a project.
pub(super) fn build(project: &Project) -> Result<Vec<u8>> {
    let cargo = tools::find("cargo", &project.folder, ".cargo/bin", INSTALL)?;
    check_target(project)?;
    let mut command = Command::new(cargo);
    command
        .current_dir(&project.folder)
        .args(["build", "--release", "--target", TARGET, "--message-format=json-render-diagnostics"])
        // Paths in the texts of panics would tell where the sources lay, and give everybody other bytes.
        .args(["--config", &hidden_paths(&project.folder)])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().context("`cargo` can't be started")?;
    if !output.status.success() {
        return Err(UsageError("`cargo` failed: it says why above".to_owned()).into());
    }
    let manifest = project.folder.join("Cargo.toml");
    let Some(module) = module(&String::from_utf8_lossy(&output.stdout), &manifest) else {
        let message = format!("{} has no library of `crate-type = [\"cdylib\"]`", manifest.display());
        return Err(UsageError(message).into());
    };
    component::encode(&fs::read(&module).with_context(|| format!("{}", module.display()))?)
}

/// Without the target's standard library, cargo would say of every crate that it can't find `core`.
fn check_target(project: &Project) -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(&rustc)
        .current_dir(&project.folder)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .with_context(|| format!("`{}` can't be started", rustc.display()))?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if output.status.success() && folder.is_dir() {
        return Ok(());
    }
    let message = format!(
        "`{}` has no standard library for {TARGET}: run `rustup target add {TARGET}`, or let RUSTC name a compiler that has",
        rustc.display()
    );
    Err(UsageError(message).into())
}

/// A setting of cargo's.
fn hidden_paths(project: &Path) -> String {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home);
    let flags = cargo.iter().map(|from| (from.as_path(), "/cargo")).chain([(project, "/plugin")]);
    let flags = flags.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    format!("target.{TARGET}.rustflags={}", toml::Value::from(flags.collect::<Vec<_>>()))
}

/// What cargo says of each thing that it built.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The module of the crate of that manifest.
fn module(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let own = messages.filter(|message| message.manifest_path == manifest);
    let files = own.flat_map(|message| message.filenames);
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_the_projects_own() {
        let messages = "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/d/Cargo.toml\",\"filenames\":[\"/t/d.wasm\"]}\n\
            not of cargo's\n\
            {\"reason\":\"compiler-artifact\",\"manifest_path\":\"/p/Cargo.toml\",\"filenames\":[\"/t/p.rlib\",\"/t/p.wasm\"]}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(module(messages, Path::new("/p/Cargo.toml")), Some(PathBuf::from("/t/p.wasm")));
        assert_eq!(module(messages, Path::new("/other/Cargo.toml")), None);
    }

    #[test]
    fn a_path_is_quoted_in_the_setting() {
        let setting = hidden_paths(Path::new("/a \"b\""));
        assert!(toml::from_str::<toml::Table>(&setting).is_ok(), "{setting}");
    }
}
