//! The grant `files`: folders of the user that a plugin may read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::error::Problem;
use super::section::{At, Section, Value};

/// `files = { docs = "docs/api" }`, or `files = { docs = { path = "docs/api", bytes = "8MiB" } }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderGrant {
    /// As it is written: relative to the folder of `goalpost.toml`, absolute, or `~/` and what follows.
    pub path: String,
    /// Bytes of it that one call may be given; 64 MiB when not given.
    pub bytes: u64,
}

impl FolderGrant {
    /// What one call may be given when nothing is said.
    pub const BYTES: u64 = 64 << 20;
}

/// Folders that one plugin may be granted.
const FOLDERS: usize = 16;

const EXAMPLE: &str = "files = { docs = \"docs/api\" }";

/// What stands under `files` in `grants`, by the folders' names.
pub(super) fn read(grants: &Section<'_>) -> BTreeMap<String, FolderGrant> {
    let Some(table) = grants.section("files", "`files`", EXAMPLE) else { return BTreeMap::new() };
    let mut folders = BTreeMap::new();
    for (name, value) in table.entries() {
        if !is_name(name.value) {
            let problem = Problem::new(name.span, format!("`{}` can't be the name of a folder", name.value));
            table.push(problem.label("expected at most 64 letters, digits, `-` and `_`"));
        } else if folders.len() == FOLDERS {
            let problem = Problem::new(name.span, format!("`files` names more than {FOLDERS} folders"));
            table.push(problem.label("one too many").help("grant a folder that holds several of them"));
            break;
        } else if let Some(folder) = folder(&table, &name, value) {
            folders.insert(name.value.to_owned(), folder);
        }
    }
    folders
}

fn folder(files: &Section<'_>, name: &At<&str>, value: &Value<'_>) -> Option<FolderGrant> {
    match value.get_ref() {
        DeValue::String(text) => path(files, &At::new(text.as_ref(), value.span()))
            .map(|path| FolderGrant { path, bytes: FolderGrant::BYTES }),
        DeValue::Table(table) => {
            let table = Section::new(files.report, format!("`{}` in `files`", name.value), value.span(), table);
            let written = table.string("path");
            if !table.has("path") {
                table.missing("path", format!("name its folder, as in `{EXAMPLE}`"));
            }
            // No call is given more than 512 MiB of anything.
            let bytes = table.bytes("bytes", 1..=512 << 20);
            table.finish();
            let path = written.and_then(|written| path(&table, &written))?;
            Some(FolderGrant { path, bytes: bytes.unwrap_or(FolderGrant::BYTES) })
        }
        _ => {
            let problem = files.wrong_type(name.value, value, "the path of a folder, or a table");
            files.push(problem.help(format!("write `{EXAMPLE}`")));
            None
        }
    }
}

fn path(section: &Section<'_>, path: &At<&str>) -> Option<String> {
    let label = match path.value {
        text if text.trim().is_empty() => "empty",
        text if text.contains(char::is_control) => "has a control character in it",
        text if matches!(text.trim_end_matches('/'), "" | "~") => "everything of yours is in it",
        text => return Some(text.to_owned()),
    };
    let problem = Problem::new(path.span.clone(), format!("`{}` is no folder for `files`", path.value)).label(label);
    section.push(problem.help("name the folder that the plugin is to read, and no more"));
    None
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// What `new` allows that `old` did not, in words.
pub(super) fn wider(old: &BTreeMap<String, FolderGrant>, new: &BTreeMap<String, FolderGrant>) -> Vec<String> {
    let more = new.iter().filter_map(|(name, folder)| match old.get(name) {
        Some(was) if was.path == folder.path && was.bytes >= folder.bytes => None,
        Some(was) if was.path == folder.path => Some(format!("{} bytes of the folder `{name}`", folder.bytes)),
        _ => Some(format!("the folder {} as `{name}`", folder.path)),
    });
    more.collect()
}
