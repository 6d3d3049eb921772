//! Receipts, as they were signed.

use goalpost_core::ids::{Digest, GoalId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Failure, Store, StoreError, TurnResult, encode};
use crate::receipt::{Receipt, StoredTurn};

impl Store {
    /// The goal's receipts with their turns, oldest first.
    pub(crate) fn receipts(&self, goal: &GoalId) -> Result<Vec<(u32, Receipt)>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT turn, digest, previous, envelope, summary FROM receipts WHERE goal = ?1 ORDER BY turn",
            )?;
            let mut rows = query.query([goal.as_str()])?;
            let mut receipts = Vec::new();
            while let Some(row) = rows.next()? {
                let previous: Option<String> = row.get(2)?;
                receipts.push((
                    row.get(0)?,
                    Receipt {
                        digest: self.parse("digest", &row.get::<_, String>(1)?)?,
                        previous: previous.map(|text| self.parse("previous", &text)).transpose()?,
                        envelope: row.get(3)?,
                        summary: row.get(4)?,
                    },
                ));
            }
            Ok(receipts)
        })
    }

    /// The digest of the goal's last receipt: what the next one names.
    pub(crate) fn last_receipt(&self, goal: &GoalId) -> Result<Option<Digest>, StoreError> {
        self.read(|db| self.last_receipt_in(db, goal))
    }

    /// The digests of a turn's texts as they are in the database; none while it is not finished.
    pub(crate) fn stored_turn(&self, goal: &GoalId, turn: u32) -> Result<Option<StoredTurn>, StoreError> {
        let texts = self.texts(goal, turn)?;
        Ok(texts.and_then(|(worker, candidate, result)| {
            Some(StoredTurn {
                worker: Digest::of(worker),
                candidate: Digest::of(candidate),
                result: Digest::of(result?),
            })
        }))
    }

    /// The same of an open turn, once `result` is stored with it; none before its candidate is.
    pub(crate) fn turn_to_store(
        &self,
        goal: &GoalId,
        turn: u32,
        result: &TurnResult,
    ) -> Result<Option<StoredTurn>, StoreError> {
        let result = Digest::of(encode("the turn's result", result)?);
        let texts = self.texts(goal, turn)?;
        Ok(texts.map(|(worker, candidate, _)| StoredTurn {
            worker: Digest::of(worker),
            candidate: Digest::of(candidate),
            result,
        }))
    }

    /// A turn's worker, candidate and result as text.
    fn texts(&self, goal: &GoalId, turn: u32) -> Result<Option<(String, String, Option<String>)>, StoreError> {
        self.read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT worker, candidate, result FROM turns
                     WHERE goal = ?1 AND turn = ?2 AND candidate IS NOT NULL",
                )?
                .query_row(params![goal.as_str(), turn], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?)
        })
    }

    pub(super) fn last_receipt_in(&self, db: &Connection, goal: &GoalId) -> Result<Option<Digest>, Failure> {
        let digest: Option<String> = db
            .prepare_cached("SELECT digest FROM receipts WHERE goal = ?1 ORDER BY turn DESC LIMIT 1")?
            .query_row([goal.as_str()], |row| row.get(0))
            .optional()?;
        Ok(digest.map(|text| self.parse("digest", &text)).transpose()?)
    }

    pub(super) fn insert_receipt(
        &self,
        db: &Connection,
        goal: &GoalId,
        turn: u32,
        receipt: &Receipt,
    ) -> Result<(), Failure> {
        if self.last_receipt_in(db, goal)? != receipt.previous {
            return Err(StoreError::BrokenChain { goal: goal.clone(), turn }.into());
        }
        db.execute(
            "INSERT INTO receipts (goal, turn, digest, previous, envelope, summary) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                goal.as_str(),
                turn,
                receipt.digest.as_str(),
                receipt.previous.as_ref().map(Digest::as_str),
                receipt.envelope,
                receipt.summary
            ],
        )?;
        Ok(())
    }
}
