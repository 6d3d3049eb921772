//! What a gate sees of the user's home folder: the tool chains in it, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use goalpost_core::config::{GoalConfig, NativeCommand};
use goalpost_core::environment::{self, Role};
use goalpost_workspace::sandbox::Spec;

use super::agents::at_home;
use super::frozen::Frozen;
use super::reach::Reach;
use crate::exit::UsageError;

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
    ".local/lib",
    ".local/pipx",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pipx",
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

/// The environment of a gate: the host's as far as the allow-list goes, without what leads to where the worker can write.
pub(super) fn environment(goal: &Frozen, command: &NativeCommand) -> BTreeMap<String, String> {
    let mut env = environment::filter(super::variables(), Role::Gate, &command.pass_env);
    // A cache, or a tool chain's home, that lies in the workspace is the worker's own; what the goal's author passes by its
    // name is the author's word. The home folder is an empty one in the sandbox whatever it is called.
    env.retain(|name, value| {
        name == "HOME" || command.pass_env.contains(name) || !goal.reach.is_led_to(value) || name == "PATH"
    });
    if let Ok(path) = goal.reach.search_path().into_string() {
        env.insert("PATH".to_owned(), path);
    }
    env.extend(told().filter(|(_, folder)| !goal.reach.holds(Path::new(folder))));
    env.extend(command.env.clone());
    env
}

/// Variables for a gate beside the host's own.
fn told() -> impl Iterator<Item = (String, String)> {
    let home = home();
    TOLD.iter().filter_map(move |(name, below)| {
        let folder = home.as_ref()?.join(below);
        let is_told = std::env::var_os(name).is_some();
        (!is_told && folder.is_dir())
            .then(|| Some(((*name).to_owned(), folder.into_os_string().into_string().ok()?)))?
    })
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Gives the sandbox an empty home folder with the user's tool chains in it, read-only. Nothing that the worker can write is
/// among them: it is hidden, wherever it lies.
pub(super) fn show(spec: &mut Spec, reach: &Reach) {
    // A tool chain behind a link is mounted where it really is.
    let shown = places().into_iter().filter_map(|path| path.canonicalize().ok()).filter(|path| !reach.holds(path));
    spec.readonly.extend(shown);
    spec.readonly.sort();
    spec.readonly.dedup();
    // Below a folder that is shown there may be one that the worker writes.
    let within = |place: &&Path| spec.readonly.iter().any(|shown| place.starts_with(shown));
    let written: Vec<PathBuf> = reach
        .places()
        .filter(within)
        .filter(|place| place.canonicalize().is_ok_and(|real| real == **place))
        .map(Path::to_owned)
        .collect();
    spec.hide.extend(written);
    if let Some(home) = home().and_then(|home| home.canonicalize().ok()).filter(|home| home != Path::new("/")) {
        spec.scratch.push(home);
    }
}

/// Where tool chains are, whether or not there are any.
fn places() -> Vec<PathBuf> {
    let home = home();
    let mut places = Vec::new();
    if let Some(home) = &home {
        places.extend(BELOW_HOME.iter().map(|below| home.join(below)));
        // A program on PATH below the home folder brings the folder that its own `bin` is in; not `~/.local`, where every
        // program keeps what is its own.
        let path = std::env::var_os("PATH").unwrap_or_default();
        for folder in std::env::split_paths(&path).filter(|folder| folder.starts_with(home)) {
            match folder.parent() {
                Some(parent) if folder.ends_with("bin") && parent != home && !parent.ends_with(".local") => {
                    places.push(parent.to_owned());
                }
                _ if folder != *home => places.push(folder),
                _ => {}
            }
        }
    }
    for (variable, folders) in BY_VARIABLE {
        let Some(base) = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()) else {
            continue;
        };
        places.extend(folders.iter().map(|folder| base.join(folder)));
    }
    places
}

/// Refuses a worker that could write the tool chains, or the downloaded dependencies, that gates run and build with.
pub(super) fn refuse_writable(config: &GoalConfig) -> Result<(), UsageError> {
    let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
    let shown: Vec<PathBuf> = places().into_iter().map(real).collect();
    for path in config.worker.iter().flat_map(|worker| &worker.writable) {
        let place = real(at_home(path));
        if let Some(tools) = shown.iter().find(|tools| tools.starts_with(&place) || place.starts_with(tools)) {
            return Err(UsageError(format!(
                "[worker] writable: `{path}` would let the worker change what gates run and build with ({}): name folders \
                 that no gate is shown; a `[[setup]]` can fetch what gates need",
                tools.display()
            )));
        }
    }
    Ok(())
}
