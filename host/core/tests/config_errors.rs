//! What a person sees of a wrong `goalpost.toml`: every `config-errors/*.toml` has its message beside it as `.txt`.
//!
//! `GOALPOST_BLESS=1 cargo test -p goalpost-core --test config_errors` writes the messages anew; read the difference.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use goalpost_core::config;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config-errors");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_mistake_is_shown_where_it_is_with_what_to_do() {
    let mut wrong = Vec::new();
    for path in cases() {
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = match config::parse(&text, "goalpost.toml") {
            Ok(_) => panic!("{} has no mistake", path.display()),
            Err(errors) => format!("{errors}\n"),
        };
        let golden = path.with_extension("txt");
        if std::env::var_os("GOALPOST_BLESS").is_some() {
            std::fs::write(&golden, &shown).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != shown {
            wrong.push(format!("== {}\n{shown}", golden.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places_are_lines_and_columns_of_the_file() {
    let errors = config::parse("[goal]\nobjective = \"é\" # ü\n  bugdet = 1\n", "x.toml").unwrap_err();
    let places: Vec<_> = errors.problems().iter().map(|p| (p.line(), p.column(), p.message())).collect();
    assert!(places.contains(&(3, 3, "unknown key `bugdet` in [goal]")), "{places:?}");
}
