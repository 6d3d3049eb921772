//! The compiler that rustup, or anything else, put on `PATH` together with the target's standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{FROM_RUSTUP, TARGET, Toolchain, output};

/// Takes `rustc` of `PATH`, and adds the target to it with rustup where it lacks.
///
/// # Errors
/// There is no compiler, or the target can't be added.
pub(super) fn find() -> Result<Toolchain> {
    let sysroot = PathBuf::from(output(Command::new("rustc").args(["--print", "sysroot"]))?.trim());
    if !has_target(&sysroot) {
        output(Command::new("rustup").args(["target", "add", TARGET]))
            .with_context(|| format!("`rustup target add {TARGET}` does not work here"))?;
        if !has_target(&sysroot) {
            bail!("the compiler in {} has no {TARGET}", sysroot.display());
        }
    }
    let rustc = sysroot.join("bin/rustc");
    let version = output(Command::new(&rustc).arg("-Vv"))?;
    Ok(Toolchain {
        identity: format!("{version}{FROM_RUSTUP}"),
        cargo: sysroot.join("bin/cargo"),
        rustc,
        arguments: Vec::new(),
        libraries: None,
    })
}

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}
