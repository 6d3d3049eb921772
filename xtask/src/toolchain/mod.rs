//! A compiler for `wasm32-unknown-unknown`: rustup's where the target can be had, else Debian's `rustc-web`, which comes
//! without a standard library for the target and gets one built from `rust-web-src`.

mod debian;
mod rustup;
mod std_from_source;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// What plugins are built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The line that tells the two kinds apart in an identity.
const FROM_SOURCE: &str = "std: built from rust-web-src\n";
const FROM_RUSTUP: &str = "std: of the rustup toolchain\n";

/// A compiler that can build plugins.
pub(crate) struct Toolchain {
    /// What determines the bytes that it gives: `rustc -Vv`, and where its standard library is from.
    pub(crate) identity: String,
    cargo: PathBuf,
    rustc: PathBuf,
    /// Arguments of `rustc` before cargo's own.
    arguments: Vec<OsString>,
    /// Where `rustc` and `cargo` find their libraries; none for the system's own places.
    libraries: Option<PathBuf>,
}

/// The compiler of the kind that `pin` names, else any other.
///
/// # Errors
/// There is none, and why not for each kind.
pub(crate) fn find(repository: &Path, pin: Option<&str>) -> Result<Toolchain> {
    let mut finders: [fn() -> Result<Toolchain>; 2] = [rustup::find, debian::find];
    if pin.is_some_and(|pin| pin.ends_with(FROM_SOURCE)) {
        finders.reverse();
    }
    let mut reasons = Vec::new();
    for find in finders {
        match find() {
            Ok(mut toolchain) => {
                toolchain.hide_paths(repository);
                return Ok(toolchain);
            }
            Err(reason) => reasons.push(format!("- {reason:#}")),
        }
    }
    bail!("no compiler for {TARGET}:\n{}", reasons.join("\n"))
}

impl Toolchain {
    /// Builds a workspace of guests somewhere below `cache`, and gives the folder of the results.
    ///
    /// # Errors
    /// What the compiler says is on standard error.
    pub(crate) fn cargo_build(&self, workspace: &Path, cache: &Path, select: &str) -> Result<PathBuf> {
        let (rustc, target) = self.wrapper(cache)?;
        let mut cargo = Command::new(&self.cargo);
        self.clean(&mut cargo);
        let status = cargo
            .current_dir(workspace)
            .args(["build", "--quiet", "--locked", "--release", "--target", TARGET, select, "--target-dir"])
            .arg(&target)
            .env("RUSTC", rustc)
            .status()
            .with_context(|| format!("can't start {}", self.cargo.display()))?;
        if !status.success() {
            bail!("the guests in {} did not build", workspace.display());
        }
        Ok(target.join(TARGET).join("release"))
    }

    /// The compiler as one program, to be called by any cargo. Written below `cache`.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn program(&self, cache: &Path) -> Result<PathBuf> {
        Ok(self.wrapper(cache)?.0)
    }

    /// The program and its places are the caller's choice here; flags of their environment would change the bytes.
    fn clean(&self, command: &mut Command) {
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "RUSTC_WRAPPER"] {
            command.env_remove(name);
        }
        for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "CARGO_PROFILE_RELEASE_DEBUG"] {
            command.env_remove(name);
        }
        if let Some(folder) = &self.libraries {
            command.env("LD_LIBRARY_PATH", folder);
        }
    }

    /// Paths in panic messages must not tell where the sources lay.
    fn hide_paths(&mut self, repository: &Path) {
        for (from, to) in [(cargo_home(), "/cargo"), (repository.to_path_buf(), "/goalpost")] {
            let mut argument = OsString::from("--remap-path-prefix=");
            argument.push(from);
            argument.push("=");
            argument.push(to);
            self.arguments.push(argument);
        }
    }

    /// A program that calls the compiler so that paths do not change the bytes.
    ///
    /// - Its arguments hold paths. As `RUSTFLAGS` they would be part of the hashes by which cargo tells crates apart, and
    ///   which decide the order of functions.
    /// - Those hashes also cover the whole path of the SDK, which lies outside of the guests' workspaces. Name and version
    ///   tell the crates of a plugin apart as well.
    ///
    /// Cargo does not build again for another such program, so each has a folder of its own for what it builds.
    fn wrapper(&self, cache: &Path) -> Result<(PathBuf, PathBuf)> {
        let arguments: Vec<String> = self.arguments.iter().map(|argument| quote(&argument.to_string_lossy())).collect();
        let text = format!(
            r#"#!/bin/sh
for argument; do
  shift
  case $argument in
    metadata=*) argument=metadata=$CARGO_PKG_NAME-$CARGO_PKG_VERSION ;;
  esac
  set -- "$@" "$argument"
done
{}exec {} {} "$@"
"#,
            self.libraries
                .iter()
                .map(|folder| format!("LD_LIBRARY_PATH={} ", quote(&folder.to_string_lossy())))
                .collect::<String>(),
            quote(&self.rustc.to_string_lossy()),
            arguments.join(" ")
        );
        let folder = cache.join(&hex(&Sha256::digest(&text))[..16]);
        let path = folder.join("rustc");
        if !path.exists() {
            fs::create_dir_all(&folder)?;
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok((path, folder))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home).unwrap_or_else(|| PathBuf::from(".cargo"))
}

/// The whole standard output of a program that must succeed.
fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("can't start `{name}`"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("`{name}` failed: {}", error.lines().last().unwrap_or("without a message"));
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_wrapper_hides_paths_and_names_crates_by_package() {
        let folder = tempfile::tempdir().unwrap();
        let mut toolchain = Toolchain {
            identity: String::new(),
            cargo: "cargo".into(),
            rustc: "/bin/echo".into(),
            arguments: vec!["--sysroot=/with space/and'quote".into()],
            libraries: None,
        };
        toolchain.hide_paths(Path::new("/home/someone/goalpost"));
        let (program, _) = toolchain.wrapper(folder.path()).unwrap();
        let said = output(
            Command::new(program)
                .args(["-C", "metadata=1234", "a b.rs"])
                .env("CARGO_PKG_NAME", "gates")
                .env("CARGO_PKG_VERSION", "0.1.0"),
        )
        .unwrap();
        assert!(said.starts_with("--sysroot=/with space/and'quote --remap-path-prefix="), "{said}");
        assert!(said.ends_with("=/home/someone/goalpost=/goalpost -C metadata=gates-0.1.0 a b.rs\n"), "{said}");
    }

    #[test]
    fn another_compiler_has_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let of = |rustc: &str| Toolchain {
            identity: String::new(),
            cargo: "cargo".into(),
            rustc: rustc.into(),
            arguments: Vec::new(),
            libraries: None,
        };
        let path = |rustc: &str| of(rustc).wrapper(folder.path()).unwrap().1;
        assert_ne!(path("/a/rustc"), path("/b/rustc"));
        assert_eq!(path("/a/rustc"), path("/a/rustc"));
    }
}
