//! TypeScript and JavaScript: bundled by `esbuild`, and made a component by `componentize-qjs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{tools, world};
use crate::commands::plugin::project::Project;
use crate::exit::UsageError;

const INSTALL: &str = "npm install";
const PACKAGE: &str = "goalpost:plugin/";

/// The component of a project.
pub(super) fn build(project: &Project, scratch: &Path) -> Result<Vec<u8>> {
    let esbuild = tools::find("esbuild", &project.folder, "node_modules/.bin", INSTALL)?;
    let componentize = tools::find("componentize-qjs", &project.folder, "node_modules/.bin", INSTALL)?;
    let bundle = scratch.join("plugin.js");
    let mut bundler = Command::new(esbuild);
    bundler
        .current_dir(&project.folder)
        .arg(&project.main)
        .args(["--bundle", "--format=esm", "--log-level=warning", "--external:goalpost:plugin/*"])
        .arg(format!("--outfile={}", bundle.display()));
    // The SDK that came with the project needs no installing.
    let sdk = project.folder.join("vendor/goalpost-plugin/src");
    if sdk.is_dir() {
        bundler.arg(format!("--alias:goalpost-plugin={}", sdk.display()));
    }
    tools::run(&mut bundler)?;
    let text = fs::read_to_string(&bundle).context("the bundle")?;
    check_exports(&text, project)?;
    let wit = world::write(project.kind, &uses(&text), scratch)?;
    let component = scratch.join("plugin.wasm");
    tools::run(
        Command::new(componentize)
            .current_dir(scratch)
            .args(["--sync", "--world", world::NAME, "--wit"])
            .arg(&wit)
            .arg("--js")
            .arg(&bundle)
            .arg("--output")
            .arg(&component),
    )?;
    fs::read(&component).context("the component")
}

/// The contract's interfaces that a bundle imports.
fn uses(bundle: &str) -> BTreeSet<String> {
    let names = bundle.match_indices(PACKAGE).filter_map(|(at, _)| {
        let rest = &bundle[at + PACKAGE.len()..];
        let (name, version) = rest.split_once('@')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        (is_name && version.starts_with(goalpost_plugins::CONTRACT_VERSION)).then(|| name.to_owned())
    });
    names.collect()
}

/// QuickJS would notice a missing export when it is first called, and say nothing of its name.
fn check_exports(bundle: &str, project: &Project) -> Result<()> {
    // esbuild writes them as one list at the end.
    let list = bundle.rsplit_once("export {").map_or("", |(_, list)| list);
    let list = list.split_once('}').map_or("", |(list, _)| list);
    let exported = |name: &str| list.split(',').any(|item| item.split_whitespace().last() == Some(name));
    for name in [project.kind.export(), "pluginInfo"] {
        if !exported(name) {
            let main = project.main.display();
            let function = project.kind.export();
            return Err(UsageError(format!(
                "{main} does not export `{name}`: write `export const {{ {function}, pluginInfo }} = {}(...)`",
                project.kind
            ))
            .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read_off_the_bundle() {
        let bundle = "import { write } from \"goalpost:plugin/log@0.1.0\";\nimport * as host from \"goalpost:plugin/llm@0.1.0\";";
        assert_eq!(uses(bundle).into_iter().collect::<Vec<_>>(), ["llm", "log"]);
        assert!(uses("const text = \"goalpost:plugin/ is no import@0.1.0\"").is_empty());
    }
}
