//! Lock, snapshot, seal, worktree and sandboxed process

pub mod artifacts;
pub mod checkout;
pub mod diff;
pub mod edit;
mod entries;
pub mod folder;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod history;
pub mod lay;
pub mod lease;
pub mod lock;
pub mod path_text;
pub mod process;
pub mod repository;
pub mod revision;
pub mod sandbox;
pub mod scratch;
pub mod seal;
pub mod snapshot;
pub mod store;
pub mod trash;
pub mod tree;
pub mod watch;
