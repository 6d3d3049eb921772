//! Debian's compiler: installed, or, without the right to install, unpacked into the cache.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::{FROM_SOURCE, Toolchain, output, std_from_source};

/// What must be installed. The compiler depends on the standard library of the machine itself.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Where the packages' files are.
pub(super) struct Packages {
    /// `/`, or the folder that they were unpacked into.
    root: PathBuf,
}

impl Packages {
    pub(super) fn rustc(&self) -> PathBuf {
        self.root.join("usr/bin/rustc")
    }

    pub(super) fn cargo(&self) -> PathBuf {
        self.root.join("usr/bin/cargo")
    }

    pub(super) fn linker(&self) -> PathBuf {
        self.root.join("usr/lib/llvm-19/bin/lld")
    }

    /// The compiler's own files: host libraries, and the source of the standard library.
    pub(super) fn rustlib(&self) -> PathBuf {
        self.root.join("usr/lib/rustlib")
    }

    /// What file names of the packages begin with, and what they would begin with if installed.
    pub(super) fn prefix(&self) -> PathBuf {
        self.root.join("usr")
    }

    /// Shared libraries, where they are not in the system's own places.
    pub(super) fn libraries(&self) -> Option<PathBuf> {
        let name = format!("usr/lib/{}-linux-gnu", env::consts::ARCH);
        (self.root != Path::new("/")).then(|| self.root.join(name))
    }

    fn complete(&self) -> bool {
        let library = self.rustlib().join("src/rust/library/std/Cargo.toml");
        [self.rustc(), self.cargo(), self.linker(), library].iter().all(|path| path.exists())
    }
}

/// Finds the packages or gets them, and builds a standard library with them where there is none in the cache.
///
/// # Errors
/// The packages are not there and can't be had; names them.
pub(super) fn find() -> Result<Toolchain> {
    let packages = packages()?;
    let mut rustc = Command::new(packages.rustc());
    if let Some(folder) = packages.libraries() {
        rustc.env("LD_LIBRARY_PATH", folder);
    }
    let version = output(rustc.arg("-Vv"))?;
    let sysroot = std_from_source::sysroot(&packages, &version)?;
    let mut argument = std::ffi::OsString::from("--sysroot=");
    argument.push(sysroot);
    Ok(Toolchain {
        identity: format!("{version}{FROM_SOURCE}"),
        cargo: packages.cargo(),
        rustc: packages.rustc(),
        arguments: vec![argument],
        libraries: packages.libraries(),
    })
}

fn packages() -> Result<Packages> {
    let installed = Packages { root: "/".into() };
    let unpacked = Packages { root: cache()?.join("debian") };
    if installed.complete() {
        return Ok(installed);
    }
    if unpacked.complete() {
        return Ok(unpacked);
    }
    let wanted = PACKAGES.join(" ");
    if output(Command::new("apt-get").arg("--version")).is_err() {
        bail!("there is no apt-get to get Debian's {wanted} with");
    }
    if output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0") {
        eprintln!("installing {wanted}");
        let install = |arguments: &[&str]| output(Command::new("apt-get").arg("-qq").args(arguments).args(PACKAGES));
        if install(&["install", "-y", "--no-install-recommends"]).is_err() {
            output(Command::new("apt-get").args(["-qq", "update"]))?;
            install(&["install", "-y", "--no-install-recommends"])?;
        }
        if installed.complete() {
            return Ok(installed);
        }
    }
    eprintln!("unpacking {wanted} into {}", unpacked.root.display());
    unpack(&unpacked.root)
        .with_context(|| format!("Debian's packages can't be had; install them: apt-get install {wanted}"))?;
    if !unpacked.complete() {
        bail!("Debian's packages lack a file; install them: apt-get install {wanted}");
    }
    Ok(unpacked)
}

/// Downloads the packages, and what they need that is not installed, and unpacks them without installing.
fn unpack(folder: &Path) -> Result<()> {
    let parent = folder.parent().context("the cache is a folder")?;
    fs::create_dir_all(parent)?;
    let scratch = tempfile::tempdir_in(parent)?;
    // What an installation would install: apt says it to anyone.
    let plan = output(Command::new("apt-get").args(["-s", "--no-install-recommends", "install"]).args(PACKAGES))?;
    let names: Vec<&str> =
        plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next()).collect();
    output(Command::new("apt-get").current_dir(scratch.path()).args(["-qq", "download"]).args(names))?;
    let root = scratch.path().join("root");
    for entry in fs::read_dir(scratch.path())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            output(Command::new("dpkg").arg("-x").arg(&path).arg(&root))?;
        }
    }
    fs::rename(&root, folder).with_context(|| format!("can't write {}", folder.display()))
}

/// Where toolchains are kept: shared by all checkouts, and safe to delete.
pub(super) fn cache() -> Result<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).context("there is no HOME")?;
    Ok(base.join("goalpost/toolchains"))
}
