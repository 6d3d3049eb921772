//! What the worker of a goal can write: nothing of it may decide over the work.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use goalpost_agents::{Agent, Request};
use goalpost_core::config::{AgentRef, GoalConfig, WorkerKind};
use goalpost_workspace::process::search_path;
use goalpost_workspace::repository::Workspace;

use super::agents::at_home;

/// Folders and files that the worker can write, links resolved where they exist.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach {
    places: Vec<PathBuf>,
}

impl Reach {
    /// Of the goal's worker and of every agent that its workflow may spawn.
    pub(super) fn of(config: &GoalConfig, workspace: &Workspace) -> Self {
        let mut places: Vec<PathBuf> =
            [workspace.root(), workspace.git_dir(), workspace.common_dir()].map(Path::to_owned).into();
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        if let Some(worker) = &config.worker {
            let agents: Vec<AgentRef> = match &worker.kind {
                WorkerKind::Agent(preset) => vec![AgentRef::Preset(preset.clone())],
                WorkerKind::Command(argv) => vec![AgentRef::Command(argv.clone())],
                WorkerKind::Workflow { agents, .. } => agents.values().cloned().collect(),
            };
            for agent in agents.iter().filter_map(|agent| Agent::from_config(agent).ok()) {
                let own = agent.invocation(&Request::default()).writable;
                places.extend(own.iter().map(|place| place.resolve(&home, |name| std::env::var(name).ok())));
            }
            places.extend(worker.writable.iter().map(|path| at_home(path)));
        }
        Self::from_places(places)
    }

    pub(super) fn from_places(places: Vec<PathBuf>) -> Self {
        let mut places: Vec<PathBuf> =
            places.into_iter().map(|path| path.canonicalize().unwrap_or(path)).filter(|p| p.is_absolute()).collect();
        places.sort();
        places.dedup();
        Self { places }
    }

    /// The places, sorted.
    pub(super) fn places(&self) -> impl Iterator<Item = &Path> {
        self.places.iter().map(PathBuf::as_path)
    }

    /// Whether the worker can write what `path` leads to.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let real = path.canonicalize();
        let real = real.as_deref().unwrap_or(path);
        self.places.iter().any(|place| real.starts_with(place) || path.starts_with(place))
    }

    /// The host's `PATH` without what the worker, or anybody, can write.
    pub(super) fn search_path(&self) -> OsString {
        let places: Vec<&Path> = self.places().collect();
        search_path(&std::env::var_os("PATH").unwrap_or_default(), &places)
    }

    /// Whether a variable's value leads to where the worker can write: one path, or several with colons between them.
    pub(super) fn is_led_to(&self, value: &str) -> bool {
        value.split(':').map(Path::new).any(|path| path.is_absolute() && self.holds(path))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_link_into_the_workspace_is_within_reach_and_a_neighbour_of_the_same_start_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["work/bin", "workshop"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("work/bin"), root.join("link")).unwrap();
        let reach = Reach::from_places(vec![root.join("work"), root.join("not-there-yet")]);
        assert!(reach.holds(&root.join("link")));
        assert!(reach.holds(&root.join("work/new")));
        assert!(reach.holds(&root.join("not-there-yet/bin")));
        assert!(!reach.holds(&root.join("workshop")));
        assert!(reach.is_led_to(&format!("/usr/share:{}", root.join("link").display())));
        assert!(!reach.is_led_to("work/bin"));
    }
}
