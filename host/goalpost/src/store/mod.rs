//! The state database: goals, turns, events and receipts in one SQLite file.
//!
//! One process owns a goal and writes it; any number of others read meanwhile, and may leave a wish ([`Store::request`]).
//! Every write of an owner carries its fencing token and is one transaction: a killed process leaves the state before the
//! write or the one after it.
//!
//! ```text
//! goals ──< turns     started -> worker_done -> candidate -> finished
//!       ──< events    seq 1, 2, 3, ... without gaps
//!             turns ── receipts   each names the digest of the one before it
//! ```

mod baselines;
mod error;
mod events;
mod goals;
mod memories;
mod receipts;
mod records;
mod schema;
mod turns;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use goalpost_core::ids::{FencingToken, GoalId};
use goalpost_core::redact::Redactor;
use goalpost_core::state::GoalState;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::paths::Places;
pub(crate) use error::StoreError;
pub(crate) use records::{
    Candidate, FinishedTurn, GoalRecord, NewGoal, NextState, Phase, TurnRecord, TurnResult, Wanted, WorkerDone,
};

/// A writer holds the database for well under a millisecond; ten seconds is a machine in trouble.
const BUSY: Duration = Duration::from_secs(10);

/// The state database; clones share one connection. Calls block for a read or one durable write (about 0.3 ms on an idle
/// disk).
#[derive(Debug, Clone)]
pub(crate) struct Store {
    db: Arc<Mutex<Connection>>,
    path: PathBuf,
    /// The last look at what is kept: by now it should have no secret in it.
    redactor: Arc<Redactor>,
}

/// What goes wrong inside a query: SQLite's word, or ours.
enum Failure {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Store {
    /// The database of `places`, made when there is none and brought to this program's schema when it is older.
    ///
    /// # Errors
    /// A file that is damaged or not ours is never replaced: [`StoreError::Corrupt`].
    pub(crate) fn open(places: &Places) -> Result<Self, StoreError> {
        let path = places.database();
        if path.symlink_metadata().is_err() {
            create(&path)?;
        }
        let sqlite = |error| StoreError::sqlite(&path, error);
        let mut db = connect(&path).map_err(sqlite)?;
        let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sqlite)?;
        if application != schema::APPLICATION_ID {
            return Err(StoreError::Corrupt { path, detail: "it is not a database of Goalpost".to_owned() });
        }
        let found = schema::version(&db).map_err(sqlite)?;
        if found > schema::VERSION {
            return Err(StoreError::TooNew { path, found, known: schema::VERSION });
        }
        schema::migrate(&mut db).map_err(sqlite)?;
        Ok(Self { db: Arc::new(Mutex::new(db)), path, redactor: Arc::default() })
    }

    /// The same database, whose writer also knows the secrets of `redactor`.
    #[must_use]
    pub(crate) fn redacted_by(mut self, redactor: Arc<Redactor>) -> Self {
        self.redactor = redactor;
        self
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        // A panic in a query rolled its transaction back: the connection is as good as before.
        let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        query(&db).map_err(|failure| self.blame(failure))
    }

    /// One transaction, committed when `change` succeeds.
    fn transact<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T, StoreError> {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let run = || {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = change(&tx)?;
            tx.commit()?;
            Ok(value)
        };
        run().map_err(|failure| self.blame(failure))
    }

    /// One transaction of the goal's owner. Refused when a later owner has taken over, or the goal has ended.
    fn owned<T>(
        &self,
        goal: &GoalId,
        token: FencingToken,
        change: impl FnOnce(&Transaction<'_>, GoalState) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.transact(|tx| {
            let (state, current) = self.standing(tx, goal)?;
            if current != token {
                return Err(StoreError::Fenced { goal: goal.clone(), current, ours: token }.into());
            }
            if state.is_terminal() {
                return Err(StoreError::Ended { goal: goal.clone(), state }.into());
            }
            change(tx, state)
        })
    }

    /// A goal's state and its owner's token.
    fn standing(&self, db: &Connection, goal: &GoalId) -> Result<(GoalState, FencingToken), Failure> {
        let row: Option<(String, i64)> = db
            .prepare_cached("SELECT state, fence FROM goals WHERE id = ?1")?
            .query_row([goal.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (state, fence) = row.ok_or_else(|| StoreError::NoSuchGoal(goal.clone()))?;
        Ok((self.parse("state", &state)?, FencingToken(unsigned(fence))))
    }

    fn blame(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Sql(error) => StoreError::sqlite(&self.path, error),
            Failure::Store(error) => error,
        }
    }

    /// A column that this program did not write.
    fn damaged(&self, column: &str, why: impl std::fmt::Display) -> StoreError {
        StoreError::Corrupt { path: self.path.clone(), detail: format!("column `{column}`: {why}") }
    }

    fn parse<T>(&self, column: &str, text: &str) -> Result<T, StoreError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        text.parse().map_err(|error| self.damaged(column, error))
    }

    fn decode<T: DeserializeOwned>(&self, column: &str, json: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| self.damaged(column, error))
    }
}

/// Makes a whole database under another name first, so that an empty file under the real name is always damage.
fn create(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let sqlite = |error| StoreError::sqlite(path, error);

    let draft = tempfile::Builder::new().prefix(".goalpost-db-").tempfile_in(folder).map_err(io)?;
    let mut db = connect(draft.path()).map_err(sqlite)?;
    // Stays with the file: no opener has to switch, which would need the database for itself alone.
    db.pragma_update(None, "journal_mode", "WAL").map_err(sqlite)?;
    schema::migrate(&mut db).map_err(sqlite)?;
    db.close().map_err(|(_, error)| sqlite(error))?;
    match draft.persist_noclobber(path) {
        Ok(_) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(io),
        // Another process was first, and its database is as good.
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(error.error)),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Never `CREATE`: a database that is gone is an error, not an empty one.
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    // A commit is on the disk when it returns, also when the machine loses power right after.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(db)
}

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

/// SQLite's integers are signed; no count of ours comes near the difference.
fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn encode<T: Serialize + ?Sized>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unstorable { what, source })
}

/// A path as text where it is UTF-8, so that other tools can read it, and as bytes where not.
fn path_value(path: &Path) -> Value {
    use std::os::unix::ffi::OsStrExt;
    match path.to_str() {
        Some(text) => Value::Text(text.to_owned()),
        None => Value::Blob(path.as_os_str().as_bytes().to_vec()),
    }
}
