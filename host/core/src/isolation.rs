//! How far a process was kept apart from the machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Levels of isolation, weakest first. The level reached is measured by a probe, and stands in the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// Its own process group and a clean environment: no wall at all.
    None,
    /// Landlock and seccomp: files and TCP are fenced; processes and other sockets are not.
    Landlock,
    /// User, mount, process, IPC, host-name and network namespaces, with Landlock and seccomp where the kernel has them.
    Full,
}

impl fmt::Display for IsolationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Landlock => "landlock",
            Self::Full => "full",
        })
    }
}
