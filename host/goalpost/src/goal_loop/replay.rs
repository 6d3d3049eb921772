//! The gates of a recorded turn once more, on the tree that was recorded.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::evidence::GateReport;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::tools;
use goalpost_plugins::record::Outcome;
use goalpost_plugins::{Admitted, CallStats, Kind};
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::scratch;
use goalpost_workspace::store::ObjectStore;
use tempfile::TempDir;

use super::found::Found;
use super::freeze::freeze;
use super::frozen::{Frozen, Runs};
use super::gates::{self, Which};
use super::plugins::ReadyPlugin;
use super::verification::Verification;
use super::{Host, Journal, Memories, baseline, evidence, folders, inventories};
use crate::exit::UsageError;
use crate::interrupt::{Interrupt, Interrupted};
use crate::paths::Places;
use crate::report::Reporter;
use crate::store::{Candidate, GoalRecord, TurnRecord};

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
    turns: &[TurnRecord],
    turn: u32,
    candidate: &Candidate,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Replayed> {
    let Stage { host, goal, journal, mut notes, stand_in: _stand_in } = Stage::set(record, interrupt, reporter).await?;
    let memories = remembered(&host, &goal, turns, turn, &mut notes)?;
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
            memories: &memories,
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

/// What a plugin said of a recorded turn.
pub(crate) struct Asked {
    pub(crate) outcome: Outcome,
    pub(crate) used: CallStats,
    /// What is other about the machine, or about what the plugin was shown.
    pub(crate) notes: Vec<String>,
    /// What it would remember from then on; none where it may not.
    pub(crate) remembered: Option<Remembered>,
}

/// Asks a plugin, which the goal need not use, about a recorded turn. Nothing of it is kept.
///
/// # Errors
/// The machine's, and [`UsageError`] for a turn or a plugin that this can't be done with.
pub(crate) async fn ask(
    record: &GoalRecord,
    turns: &[TurnRecord],
    turn: u32,
    admitted: Admitted,
    interrupt: Interrupt,
    reporter: Reporter,
) -> Result<Asked> {
    let found = turns.iter().find(|record| record.turn == turn);
    let Some((worker, candidate, result)) =
        found.and_then(|turn| Some((turn.worker.as_ref()?, turn.candidate.as_ref()?, turn.result.as_ref()?)))
    else {
        return Err(UsageError(format!("goal {} has no finished turn {turn}", record.id)).into());
    };
    let Stage { host, goal, journal, mut notes, stand_in: _stand_in } = Stage::set(record, interrupt, reporter).await?;
    let plugin = of_goal(&host, &goal, admitted, &mut notes)?;
    let memories = remembered(&host, &goal, turns, turn, &mut notes)?;
    let (baselines, seen) = Default::default();
    let verification = Verification {
        host: &host,
        goal: &goal,
        journal: &journal,
        turn,
        candidate,
        baselines: &baselines,
        seen: &seen,
        memories: &memories,
        layers: Default::default(),
        inventories: Default::default(),
    };
    let context = verification.context(&plugin)?;
    let book = context.state.clone();
    let call = async {
        anyhow::Ok(match plugin.admitted.kind() {
            Kind::Evaluator => {
                let past: Vec<_> = turns.iter().filter(|past| past.turn < turn).filter_map(TurnRecord::past).collect();
                let gates = goal.for_worker(&result.gates);
                let report = &worker.report;
                let evidence = evidence::assemble(&goal, &host.redactor, turn, candidate, &gates, report, &past)?;
                if evidence.digest() != result.evidence {
                    notes.push("the evidence is not quite what the turn was judged by".to_owned());
                }
                plugin.admitted.evaluate(context, &evidence).await.map(|(answer, used)| (answer.into(), used))
            }
            Kind::Gate => {
                let subject = gates::subject(&verification)?;
                plugin.admitted.check(context, &subject).await.map(|(answer, used)| (answer.into(), used))
            }
            Kind::Workflow => {
                let message =
                    "a workflow has its agents change the workspace: `goalpost plugin test` runs one on a case";
                return Err(UsageError(message.to_owned()).into());
            }
        })
    };
    let ended = tokio::select! {
        ended = call => ended?,
        () = host.interrupt.wait() => return Err(Interrupted.into()),
    };
    let (outcome, used) = ended.unwrap_or_else(|error| (Outcome::from(&error), error.stats));
    Ok(Asked { outcome, used, notes, remembered: book.map(|book| book.remembered()) })
}

/// What the goal's plugins remembered when the turn began, as far as that is still kept.
fn remembered(
    host: &Host,
    goal: &Frozen,
    turns: &[TurnRecord],
    turn: u32,
    notes: &mut Vec<String>,
) -> Result<Memories> {
    let memories = Memories::of_turn(host, &goal.id, turn)?;
    notes.extend(
        memories
            .lost(turns, turn)
            .into_iter()
            .map(|key| format!("what {key} remembered is not kept any more: it may answer otherwise")),
    );
    Ok(memories)
}

/// A plugin that need not be the goal's, as if it were: what the goal's use of the same component remembers and may read is
/// what it remembers and may read.
fn of_goal(host: &Host, goal: &Frozen, admitted: Admitted, notes: &mut Vec<String>) -> Result<ReadyPlugin> {
    let gates = goal.gates.iter().filter_map(|gate| match &gate.runs {
        Runs::Plugin(plugin) => Some(&**plugin),
        Runs::Command(_) => None,
    });
    let used = gates.chain(&goal.evaluators);
    let same = used.into_iter().find(|used| {
        used.admitted.kind() == admitted.kind()
            && (used.digest == *admitted.digest() || used.admitted.source() == admitted.source())
    });
    let (grants, digest) = (admitted.grants(), admitted.digest().clone());
    let folders = match same.filter(|used| used.admitted.grants().files == grants.files) {
        Some(used) => used.folders.clone(),
        None => {
            let source = folders::Source {
                host,
                workspace: &goal.workspace,
                folder: &goal.workspace.root().join(&goal.prefix),
                objects: &goal.objects,
                baseline: &goal.baseline,
                reach: &goal.reach,
            };
            let (folders, told) = source.take(&grants.files)?;
            notes.extend(told);
            folders
        }
    };
    if same.is_none() && grants.state.is_some() {
        notes.push("the goal does not use this plugin: it remembers nothing".to_owned());
    }
    Ok(ReadyPlugin {
        key: same.map(|used| used.key.clone()).unwrap_or_default(),
        name: admitted.source().to_owned(),
        digest,
        folders,
        admitted,
    })
}

/// A recorded goal, frozen as it was, on the machine as it is.
struct Stage {
    host: Arc<Host>,
    goal: Arc<Frozen>,
    journal: Arc<Journal>,
    /// What is other than it was, for people.
    notes: Vec<String>,
    stand_in: Option<(TempDir, Arc<ObjectStore>)>,
}

impl Stage {
    async fn set(record: &GoalRecord, interrupt: Interrupt, reporter: Reporter) -> Result<Self> {
        let mut notes = Vec::new();
        let place = Place::of(record)?;
        if place.stand_in.is_some() {
            notes.push(format!("the workspace {} is gone: its files are shown elsewhere", record.workspace.display()));
        }
        let host = Arc::new(Host::open(place.workspace.root(), interrupt)?);
        let objects = match &place.stand_in {
            Some((_, objects)) => objects.clone(),
            None => host.objects(&place.workspace)?,
        };
        let found = Found {
            folder: place.workspace.root().join(&record.prefix),
            workspace: place.workspace,
            config: record.config.clone(),
            lock: Default::default(),
            committed: None,
        };
        let mut goal = freeze(&host, record.id.clone(), found, objects, record.baseline.clone(), Some(record)).await?;
        // A replay says what is other, and runs what is there.
        let now = goal.tools.as_they_are();
        notes.extend(tools::changes(goal.tools.pinned(), now.pinned()));
        goal.tools = Arc::new(now);

        let goal = Arc::new(goal);
        let journal = Arc::new(Journal::shown(record.id.clone(), reporter, host.redactor.clone()));
        Ok(Self { host, goal, journal, notes, stand_in: place.stand_in })
    }
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
