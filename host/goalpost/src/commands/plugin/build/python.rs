//! Python: made a component by `componentize-py`, with CPython in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{tools, world};
use crate::commands::plugin::project::Project;
use crate::exit::UsageError;

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt";
/// The module that the component starts from. The plugin's own can't be it: its name is its author's.
const APP: &str = "goalpost_app";
/// Modules of the SDK that stand for interfaces of the contract.
const MODULES: [(&str, &[&str]); 7] = [
    ("agents", &["agents", "progress"]),
    ("checks", &["checks"]),
    ("files", &["files"]),
    ("http", &["http"]),
    ("llm", &["llm"]),
    ("state", &["state"]),
    ("tree", &["tree"]),
];

/// The component of a project.
pub(super) fn build(project: &Project, scratch: &Path) -> Result<Vec<u8>> {
    let tool = tools::find("componentize-py", &project.folder, ".venv/bin", INSTALL)?;
    let module = project.main.file_stem().and_then(|name| name.to_str()).filter(|name| is_module(name));
    let Some(module) = module else {
        let message = format!("{} is no module that Python could import: rename it", project.main.display());
        return Err(UsageError(message).into());
    };
    let folder = project.folder.join(project.main.parent().unwrap_or(Path::new("")));
    let app = scratch.join("app");
    fs::create_dir_all(&app)?;
    fs::write(
        app.join(format!("{APP}.py")),
        format!("import {module}\nfrom goalpost_plugin._app import PluginInfo, WitWorld\n"),
    )?;
    let mut uses = BTreeSet::from(["log".to_owned()]);
    used(&project.folder, &mut uses)?;
    let wit = world::write(project.kind, &uses, scratch)?;
    let component = scratch.join("plugin.wasm");
    let mut command = Command::new(tool);
    command
        .current_dir(scratch)
        // It takes whatever a virtual environment or the user's settings offer, unless they are not there.
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME" || name == "TMPDIR"))
        .args(["--quiet", "--world", world::NAME, "--wit-path"])
        .arg(&wit)
        .args(["componentize", APP]);
    for path in [&app, &folder, &project.folder.join("vendor"), &project.folder.join("deps")] {
        if path.is_dir() {
            command.arg("--python-path").arg(path);
        }
    }
    tools::run(command.arg("--output").arg(&component))?;
    fs::read(&component).context("the component")
}

fn is_module(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "built" | "wit_world" | "goalpost_plugin" | APP)
}

/// Adds the interfaces that the project's own modules use through the SDK.
fn used(folder: &Path, uses: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir()
            && !matches!(name.to_str(), Some("vendor" | "deps" | "dist" | "__pycache__" | ".venv" | ".git"))
        {
            used(&path, uses)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "py") {
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            uses.extend(imported(&text).map(str::to_owned));
        }
    }
    Ok(())
}

/// The interfaces behind `from goalpost_plugin.llm import ...`, `import goalpost_plugin.llm` and
/// `from goalpost_plugin import llm`.
fn imported(source: &str) -> impl Iterator<Item = &'static str> {
    let is_used = |module: &str| {
        source.lines().any(|line| {
            let words: Vec<_> = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
            let imports = matches!(words.iter().find(|word| !word.is_empty()), Some(&"from" | &"import"));
            imports && words.contains(&"goalpost_plugin") && words.contains(&module)
        })
    };
    MODULES.iter().filter(move |(module, _)| is_used(module)).flat_map(|(_, interfaces)| interfaces.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_the_sdk_are_read_off_the_source() {
        let of = |source: &str| imported(source).collect::<Vec<_>>();
        assert_eq!(of("from goalpost_plugin.llm import ask"), ["llm"]);
        assert_eq!(of("    from goalpost_plugin import tree, HostError"), ["tree"]);
        assert_eq!(of("import goalpost_plugin.agents as agents"), ["agents", "progress"]);
        assert!(of("# goalpost_plugin.llm is not used\nfrom goalpost_plugin import Evidence").is_empty());
    }

    #[test]
    fn a_module_has_a_name_that_can_be_imported() {
        assert!(is_module("plugin") && is_module("my_judge2"));
        assert!(!is_module("my-judge") && !is_module("2nd") && !is_module("wit_world"));
    }
}
