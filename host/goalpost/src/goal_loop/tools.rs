//! What a gate sees of the user's home folder: the tool chains in it, and nothing else.

use std::path::{Path, PathBuf};

use goalpost_workspace::sandbox::Spec;

/// Folders of tool chains and of downloaded dependencies below the home folder. Not `.cargo` as a whole: it holds the
/// credentials of registries.
const BELOW_HOME: &[&str] = &[
    ".bun",
    ".cargo/bin",
    ".cargo/config.toml",
    ".cargo/git",
    ".cargo/registry",
    ".deno",
    ".dotnet",
    ".fnm",
    ".local/bin",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pnpm",
    ".local/share/uv",
    ".nvm",
    ".pyenv",
    ".rustup",
    ".sdkman",
    ".volta",
    "go/bin",
    "go/pkg/mod",
    "sdk",
];
/// Variables that name such folders elsewhere, and what of each is shown.
const BY_VARIABLE: &[(&str, &[&str])] = &[
    ("CARGO_HOME", &["bin", "config.toml", "git", "registry"]),
    ("RUSTUP_HOME", &[""]),
    ("GOROOT", &[""]),
    ("GOMODCACHE", &[""]),
    ("GOPATH", &["bin", "pkg/mod"]),
    ("JAVA_HOME", &[""]),
    ("NVM_DIR", &[""]),
    ("PYENV_ROOT", &[""]),
    ("VOLTA_HOME", &[""]),
];

/// Variables that tell tool chains where they are, and the folders below home that they mean: a sandbox may have to give a
/// program another home.
const TOLD: &[(&str, &str)] =
    &[("CARGO_HOME", ".cargo"), ("PYENV_ROOT", ".pyenv"), ("RUSTUP_HOME", ".rustup"), ("VOLTA_HOME", ".volta")];

/// Variables for a gate beside the host's own.
pub(super) fn variables() -> impl Iterator<Item = (String, String)> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    TOLD.iter().filter_map(move |(name, below)| {
        let folder = home.as_ref()?.join(below);
        let is_told = std::env::var_os(name).is_some();
        (!is_told && folder.is_dir())
            .then(|| Some(((*name).to_owned(), folder.into_os_string().into_string().ok()?)))?
    })
}

/// Gives the sandbox an empty home folder with the user's tool chains in it, read-only.
pub(super) fn show(spec: &mut Spec) {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let mut shown = Vec::new();
    if let Some(home) = &home {
        shown.extend(BELOW_HOME.iter().map(|below| home.join(below)));
        // A program on PATH below the home folder brings the folder that its own `bin` is in.
        let path = std::env::var_os("PATH").unwrap_or_default();
        for folder in std::env::split_paths(&path).filter(|folder| folder.starts_with(home)) {
            match folder.parent() {
                Some(parent) if folder.ends_with("bin") && parent != home => shown.push(parent.to_owned()),
                _ if folder != *home => shown.push(folder),
                _ => {}
            }
        }
    }
    for (variable, folders) in BY_VARIABLE {
        let Some(base) = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()) else {
            continue;
        };
        shown.extend(folders.iter().map(|folder| base.join(folder)));
    }
    // A tool chain behind a link is mounted where it really is.
    spec.readonly.extend(shown.iter().filter_map(|path| path.canonicalize().ok()));
    spec.readonly.sort();
    spec.readonly.dedup();
    if let Some(home) = home.and_then(|home| home.canonicalize().ok()).filter(|home| home != Path::new("/")) {
        spec.scratch.push(home);
    }
}
