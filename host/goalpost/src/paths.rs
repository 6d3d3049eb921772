//! Where Goalpost keeps its things: the three XDG folders, never inside a workspace and never open to other users.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use goalpost_core::ids::{Digest, GoalId};

/// Goalpost's own folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    /// What must not be lost: the database, the object store and the keys. `$XDG_STATE_HOME/goalpost`.
    pub(crate) state: PathBuf,
    /// What can be made again: compiled plugins, worktrees and prepared dependencies. `$XDG_CACHE_HOME/goalpost`.
    pub(crate) cache: PathBuf,
    /// What belongs to the user: copies that goals work on. `$XDG_DATA_HOME/goalpost`; created with the first one.
    pub(crate) data: PathBuf,
    /// What the user wrote. `$XDG_CONFIG_HOME/goalpost`; it need not exist.
    pub(crate) config: PathBuf,
}

/// Why a folder is not fit to hold what decides over a goal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlacesError {
    /// Neither the XDG variable nor `HOME` says where to go.
    #[error("no place for Goalpost's {what}: set {variable} or HOME to an absolute path")]
    Nowhere { what: &'static str, variable: &'static str },
    /// The worker could write it.
    #[error(
        "{} is inside the workspace {}, where the worker can write it: set {variable} to a folder outside of the workspace",
        path.display(), workspace.display()
    )]
    InsideWorkspace { path: PathBuf, workspace: PathBuf, variable: &'static str },
    /// Another user owns it.
    #[error(
        "{} belongs to user {owner}, and Goalpost runs as user {user}: run it as that user, or set {variable} to a folder of your own",
        path.display()
    )]
    OtherOwner { path: PathBuf, owner: u32, user: u32, variable: &'static str },
    /// Other users may write it.
    #[error("other users may write {} (mode {mode:04o}): run `chmod go-w {}`", path.display(), path.display())]
    OpenToOthers { path: PathBuf, mode: u32 },
    /// A file where a folder belongs.
    #[error("{} is not a folder: move it away, or set {variable}", path.display())]
    NotAFolder { path: PathBuf, variable: &'static str },
    /// The operating system refused.
    #[error("can't prepare {}: {source}; set {variable} to a folder that you can write", path.display())]
    Io { path: PathBuf, variable: &'static str, source: io::Error },
}

const STATE: &str = "XDG_STATE_HOME";
const CACHE: &str = "XDG_CACHE_HOME";
const DATA: &str = "XDG_DATA_HOME";
const CONFIG: &str = "XDG_CONFIG_HOME";

impl Places {
    /// The folders that the environment names, created where they are missing and checked against `workspace`.
    pub(crate) fn open(workspace: Option<&Path>) -> Result<Self, PlacesError> {
        let places = Self::resolve(|name| std::env::var_os(name))?;
        places.prepare(workspace)?;
        Ok(places)
    }

    /// The folders that `env` names. As the XDG base directory specification has it, a relative path counts as unset.
    pub(crate) fn resolve(env: impl Fn(&str) -> Option<OsString>) -> Result<Self, PlacesError> {
        let absolute = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let place = |what, variable, below_home: &str| {
            absolute(variable)
                .or_else(|| Some(absolute("HOME")?.join(below_home)))
                .map(|base| base.join("goalpost"))
                .ok_or(PlacesError::Nowhere { what, variable })
        };
        Ok(Self {
            state: place("state", STATE, ".local/state")?,
            cache: place("cache", CACHE, ".cache")?,
            data: place("data", DATA, ".local/share")?,
            config: place("configuration", CONFIG, ".config")?,
        })
    }

    /// Creates the state and cache folders, readable by their owner alone, and checks all three.
    pub(crate) fn prepare(&self, workspace: Option<&Path>) -> Result<(), PlacesError> {
        for (path, variable) in [(&self.state, STATE), (&self.cache, CACHE), (&self.config, CONFIG)] {
            if let Some(workspace) = workspace {
                outside(path, workspace, variable)?;
            }
            if variable != CONFIG {
                create(path, variable)?;
            } else if path.symlink_metadata().is_err() {
                continue;
            }
            private(path, variable)?;
        }
        Ok(())
    }

    /// The state database.
    pub(crate) fn database(&self) -> PathBuf {
        self.state.join("goalpost.db")
    }

    /// The object store of the repository whose common git folder is `common_dir`: one for all of its worktrees.
    pub(crate) fn objects(&self, common_dir: &Path) -> PathBuf {
        self.state.join("objects").join(name_of(common_dir).short())
    }

    /// The record of who owns the workspace at `root`.
    pub(crate) fn owner_record(&self, root: &Path) -> PathBuf {
        self.state.join("owners").join(format!("{}.json", name_of(root).short()))
    }

    /// Where the copy of a goal that works on one goes; its parent is created. It is user data, outside of the folders that
    /// are hidden from workers: `$XDG_DATA_HOME/goalpost/scratch`.
    pub(crate) fn scratch(&self, goal: &GoalId) -> Result<PathBuf, PlacesError> {
        let parent = self.data.join("scratch");
        create(&self.data, DATA)?;
        private(&self.data, DATA)?;
        create(&parent, DATA)?;
        Ok(parent.join(goal.as_str()))
    }

    /// Views of repositories' histories, one a goal that asks for one.
    pub(crate) fn histories(&self) -> PathBuf {
        self.state.join("history")
    }

    /// The folder of the receipt keys.
    pub(crate) fn keys(&self) -> PathBuf {
        self.state.join("keys")
    }
}

/// A file name for a path.
fn name_of(path: &Path) -> Digest {
    Digest::of(path.as_os_str().as_encoded_bytes())
}

/// Creates a folder and its parents, readable by their owner alone.
fn create(path: &Path, variable: &'static str) -> Result<(), PlacesError> {
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(path) {
        // `private` says more of a file in the way than `EEXIST` does.
        Err(source) if !path.exists() => Err(PlacesError::Io { path: path.to_owned(), variable, source }),
        _ => Ok(()),
    }
}

/// Refuses a path that is, or would be created, inside the workspace.
fn outside(path: &Path, workspace: &Path, variable: &'static str) -> Result<(), PlacesError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| PlacesError::Io { path, variable, source }
    };
    let workspace = workspace.canonicalize().map_err(io(workspace))?;
    // What does not exist yet has no links in it: only the part that exists must be resolved.
    let existing = path.ancestors().find(|p| p.symlink_metadata().is_ok()).unwrap_or(path);
    let real = existing.canonicalize().map_err(io(existing))?;
    if real.starts_with(&workspace) {
        return Err(PlacesError::InsideWorkspace { path: path.to_owned(), workspace, variable });
    }
    Ok(())
}

/// Refuses a folder that is not this user's, or that others may write.
fn private(path: &Path, variable: &'static str) -> Result<(), PlacesError> {
    let meta = fs::metadata(path).map_err(|source| PlacesError::Io { path: path.to_owned(), variable, source })?;
    if !meta.is_dir() {
        return Err(PlacesError::NotAFolder { path: path.to_owned(), variable });
    }
    let user = rustix::process::geteuid().as_raw();
    if meta.uid() != user {
        return Err(PlacesError::OtherOwner { path: path.to_owned(), owner: meta.uid(), user, variable });
    }
    let mode = meta.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(PlacesError::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn below(home: &Path) -> Places {
        Places::resolve(|name| (name == "HOME").then(|| home.into())).unwrap()
    }

    #[test]
    fn xdg_variables_win_over_home_and_relative_ones_count_as_unset() {
        let env = |name: &str| match name {
            "XDG_STATE_HOME" => Some("/s".into()),
            "XDG_CACHE_HOME" => Some("relative".into()),
            "HOME" => Some("/h".into()),
            _ => None,
        };
        let places = Places::resolve(env).unwrap();
        assert_eq!(places.state, Path::new("/s/goalpost"));
        assert_eq!(places.cache, Path::new("/h/.cache/goalpost"));
        assert_eq!(places.config, Path::new("/h/.config/goalpost"));
        let error = Places::resolve(|_| None).unwrap_err();
        assert!(error.to_string().contains("XDG_STATE_HOME"), "{error}");
    }

    #[test]
    fn new_folders_are_private() {
        let home = tempfile::tempdir().unwrap();
        let places = below(home.path());
        places.prepare(None).unwrap();
        for path in [&places.state, &places.cache] {
            assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o700);
        }
        assert!(!places.config.exists());
        places.prepare(None).unwrap();
    }

    #[test]
    fn a_folder_that_others_may_write_is_refused_with_the_fix() {
        let home = tempfile::tempdir().unwrap();
        let places = below(home.path());
        places.prepare(None).unwrap();
        fs::set_permissions(&places.state, fs::Permissions::from_mode(0o770)).unwrap();
        let error = places.prepare(None).unwrap_err();
        assert!(matches!(error, PlacesError::OpenToOthers { .. }));
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }

    #[test]
    fn a_folder_inside_the_workspace_is_refused_before_it_is_made() {
        let home = tempfile::tempdir().unwrap();
        let places = below(home.path());
        let error = places.prepare(Some(home.path())).unwrap_err();
        assert!(matches!(error, PlacesError::InsideWorkspace { .. }), "{error}");
        assert!(!places.state.exists());
    }

    #[test]
    fn a_link_into_the_workspace_does_not_hide_it() {
        let home = tempfile::tempdir().unwrap();
        let workspace = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".local")).unwrap();
        symlink(workspace.path(), home.path().join(".local/state")).unwrap();
        let error = below(home.path()).prepare(Some(workspace.path())).unwrap_err();
        assert!(matches!(error, PlacesError::InsideWorkspace { .. }), "{error}");
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join(".local/state")).unwrap();
        fs::write(home.path().join(".local/state/goalpost"), "").unwrap();
        let error = below(home.path()).prepare(None).unwrap_err();
        assert!(matches!(error, PlacesError::NotAFolder { .. }), "{error}");
    }
}
