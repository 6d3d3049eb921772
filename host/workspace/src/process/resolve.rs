//! Which file a program's name means, decided before a worker could have a say in it.

use std::ffi::{OsStr, OsString};
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

/// `path_env` without the entries that are relative or missing, that lie inside one of `excluded` or in the machine's
/// temporary folders, or that every user may write: what is left is what a program of the host's may look things up in.
pub fn search_path(path_env: &OsStr, excluded: &[&Path]) -> OsString {
    let shared = ["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from);
    let excluded: Vec<PathBuf> = excluded
        .iter()
        .map(|path| path.to_path_buf())
        .chain(shared)
        .map(|path| path.canonicalize().unwrap_or(path))
        .collect();
    let is_fit = |folder: &PathBuf| {
        folder.is_absolute()
            && folder.canonicalize().is_ok_and(|real| {
                let is_open = real.metadata().is_ok_and(|found| found.permissions().mode() & 0o002 != 0);
                !is_open && !excluded.iter().any(|place| real.starts_with(place))
            })
    };
    // What came apart at the separators holds none.
    std::env::join_paths(std::env::split_paths(path_env).filter(is_fit)).unwrap_or_default()
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
    fn a_search_path_keeps_only_what_no_worker_can_write() {
        let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (workspace, bin, open) = (root.join("ws"), root.join("bin"), root.join("open"));
        for folder in [&workspace.join("bin"), &bin, &open] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        std::os::unix::fs::symlink(workspace.join("bin"), root.join("link")).unwrap();
        let folders = [
            Path::new(""),
            Path::new("bin"),
            Path::new("."),
            &workspace.join("bin"),
            &root.join("link"),
            &root.join("bin/../ws/bin"),
            &open,
            &root.join("missing"),
            Path::new("/tmp"),
            &bin,
        ];
        let path = std::env::join_paths(folders).unwrap();
        assert_eq!(search_path(&path, &[&workspace]), bin.into_os_string());
        assert_eq!(search_path(OsStr::new(""), &[]), OsString::new());
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
