//! Runs of gates on baselines, and the tests that earlier turns ran: what later runs are held against.

use goalpost_core::baseline::BaselineRun;
use goalpost_core::ids::{Digest, FencingToken, GoalId};
use goalpost_core::inventory::Inventory;
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, encode, now_ms, signed};

/// Runs that are kept for goals and verifications to come; the least recently used go first.
const KEPT: u32 = 200;

impl Store {
    /// The run of a gate on a baseline that `key` determines, if it has been made.
    pub(crate) fn baseline(&self, key: &Digest) -> Result<Option<BaselineRun>, StoreError> {
        self.read(|db| {
            let json: Option<String> = db
                .prepare_cached("UPDATE baselines SET used_ms = ?2 WHERE key = ?1 RETURNING run")?
                .query_row(params![key.as_str(), signed(now_ms())], |row| row.get(0))
                .optional()?;
            Ok(json.map(|json| self.decode("run", &json)).transpose()?)
        })
    }

    /// Keeps a run. It belongs to no goal: whoever needs the same one makes the same.
    pub(crate) fn keep_baseline(&self, key: &Digest, run: &BaselineRun) -> Result<(), StoreError> {
        let json = encode("a run on the baseline", run)?;
        self.transact(|tx| {
            tx.execute(
                "INSERT INTO baselines (key, used_ms, run) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET used_ms = excluded.used_ms, run = excluded.run",
                params![key.as_str(), signed(now_ms()), json],
            )?;
            tx.execute(
                "DELETE FROM baselines WHERE key NOT IN (SELECT key FROM baselines ORDER BY used_ms DESC LIMIT ?1)",
                [KEPT],
            )?;
            Ok(())
        })
    }

    /// Keeps the tests that gates ran in a turn; those of the same turn judged again take their place.
    pub(crate) fn keep_inventories<'a>(
        &self,
        goal: &GoalId,
        token: FencingToken,
        turn: u32,
        inventories: impl IntoIterator<Item = (&'a str, &'a Inventory)>,
    ) -> Result<(), StoreError> {
        self.owned(goal, token, |tx, _| {
            for (gate, inventory) in inventories {
                tx.execute(
                    "INSERT OR REPLACE INTO inventories (goal, turn, gate, inventory) VALUES (?1, ?2, ?3, ?4)",
                    params![goal.as_str(), turn, gate, encode("an inventory", inventory)?],
                )?;
            }
            Ok(())
        })
    }

    /// The tests that gates ran in the turns before `turn`, with the gates' names, the oldest first.
    pub(crate) fn inventories_before(&self, goal: &GoalId, turn: u32) -> Result<Vec<(String, Inventory)>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT gate, inventory FROM inventories WHERE goal = ?1 AND turn < ?2 ORDER BY turn, gate",
            )?;
            let mut rows = query.query(params![goal.as_str(), turn])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push((row.get(0)?, self.decode("inventory", &row.get::<_, String>(1)?)?));
            }
            Ok(found)
        })
    }
}
