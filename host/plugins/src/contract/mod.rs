//! The contract, by version: what a component was built for, and what this host makes of it.
//!
//! The rest of the host knows its own records only. Between them and a component stands the one adapter of the version that
//! the component was built for:
//!
//! ```text
//! Plugin ── its names say the version ──▶ Contract ── link ──▶ Guest ── evaluate / check / run ──▶ the host's records
//! ```
//!
//! wasmtime links releases of one version by itself, as semantic versions have it: a component made for an earlier release
//! finds everything that it wants. What has shipped never changes shape, and so another version is another module beside
//! [`v0_1`] with bindings of its own, one adapter up to the host's records, and a line in [`ALL`].

pub(crate) mod types;
pub(crate) mod v0_1;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use goalpost_core::config::Grants;
use goalpost_core::evidence::Addressed;
use goalpost_core::verdict::Verdict;
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use crate::call::{Call, CallFailure};
use crate::exchange::{Description, GateAnswer, Subject, Turn, TurnSummary};
use crate::surface::Kind;

/// The newest release of the contract that this host speaks: what SDKs build for.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// Every version that this host speaks, oldest first.
pub(crate) const ALL: [&dyn Contract; 1] = [&v0_1::V0_1];

/// A release of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// A release by its numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Whether a component of the one finds in the other what both have: from 1.0 on the same major version, before it the
    /// same minor one.
    pub fn is_compatible(self, other: Self) -> bool {
        let track = |version: Self| (version.major, if version.major == 0 { version.minor } else { 0 });
        track(self) == track(other)
    }
}

impl FromStr for Version {
    type Err = NoVersion;

    /// Three numbers: no release of the contract has more.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let mut parts = text.split('.').map(str::parse);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => Ok(Self { major, minor, patch }),
            _ => Err(NoVersion),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that is no version of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not three numbers with dots between them")]
pub struct NoVersion;

/// One version of the contract.
pub(crate) trait Contract: Sync {
    /// The newest release of it that this host has.
    fn version(&self) -> Version;

    /// What a plugin of that kind imports and exports.
    fn types(&self, kind: Kind) -> &'static types::World;

    /// Links what is granted and nothing else, checks the types of every import and export, and makes the component ready
    /// for calls. WASI is in the linker already where the component wants it.
    fn link(
        &self,
        linker: &mut Linker<Call>,
        component: &Component,
        kind: Kind,
        grants: &Grants,
    ) -> wasmtime::Result<Box<dyn Guest>>;
}

/// The version that this host speaks and that a component of `version` fits.
pub(crate) fn find(version: Version) -> Option<&'static dyn Contract> {
    ALL.into_iter().find(|contract| contract.version().is_compatible(version))
}

/// What somebody can do who has a component of `version`, which this host can't give all that it wants.
pub(crate) fn advice(version: Option<Version>) -> String {
    let newest = ALL.iter().map(|contract| contract.version()).max();
    let rebuild = format!("build it with the SDK of {CONTRACT_VERSION}");
    match version.filter(|version| Some(*version) > newest) {
        Some(version) => format!("update goalpost to one that speaks {version}, or {rebuild}"),
        None => rebuild,
    }
}

/// What a guest concludes, or how its answer is broken; an error is a trap, or the end of a limit.
pub(crate) type Conclusion<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<Result<T, CallFailure>>> + Send + 'a>>;

/// A component that is ready for calls, each on a fresh instance in the store that it is given.
pub(crate) trait Guest: Send + Sync {
    /// The world that it is of, and so which of the calls below it has.
    fn kind(&self) -> Kind;

    /// What it says of itself, as it says it.
    fn describe<'a>(&'a self, store: &'a mut Store<Call>) -> Conclusion<'a, Description>;

    /// Asks an evaluator.
    fn evaluate<'a>(&'a self, _: &'a mut Store<Call>, _: &'a Addressed<'a>, _: &'a str) -> Conclusion<'a, Verdict> {
        is_no(self.kind(), Kind::Evaluator)
    }

    /// Asks a gate.
    fn check<'a>(&'a self, _: &'a mut Store<Call>, _: &'a Subject, _: &'a str) -> Conclusion<'a, GateAnswer> {
        is_no(self.kind(), Kind::Gate)
    }

    /// Lets a workflow drive a turn.
    fn run<'a>(&'a self, _: &'a mut Store<Call>, _: &'a Turn, _: &'a str) -> Conclusion<'a, TurnSummary> {
        is_no(self.kind(), Kind::Workflow)
    }
}

/// The answer to a question that is for another world.
fn is_no<'a, T: Send + 'a>(kind: Kind, wanted: Kind) -> Conclusion<'a, T> {
    let why = format!("it is a plugin of the world `{kind}`, not `{wanted}`");
    Box::pin(std::future::ready(Ok(Err(CallFailure::Host(why)))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn before_1_0_a_minor_version_is_another_contract() {
        for (plugin, host, fits) in [
            ("0.1.0", "0.1.0", true),
            ("0.1.7", "0.1.0", true),
            ("0.2.0", "0.1.0", false),
            ("1.1.0", "0.1.0", false),
            ("1.0.0", "1.4.2", true),
            ("1.9.0", "1.4.2", true),
            ("2.0.0", "1.4.2", false),
            ("0.1.0", "1.4.2", false),
        ] {
            assert_eq!(version(plugin).is_compatible(version(host)), fits, "{plugin} on {host}");
        }
        for text in ["", "0.1", "0.1.x", "0.1.0.0", "0.1.0-rc.1", "-1.0.0"] {
            assert_eq!(text.parse::<Version>(), Err(NoVersion), "{text}");
        }
    }

    #[test]
    fn what_is_newer_wants_a_newer_host() {
        assert_eq!(
            advice(Some(version("1.0.0"))),
            "update goalpost to one that speaks 1.0.0, or build it with the SDK of 0.1.0"
        );
        assert_eq!(advice(Some(version("0.0.9"))), "build it with the SDK of 0.1.0");
        assert_eq!(advice(None), "build it with the SDK of 0.1.0");
    }

    #[test]
    fn the_newest_version_spoken_is_the_one_that_is_told() {
        let newest = ALL.iter().map(|contract| contract.version()).max().unwrap();
        assert_eq!(newest.to_string(), CONTRACT_VERSION);
    }
}
