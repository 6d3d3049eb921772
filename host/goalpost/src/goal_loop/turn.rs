//! One turn, step by step.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result};
use goalpost_core::event::{Event, Step};
use goalpost_core::evidence::{TamperKind, TreeIds};
use goalpost_core::ids::Digest;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::prompt;
use goalpost_core::state::GoalState;
use goalpost_core::stuck::stuck;
use goalpost_core::usage::Usage;
use goalpost_core::verdict::Outcome;
use goalpost_workspace::{diff, seal, snapshot};

use super::verification::{Verification, Verified, elapsed_ms};
use super::worker::{self, Ended, Task};
use super::{GoalLoop, Memories, Stop, inventories};
use crate::receipt::{self, Receipt, TurnFacts};
use crate::store::{Candidate, FinishedTurn, NextState, Phase, TurnRecord, TurnResult, WorkerDone};

impl GoalLoop {
    /// Runs the next turn, or the rest of the one that a killed loop left open. Gives the stop that it led to, committed.
    pub(super) async fn turn(&mut self) -> Result<Option<Stop>> {
        let record = self.host.store.goal(&self.goal.id)?;
        let turn = record.open_turn.unwrap_or(record.turns + 1);
        let open = self.host.store.turn(&self.goal.id, turn)?;
        let begun = Instant::now();

        let worker = match open.as_ref().and_then(|t| t.worker.clone()) {
            Some(done) => done,
            None => match self.work(turn, open.as_ref()).await? {
                Ok(done) => done,
                Err(stop) => return self.stop(stop).map(Some),
            },
        };
        let candidate = match open.and_then(|t: TurnRecord| t.candidate) {
            Some(candidate) => candidate,
            None => self.seal(turn).await?,
        };
        let seen = inventories::seen(&self.host, &self.goal, turn, &self.baselines).await?;
        let memories = Memories::of_turn(&self.host, &self.goal.id, turn)?;
        let verification = Verification {
            host: &self.host,
            goal: &self.goal,
            journal: &self.journal,
            turn,
            candidate: &candidate,
            baselines: &self.baselines,
            seen: &seen,
            memories: &memories,
            layers: Default::default(),
            inventories: Default::default(),
        };
        let verified = tokio::select! {
            verified = verification.run(&worker.report, &self.history) => verified?,
            // What was begun is dropped, its processes with it; the candidate is kept, and judged on resume.
            () = self.host.interrupt.wait() => return self.stop(Stop::paused("interrupted", true)).map(Some),
        };
        self.spend_plugins(&verified.usage)?;
        if verified.verdict.outcome == Outcome::Inconclusive {
            // Not the work's fault: the turn stays open, so that `resume` judges the same candidate again.
            let reason = format!("inconclusive: {}", verified.verdict.reason);
            return self.stop(Stop::paused(reason, false)).map(Some);
        }
        self.commit(turn, worker, candidate, verified, memories.changed(), elapsed_ms(begun))
    }

    /// Runs the worker. The inner error is a stop before the worker was done.
    async fn work(&mut self, turn: u32, open: Option<&TurnRecord>) -> Result<Result<WorkerDone, Stop>> {
        // A host that died may have missed the worker's end by an instant.
        let finished_unseen = open.and_then(|t| worker::finished_unseen(&self.host, &self.goal, turn, t.attempt));
        let (attempt, shown) = self.host.store.begin_turn(
            &self.goal.id,
            self.token,
            turn,
            &[
                Event::TurnStarted { turn, max_turns: self.goal.config.goal.max_turns },
                Event::StepStarted { turn, step: Step::Worker },
            ],
        )?;
        self.journal.show(&shown);
        let last = match turn {
            1 => None,
            _ => self.host.store.turn(&self.goal.id, turn - 1)?,
        };
        let memories = Memories::of_turn(&self.host, &self.goal.id, turn)?;
        let task = Task {
            turn,
            attempt,
            last: last.as_ref(),
            history: &self.history,
            hint: self.hint.as_deref(),
            budget: &self.budget,
            memories: &memories,
        };
        let begun = Instant::now();
        let ended = match finished_unseen {
            Some(report) => Ended::Done(report),
            None => worker::run(&self.host, &self.goal, &self.journal, &self.lease, &task).await?,
        };
        let report = match ended {
            Ended::Done(report) => report,
            Ended::Stopped(usage, stop) => {
                self.spend(&usage)?;
                return Ok(Err(stop));
            }
        };
        self.spend(&report.usage)?;
        let remembered = memories.changed();
        let done = WorkerDone {
            duration_ms: elapsed_ms(begun),
            blocked: prompt::blocked_reason(&report.final_text),
            remembered: digests(&remembered),
            report,
        };
        let shown = self.host.store.worker_done(
            &self.goal.id,
            self.token,
            turn,
            &done,
            &remembered,
            &[Event::WorkerFinished {
                turn,
                exit_code: done.report.exit_code,
                duration_ms: done.duration_ms,
                usage: done.report.usage,
                message: goalpost_core::text::first_line(&done.report.final_text, 200),
            }],
        )?;
        self.journal.show(&shown);
        // The store knows it now.
        drop(std::fs::remove_file(worker::record_path(&self.host, &self.goal, turn, attempt)));
        self.hint = None;
        self.host.store.set_hint(&self.goal.id, self.token, None)?;
        Ok(Ok(done))
    }

    /// Takes the workspace as the worker left it, and puts the protected paths back in a copy.
    async fn seal(&self, turn: u32) -> Result<Candidate> {
        self.journal.emit(Event::StepStarted { turn, step: Step::Seal })?;
        let goal = self.goal.clone();
        let mut candidate = tokio::task::spawn_blocking(move || -> Result<Candidate> {
            let taken = snapshot::snapshot(&goal.workspace, &goal.objects, Some(&goal.baseline))
                .context("the workspace could not be read")?;
            goal.seal(taken.tree)
        })
        .await??;
        self.host.redactor.sealed(&mut candidate.tampering, &mut candidate.kept);
        let shown = self.host.store.candidate(
            &self.goal.id,
            self.token,
            turn,
            &candidate,
            &[Event::Sealed {
                turn,
                candidate: candidate.trees.candidate.clone(),
                sealed: candidate.trees.sealed.clone(),
                changed: candidate.changed,
                tampering: candidate.tampering.clone(),
                kept: candidate.kept.clone(),
            }],
        )?;
        self.journal.show(&shown);
        Ok(candidate)
    }

    fn spend(&mut self, usage: &Usage) -> Result<()> {
        self.budget.spend(usage);
        self.host.store.spend(&self.goal.id, self.token, *usage)?;
        Ok(())
    }

    fn spend_plugins(&mut self, usage: &Usage) -> Result<()> {
        if *usage == Usage::default() { Ok(()) } else { self.spend(usage) }
    }

    /// Commits the turn with its receipt, and what the goal becomes.
    fn commit(
        &mut self,
        turn: u32,
        worker: WorkerDone,
        candidate: Candidate,
        verified: Verified,
        remembered: BTreeMap<String, Remembered>,
        verify_ms: u64,
    ) -> Result<Option<Stop>> {
        let inventories = verified.inventories.iter().map(|(gate, inventory)| (gate.as_str(), inventory));
        self.host.store.keep_inventories(&self.goal.id, self.token, turn, inventories)?;
        let mut usage = worker.report.usage;
        usage += verified.usage;
        let duration_ms = verify_ms.max(worker.duration_ms);
        let result = TurnResult {
            gates: verified.gates,
            clean_room: verified.clean_room,
            canaries: verified.canaries,
            opinions: verified.opinions,
            spared: verified.spared,
            verdict: verified.verdict,
            evidence: verified.evidence,
            remembered: digests(&remembered),
            usage,
            duration_ms,
        };
        let mut record = TurnRecord {
            turn,
            attempt: 1,
            started_ms: 0,
            worker: Some(worker),
            candidate: Some(candidate),
            result: Some(result),
            receipt: None,
        };
        debug_assert_eq!(record.phase(), Phase::Finished);
        self.history.extend(record.past());
        let stop = self.what_follows(&record);
        let receipt = self.sign(&record, stop.as_ref())?;
        record.receipt = Some(receipt.digest.clone());
        let warns = self.budget.crosses_warning();
        let (Some(worker), Some(result)) = (record.worker, record.result) else { unreachable!("set above") };

        let mut events = vec![Event::TurnFinished {
            turn,
            outcome: result.verdict.outcome,
            assurance: result.verdict.assurance,
            reason: result.verdict.reason.clone(),
            duration_ms,
            tokens: usage.billable_tokens(),
            receipt: receipt.digest.clone(),
        }];
        if warns && let Some(total) = self.budget.total() {
            events.push(Event::BudgetWarning { spent: self.budget.spent(), total });
        }
        if let Some(stop) = &stop {
            events.push(self.stopped_event(stop, 1, duration_ms)?);
        }
        drop(worker);
        let shown = self.host.store.finish_turn(
            &self.goal.id,
            self.token,
            &FinishedTurn {
                turn,
                result,
                remembered,
                receipt,
                // The worker's and the plugins' tokens were counted as they were spent.
                spent: Usage::default(),
                budget_warned: self.budget.warned(),
                next: stop.as_ref().map(|stop| NextState {
                    state: stop.state,
                    assurance: stop.assurance,
                    reason: stop.reason.clone(),
                }),
                events,
            },
        )?;
        self.journal.show(&shown);
        Ok(stop)
    }

    /// The receipt of a turn that is judged, and of what it leads to.
    fn sign(&self, record: &TurnRecord, stop: Option<&Stop>) -> Result<Receipt> {
        let (Some(worker), Some(candidate), Some(result)) = (&record.worker, &record.candidate, &record.result) else {
            anyhow::bail!("a turn that is not judged has no receipt");
        };
        let store = &self.host.store;
        let turn = TurnFacts {
            turn: record.turn,
            worker,
            candidate,
            result,
            ends: stop.map(|stop| stop.state).filter(|state| state.is_terminal()),
            stored: store.turn_to_store(&self.goal.id, record.turn, result)?,
            previous: store.last_receipt(&self.goal.id)?,
        };
        Ok(receipt::of_turn(&self.host.keys, &self.goal.facts(self.host.probe.level, &self.baselines), &turn)?)
    }

    /// What a finished turn leads to; none while the goal goes on. The gates speak first: work that is done is done, whatever
    /// its worker said of it and whatever it cost.
    fn what_follows(&self, turn: &TurnRecord) -> Option<Stop> {
        let verdict = &turn.result.as_ref()?.verdict;
        let stop = |state, reason: String| Some(Stop { state, assurance: None, reason, interrupted: false });
        if verdict.outcome == Outcome::Satisfied {
            let reason = verdict.reason.clone();
            return Some(Stop { state: GoalState::Achieved, assurance: verdict.assurance, reason, interrupted: false });
        }
        if let Some(reason) = turn.worker.as_ref().and_then(|w| w.blocked.clone()) {
            return stop(GoalState::Blocked, format!("the worker says: {reason}"));
        }
        if verdict.outcome == Outcome::Blocked {
            return stop(GoalState::Blocked, verdict.reason.clone());
        }
        if self.budget.exhausted() {
            let total = self.budget.total().unwrap_or_default();
            return stop(
                GoalState::BudgetExceeded,
                format!("{} of {total} tokens are spent, and the goal is not achieved", self.budget.spent()),
            );
        }
        if turn.turn >= self.goal.config.goal.max_turns {
            return stop(GoalState::MaxTurns, format!("all {} turns are used: {}", turn.turn, verdict.reason));
        }
        stuck(&self.history[self.seen_stuck..]).and_then(|stuck| stop(GoalState::Stuck, stuck.reason))
    }
}

/// What the receipt says of memories, which are the goal's own.
fn digests(remembered: &BTreeMap<String, Remembered>) -> BTreeMap<String, Digest> {
    remembered.iter().map(|(plugin, remembered)| (plugin.clone(), remembered.digest())).collect()
}

impl super::Frozen {
    /// Puts the protected paths back in a copy of `candidate`.
    pub(crate) fn seal(&self, candidate: goalpost_core::ids::TreeId) -> Result<Candidate> {
        let mut sealed = seal::seal(&self.objects, &self.baseline, &candidate, &self.protection)
            .context("the workspace could not be sealed")?;
        for tamper in &mut sealed.tampering {
            // Why it counts says more than that it differs; what sealing found out beyond that stays.
            if matches!(tamper.kind, TamperKind::Edited | TamperKind::Deleted | TamperKind::TypeChanged)
                && self.protection.is_protected(&tamper.path)
            {
                tamper.detail = self.protection.detail(&tamper.path);
            }
        }
        let changed = diff::changes(&self.objects, &self.baseline, &candidate)?.len();
        Ok(Candidate {
            trees: TreeIds { baseline: self.baseline.clone(), candidate, sealed: sealed.tree },
            tampering: sealed.tampering,
            kept: sealed.kept,
            changed: u32::try_from(changed).unwrap_or(u32::MAX),
        })
    }
}
