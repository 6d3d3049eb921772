//! The tables, and how an older database becomes a newer one.

use rusqlite::{Connection, TransactionBehavior};

/// Marks the file as ours (`goal` in ASCII), as SQLite's `application_id`.
pub(super) const APPLICATION_ID: i64 = 0x676f_616c;

/// Each brings the schema from its index to the next. What has shipped is never edited: a change is a new entry.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE goals (
        id            TEXT PRIMARY KEY,
        workspace     ANY NOT NULL,      -- text, or a blob where the path is not UTF-8
        prefix        TEXT NOT NULL,
        created_ms    INTEGER NOT NULL,
        updated_ms    INTEGER NOT NULL,
        state         TEXT NOT NULL,
        assurance     TEXT,              -- JSON
        reason        TEXT NOT NULL DEFAULT '',
        config        TEXT NOT NULL,     -- JSON
        config_digest TEXT NOT NULL,
        baseline      TEXT NOT NULL,
        isolation     TEXT NOT NULL,     -- JSON
        plugins       TEXT NOT NULL,     -- JSON
        turns         INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0),
        spent         TEXT NOT NULL,     -- JSON
        budget_warned INTEGER NOT NULL DEFAULT 0 CHECK (budget_warned IN (0, 1)),
        duration_ms   INTEGER NOT NULL DEFAULT 0,
        hint          TEXT,
        fence         INTEGER NOT NULL,
        wanted        TEXT CHECK (wanted IN ('pause', 'cancel'))
    ) STRICT;

    CREATE TABLE turns (
        goal       TEXT NOT NULL REFERENCES goals (id),
        turn       INTEGER NOT NULL CHECK (turn >= 1),
        attempt    INTEGER NOT NULL CHECK (attempt >= 1),
        phase      TEXT NOT NULL CHECK (phase IN ('started', 'worker_done', 'candidate', 'finished')),
        started_ms INTEGER NOT NULL,
        worker     TEXT CHECK ((worker IS NULL) = (phase = 'started')),                   -- JSON
        candidate  TEXT CHECK ((candidate IS NULL) = (phase IN ('started', 'worker_done'))), -- JSON
        result     TEXT CHECK ((result IS NULL) = (phase <> 'finished')),                 -- JSON
        receipt    TEXT CHECK ((receipt IS NULL) = (phase <> 'finished')),
        PRIMARY KEY (goal, turn)
    ) STRICT;

    CREATE TABLE events (
        goal    TEXT NOT NULL REFERENCES goals (id),
        seq     INTEGER NOT NULL CHECK (seq >= 1),
        time_ms INTEGER NOT NULL,
        event   TEXT NOT NULL,           -- JSON
        PRIMARY KEY (goal, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE receipts (
        goal     TEXT NOT NULL,
        turn     INTEGER NOT NULL,
        digest   TEXT NOT NULL UNIQUE,
        previous TEXT,
        envelope TEXT NOT NULL,
        PRIMARY KEY (goal, turn),
        FOREIGN KEY (goal, turn) REFERENCES turns (goal, turn)
    ) STRICT;
",
    "
    ALTER TABLE goals ADD COLUMN tools TEXT NOT NULL DEFAULT '{}';  -- JSON
    ALTER TABLE receipts ADD COLUMN summary TEXT;
",
    "
    CREATE TABLE baselines (
        key     TEXT PRIMARY KEY,        -- the digest of everything that determines the run
        used_ms INTEGER NOT NULL,
        run     TEXT NOT NULL            -- JSON
    ) STRICT;

    CREATE TABLE inventories (
        goal      TEXT NOT NULL REFERENCES goals (id),
        turn      INTEGER NOT NULL CHECK (turn >= 1),
        gate      TEXT NOT NULL,
        inventory TEXT NOT NULL,         -- JSON
        PRIMARY KEY (goal, turn, gate)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE memories (
        goal       TEXT NOT NULL REFERENCES goals (id),
        turn       INTEGER NOT NULL CHECK (turn >= 1),
        plugin     TEXT NOT NULL,        -- its use: gate/NAME, evaluator/NAME or workflow
        remembered TEXT NOT NULL,        -- JSON
        PRIMARY KEY (goal, turn, plugin)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE goals ADD COLUMN signers TEXT NOT NULL DEFAULT '{}';  -- JSON
",
];

/// The newest schema that this program knows.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The schema of the database.
pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the database to [`VERSION`], in one transaction.
pub(super) fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    if version(db)? >= VERSION {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again: another process may have been first.
    for step in MIGRATIONS.iter().skip(version(&tx)?.max(0) as usize) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()
}
