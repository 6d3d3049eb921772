//! The bindings of the SDK for C.
//!
//! One folder a world, each with the same file names and the same names in them: a plugin is of one world, and the SDK's
//! own code compiles against whichever of them its include path has. The object file carries the world's type.

use std::path::Path;

use anyhow::Result;
use wit_bindgen_c::Opts;
use wit_bindgen_core::Files;

use super::{WORLDS, contract, importable, world};

const FOLDER: &str = "sdk/c/bindings";
/// The name of the files, and the prefix of what belongs to no interface, such as strings.
const NAME: &str = "contract";
/// What is nearest to a plugin's author has the shortest prefix.
const PREFIXES: [(&str, &str); 10] = [
    ("types", "gp"),
    ("log", "gp_log"),
    ("tree", "gp_tree"),
    ("checks", "gp_checks"),
    ("llm", "gp_llm"),
    ("http", "gp_http"),
    ("state", "gp_state"),
    ("files", "gp_files"),
    ("progress", "gp_progress"),
    ("agents", "gp_agents"),
];

/// Paths in the repository and contents of all files.
pub(super) fn generate(wit: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for name in WORLDS {
        let mut resolve = contract(wit, None)?;
        let world = world(&resolve, name)?;
        let imported = importable(&resolve, name)?;
        let rename = PREFIXES
            .iter()
            .filter(|(interface, _)| imported.iter().any(|name| name == interface))
            .map(|(interface, prefix)| (format!("goalpost:plugin/{interface}@0.1.0"), (*prefix).to_owned()))
            .collect();
        let mut generator = Opts { rename, rename_world: Some(NAME.to_owned()), ..Opts::default() }.build();
        let mut files = Files::default();
        generator.generate(&mut resolve, world, &mut files)?;
        all.extend(files.iter().map(|(file, content)| (format!("{FOLDER}/{name}/{file}"), content.to_vec())));
    }
    Ok(all)
}
