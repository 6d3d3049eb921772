//! The standard library for the target, built once for each compiler and kept in the cache: what `-Zbuild-std` does for
//! every build, in a form that an ordinary build takes as its own.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::debian::{Packages, cache};
use super::{TARGET, cargo_home, hex};

/// Changes when the recipe below gives other bytes than before.
const RECIPE: &str = "1";

/// A crate whose only purpose is its dependencies.
const SEED: &str = r#"[package]
name = "seed"
version = "0.0.0"
edition = "2024"

[profile.release]
opt-level = "s"
codegen-units = 1
panic = "abort"
"#;

/// The folder to give to `rustc --sysroot`.
///
/// # Errors
/// The library does not build, or the cache can't be written.
pub(super) fn sysroot(packages: &Packages, version: &str) -> Result<PathBuf> {
    let cache = cache()?;
    let folder = cache.join(key(packages, version));
    if folder.is_dir() {
        return Ok(folder);
    }
    eprintln!("building a standard library for {TARGET}, once for this compiler");
    fs::create_dir_all(&cache).with_context(|| format!("can't write {}", cache.display()))?;
    let scratch = tempfile::tempdir_in(&cache)?;
    let libraries = build(packages, scratch.path())?;
    let made = scratch.path().join("sysroot");
    lay_out(packages, version, &libraries, &made)?;
    // Another build may have come first: its result is as good.
    if let Err(error) = fs::rename(&made, &folder)
        && !folder.is_dir()
    {
        return Err(error).with_context(|| format!("can't write {}", folder.display()));
    }
    Ok(folder)
}

/// What the bytes of the library depend on, and where its links point to.
fn key(packages: &Packages, version: &str) -> String {
    let mut hash = Sha256::new();
    for part in [RECIPE, version, &packages.prefix().to_string_lossy()] {
        hash.update(part);
        hash.update([0]);
    }
    hex(&hash.finalize()[..8])
}

/// Builds the seed, and gives the folder of what was built for it.
fn build(packages: &Packages, scratch: &Path) -> Result<PathBuf> {
    let seed = scratch.join("seed");
    let target = scratch.join("target");
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("Cargo.toml"), SEED)?;
    fs::write(seed.join("src/lib.rs"), "")?;

    // With bitcode as well as object code: plugins are free to link with or without link-time optimisation.
    let mut flags = vec![OsString::from("-Cembed-bitcode=yes")];
    for (from, to) in [(cargo_home(), "/cargo"), (seed.clone(), "/seed"), (packages.prefix(), "/usr")] {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    }
    let mut cargo = Command::new(packages.cargo());
    cargo
        .current_dir(&seed)
        .args(["build", "--quiet", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET, "--target-dir"])
        .arg(&target)
        // `-Zbuild-std` is for nightly compilers only.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", packages.rustc())
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join(&OsString::from("\x1f")))
        .env_remove("RUSTC_WRAPPER");
    if let Some(folder) = packages.libraries() {
        cargo.env("LD_LIBRARY_PATH", folder);
    }
    if !cargo.status().with_context(|| format!("can't start {}", packages.cargo().display()))?.success() {
        bail!("the standard library for {TARGET} did not build");
    }
    Ok(target.join(TARGET).join("release/deps"))
}

/// The folders that `rustc` expects, with links to the compiler's own files.
fn lay_out(packages: &Packages, version: &str, libraries: &Path, sysroot: &Path) -> Result<()> {
    let rustlib = sysroot.join("lib/rustlib");
    let target = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&target)?;
    for entry in fs::read_dir(libraries)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") {
            fs::copy(entry.path(), target.join(name))?;
        }
    }
    // Build scripts and macros are built for this machine.
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("`rustc -Vv` names no host")?;
    fs::create_dir_all(rustlib.join(host).join("bin"))?;
    symlink(packages.rustlib().join(host).join("lib"), rustlib.join(host).join("lib"))?;
    symlink(packages.linker(), rustlib.join(host).join("bin/rust-lld"))?;
    Ok(())
}
