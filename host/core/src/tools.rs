//! The programs that decide over a goal, as they were before its worker first ran.
//!
//! A program is known by the path that is executed, by the file that this leads to, and by that file's SHA-256. A script's
//! interpreter is a program of its own. What a program goes on to load or run is not looked into: a receipt says where that
//! matters most, at the shims of version managers.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ids::Digest;

/// Programs by the path that is executed.
pub type Tools = BTreeMap<String, Tool>;

/// One program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// The file that the path leads to, links resolved.
    pub real: String,
    /// Of that file.
    pub sha256: Digest,
    /// The path of the program that executes it, for a script: another one of the [`Tools`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// The version manager whose shim it is: which tool it runs in turn is for that one to say, and is not pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shim: Option<String>,
}

/// What the first line of a script asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpreter<'a> {
    /// `#!/bin/sh`
    Path(&'a str),
    /// `#!/usr/bin/env node`: the path of `env`, and what it looks up.
    Env(&'a str, &'a str),
}

/// The kernel reads no more than this of a file to find its interpreter (`BINPRM_BUF_SIZE`).
pub const FIRST_LINE: usize = 256;

/// The interpreter that the start of a file names; none for anything but a script.
pub fn interpreter(start: &[u8]) -> Option<Interpreter<'_>> {
    let line = start.get(..start.len().min(FIRST_LINE))?.strip_prefix(b"#!")?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split([' ', '\t', '\r']).filter(|word| !word.is_empty());
    let path = words.next()?;
    if !path.ends_with("/env") {
        return Some(Interpreter::Path(path));
    }
    // Options (`-S`) and variables come before the name.
    let name = words.find(|word| !word.starts_with('-') && !word.contains('='));
    Some(name.map_or(Interpreter::Path(path), |name| Interpreter::Env(path, name)))
}

/// The version manager that a file is a shim of.
pub fn shim(real: &str) -> Option<&'static str> {
    /// The one program that stands behind every name, by its own.
    const MULTICALL: &[(&str, &str)] = &[
        ("rustup", "rustup"),
        ("volta-shim", "volta"),
        ("mise", "mise"),
        ("asdf", "asdf"),
        ("corepack.js", "corepack"),
    ];
    /// Folders of small scripts.
    const MANAGERS: &[&str] = &["pyenv", "rbenv", "nodenv", "goenv", "jenv", "asdf", "mise", "volta"];
    let path = Path::new(real);
    let name = path.file_name()?.to_str()?;
    if let Some((_, manager)) = MULTICALL.iter().find(|(file, _)| *file == name) {
        return Some(manager);
    }
    if path.parent()?.file_name()?.to_str()? != "shims" {
        return None;
    }
    let above = path.parent()?.parent()?.file_name()?.to_str()?.trim_start_matches('.');
    Some(MANAGERS.iter().find(|manager| **manager == above).copied().unwrap_or("a version manager"))
}

/// What is other about `now` than about `was`, for people; empty for the same programs.
pub fn changes(was: &Tools, now: &Tools) -> Vec<String> {
    let mut changes = Vec::new();
    for (path, old) in was {
        match now.get(path) {
            None => changes.push(format!("`{path}` is gone")),
            Some(new) if new.sha256 != old.sha256 => changes.push(format!(
                "`{path}` is another program now (SHA-256 {}, {} then)",
                new.sha256.short(),
                old.sha256.short()
            )),
            Some(new) if new.real != old.real => {
                changes.push(format!("`{path}` leads to `{}` now, to `{}` then", new.real, old.real));
            }
            Some(_) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_its_interpreter() {
        let of = |text: &'static str| interpreter(text.as_bytes());
        assert_eq!(of("#!/bin/sh\nexit 0\n"), Some(Interpreter::Path("/bin/sh")));
        assert_eq!(of("#! /usr/bin/perl -w\n"), Some(Interpreter::Path("/usr/bin/perl")));
        assert_eq!(of("#!/usr/bin/env node\r\n"), Some(Interpreter::Env("/usr/bin/env", "node")));
        assert_eq!(of("#!/usr/bin/env -S A=b python3 -u\n"), Some(Interpreter::Env("/usr/bin/env", "python3")));
        assert_eq!(of("#!/usr/bin/env"), Some(Interpreter::Path("/usr/bin/env")));
        for other in ["", "#", "#!", "#!\n/bin/sh", "\u{7f}ELF", "echo hello\n#!/bin/sh"] {
            assert_eq!(of(other), None, "{other:?}");
        }
        let long = format!("#!/{}", "x".repeat(1000));
        assert!(matches!(interpreter(long.as_bytes()), Some(Interpreter::Path(path)) if path.len() == FIRST_LINE - 2));
    }

    #[test]
    fn shims_are_known_by_their_manager() {
        assert_eq!(shim("/home/u/.cargo/bin/rustup"), Some("rustup"));
        assert_eq!(shim("/home/u/.pyenv/shims/python3"), Some("pyenv"));
        assert_eq!(shim("/opt/odd/shims/ruby"), Some("a version manager"));
        assert_eq!(shim("/usr/bin/python3.11"), None);
        assert_eq!(shim("/"), None);
    }

    #[test]
    fn a_changed_moved_or_missing_program_is_named() {
        let tool = |real: &str, content: &str| Tool {
            real: real.into(),
            sha256: Digest::of(content),
            interpreter: None,
            shim: None,
        };
        let was = Tools::from([
            ("/bin/a".into(), tool("/bin/a", "1")),
            ("/bin/b".into(), tool("/bin/b", "1")),
            ("/bin/c".into(), tool("/bin/c", "1")),
            ("/bin/d".into(), tool("/bin/d", "1")),
        ]);
        assert!(changes(&was, &was).is_empty());
        let now = Tools::from([
            ("/bin/a".into(), tool("/bin/a", "1")),
            ("/bin/b".into(), tool("/bin/b", "2")),
            ("/bin/c".into(), tool("/opt/c", "1")),
        ]);
        let said = changes(&was, &now);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("/bin/b` is another program"), "{said:?}");
        assert!(said[1].contains("leads to `/opt/c`"), "{said:?}");
        assert!(said[2].contains("/bin/d` is gone"), "{said:?}");
    }
}
