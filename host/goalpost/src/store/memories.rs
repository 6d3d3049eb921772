//! What plugins remember of a goal: the whole of it with each turn that changed it, so that a turn that is judged again, or
//! looked at later, finds what it found the first time. It goes some time after its goal has ended.

use std::collections::BTreeMap;

use goalpost_core::ids::GoalId;
use goalpost_core::plugin_state::Remembered;
use goalpost_core::state::GoalState;
use rusqlite::{Connection, params};

use super::{Failure, Store, StoreError, encode, signed};

impl Store {
    /// What the plugins of a goal remember when its turn `turn` begins, by their uses.
    pub(crate) fn remembered_before(
        &self,
        goal: &GoalId,
        turn: u32,
    ) -> Result<BTreeMap<String, Remembered>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT plugin, remembered FROM memories WHERE goal = ?1 AND turn =
                    (SELECT max(turn) FROM memories AS other
                     WHERE other.goal = ?1 AND other.plugin = memories.plugin AND other.turn < ?2)",
            )?;
            let mut rows = query.query(params![goal.as_str(), turn])?;
            let mut found = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let json: String = row.get(1)?;
                found.insert(row.get(0)?, self.decode("remembered", &json)?);
            }
            Ok(found)
        })
    }

    /// Forgets what plugins remember of goals that ended before `before_ms`. Those of a goal that waits are kept, however long
    /// it does.
    pub(crate) fn forget_memories(&self, before_ms: u64) -> Result<(), StoreError> {
        let ended: Vec<&str> =
            GoalState::ALL.into_iter().filter(|state| state.is_terminal()).map(GoalState::as_str).collect();
        self.transact(|tx| {
            tx.execute(
                "DELETE FROM memories WHERE goal IN (
                     SELECT id FROM goals WHERE updated_ms < ?1 AND state IN (SELECT value FROM json_each(?2)))",
                params![signed(before_ms), encode("the states of a goal that has ended", &ended)?],
            )?;
            Ok(())
        })
    }

    /// Keeps what a turn's plugins remember from it on, in the transaction that the turn's step is committed in.
    pub(super) fn remember(
        &self,
        db: &Connection,
        goal: &GoalId,
        turn: u32,
        remembered: &BTreeMap<String, Remembered>,
    ) -> Result<(), Failure> {
        for (plugin, remembered) in remembered {
            db.prepare_cached(
                "INSERT OR REPLACE INTO memories (goal, turn, plugin, remembered) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                goal.as_str(),
                turn,
                plugin,
                encode("what a plugin remembers", remembered)?
            ])?;
        }
        Ok(())
    }
}
