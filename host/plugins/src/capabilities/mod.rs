//! What a plugin may be given: one file a capability.
//!
//! A capability has three moments. At admission it says whether the user's grants include it ([`Capability::granted`]),
//! and how they would ([`Capability::fix`]). If they do, it is linked once ([`Capability::link`]); if they don't, the
//! interface does not exist for the plugin. In a call, its host functions charge their own limits to the
//! [`Call`].

pub(crate) mod agents;
pub(crate) mod checks;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod llm;
pub(crate) mod log;
pub(crate) mod progress;
mod review;
pub(crate) mod state;
pub(crate) mod tree;

use goalpost_core::config::Grants;
use wasmtime::component::{HasSelf, Linker};

use crate::call::Call;
use crate::surface::Kind;

/// Host functions that are linked by a capability are found in the [`Call`] itself.
pub(crate) type Host = HasSelf<Call>;

/// Something that a plugin may be given.
pub(crate) trait Capability: Sync {
    /// The interface's name in `goalpost:plugin`.
    fn interface(&self) -> &'static str;

    /// Whether the contract has it for that world.
    fn in_world(&self, _kind: Kind) -> bool {
        true
    }

    /// Whether the user's grants include it.
    fn granted(&self, grants: &Grants) -> bool;

    /// What has to stand in `grants = { ... }` for that; none for what is always there.
    fn fix(&self) -> Option<&'static str>;

    /// What a plugin can do with it, in plain words, for whoever is to grant it.
    fn means(&self) -> &'static str {
        ""
    }

    /// Adds the interface to a linker. Called once a plugin, and only when it was granted.
    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()>;
}

/// Whether a reviewer that answers so accepts.
#[cfg(feature = "fuzzing")]
pub(crate) fn accepts(answer: &str) -> bool {
    review::parse(answer).outcome == review::Outcome::Accepted
}

/// Every capability of the contract.
pub(crate) const ALL: [&dyn Capability; 9] = [
    &log::Log,
    &tree::TreeAccess,
    &checks::Checks,
    &llm::Llm,
    &http::Http,
    &state::State,
    &files::Files,
    &progress::Progress,
    &agents::Agents,
];

/// The capability that provides an interface.
pub(crate) fn find(interface: &str) -> Option<&'static dyn Capability> {
    ALL.into_iter().find(|capability| capability.interface() == interface)
}
