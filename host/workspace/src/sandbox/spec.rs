//! What a confined process may see and do. The host writes it, the launcher reads it: plain data, no decisions.

use std::ffi::OsString;
use std::path::PathBuf;

use goalpost_core::isolation::IsolationLevel;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The walls around one process and all of its descendants.
///
/// Every path is absolute and canonical; the sandbox refuses one that leads through a symbolic link. Where paths nest, the
/// most specific one wins: a tool chain below a hidden home folder is there, and so is a workspace. What no list names is
/// the machine's own file system, read-only.
///
/// At [`IsolationLevel::Full`] these are always the sandbox's own: `/tmp`, `/var/tmp`, `/run`, `/dev`, `/proc`.
/// At [`IsolationLevel::Landlock`] what is hidden can't be read, but shows that it exists; there is no overlay, no shared
/// memory and no terminal; all scratch folders are one, `TMPDIR`, which a variable that names one of them (`HOME`) is set
/// to as well; and `readonly_paths` are not enforced, because a Landlock rule can only add to what the folder above it
/// allows. At [`IsolationLevel::None`] nothing here holds except `limits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// The level that is demanded: a sandbox that can't reach it does not run the program.
    pub level: IsolationLevel,
    /// Empty and read-only inside: Goalpost's state and caches. Each should exist before: one that does not is left out,
    /// and would show when it is made while the program runs.
    pub hide: Vec<PathBuf>,
    /// Shown read-only, also below a hidden folder: tool chains. One that does not exist is left out.
    pub readonly: Vec<PathBuf>,
    /// Shown for writing; each must exist.
    pub writable: Vec<PathBuf>,
    /// Other folders shown in the place of those that are there; only at [`IsolationLevel::Full`].
    pub replaced: Vec<Replacement>,
    /// Empty, writable and gone with the sandbox, beside `/tmp` and `/var/tmp`: for gates the user's home folder.
    pub scratch: Vec<PathBuf>,
    /// A tree that is laid over a folder.
    pub overlay: Option<Overlay>,
    /// Paths in the overlay or in a writable folder that can't be changed, replaced or moved away. One that does not exist
    /// or is a symbolic link is left out.
    pub readonly_paths: Vec<PathBuf>,
    /// Whether it shares the machine's network, with whatever listens on its loopback interface; otherwise it has one of
    /// its own. The sockets in the file system that services listen on when it starts are covered either way.
    pub network: bool,
    /// How much it may use.
    pub limits: Limits,
}

impl Spec {
    /// Nothing but the machine, read-only and without network.
    pub fn new(level: IsolationLevel) -> Self {
        Self {
            level,
            hide: Vec::new(),
            readonly: Vec::new(),
            writable: Vec::new(),
            replaced: Vec::new(),
            scratch: Vec::new(),
            overlay: None,
            readonly_paths: Vec::new(),
            network: false,
            limits: Limits::default(),
        }
    }
}

/// A folder that stands in for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Where it is shown; it must exist.
    pub target: PathBuf,
    /// What is shown there, hidden or not.
    pub source: PathBuf,
    /// Whether it can be written.
    pub writable: bool,
}

/// Copy-on-write: the lower folders stay as they are, what is written lands in `upper`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// Topmost first. Owned by the same user as the host.
    pub lowers: Vec<PathBuf>,
    /// Takes what is written. On one file system with `work`; may already hold what differs from the lower folders.
    pub upper: PathBuf,
    /// Empty, for the kernel; cleared before and after.
    pub work: PathBuf,
    /// Where the tree is shown: the workspace's own path, so that messages, links and virtual environments match, and the
    /// live folder is out of reach at the same time.
    pub target: PathBuf,
    /// Entries of the lower folders that are not in the tree, relative to `target`. Their names are the worker's, and need not
    /// be text.
    #[serde(with = "escaped")]
    pub deletions: Vec<PathBuf>,
}

/// Paths of any bytes in JSON.
mod escaped {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

    use serde::de::Error as _;

    use super::*;
    use crate::path_text::{from_text, to_text};

    pub(super) fn serialize<S: Serializer>(paths: &[PathBuf], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(paths.iter().map(|path| to_text(path.as_os_str().as_bytes().into())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
        let path = |text: String| from_text(&text).map(|path| OsString::from_vec(path.into()).into());
        Vec::<String>::deserialize(from)?.into_iter().map(path).collect::<Result<_, _>>().map_err(D::Error::custom)
    }
}

/// Resource limits. They hold a mistake, or an attack on the machine; they are not an accounting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Writable private memory of one process (`RLIMIT_DATA`). Address space is not limited: WebAssembly engines reserve
    /// far more than they use.
    pub data_bytes: Option<u64>,
    /// Largest file that it may write (`RLIMIT_FSIZE`).
    pub file_bytes: Option<u64>,
    /// Open files of one process.
    pub open_files: u64,
    /// Processes and threads in the sandbox together.
    pub tasks: u64,
    /// Each of `/tmp` and the other scratch folders.
    pub scratch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            data_bytes: None,
            file_bytes: None,
            // What current Linux gives a service; `fd` tables of more make some programs close a million descriptors.
            open_files: 65_536,
            // A parallel build and its tests stay in the hundreds; a fork bomb that stops here leaves the machine usable.
            tasks: 4_096,
            scratch_bytes: 2 << 30,
        }
    }
}
