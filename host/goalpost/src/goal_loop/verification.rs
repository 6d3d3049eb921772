//! From a sealed tree to a verdict: gates, evidence, evaluators, and the gates once more before the goal may end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use anyhow::Result;
use goalpost_core::config::TamperPolicy;
use goalpost_core::event::{Event, Step};
use goalpost_core::evidence::{Addressed, GateReport, GateStatus, PastTurn, WorkerReport};
use goalpost_core::ids::Digest;
use goalpost_core::inventory::Inventory;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::{self, Opinion, Outcome, TurnVerdict};
use goalpost_plugins::{CallError, CallStats, StateBook, record};

use super::baseline::Baselines;
use super::frozen::Frozen;
use super::host::Host;
use super::inventories::Seen;
use super::journal::Journal;
use super::plugins::ReadyPlugin;
use super::{CanaryRecord, Memories, canary, evidence, gates, panel, setup};
use crate::store::Candidate;

/// What a verification needs.
pub(crate) struct Verification<'a> {
    pub(crate) host: &'a Arc<Host>,
    pub(crate) goal: &'a Arc<Frozen>,
    pub(crate) journal: &'a Arc<Journal>,
    pub(crate) turn: u32,
    pub(crate) candidate: &'a Candidate,
    /// What the gates said of the baseline.
    pub(crate) baselines: &'a Baselines,
    /// What earlier turns ran.
    pub(crate) seen: &'a Seen,
    /// What plugins remember.
    pub(crate) memories: &'a Memories,
    /// What the goal's setups made, once they have.
    pub(crate) layers: OnceLock<Vec<PathBuf>>,
    /// The tests of gates that were red at the start, for later turns.
    pub(crate) inventories: Mutex<BTreeMap<String, Inventory>>,
}

/// What came of it.
pub(crate) struct Verified {
    pub(crate) gates: Vec<GateReport>,
    /// Empty when the first run already said no.
    pub(crate) clean_room: Vec<GateReport>,
    /// Whether the gates of the clean room can fail on this work.
    pub(crate) canaries: Vec<CanaryRecord>,
    pub(crate) opinions: Vec<Opinion>,
    /// Evaluators that were not asked, because the others had settled it.
    pub(crate) spared: Vec<String>,
    pub(crate) verdict: TurnVerdict,
    pub(crate) evidence: Digest,
    /// The tests of gates that were red at the start.
    pub(crate) inventories: BTreeMap<String, Inventory>,
    /// Of plugins.
    pub(crate) usage: Usage,
}

impl Verification<'_> {
    /// Judges the candidate.
    ///
    /// # Errors
    /// The machine's: whatever the work or a plugin does is in the verdict.
    pub(crate) async fn run(&self, worker: &WorkerReport, history: &[PastTurn]) -> Result<Verified> {
        self.step(Step::Gates)?;
        let reports = gates::run_all(self, gates::Which::All).await?;
        let shown = self.goal.for_worker(&reports);
        let evidence =
            evidence::assemble(self.goal, &self.host.redactor, self.turn, self.candidate, &shown, worker, history)?;
        if !self.goal.evaluators.is_empty() {
            self.step(Step::Evaluators)?;
        }
        let evidence = Addressed::from(&evidence);
        let (opinions, spared) = panel::ask(self, &evidence).await?;

        let (mut clean_room, mut canaries) = (Vec::new(), Vec::new());
        let mut verdict = self.decide(&reports, &opinions);
        if verdict.outcome == Outcome::Satisfied && reports.iter().any(|r| r.required) {
            // What one gate wrote, another may have read: only a run that shares nothing may end the goal.
            self.step(Step::CleanRoom)?;
            clean_room = gates::run_all(self, gates::Which::Required).await?;
            if let Some(report) = clean_room.iter().find(|r| r.status != GateStatus::Passed) {
                let gate = report.name.clone();
                verdict = self.decide(&clean_room, &opinions);
                verdict.reason =
                    format!("{} (gate `{gate}` passed at first, and not in the clean room)", verdict.reason);
            } else {
                // What runs beside the tests could have spoken for them.
                self.step(Step::Canaries)?;
                canaries = canary::ask_all(self, &mut clean_room).await?;
                for fake in clean_room.iter().filter(|r| r.status != GateStatus::Passed) {
                    self.journal.emit(gates::finished(self.turn, &self.goal.one_for_worker(fake)))?;
                }
                verdict = self.decide(&clean_room, &opinions);
            }
        }
        Ok(Verified {
            usage: opinions.iter().map(|o| o.usage).sum(),
            gates: reports,
            clean_room,
            canaries,
            opinions,
            spared,
            verdict,
            evidence: evidence.digest().clone(),
            inventories: std::mem::take(&mut self.inventories.lock().unwrap_or_else(PoisonError::into_inner)),
        })
    }

    fn decide(&self, reports: &[GateReport], opinions: &[Opinion]) -> TurnVerdict {
        let policy: TamperPolicy = self.goal.config.protect.policy;
        let panel = verdict::panel(self.goal.config.panel, opinions);
        verdict::decide(&verdict::ceiling(&self.goal.for_worker(reports)), &panel, &self.candidate.tampering, policy)
    }

    /// Notes the tests that a gate ran.
    pub(super) fn ran(&self, gate: &str, inventory: Inventory) {
        let mut inventories = self.inventories.lock().unwrap_or_else(PoisonError::into_inner);
        inventories.insert(gate.to_owned(), inventory.without_messages());
    }

    /// Runs the goal's setups where that is still to be done. Gives the report of one that failed.
    pub(super) async fn set_up(&self) -> Result<Option<GateReport>> {
        if self.goal.config.setups.is_empty() || self.layers.get().is_some() {
            return Ok(None);
        }
        self.step(Step::Setup)?;
        match setup::layers(self.host, self.goal, &self.candidate.trees.sealed).await? {
            Ok(layers) => {
                // Set by whoever was first, to the same.
                let _ = self.layers.set(layers);
                Ok(None)
            }
            Err(failed) => Ok(Some(failed)),
        }
    }

    /// The layers of the goal's setups, topmost first.
    pub(super) fn layers(&self) -> &[PathBuf] {
        self.layers.get().map_or(&[], Vec::as_slice)
    }

    /// Keeps what a plugin's call leaves: its recording, and, when it answered, what the plugin remembers.
    pub(super) fn keep<T: Clone + Into<record::Outcome>>(
        &self,
        recorder: Option<record::Recorder>,
        plugin: &ReadyPlugin,
        book: Option<&StateBook>,
        ended: &Result<(T, CallStats), CallError>,
    ) {
        if ended.is_ok() {
            self.memories.answered(plugin, book);
        }
        self.host.recordings.end(recorder, (&self.goal.id, self.turn, &plugin.name), ended);
    }

    fn step(&self, step: Step) -> Result<()> {
        self.journal.emit(Event::StepStarted { turn: self.turn, step })
    }
}

/// Milliseconds since `begun`.
pub(crate) fn elapsed_ms(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}
