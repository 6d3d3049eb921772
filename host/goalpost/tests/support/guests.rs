//! The tool chains of guests: which of them are here, and building with them.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::Sandbox;

/// Whether a program is on PATH. Says that the test is skipped where it isn't.
pub(crate) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        eprintln!("skipped: `{program}` is not on PATH");
    }
    found
}

/// `goalpost plugin build`. What cargo compiled for one project is there for the next.
pub(crate) fn build(sandbox: &Sandbox, project: &str) -> (i32, String, String) {
    let mut command = sandbox.goalpost(["plugin", "build", project]);
    command.env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/rust-plugins"));
    command.env("RUSTC", rustc());
    let output = command.output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A compiler for plugins in Rust. Not cargo's own `RUSTC`: the program itself would be compiled by it, too.
fn rustc() -> OsString {
    std::env::var_os("GOALPOST_TEST_RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Whether Rust can be compiled for plugins. Says that the test is skipped where it can't.
pub(crate) fn compiles_for_plugins() -> bool {
    let output =
        Command::new(rustc()).args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).output();
    let found = output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    if !found {
        eprintln!("skipped: `rustc` has no standard library for wasm32-unknown-unknown");
    }
    found
}
