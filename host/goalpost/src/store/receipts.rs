//! Receipts, as they were signed.

use goalpost_core::ids::{Digest, GoalId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Failure, Store, StoreError};
use crate::receipt::Receipt;

impl Store {
    /// The goal's receipts with their turns, oldest first.
    pub(crate) fn receipts(&self, goal: &GoalId) -> Result<Vec<(u32, Receipt)>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT turn, digest, previous, envelope FROM receipts WHERE goal = ?1 ORDER BY turn",
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
            "INSERT INTO receipts (goal, turn, digest, previous, envelope) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                goal.as_str(),
                turn,
                receipt.digest.as_str(),
                receipt.previous.as_ref().map(Digest::as_str),
                receipt.envelope
            ],
        )?;
        Ok(())
    }
}
