//! Every goal that the repository shows to its readers is one that the program takes.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use goalpost_core::config;

/// Files below `folder` that `wanted` says, built and installed things left out.
fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules" | "dist") {
            continue;
        }
        if path.is_dir() {
            files(&path, wanted, out);
        } else if wanted(&path) {
            out.push(path);
        }
    }
}

/// The blocks of a Markdown text that are whole goals.
fn goals(markdown: &str) -> Vec<String> {
    let blocks = markdown.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap_or(rest));
    blocks.filter(|block| block.lines().any(|line| line == "[goal]")).map(str::to_owned).collect()
}

#[test]
fn every_goal_in_the_documents_and_examples_parses() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    files(&root.join("examples"), &|path| path.ends_with("goalpost.toml"), &mut found);
    let mut texts: Vec<(String, String)> =
        found.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect();
    let mut documents = Vec::new();
    files(&root, &|path| path.extension().is_some_and(|e| e == "md"), &mut documents);
    for path in documents {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        texts.extend(goals(&text).into_iter().map(|goal| (path.display().to_string(), goal)));
    }
    if texts.is_empty() {
        eprintln!("skipped: this copy of the sources has no examples and no documents");
    }
    let wrong: Vec<_> = texts
        .iter()
        .filter_map(|(path, text)| Some(format!("{path}\n{}", config::parse(text, "goalpost.toml").err()?)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_whole_goals_are_taken_from_a_document() {
    let text =
        "# X\n\n```toml\n[goal]\nobjective = \"x\"\n```\n\n```toml\n[panel]\nrule = \"all\"\n```\n\n```sh\nls\n```\n";
    assert_eq!(goals(text), ["[goal]\nobjective = \"x\""]);
}
