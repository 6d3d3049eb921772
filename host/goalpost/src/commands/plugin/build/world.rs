//! The world of one plugin: its kind's, with only those imports that its code uses.
//!
//! A component of an interpreted language imports everything that its world does, used or not. The world is therefore made for
//! the plugin, so that it asks for no grant that it has no use for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use goalpost_plugins::Kind;
use wit_parser::{Resolve, SourceMap, WorldId};

/// The contract.
const FILES: [(&str, &str); 3] = [
    ("types.wit", include_str!("../../../../../../wit/types.wit")),
    ("capabilities.wit", include_str!("../../../../../../wit/capabilities.wit")),
    ("worlds.wit", include_str!("../../../../../../wit/worlds.wit")),
];

/// The name of the plugin's world.
pub(super) const NAME: &str = "built";

/// Writes the contract and the plugin's world to a folder below `scratch`.
pub(super) fn write(kind: Kind, uses: &BTreeSet<String>, scratch: &Path) -> Result<PathBuf> {
    let folder = scratch.join("wit");
    fs::create_dir_all(&folder)?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text)?;
    }
    fs::write(folder.join("built.wit"), text(kind, uses))?;
    Ok(folder)
}

/// A kind's whole world, for a compiler that imports what is used of it.
pub(super) fn of(kind: Kind) -> Result<(Resolve, WorldId)> {
    let mut sources = SourceMap::new();
    for (name, text) in FILES {
        sources.push_str(name, text);
    }
    let package = sources.parse().map_err(|(sources, error)| anyhow!(error.render(&sources)))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_group(package)?;
    let world = resolve.select_world(&[package], Some(kind.world()))?;
    Ok((resolve, world))
}

fn text(kind: Kind, uses: &BTreeSet<String>) -> String {
    let (types, export) = match kind {
        Kind::Evaluator => ("evidence, verdict", "evaluate: func(evidence: evidence) -> result<verdict, string>"),
        Kind::Gate => ("subject, gate-result", "check: func(subject: subject) -> result<gate-result, string>"),
        Kind::Workflow => ("turn, turn-summary", "run: func(turn: turn) -> result<turn-summary, string>"),
    };
    let imports: String = uses.iter().map(|interface| format!("  import {interface};\n")).collect();
    format!(
        "package goalpost:plugin@{};\n\nworld {NAME} {{\n  use types.{{{types}}};\n{imports}  export plugin-info;\n  export {export};\n}}\n",
        goalpost_plugins::CONTRACT_VERSION
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_imports_what_is_used_and_nothing_else() {
        let uses = BTreeSet::from(["log".to_owned(), "tree".to_owned()]);
        let text = text(Kind::Gate, &uses);
        assert!(text.contains("import log;") && text.contains("import tree;"), "{text}");
        assert!(!text.contains("llm"), "{text}");
        assert!(text.contains("export check: func(subject: subject)"), "{text}");
    }
}
