//! What a component wants, before anybody grants it anything.

use goalpost_core::config::{AgentsGrant, FolderGrant, Grants, HttpGrant, Limits, LlmGrant, StateGrant};
use goalpost_core::web::HostPattern;

use crate::admission::{AdmissionError, Problem};
use crate::capabilities;
use crate::exchange::Description;
use crate::plugin::Plugin;
use crate::surface::{Kind, NotAComponent, Surface};
use crate::wasi;

/// One import of a component, and what it means to this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// As the component has it, such as `goalpost:plugin/tree@0.1.0`.
    pub name: String,
    /// Whether it can be given.
    pub standing: Standing,
}

/// Whether an import can be given, and who must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Every plugin has it.
    Always,
    /// A part of WASI: there, with nothing behind it.
    Inert,
    /// Only where the user grants it.
    Grant {
        /// The capability's name in `grants`.
        capability: &'static str,
        /// What to write there, such as `tree = true`.
        fix: &'static str,
        /// What the plugin can do then, in plain words.
        means: &'static str,
    },
    /// Never: no goal could run this component.
    Refused(Problem),
}

impl Kind {
    /// The world that a component belongs to by its exports; none for one of no world of ours.
    ///
    /// # Errors
    /// It is no component.
    pub fn of(component: &[u8]) -> Result<Option<Self>, NotAComponent> {
        Ok(Surface::read(component)?.kind())
    }
}

impl Plugin {
    /// Everything that the component imports, in its order.
    pub fn wants(&self) -> Vec<Import> {
        let wants = self.surface.imports.iter().map(|name| {
            let standing = match self.import_problem(name, &Grants::default()) {
                Some(Problem::Ungranted { fix, .. }) => {
                    let found = name.ours().and_then(|ours| capabilities::find(ours.interface));
                    let (capability, means) = found.map_or(("", ""), |found| (found.interface(), found.means()));
                    Standing::Grant { capability, fix, means }
                }
                Some(problem) => Standing::Refused(problem),
                None if wasi::provides(&name.full) => Standing::Inert,
                None => Standing::Always,
            };
            Import { name: name.full.clone(), standing }
        });
        wants.collect()
    }

    /// The names of everything that it exports.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.surface.exports.iter().map(|name| name.full.as_str())
    }

    /// Asks the component to describe itself. It runs with everything linked that it could be granted, and with nothing
    /// behind any of it.
    ///
    /// # Errors
    /// Whatever would keep it from being admitted with every grant, its configuration aside.
    pub async fn describe(&self, limits: &Limits) -> Result<Description, AdmissionError> {
        Ok(self.ready(&everything(), limits).await?.1)
    }
}

/// Grants that leave out nothing. A call with them still has nothing to ask: its context is empty.
pub(crate) fn everything() -> Grants {
    Grants {
        tree: true,
        checks: vec!["any".to_owned()],
        llm: Some(LlmGrant { models: vec!["none/none".to_owned()], tokens: 0, micro_usd: None, calls: 0 }),
        agents: Some(AgentsGrant { runs: 0, concurrent: 1 }),
        http: vec![HttpGrant { calls: 0, ..HttpGrant::of(HostPattern::Below("invalid".to_owned())) }],
        state: Some(StateGrant::DEFAULT),
        files: [("none".to_owned(), FolderGrant { path: "none".to_owned(), bytes: 0 })].into(),
    }
}
