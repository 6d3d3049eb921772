//! Checks that the user declared, run for a plugin that was granted them.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use goalpost_core::ids::TreeId;
use goalpost_core::ports::{BoxFuture, CheckError, CheckRun, CheckRunner, Edit};
use goalpost_workspace::edit::edited;

use super::boxes::SealedBox;
use super::frozen::Frozen;
use super::gates;
use super::host::Host;

/// Bytes of artifacts that are kept of one run.
const ARTIFACT_BYTES: usize = 32 << 20;

/// The declared checks, on one sealed tree.
pub(super) struct Checks {
    host: Arc<Host>,
    goal: Arc<Frozen>,
    sealed: TreeId,
    layers: Vec<PathBuf>,
}

impl Checks {
    pub(super) fn new(host: Arc<Host>, goal: Arc<Frozen>, sealed: TreeId, layers: Vec<PathBuf>) -> Self {
        Self { host, goal, sealed, layers }
    }

    async fn run_check(&self, name: &str, edits: Vec<Edit>, deadline: Duration) -> Result<CheckRun, CheckError> {
        let check = self
            .goal
            .config
            .checks
            .iter()
            .find(|check| check.name == name)
            .ok_or_else(|| CheckError::Unknown(name.to_owned()))?;
        let unavailable = |error: anyhow::Error| CheckError::Unavailable(format!("{error:#}"));
        if !edits.is_empty() && (check.command.network || !check.command.pass_env.is_empty()) {
            // What it writes there is run: its own program would have what no grant for `checks` gives.
            return Err(CheckError::Unavailable(format!(
                "the check `{name}` has the network or variables of the host's (`network`, `pass_env`): it runs on the work as \
                 it is, and on no variant that a plugin makes of it"
            )));
        }
        let tree = if edits.is_empty() {
            self.sealed.clone()
        } else {
            let (objects, sealed) = (self.goal.objects.clone(), self.sealed.clone());
            tokio::task::spawn_blocking(move || edited(&objects, &sealed, &edits))
                .await
                .map_err(|error| CheckError::Unavailable(error.to_string()))?
                .map_err(|error| CheckError::InvalidEdit(error.to_string()))?
        };
        let sealed = SealedBox::prepare(&self.host, &self.goal, &tree, &self.layers).await.map_err(unavailable)?;
        let mut command = check.command.clone();
        command.timeout = command.timeout.min(deadline);
        let report = gates::run_command(&self.host, &self.goal, &sealed, &check.name, true, &command)
            .await
            .map_err(unavailable)?;
        let mut artifacts = sealed.collect(&check.artifacts, ARTIFACT_BYTES).map_err(unavailable)?;
        for (_, content) in &mut artifacts {
            if let Cow::Owned(masked) = self.host.redactor.mask(content) {
                *content = masked;
            }
        }
        Ok(CheckRun { report: self.host.redactor.report(report), artifacts })
    }
}

impl CheckRunner for Checks {
    fn run<'a>(
        &'a self,
        name: &'a str,
        edits: Vec<Edit>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        Box::pin(self.run_check(name, edits, deadline))
    }
}
