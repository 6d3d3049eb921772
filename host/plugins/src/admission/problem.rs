//! What can be wrong with a plugin, for the person who must mend it.

use std::fmt;

use crate::contract::types::Misfit;
use crate::contract::{self, CONTRACT_VERSION, Version};
use crate::schema::Violation;
use crate::surface::Kind;

/// Problems that are shown at once: nobody reads more.
const SHOWN: usize = 40;

/// One reason why a plugin is not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It imports what the user did not grant.
    #[error("it imports `{import}`, which it is not granted: add `{fix}` to its `grants` in goalpost.toml")]
    Ungranted {
        /// As the component has it.
        import: String,
        /// What to add.
        fix: &'static str,
    },
    /// The interface is not for plugins of this world.
    #[error("it imports `{import}`, which is not for a plugin of the world `{kind}`")]
    NotForWorld {
        /// As the component has it.
        import: String,
        /// What the plugin is to serve as.
        kind: Kind,
    },
    /// The contract has no such interface.
    #[error("it imports `{import}`: goalpost:plugin@{CONTRACT_VERSION} has no such interface")]
    UnknownInterface {
        /// As the component has it.
        import: String,
    },
    /// Made for another version of the contract.
    #[error(
        "it is made for `{name}`, and this goalpost speaks goalpost:plugin@{CONTRACT_VERSION}: {}",
        contract::advice(*.version)
    )]
    OtherVersion {
        /// As the component has it.
        name: String,
        /// The version in that; none where it is no release of the contract.
        version: Option<Version>,
    },
    /// Made for a later release of a version that this host speaks, and wants what came with it.
    #[error(
        "it is made for goalpost:plugin@{version}, and this goalpost speaks goalpost:plugin@{CONTRACT_VERSION}, without \
         {lacks}: {}",
        contract::advice(Some(*.version))
    )]
    LaterRelease {
        /// What it was made for.
        version: Version,
        /// What is not there.
        lacks: String,
    },
    /// A part of WASI that would reach something.
    #[error(
        "it imports `{import}`: of WASI, plugins are given version 0.2 of cli, clocks, filesystem, io, random and sockets, \
         with nothing behind them"
    )]
    Wasi {
        /// As the component has it.
        import: String,
    },
    /// Neither the contract's nor WASI's.
    #[error("it imports `{import}`, which goalpost does not know")]
    Foreign {
        /// As the component has it.
        import: String,
    },
    /// Of another world than it is configured for.
    #[error("it is a plugin of the world `{found}`, and is configured as `{wanted}`")]
    WrongWorld {
        /// By its exports.
        found: Kind,
        /// By the configuration.
        wanted: Kind,
    },
    /// Something that the world exports is missing.
    #[error("it does not export `{0}`, which a plugin must")]
    MissingExport(String),
    /// Damaged, or beyond what the engine allows.
    #[error("it can't be compiled: {0}")]
    Invalid(String),
    /// An import or export has the right name and another type.
    #[error(transparent)]
    Misfit(Misfit),
    /// It can't be linked, for a reason that its types do not tell.
    #[error("it does not fit the contract: {0}")]
    Mistyped(String),
    /// `describe` gave no answer.
    #[error("it could not describe itself: {0}")]
    Undescribed(String),
    /// The schema in its description is unusable.
    #[error("the schema of its configuration can't be used: {0}")]
    BadSchema(String),
    /// It takes no configuration, and there is one.
    #[error("it takes no `config`")]
    NoConfig,
    /// A place in its configuration.
    #[error("`config{}`: {}", dotted(&.0.path), .0.message)]
    Config(Violation),
}

/// `/a/b` as `.a.b`, the way it is written in TOML.
fn dotted(pointer: &str) -> String {
    pointer.replace('/', ".").replace("~1", "/").replace("~0", "~")
}

/// Why a plugin is not admitted: every reason that can be found at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionError {
    /// Where the plugin comes from.
    pub plugin: String,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for AdmissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plugin `{}` is not admitted:", self.plugin)?;
        for problem in self.problems.iter().take(SHOWN) {
            write!(f, "\n  - {problem}")?;
        }
        if self.problems.len() > SHOWN {
            write!(f, "\n  - and {} more", self.problems.len() - SHOWN)?;
        }
        let mut fixes: Vec<&str> = Vec::new();
        for problem in &self.problems {
            if let Problem::Ungranted { fix, .. } = problem
                && !fixes.contains(fix)
            {
                fixes.push(fix);
            }
        }
        if !fixes.is_empty() {
            write!(f, "\n  To grant what it asks for: grants = {{ {} }}", fixes.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for AdmissionError {}
