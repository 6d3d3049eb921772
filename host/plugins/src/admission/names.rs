//! What the names of a component's imports and exports tell, before any of it is compiled.

use goalpost_core::config::Grants;

use super::Problem;
use crate::capabilities;
use crate::contract::{self, CONTRACT_VERSION, Version};
use crate::plugin::Plugin;
use crate::surface::Name;
use crate::wasi;

impl Plugin {
    /// What is wrong with the component's names, before any of it is compiled.
    pub(super) fn name_problems(&self, grants: &Grants) -> Vec<Problem> {
        let mut problems = Vec::new();
        match self.surface.kind() {
            Some(found) if found != self.kind => problems.push(Problem::WrongWorld { found, wanted: self.kind }),
            Some(_) => {}
            None => problems.push(Problem::MissingExport(self.kind.export().into())),
        }
        if !self.surface.exports_interface("plugin-info") {
            let other = self.surface.exports.iter().find_map(other_version);
            problems.push(match other {
                Some(problem) => problem,
                None => Problem::MissingExport(format!("goalpost:plugin/plugin-info@{CONTRACT_VERSION}")),
            });
        }
        for import in &self.surface.imports {
            let problem = self.import_problem(import, grants);
            // One name tells of the version; the others only repeat it.
            let told = problems.iter().any(|told| matches!(told, Problem::OtherVersion { .. }));
            problems.extend(problem.filter(|new| !(told && matches!(new, Problem::OtherVersion { .. }))));
        }
        problems
    }

    pub(crate) fn import_problem(&self, name: &Name, grants: &Grants) -> Option<Problem> {
        let import = name.full.clone();
        let Some(ours) = name.ours() else {
            return if wasi::provides(&import) {
                None
            } else if import.starts_with("wasi:") {
                Some(Problem::Wasi { import })
            } else {
                Some(Problem::Foreign { import })
            };
        };
        if let Some(other) = other_version(name) {
            return Some(other);
        }
        // Types alone: nothing can be called there.
        if ours.interface == "types" {
            return None;
        }
        let Some(capability) = capabilities::find(ours.interface) else {
            return Some(match ours.version.filter(is_later) {
                Some(version) => Problem::LaterRelease { version, lacks: format!("`{}`", ours.interface) },
                None => Problem::UnknownInterface { import },
            });
        };
        if !capability.in_world(self.kind) {
            return Some(Problem::NotForWorld { import, kind: self.kind });
        }
        match capability.fix() {
            Some(fix) if !capability.granted(grants) => Some(Problem::Ungranted { import, fix }),
            _ => None,
        }
    }
}

/// The problem with a name of the contract's in a version that this host does not speak.
fn other_version(name: &Name) -> Option<Problem> {
    let ours = name.ours().filter(|ours| !ours.is_spoken())?;
    Some(Problem::OtherVersion { name: name.full.clone(), version: ours.version })
}

/// Whether a release came after what this host has of its version.
pub(super) fn is_later(version: &Version) -> bool {
    contract::find(*version).is_some_and(|spoken| *version > spoken.version())
}
