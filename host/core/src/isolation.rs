//! How far a process was kept apart from the machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Levels of isolation, weakest first. The level reached is measured by a probe, and stands in the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// Its own process group and a clean environment: no wall at all.
    None,
    /// Landlock and seccomp: files, TCP, signals and what processes share are fenced. Other processes can be seen, UDP is there
    /// with the network, permissions of one's files can be changed, and no part of a writable folder can be closed.
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
