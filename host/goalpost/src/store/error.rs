//! Why the store could not do it, for the person who must act.

use std::io;
use std::path::PathBuf;

use goalpost_core::ids::{FencingToken, GoalId};
use goalpost_core::state::{GoalState, InvalidTransition};
use rusqlite::ErrorCode;

use super::records::Phase;

/// Why the store could not do it. Nothing of a failed write is kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file is there and is not a database of ours, or no longer one.
    #[error(
        "the state database {} is damaged: {detail}. It is left as it is. Restore it from a backup, or move it away together with the `-wal` and `-shm` files beside it to start afresh",
        path.display()
    )]
    Corrupt { path: PathBuf, detail: String },
    /// Written by a later version.
    #[error(
        "the state database {} has schema {found}, and this Goalpost knows schemas up to {known}: update Goalpost",
        path.display()
    )]
    TooNew { path: PathBuf, found: i64, known: i64 },
    /// No space left.
    #[error("no space left for the state database {}: free some, then `goalpost resume`", path.display())]
    DiskFull { path: PathBuf },
    /// A disk or a folder that can't be written.
    #[error(
        "the state database {} can't be written: make its folder writable, or set XDG_STATE_HOME to one that is",
        path.display()
    )]
    ReadOnly { path: PathBuf },
    /// Another process writes, and did not finish.
    #[error("another process keeps the state database {} busy: try again", path.display())]
    Busy { path: PathBuf },
    /// The operating system refused.
    #[error("can't use the state database {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// SQLite refused.
    #[error("the state database {} failed: {source}", path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    /// A value that could not be written as JSON.
    #[error("{what} can't be stored: {source}")]
    Unstorable { what: &'static str, source: serde_json::Error },

    /// No goal has this id.
    #[error("no goal has the id `{0}`; `goalpost status` lists them")]
    NoSuchGoal(GoalId),
    /// The id is taken.
    #[error("there is already a goal `{0}`")]
    Exists(GoalId),
    /// A later owner took the goal over: this one must stop.
    #[error("goal `{goal}` was taken over by another process (its token is {}, ours {})", current.0, ours.0)]
    Fenced { goal: GoalId, current: FencingToken, ours: FencingToken },
    /// Nothing follows a terminal state.
    #[error("goal `{goal}` is {state}: it has ended, and nothing can be added to it")]
    Ended { goal: GoalId, state: GoalState },
    /// The state machine has no such move.
    #[error("goal `{goal}`: {source}")]
    Transition { goal: GoalId, source: InvalidTransition },
    /// A turn that is not the next one.
    #[error("goal `{goal}` can't begin turn {turn}: its next turn is {next}")]
    NotNext { goal: GoalId, turn: u32, next: u32 },
    /// A step of a turn that does not follow its last one.
    #[error("turn {turn} of goal `{goal}` can't become `{to}`: it is {}", from.map_or("not there", Phase::as_str))]
    WrongPhase { goal: GoalId, turn: u32, from: Option<Phase>, to: Phase },
    /// A receipt that does not continue the goal's chain.
    #[error("the receipt of turn {turn} of goal `{goal}` does not follow the last one stored")]
    BrokenChain { goal: GoalId, turn: u32 },
}

impl StoreError {
    /// The error of an SQLite call on the database at `path`.
    pub(super) fn sqlite(path: &std::path::Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { path, detail: source.to_string() }
            }
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            _ => match source {
                // A column that holds what the schema and this program never put there.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Corrupt { path, detail: source.to_string() },
                source => Self::Sqlite { path, source },
            },
        }
    }
}
