//! The workspace: the git repository that a goal works on.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;

/// Why a folder is no workspace. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The path itself.
    #[error("`{}` can't be opened: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No repository at or above the path.
    #[error("`{}` is not in a git repository: run `git init` in the project's top folder first", path.display())]
    NotARepository {
        /// The path.
        path: PathBuf,
    },
    /// There is nothing to work on in a bare repository.
    #[error("`{}` is a bare repository, without a working directory: open a clone or a worktree of it", path.display())]
    Bare {
        /// The repository.
        path: PathBuf,
    },
    /// The path is git's own folder.
    #[error("`{}` is inside git's own folder: open the working directory beside it", path.display())]
    InsideGitDir {
        /// The path.
        path: PathBuf,
    },
    /// `core.worktree` points to another place.
    #[error("the working directory of `{}` is `{}`: open that instead", git_dir.display(), root.display())]
    Elsewhere {
        /// The repository.
        git_dir: PathBuf,
        /// Its working directory.
        root: PathBuf,
    },
    /// There is a repository, and git could not use it either.
    #[error("the git repository at `{}` is broken: {detail}; `git status` there shows what git makes of it", path.display())]
    Broken {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
}

/// A git working directory, known by its canonical top folder: a symbolic link, a trailing slash and a subfolder all open the
/// same workspace.
///
/// Opening runs nothing and trusts nothing that the repository configures: no hooks, filters, aliases or file-system
/// monitors, now or in a snapshot. So a repository that belongs to another user opens too, where git would ask for
/// `safe.directory`; of such a one, the settings that name paths are ignored.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    prefix: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    index_path: PathBuf,
    hash: gix::hash::Kind,
    identity: (u64, u64),
    ignore_case: bool,
    exec_bits: bool,
    global_excludes: Vec<u8>,
}

impl Workspace {
    /// Opens the workspace that `path` is in.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let given = path.as_ref();
        let unreadable = |source| OpenError::Unreadable { path: given.into(), source };
        let mut start = fs::canonicalize(given).map_err(unreadable)?;
        if !start.is_dir() {
            start.pop();
        }
        fs::read_dir(&start).map_err(unreadable)?;
        refuse_blocking_files(&start)?;

        let repo = discover(&start)?;
        let git_dir = canonical(repo.git_dir())?;
        if start.starts_with(&git_dir) && repo.workdir().is_some() {
            return Err(OpenError::InsideGitDir { path: start });
        }
        let Some(workdir) = repo.workdir() else { return Err(OpenError::Bare { path: git_dir }) };
        let root = canonical(workdir)?;
        let Ok(prefix) = start.strip_prefix(&root) else { return Err(OpenError::Elsewhere { git_dir, root }) };
        let metadata = fs::metadata(&root).map_err(unreadable)?;
        let config = repo.config_snapshot();
        Ok(Self {
            prefix: prefix.into(),
            common_dir: canonical(repo.common_dir())?,
            index_path: git_dir.join("index"),
            hash: repo.object_hash(),
            identity: (metadata.dev(), metadata.ino()),
            ignore_case: config.boolean("core.ignoreCase").unwrap_or(false),
            exec_bits: config.boolean("core.fileMode").unwrap_or(true),
            global_excludes: global_excludes(&config),
            root,
            git_dir,
        })
    }

    /// The top folder, canonical.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where in the workspace the path that was opened lies; empty for the top.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// Git's folder of this working directory.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Git's folder that all worktrees of the repository share; the same as [`Workspace::git_dir`] where there is one.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Whether it is a linked worktree (`git worktree add`).
    pub fn is_linked_worktree(&self) -> bool {
        self.git_dir.starts_with(self.common_dir.join("worktrees"))
    }

    pub(crate) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    pub(crate) fn index_path(&self) -> &Path {
        &self.index_path
    }

    /// Device and inode of the top folder when it was opened.
    pub(crate) fn identity(&self) -> (u64, u64) {
        self.identity
    }

    pub(crate) fn ignore_case(&self) -> bool {
        self.ignore_case
    }

    /// Whether the exec bits on disk mean anything.
    pub(crate) fn exec_bits(&self) -> bool {
        self.exec_bits
    }

    /// The content of the user's own ignore file, as it was when the workspace was opened.
    pub(crate) fn global_excludes(&self) -> &[u8] {
        &self.global_excludes
    }
}

/// A worker could leave a pipe where git expects a file, and reading it would wait for ever.
fn refuse_blocking_files(start: &Path) -> Result<(), OpenError> {
    for folder in start.ancestors() {
        for name in [".git", ".git/HEAD", ".git/config", ".git/config.worktree", ".git/commondir"] {
            let path = folder.join(name);
            let is_harmless = |m: fs::Metadata| m.is_file() || name == ".git" && m.is_dir();
            if fs::metadata(&path).is_ok_and(|m| !is_harmless(m)) {
                return Err(OpenError::Broken { path, detail: "it is not a file".into() });
            }
        }
    }
    Ok(())
}

fn discover(start: &Path) -> Result<gix::Repository, OpenError> {
    use gix::discover::upwards;
    let discovered = gix::ThreadSafeRepository::discover_opts(start, upwards::Options::default(), Default::default());
    discovered.map(|repo| repo.to_thread_local()).map_err(|error| {
        // A `.git` on the way up means that there is a repository, which git could not use either.
        match start.ancestors().map(|dir| dir.join(".git")).find(|dot_git| fs::symlink_metadata(dot_git).is_ok()) {
            Some(path) => OpenError::Broken { path, detail: error.to_string() },
            None => OpenError::NotARepository { path: start.into() },
        }
    })
}

fn canonical(path: &Path) -> Result<PathBuf, OpenError> {
    fs::canonicalize(path).map_err(|source| OpenError::Unreadable { path: path.into(), source })
}

/// `core.excludesFile`, or where git looks without it.
fn global_excludes(config: &gix::config::Snapshot<'_>) -> Vec<u8> {
    let path = config.trusted_path("core.excludesFile").ok().flatten().or_else(|| {
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
        let base = std::env::var_os("XDG_CONFIG_HOME").filter(|d| !d.is_empty()).map(PathBuf::from).or_else(home);
        base.map(|base| base.join("git/ignore"))
    });
    path.and_then(|path| crate::snapshot::read_bounded(&path, 1 << 20).ok().flatten()).unwrap_or_default()
}

/// Where the `.git` file of a linked worktree or a submodule points to, from its content.
pub(crate) fn gitdir_of(dot_git: &[u8]) -> Option<&Path> {
    let target = dot_git.trim().strip_prefix(b"gitdir:")?.trim();
    Some(crate::path_text::os_path(target.as_bstr()))
}
