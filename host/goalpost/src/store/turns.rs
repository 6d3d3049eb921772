//! Turns: one durable step after the other, so that a resumed goal knows which of them is behind it.

use std::collections::BTreeMap;

use goalpost_core::event::{Event, Stamped};
use goalpost_core::ids::{FencingToken, GoalId};
use goalpost_core::plugin_state::Remembered;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::records::{Candidate, FinishedTurn, Phase, TurnRecord, WorkerDone};
use super::{Failure, Store, StoreError, encode, now_ms, signed, unsigned};

const SELECT: &str = "SELECT turn, attempt, started_ms, worker, candidate, result, receipt FROM turns";

impl Store {
    /// Begins the goal's next turn, or its open one once more when the owner died while the worker ran: the attempt that
    /// this returns then is 2 or more. A turn whose worker has ended is never begun again.
    pub(crate) fn begin_turn(
        &self,
        goal: &GoalId,
        token: FencingToken,
        turn: u32,
        events: &[Event],
    ) -> Result<(u32, Vec<Stamped>), StoreError> {
        self.owned(goal, token, |tx, _| {
            let finished: u32 =
                tx.query_row("SELECT turns FROM goals WHERE id = ?1", [goal.as_str()], |row| row.get(0))?;
            if turn != finished + 1 {
                return Err(StoreError::NotNext { goal: goal.clone(), turn, next: finished + 1 }.into());
            }
            if let from @ Some(Phase::WorkerDone | Phase::Candidate | Phase::Finished) = self.phase(tx, goal, turn)? {
                return Err(StoreError::WrongPhase { goal: goal.clone(), turn, from, to: Phase::Started }.into());
            }
            let attempt = tx.query_row(
                "INSERT INTO turns (goal, turn, attempt, phase, started_ms) VALUES (?1, ?2, 1, ?3, ?4)
                 ON CONFLICT (goal, turn) DO UPDATE SET attempt = attempt + 1, started_ms = excluded.started_ms
                 RETURNING attempt",
                params![goal.as_str(), turn, Phase::Started.as_str(), signed(now_ms())],
                |row| row.get(0),
            )?;
            Ok((attempt, self.append(tx, goal, events)?))
        })
    }

    /// The turn's worker ended, and all of its processes. `remembered` is what its workflow does, where that changed: later
    /// turns find it.
    pub(crate) fn worker_done(
        &self,
        goal: &GoalId,
        token: FencingToken,
        turn: u32,
        done: &WorkerDone,
        remembered: &BTreeMap<String, Remembered>,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.owned(goal, token, |tx, _| {
            let done = WorkerDone {
                report: self.redactor.worker(done.report.clone()),
                blocked: done.blocked.as_ref().map(|why| self.redactor.redact(why).into_owned()),
                remembered: done.remembered.clone(),
                duration_ms: done.duration_ms,
            };
            let json = encode("the worker's report", &done)?;
            self.advance(tx, goal, turn, Phase::WorkerDone, &[("worker", &json)])?;
            self.remember(tx, goal, turn, remembered)?;
            self.append(tx, goal, events)
        })
    }

    /// The turn's workspace was taken and sealed.
    pub(crate) fn candidate(
        &self,
        goal: &GoalId,
        token: FencingToken,
        turn: u32,
        candidate: &Candidate,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.owned(goal, token, |tx, _| {
            let json = encode("the candidate", candidate)?;
            self.advance(tx, goal, turn, Phase::Candidate, &[("candidate", &json)])?;
            self.append(tx, goal, events)
        })
    }

    /// Commits a turn: its result, its receipt, the goal's counters, its next state and the events, all or nothing.
    pub(crate) fn finish_turn(
        &self,
        goal: &GoalId,
        token: FencingToken,
        finished: &FinishedTurn,
    ) -> Result<Vec<Stamped>, StoreError> {
        let turn = finished.turn;
        self.owned(goal, token, |tx, state| {
            let json = encode("the turn's result", &finished.result)?;
            let receipt = finished.receipt.digest.as_str();
            self.advance(tx, goal, turn, Phase::Finished, &[("result", &json), ("receipt", &receipt)])?;
            self.remember(tx, goal, turn, &finished.remembered)?;
            self.insert_receipt(tx, goal, turn, &finished.receipt)?;
            self.add_spent(tx, goal, finished.spent)?;
            tx.execute(
                "UPDATE goals SET turns = ?2, duration_ms = duration_ms + ?3, budget_warned = budget_warned OR ?4,
                                  updated_ms = ?5 WHERE id = ?1",
                params![
                    goal.as_str(),
                    turn,
                    signed(finished.result.duration_ms),
                    finished.budget_warned,
                    signed(now_ms())
                ],
            )?;
            if let Some(next) = &finished.next {
                self.change_state(tx, goal, state, next)?;
            }
            self.append(tx, goal, &finished.events)
        })
    }

    /// One turn; none when it never began.
    pub(crate) fn turn(&self, goal: &GoalId, turn: u32) -> Result<Option<TurnRecord>, StoreError> {
        Ok(self.select_turns("WHERE goal = ?1 AND turn = ?2", &[&goal.as_str(), &turn])?.into_iter().next())
    }

    /// The goal's turns, oldest first.
    pub(crate) fn turns(&self, goal: &GoalId) -> Result<Vec<TurnRecord>, StoreError> {
        self.select_turns("WHERE goal = ?1 ORDER BY turn", &[&goal.as_str()])
    }

    fn select_turns(&self, clause: &str, params: &[&dyn ToSql]) -> Result<Vec<TurnRecord>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("{SELECT} {clause}"))?;
            let mut rows = query.query(params)?;
            let mut turns = Vec::new();
            while let Some(row) = rows.next()? {
                turns.push(self.turn_record(row)?);
            }
            Ok(turns)
        })
    }

    fn turn_record(&self, row: &Row<'_>) -> Result<TurnRecord, Failure> {
        let text = |column: &str| row.get::<_, Option<String>>(column);
        Ok(TurnRecord {
            turn: row.get("turn")?,
            attempt: row.get("attempt")?,
            started_ms: unsigned(row.get("started_ms")?),
            worker: text("worker")?.map(|json| self.decode("worker", &json)).transpose()?,
            candidate: text("candidate")?.map(|json| self.decode("candidate", &json)).transpose()?,
            result: text("result")?.map(|json| self.decode("result", &json)).transpose()?,
            receipt: text("receipt")?.map(|digest| self.parse("receipt", &digest)).transpose()?,
        })
    }

    fn phase(&self, db: &Connection, goal: &GoalId, turn: u32) -> Result<Option<Phase>, Failure> {
        let word: Option<String> = db
            .prepare_cached("SELECT phase FROM turns WHERE goal = ?1 AND turn = ?2")?
            .query_row(params![goal.as_str(), turn], |row| row.get(0))
            .optional()?;
        Ok(Phase::ALL.into_iter().find(|phase| word.as_deref() == Some(phase.as_str())))
    }

    /// Moves a turn to the phase after its own, filling that phase's columns.
    fn advance(
        &self,
        db: &Connection,
        goal: &GoalId,
        turn: u32,
        to: Phase,
        columns: &[(&str, &dyn ToSql)],
    ) -> Result<(), Failure> {
        let from = self.phase(db, goal, turn)?;
        let before = Phase::ALL.into_iter().rfind(|phase| *phase < to);
        if from.is_none() || from != before {
            return Err(StoreError::WrongPhase { goal: goal.clone(), turn, from, to }.into());
        }
        let (goal, to) = (goal.as_str(), to.as_str());
        let mut sets = "phase = ?3".to_owned();
        let mut values: Vec<&dyn ToSql> = vec![&goal, &turn, &to];
        for (name, value) in columns {
            values.push(value);
            sets.push_str(&format!(", {name} = ?{}", values.len()));
        }
        db.prepare_cached(&format!("UPDATE turns SET {sets} WHERE goal = ?1 AND turn = ?2"))?
            .execute(values.as_slice())?;
        Ok(())
    }
}
