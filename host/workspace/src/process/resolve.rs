//! Which file a program's name means, decided before a worker could have a say in it.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Why a name means no program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Nowhere.
    #[error("the program `{name}` was not found on PATH: install it, or give its absolute path")]
    NotFound {
        /// As it was written.
        name: String,
    },
    /// Only where the worker could replace it.
    #[error("`{name}` was found only as {}, which the worker could replace: install it outside of the workspace", found.display())]
    OnlyInWorkspace {
        /// As it was written.
        name: String,
        /// What was passed over.
        found: PathBuf,
    },
    /// There, but no program.
    #[error("{} is not an executable file", path.display())]
    NotExecutable {
        /// What was looked at.
        path: PathBuf,
    },
}

/// The absolute path of the program `name`, looked up in `path_env` without its entries that are relative or lie inside
/// one of `excluded`, the folders that a worker can write. A link that leads into one of them does not count either.
///
/// A relative path (`./check.sh`) is given back as it is: it names a file of the tree, and the sandbox executes it from there.
///
/// # Errors
/// As [`ResolveError`] says.
pub fn resolve_program(name: &str, path_env: &OsStr, excluded: &[&Path]) -> Result<PathBuf, ResolveError> {
    if name.contains('/') {
        let path = PathBuf::from(name);
        return if path.is_relative() || is_program(&path) {
            Ok(path)
        } else if path.exists() {
            Err(ResolveError::NotExecutable { path })
        } else {
            Err(ResolveError::NotFound { name: name.to_owned() })
        };
    }
    let excluded: Vec<PathBuf> =
        excluded.iter().map(|p| p.canonicalize().unwrap_or_else(|_| p.to_path_buf())).collect();
    let is_outside = |path: &Path| path.canonicalize().is_ok_and(|real| !excluded.iter().any(|e| real.starts_with(e)));
    let mut passed_over = None;
    for folder in std::env::split_paths(path_env).filter(|p| p.is_absolute()) {
        let path = folder.join(name);
        if name.is_empty() || !is_program(&path) {
            continue;
        }
        if is_outside(&folder) && is_outside(&path) {
            return Ok(path);
        }
        passed_over.get_or_insert(path);
    }
    let name = name.to_owned();
    Err(match passed_over {
        Some(found) => ResolveError::OnlyInWorkspace { name, found },
        None => ResolveError::NotFound { name },
    })
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn program(folder: &Path, name: &str) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_shim_in_the_workspace_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let (workspace, bin, links) = (dir.path().join("ws"), dir.path().join("bin"), dir.path().join("links"));
        let shim = program(&workspace.join("node_modules/.bin"), "npm");
        let real = program(&bin, "npm");
        fs::create_dir(&links).unwrap();
        std::os::unix::fs::symlink(&shim, links.join("npm")).unwrap();
        let path = std::env::join_paths([
            &workspace.join("node_modules/.bin"),
            &workspace.join("missing/../node_modules/.bin"),
            &links,
            Path::new("bin"),
            Path::new(""),
            &bin,
        ])
        .unwrap();
        assert_eq!(resolve_program("npm", &path, &[&workspace]), Ok(real));
        let path = std::env::join_paths([&links]).unwrap();
        let error = resolve_program("npm", &path, &[&workspace]).unwrap_err();
        assert_eq!(error, ResolveError::OnlyInWorkspace { name: "npm".into(), found: links.join("npm") });
    }

    #[test]
    fn a_file_without_the_exec_bit_and_an_unknown_name_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("plain");
        fs::write(&plain, "").unwrap();
        let error = resolve_program(plain.to_str().unwrap(), OsStr::new(""), &[]).unwrap_err();
        assert_eq!(error, ResolveError::NotExecutable { path: plain });
        for name in ["no-such-program", "/no/such/program", ""] {
            let error = resolve_program(name, OsStr::new("/usr/bin"), &[]).unwrap_err();
            assert_eq!(error, ResolveError::NotFound { name: name.into() });
        }
        assert_eq!(resolve_program("./check.sh", OsStr::new(""), &[]), Ok("./check.sh".into()));
    }
}
