//! The gates' runs on the baseline: made once, before the worker's first turn, and kept for every goal and verification that
//! starts from the same tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::baseline::{BaselineResult, BaselineRun};
use goalpost_core::config::{Gate, GateKind};
use goalpost_core::event::Event;
use goalpost_core::evidence::GateStatus;
use goalpost_core::ids::Digest;

use super::frozen::{Frozen, ReadyGate, Runs};
use super::host::Host;
use super::journal::Journal;
use super::{gates, held_out, inventories, setup};
use crate::exit::UsageError;

/// Changes when what is read from a run does: an older reading is no use to compare with.
const READING: u32 = 1;

/// What the gates say of the baseline. Empty before they were asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Baselines {
    runs: BTreeMap<String, BaselineRun>,
}

impl Baselines {
    /// A gate's run; none where the goal does without it.
    pub(crate) fn of(&self, gate: &str) -> Option<&BaselineRun> {
        self.runs.get(gate)
    }

    /// In a word each.
    pub(crate) fn results(&self) -> BTreeMap<String, BaselineResult> {
        self.runs.iter().map(|(gate, run)| (gate.clone(), run.result())).collect()
    }

    /// # Errors
    /// A gate that must fail at the start and passes.
    pub(crate) fn check(&self, goal: &Frozen) -> Result<(), UsageError> {
        let is_green = |gate: &&ReadyGate| {
            let run = self.of(&gate.name);
            gate.tests.require_red && run.is_some_and(|run| run.result() == BaselineResult::Green)
        };
        let Some(gate) = goal.gates.iter().find(is_green) else { return Ok(()) };
        Err(UsageError(format!(
            "the gate `{}` already passes on the baseline {}, and `require_red` demands that it fails there: it can't tell \
             whether the goal is achieved. Write the test that fails without the work first, or start from a tree without it",
            gate.name,
            goal.baseline.short()
        )))
    }

    /// What a person should know of gates that can't tell.
    pub(super) fn notice(&self, goal: &Frozen) -> Option<Event> {
        let required: Vec<_> = goal.gates.iter().filter(|gate| gate.required).collect();
        let is_green = |gate: &&ReadyGate| self.of(&gate.name).map(BaselineRun::result) == Some(BaselineResult::Green);
        if required.is_empty() || !required.iter().all(is_green) {
            return None;
        }
        let text = match (required.as_slice(), goal.evaluators.is_empty()) {
            ([only], true) => format!(
                "the gate `{}` already passes, and nothing else judges: it can't tell whether the goal is achieved",
                only.name
            ),
            (_, true) => {
                "every required gate already passes, and nothing else judges: they can't tell whether the goal is achieved"
                    .to_owned()
            }
            (_, false) => "every required gate already passes: only the evaluators can tell whether the goal is achieved"
                .to_owned(),
        };
        Some(Event::Notice { text })
    }
}

/// Runs the gates on the baseline, each by itself, unless that was done before; `tells` says whether the stream of events
/// hears of runs that were made before.
pub(super) async fn establish(host: &Host, goal: &Frozen, journal: &Journal, tells: bool) -> Result<Baselines> {
    let mut baselines = Baselines::default();
    let mut layers = None;
    for gate in goal.gates.iter().filter(|gate| gate.tests.baseline) {
        let Runs::Command(command) = &gate.runs else { continue };
        let key = key(host, goal, gate)?;
        let kept = host.store.baseline(&key)?;
        let cached = kept.is_some();
        let run = match kept {
            Some(run) => run,
            None => {
                journal.emit(Event::BaselineStarted { gate: gate.name.clone() })?;
                if layers.is_none() {
                    layers = Some(setup::layers(host, goal, &goal.baseline).await?);
                }
                let run = match &layers {
                    Some(Ok(layers)) => {
                        let bare = inventories::without_reports(goal, gate, &goal.baseline).await?;
                        let tree = held_out::laid(goal, &gate.name, &bare).await?;
                        let sealed = held_out::prepare(host, goal, &gate.name, &tree, layers).await?;
                        let ran = gates::run_gate(host, goal, &sealed, gate, command, None).await?;
                        BaselineRun {
                            gate: gate.name.clone(),
                            status: ran.report.status,
                            summary: ran.report.summary,
                            inventory: ran.inventory.map(|inventory| inventory.without_messages()),
                            duration_ms: ran.report.duration_ms,
                        }
                    }
                    failed => BaselineRun {
                        gate: gate.name.clone(),
                        status: GateStatus::NotRun,
                        summary: match failed {
                            Some(Err(report)) => format!("{} did not pass", report.name),
                            _ => String::new(),
                        },
                        inventory: None,
                        duration_ms: 0,
                    },
                };
                // What could not be run may be another time.
                if run.result() != BaselineResult::NotRun {
                    host.store.keep_baseline(&key, &run)?;
                }
                run
            }
        };
        if tells || !cached {
            journal.emit(Event::BaselineFinished {
                gate: gate.name.clone(),
                result: run.result(),
                // A stop hook's worker reads this: of a hidden gate, it hears no numbers.
                detail: if goal.held_out(&gate.name).is_some() { String::new() } else { run.detail() },
                duration_ms: run.duration_ms,
                cached,
            })?;
        }
        baselines.runs.insert(gate.name.clone(), run);
    }
    Ok(baselines)
}

/// Everything that determines a run.
fn key(host: &Host, goal: &Frozen, gate: &ReadyGate) -> Result<Digest> {
    let definition: Option<&Gate> = goal.config.gates.iter().find(|known| known.name == gate.name);
    let command = definition.map(|gate| match &gate.kind {
        GateKind::Command(command) => (command, &gate.tests.report, &gate.held_out),
        GateKind::Plugin(_) => unreachable!("only commands run on the baseline"),
    });
    let tool = command.and_then(|(command, ..)| goal.tools.pinned().get(command.argv.first()?));
    let place = (goal.workspace.root(), &goal.prefix, host.probe.level);
    Ok(Digest::of(serde_json::to_vec(&(READING, &goal.baseline, command, tool, &goal.config.setups, place))?))
}

/// The tests of earlier turns are only held against a gate that was red: a green one ran all of its own.
pub(super) fn is_open(baselines: &Baselines, gate: &str) -> bool {
    baselines.of(gate).is_some_and(|run| run.result() == BaselineResult::Red)
}

/// As [`establish`], for a verification.
pub(super) async fn for_verification(host: &Arc<Host>, goal: &Frozen, journal: &Journal) -> Result<Baselines> {
    let baselines = establish(host, goal, journal, true).await?;
    baselines.check(goal)?;
    Ok(baselines)
}
