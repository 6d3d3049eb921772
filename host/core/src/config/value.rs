//! Values that more than one section has: globs, folders, names and variables.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::error::Problem;
use super::section::{At, Section, quoted};

impl<'a> Section<'a> {
    /// Patterns of paths in the workspace.
    pub(super) fn globs(&self, key: &'static str) -> Vec<String> {
        let globs = self.strings(key).map_or_else(Vec::new, |list| list.value);
        globs.into_iter().filter_map(|glob| self.glob(key, &glob)).collect()
    }

    pub(super) fn glob(&self, key: &str, glob: &At<&str>) -> Option<String> {
        let bad = |label: &str, help: String| {
            let what = format!("`{}` is no pattern for `{key}` in {}", glob.value, self.name);
            self.push(Problem::new(glob.span.clone(), what).label(label).help(help));
            None
        };
        let text = glob.value;
        if text.trim().is_empty() {
            return bad("empty", "a pattern is a path in the workspace, such as `src/**`".to_owned());
        }
        if let Some(rest) = text.strip_prefix('!') {
            return bad(
                "no negation here",
                match key {
                    "paths" => format!("to let the worker change it, write `allow = [{}]`", quoted(rest)),
                    _ => "name what belongs to it, not what doesn't".to_owned(),
                },
            );
        }
        if is_absolute(text) || text.starts_with("~/") {
            return bad("not inside the workspace", "patterns start at the top of the workspace: `src/**`".to_owned());
        }
        if text.split('/').any(|part| part == "..") {
            return bad("leaves the workspace", "patterns start at the top of the workspace: `src/**`".to_owned());
        }
        if let Some(rest) = text.strip_prefix("./") {
            return bad("starts with `./`", format!("write {}", quoted(rest)));
        }
        if text.ends_with('/') {
            return bad("names a folder, and would match no file", format!("write {}", quoted(&format!("{text}**"))));
        }
        match globset::GlobBuilder::new(text).literal_separator(true).build() {
            Ok(_) => Some(text.to_owned()),
            Err(error) => bad(&error.kind().to_string(), "`*`, `**`, `?`, `[abc]` and `{a,b}` are special".to_owned()),
        }
    }

    /// A folder below the workspace; `.` where it is not given.
    pub(super) fn folder(&self, key: &'static str) -> String {
        let Some(dir) = self.string(key) else { return ".".to_owned() };
        self.folder_at(key, dir).unwrap_or_else(|| ".".to_owned())
    }

    /// Folders below the workspace, none of them all of it, and none in another.
    pub(super) fn folders(&self, key: &'static str) -> Vec<String> {
        let mut folders: Vec<String> = Vec::new();
        for item in self.strings(key).map_or_else(Vec::new, |list| list.value) {
            let (span, written) = (item.span.clone(), item.value);
            let Some(folder) = self.folder_at(key, item) else { continue };
            let is_in = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
            let label = if folder == "." {
                "everything is in it".to_owned()
            } else if let Some(other) = folders.iter().find(|known| is_in(&folder, known) || is_in(known, &folder)) {
                format!("`{other}` is named already")
            } else {
                folders.push(folder);
                continue;
            };
            self.push(
                Problem::new(span, format!("`{written}` is no folder for `{key}` in {}", self.name))
                    .label(label)
                    .help(format!("name folders that hold nothing but what is built, such as `{key} = [\"target\"]`")),
            );
        }
        folders
    }

    fn folder_at(&self, key: &'static str, dir: At<&str>) -> Option<String> {
        let label = if dir.value.is_empty() {
            "empty"
        } else if is_absolute(dir.value) || dir.value.starts_with('~') {
            "not inside the workspace"
        } else if dir.value.split('/').any(|part| part == "..") {
            "leaves the workspace"
        } else if dir.value.contains(char::is_control) {
            "has a control character in it"
        } else {
            let parts: Vec<_> = dir.value.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            return Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") });
        };
        self.push(
            Problem::new(dir.span, format!("`{}` is no folder for `{key}` in {}", dir.value, self.name))
                .label(label)
                .help(format!("name a folder below the workspace, such as `{key} = \"packages/app\"`")),
        );
        None
    }

    /// A name that messages, receipts and feedback can carry.
    pub(super) fn label_of(&self, name: At<&str>) -> Option<At<String>> {
        let label = if name.value.trim().is_empty() {
            "empty"
        } else if name.value.trim() != name.value {
            "has a space at an end"
        } else if name.value.chars().count() > 64 {
            "longer than 64 characters"
        } else if name.value.contains(|c: char| c.is_control() || c == '`') {
            "has a control character or a backtick in it"
        } else {
            return Some(At::new(name.value.to_owned(), name.span));
        };
        self.push(Problem::new(name.span, format!("the name of a {} can't be this", self.name)).label(label));
        None
    }

    /// Names of environment variables.
    pub(super) fn variable_names(&self, key: &'static str) -> Vec<String> {
        let names = self.strings(key).map_or_else(Vec::new, |list| list.value);
        let mut out = Vec::new();
        for name in names {
            if is_variable(name.value) {
                out.push(name.value.to_owned());
                continue;
            }
            let problem = Problem::new(name.span, format!("`{}` is not the name of a variable", name.value))
                .label("expected letters, digits and `_`, no digit first");
            self.push(if name.value.contains('=') {
                problem.help(format!("`{key}` passes a variable on from your shell; to set one, use `env`"))
            } else if name.value.contains('*') {
                problem.help("each variable is named in full: a pattern could let a secret through")
            } else {
                problem
            });
        }
        out
    }

    /// `env = { NAME = "value" }`
    pub(super) fn variables(&self, key: &'static str) -> BTreeMap<String, String> {
        let name = format!("`{key}` of {}", self.name);
        let Some(section) = self.section(key, name, "env = { NAME = \"value\" }") else { return BTreeMap::new() };
        let mut out = BTreeMap::new();
        for (name, value) in section.entries() {
            if !is_variable(name.value) {
                self.push(
                    Problem::new(name.span.clone(), format!("`{}` is not the name of a variable", name.value))
                        .label("expected letters, digits and `_`, no digit first"),
                );
                continue;
            }
            match value.get_ref() {
                DeValue::String(text) if text.contains('\0') => {
                    self.push(Problem::new(value.span(), format!("`{}` has a NUL character in it", name.value)));
                }
                DeValue::String(text) => {
                    out.insert(name.value.to_owned(), text.to_string());
                }
                _ => self.push(section.wrong_type(name.value, value, "a string").help("put it in quotes")),
            }
        }
        out
    }
}

pub(super) fn is_absolute(path: &str) -> bool {
    // `C:\` and `\\server` are refused as well: a goal should mean the same on every machine.
    let drive = path.len() > 1 && path.as_bytes()[0].is_ascii_alphabetic() && path.as_bytes()[1] == b':';
    path.starts_with('/') || path.starts_with('\\') || drive
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
