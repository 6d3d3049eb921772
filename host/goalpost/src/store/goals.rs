//! Goals: their start, their owners, their states.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use goalpost_core::event::{Event, Stamped};
use goalpost_core::ids::{FencingToken, GoalId};
use goalpost_core::state::GoalState;
use goalpost_core::usage::Usage;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::records::{GoalRecord, NewGoal, NextState, Wanted};
use super::{Failure, Store, StoreError, encode, now_ms, path_value, signed, unsigned};

const SELECT: &str = "
    SELECT id, workspace, prefix, created_ms, updated_ms, state, assurance, reason, config, config_digest, baseline,
           isolation, plugins, signers, tools, turns, spent, budget_warned, duration_ms, hint, fence, wanted,
           (SELECT max(turn) FROM turns WHERE turns.goal = goals.id AND phase <> 'finished') AS open_turn
    FROM goals";

impl Store {
    /// Stores a new goal, `running` and owned by the holder of the token that this returns.
    pub(crate) fn create_goal(
        &self,
        new: &NewGoal,
        events: &[Event],
    ) -> Result<(FencingToken, Vec<Stamped>), StoreError> {
        let token = FencingToken(1);
        let now = signed(now_ms());
        let stamped = self.transact(|tx| {
            let inserted = tx.execute(
                "INSERT INTO goals (id, workspace, prefix, created_ms, updated_ms, state, config, config_digest, baseline,
                                    isolation, plugins, signers, tools, spent, fence)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (id) DO NOTHING",
                params![
                    new.id.as_str(),
                    path_value(&new.workspace),
                    new.prefix,
                    now,
                    GoalState::Running.as_str(),
                    encode("the goal's configuration", &new.config)?,
                    new.config_digest.as_str(),
                    new.baseline.as_str(),
                    encode("the isolation level", &new.isolation)?,
                    encode("the plugins' digests", &new.plugins)?,
                    encode("the plugins' signers", &new.signers)?,
                    encode("the programs' digests", &new.tools)?,
                    encode("the spent tokens", &Usage::default())?,
                    signed(token.0),
                ],
            )?;
            if inserted == 0 {
                return Err(StoreError::Exists(new.id.clone()).into());
            }
            self.append(tx, &new.id, events)
        })?;
        Ok((token, stamped))
    }

    /// Makes the caller the goal's owner: every write of an earlier owner is refused from now on, and what was asked of it
    /// is forgotten. The caller holds the workspace's lock.
    ///
    /// # Errors
    /// A goal that has ended has no owner.
    pub(crate) fn take_over(&self, goal: &GoalId) -> Result<FencingToken, StoreError> {
        self.transact(|tx| {
            let (state, current) = self.standing(tx, goal)?;
            if state.is_terminal() {
                return Err(StoreError::Ended { goal: goal.clone(), state }.into());
            }
            let token = FencingToken(current.0 + 1);
            tx.execute(
                "UPDATE goals SET fence = ?2, wanted = NULL WHERE id = ?1",
                params![goal.as_str(), signed(token.0)],
            )?;
            Ok(token)
        })
    }

    /// Moves the goal to another state, with its events. Terminal states stay.
    pub(crate) fn set_state(
        &self,
        goal: &GoalId,
        token: FencingToken,
        next: &NextState,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.owned(goal, token, |tx, state| {
            self.change_state(tx, goal, state, next)?;
            self.append(tx, goal, events)
        })
    }

    /// Keeps what the person said when resuming; none forgets it.
    pub(crate) fn set_hint(&self, goal: &GoalId, token: FencingToken, hint: Option<&str>) -> Result<(), StoreError> {
        self.owned(goal, token, |tx, _| {
            // The worker gets it as it was given, unless this process dies before that.
            let hint = hint.map(|hint| self.redactor.redact(hint));
            tx.execute("UPDATE goals SET hint = ?2 WHERE id = ?1", params![goal.as_str(), hint])?;
            Ok(())
        })
    }

    /// Counts tokens that no finished turn will count: those of a worker that was ended before its turn was.
    pub(crate) fn spend(&self, goal: &GoalId, token: FencingToken, usage: Usage) -> Result<(), StoreError> {
        self.owned(goal, token, |tx, _| self.add_spent(tx, goal, usage))
    }

    /// Asks the goal's owner to pause or cancel; it looks between and during steps. Cancelling outranks pausing.
    ///
    /// # Errors
    /// [`StoreError::Ended`] for a goal that has ended already.
    pub(crate) fn request(&self, goal: &GoalId, wanted: Wanted) -> Result<(), StoreError> {
        self.transact(|tx| {
            let (state, _) = self.standing(tx, goal)?;
            if state.is_terminal() {
                return Err(StoreError::Ended { goal: goal.clone(), state }.into());
            }
            tx.execute(
                "UPDATE goals SET wanted = ?2 WHERE id = ?1 AND wanted IS NOT 'cancel'",
                params![goal.as_str(), wanted.as_str()],
            )?;
            Ok(())
        })
    }

    /// What a person asked of the goal's owner.
    pub(crate) fn wanted(&self, goal: &GoalId) -> Result<Option<Wanted>, StoreError> {
        self.read(|db| {
            let wanted: Option<Option<String>> = db
                .prepare_cached("SELECT wanted FROM goals WHERE id = ?1")?
                .query_row([goal.as_str()], |row| row.get(0))
                .optional()?;
            Ok(parse_wanted(wanted.ok_or_else(|| StoreError::NoSuchGoal(goal.clone()))?.as_deref()))
        })
    }

    /// One goal.
    pub(crate) fn goal(&self, id: &GoalId) -> Result<GoalRecord, StoreError> {
        let found = self.select("WHERE id = ?1", &[&id.as_str()])?;
        found.into_iter().next().ok_or_else(|| StoreError::NoSuchGoal(id.clone()))
    }

    /// The goal's configuration as the JSON that was stored, for its digest.
    pub(crate) fn stored_config(&self, id: &GoalId) -> Result<serde_json::Value, StoreError> {
        self.read(|db| {
            let config: Option<String> =
                db.query_row("SELECT config FROM goals WHERE id = ?1", [id.as_str()], |row| row.get(0)).optional()?;
            let config = config.ok_or_else(|| StoreError::NoSuchGoal(id.clone()))?;
            Ok(self.decode("config", &config)?)
        })
    }

    /// Every goal, newest first.
    pub(crate) fn goals(&self) -> Result<Vec<GoalRecord>, StoreError> {
        self.select("ORDER BY created_ms DESC, id DESC", &[])
    }

    /// The newest goals, at most `most`, newest first.
    pub(crate) fn latest_goals(&self, most: u32) -> Result<Vec<GoalRecord>, StoreError> {
        self.select("ORDER BY created_ms DESC, id DESC LIMIT ?1", &[&most])
    }

    fn select(&self, clause: &str, params: &[&dyn ToSql]) -> Result<Vec<GoalRecord>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("{SELECT} {clause}"))?;
            let mut rows = query.query(params)?;
            let mut goals = Vec::new();
            while let Some(row) = rows.next()? {
                goals.push(self.record(row)?);
            }
            Ok(goals)
        })
    }

    fn record(&self, row: &Row<'_>) -> Result<GoalRecord, Failure> {
        let text = |column: &str| row.get::<_, String>(column);
        Ok(GoalRecord {
            id: self.parse("id", &text("id")?)?,
            workspace: match row.get_ref("workspace")? {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => PathBuf::from(OsStr::from_bytes(bytes)),
                _ => return Err(self.damaged("workspace", "not a path").into()),
            },
            prefix: text("prefix")?,
            created_ms: unsigned(row.get("created_ms")?),
            updated_ms: unsigned(row.get("updated_ms")?),
            state: self.parse("state", &text("state")?)?,
            assurance: match row.get::<_, Option<String>>("assurance")? {
                Some(json) => Some(self.decode("assurance", &json)?),
                None => None,
            },
            reason: text("reason")?,
            config: self.decode("config", &text("config")?)?,
            config_digest: self.parse("config_digest", &text("config_digest")?)?,
            baseline: self.parse("baseline", &text("baseline")?)?,
            isolation: self.decode("isolation", &text("isolation")?)?,
            plugins: self.decode("plugins", &text("plugins")?)?,
            signers: self.decode("signers", &text("signers")?)?,
            tools: self.decode("tools", &text("tools")?)?,
            turns: row.get("turns")?,
            open_turn: row.get("open_turn")?,
            spent: self.decode("spent", &text("spent")?)?,
            budget_warned: row.get("budget_warned")?,
            duration_ms: unsigned(row.get("duration_ms")?),
            hint: row.get("hint")?,
            fence: goalpost_core::ids::FencingToken(unsigned(row.get("fence")?)),
            wanted: parse_wanted(row.get::<_, Option<String>>("wanted")?.as_deref()),
        })
    }

    pub(super) fn add_spent(&self, db: &Connection, goal: &GoalId, usage: Usage) -> Result<(), Failure> {
        let json: String = db.query_row("SELECT spent FROM goals WHERE id = ?1", [goal.as_str()], |row| row.get(0))?;
        let mut spent: Usage = self.decode("spent", &json)?;
        spent += usage;
        db.execute(
            "UPDATE goals SET spent = ?2 WHERE id = ?1",
            params![goal.as_str(), encode("the spent tokens", &spent)?],
        )?;
        Ok(())
    }
}

/// The one place where a goal's state changes. What was asked of the goal has been answered with it.
impl Store {
    pub(super) fn change_state(
        &self,
        db: &Connection,
        goal: &GoalId,
        from: GoalState,
        next: &NextState,
    ) -> Result<(), Failure> {
        let state =
            from.transition(next.state).map_err(|source| StoreError::Transition { goal: goal.clone(), source })?;
        let assurance = next.assurance.map(|a| encode("the assurance", &a)).transpose()?;
        let reason = self.redactor.redact(&next.reason);
        db.execute(
            "UPDATE goals SET state = ?2, assurance = ?3, reason = ?4, updated_ms = ?5, wanted = NULL WHERE id = ?1",
            params![goal.as_str(), state.as_str(), assurance, reason, signed(now_ms())],
        )?;
        Ok(())
    }
}

fn parse_wanted(text: Option<&str>) -> Option<Wanted> {
    // The schema lets in no third word.
    match text {
        Some("cancel") => Some(Wanted::Cancel),
        Some("pause") => Some(Wanted::Pause),
        _ => None,
    }
}
