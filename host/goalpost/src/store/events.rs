//! Events: appended by the owner, read by anyone.

use goalpost_core::event::{Event, Stamped};
use goalpost_core::ids::{FencingToken, GoalId};
use rusqlite::{Connection, params};

use super::{Failure, Store, StoreError, encode, now_ms, signed, unsigned};

impl Store {
    /// Stamps and keeps events, in order. Transient ones are stamped with `seq` 0 and not kept, so that one call serves
    /// both the store and whoever shows them.
    pub(crate) fn append_events(
        &self,
        goal: &GoalId,
        token: FencingToken,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        if events.iter().all(Event::is_transient) {
            return Ok(events
                .iter()
                .map(|event| stamp(goal, 0, now_ms(), &self.redactor.event(event.clone())))
                .collect());
        }
        self.owned(goal, token, |tx, _| self.append(tx, goal, events))
    }

    /// The goal's events after `after` (0 for all), oldest first.
    pub(crate) fn events(&self, goal: &GoalId, after: u64) -> Result<Vec<Stamped>, StoreError> {
        self.read(|db| {
            let mut query =
                db.prepare_cached("SELECT seq, time_ms, event FROM events WHERE goal = ?1 AND seq > ?2 ORDER BY seq")?;
            let mut rows = query.query(params![goal.as_str(), signed(after)])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                let event: Event = self.decode("event", &row.get::<_, String>(2)?)?;
                events.push(stamp(goal, unsigned(row.get(0)?), unsigned(row.get(1)?), &event));
            }
            Ok(events)
        })
    }

    pub(super) fn append(&self, db: &Connection, goal: &GoalId, events: &[Event]) -> Result<Vec<Stamped>, Failure> {
        let (mut seq, last_ms): (i64, i64) = db
            .prepare_cached("SELECT coalesce(max(seq), 0), coalesce(max(time_ms), 0) FROM events WHERE goal = ?1")?
            .query_row([goal.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // A clock that was set back must not turn the stream's order round.
        let time_ms = now_ms().max(unsigned(last_ms));
        let mut insert = db.prepare_cached("INSERT INTO events (goal, seq, time_ms, event) VALUES (?1, ?2, ?3, ?4)")?;
        let mut stamped = Vec::with_capacity(events.len());
        for event in events {
            let event = &self.redactor.event(event.clone());
            if event.is_transient() {
                stamped.push(stamp(goal, 0, time_ms, event));
                continue;
            }
            seq += 1;
            insert.execute(params![goal.as_str(), seq, signed(time_ms), encode("an event", event)?])?;
            stamped.push(stamp(goal, unsigned(seq), time_ms, event));
        }
        Ok(stamped)
    }
}

fn stamp(goal: &GoalId, seq: u64, time_ms: u64, event: &Event) -> Stamped {
    Stamped { seq, time_ms, goal: goal.clone(), event: event.clone() }
}
