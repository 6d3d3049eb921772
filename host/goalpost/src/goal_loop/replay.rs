//! The gates of a recorded turn once more, on the tree that was recorded.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::evidence::GateReport;
use goalpost_core::tools;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::scratch;
use goalpost_workspace::store::ObjectStore;
use tempfile::TempDir;

use super::gates::{self, Which};
use super::start::{Found, freeze, objects};
use super::verification::Verification;
use super::{Host, Interrupted, Journal, baseline, inventories};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::paths::Places;
use crate::report::Reporter;
use crate::store::{Candidate, GoalRecord};

/// What a replay gave.
pub(crate) struct Replayed {
    /// In the order of the configuration, as in the record.
    pub(crate) gates: Vec<GateReport>,
    /// What is other about the machine than it was, for people.
    pub(crate) notes: Vec<String>,
}

/// Runs the gates of `record`'s turn on its sealed tree, as they were frozen with the goal. The workspace is not looked at:
/// it may have changed, or be gone. Setups whose layers are gone are run again.
///
/// # Errors
/// The machine's, and [`UsageError`] where what the goal needs is no longer there.
pub(crate) async fn replay(
    record: &GoalRecord,
    turn: u32,
    candidate: &Candidate,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Replayed> {
    let mut notes = Vec::new();
    let place = Place::of(record)?;
    if place.stand_in.is_some() {
        notes.push(format!("the workspace {} is gone: its files are shown elsewhere", record.workspace.display()));
    }
    let host = Arc::new(Host::open(place.workspace.root(), interrupt)?);
    let objects = match &place.stand_in {
        Some((_, objects)) => objects.clone(),
        None => objects(&host, &place.workspace)?,
    };
    let found = Found {
        folder: place.workspace.root().join(&record.prefix),
        workspace: place.workspace,
        config: record.config.clone(),
    };
    let mut goal = freeze(&host, record.id.clone(), found, objects, record.baseline.clone(), Some(record)).await?;
    // A replay says what is other, and runs what is there.
    let now = goal.tools.as_they_are();
    notes.extend(tools::changes(goal.tools.pinned(), now.pinned()));
    goal.tools = Arc::new(now);

    let goal = Arc::new(goal);
    let journal = Arc::new(Journal::shown(record.id.clone(), reporter, host.redactor.clone()));
    let run = async {
        let baselines = baseline::establish(&host, &goal, &journal, false).await?;
        let seen = inventories::seen(&host, &goal, turn, &baselines).await?;
        let verification = Verification {
            host: &host,
            goal: &goal,
            journal: &journal,
            turn,
            candidate,
            baselines: &baselines,
            seen: &seen,
            layers: Default::default(),
            inventories: Default::default(),
        };
        gates::run_all(&verification, Which::All).await
    };
    let gates = tokio::select! {
        gates = run => gates?,
        () = host.interrupt.wait() => return Err(Interrupted.into()),
    };
    Ok(Replayed { gates, notes })
}

/// Where the trees of a goal are shown.
struct Place {
    workspace: Workspace,
    /// A folder that takes the place of a workspace that is gone, and the store of the trees.
    stand_in: Option<(TempDir, Arc<ObjectStore>)>,
}

impl Place {
    fn of(record: &GoalRecord) -> Result<Self> {
        if let Some(workspace) = Workspace::open(&record.workspace).ok().filter(|w| w.root() == record.workspace) {
            return Ok(Self { workspace, stand_in: None });
        }
        let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
        // A linked worktree shares the store of its repository, whose folder only it could name.
        let store = places.objects(&record.workspace.join(".git"));
        let gone = || format!("the workspace {} is gone, and its trees are not found", record.workspace.display());
        let objects = ObjectStore::open_existing(&store).map_err(|_| UsageError(gone()))?;
        let boxes = places.cache.join("boxes");
        std::fs::create_dir_all(&boxes)?;
        let folder = TempDir::with_prefix_in("box-", &boxes).context("no place for the files of the goal")?;
        scratch::create(&objects, &record.baseline, Path::new(""), folder.path())?;
        Ok(Self { workspace: Workspace::open(folder.path())?, stand_in: Some((folder, Arc::new(objects))) })
    }
}
