//! What must hold of Goalpost for any input from outside: one file a kind of input, each a function of bytes that panics where
//! something does not hold.
//!
//! The same functions are run by libFuzzer, from what it finds out about the code (`fuzz_targets/`), and by this crate's own
//! test, from what the tests of the repository read and some mutations of it (`tests/properties.rs`). See `fuzz/README.md`.

mod input;
mod seeds;

pub mod agent_stream;
#[cfg(feature = "plugins")]
pub mod component;
#[cfg(feature = "plugins")]
pub mod config_schema;
pub mod framed;
pub mod goal_file;
pub mod lock_file;
pub mod manifest;
#[cfg(feature = "plugins")]
pub mod model_answer;
pub mod names;
pub mod plain_text;
#[cfg(feature = "plugins")]
pub mod recording;
pub mod redaction;
pub mod signed;
pub mod test_output;
pub mod tests_in_sources;
pub mod tree_path;
pub mod unified_diff;
pub mod url;

/// A property, and where to begin.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// That of its file, and of the fuzz target.
    pub name: &'static str,
    /// Panics where the property does not hold.
    pub check: fn(&[u8]),
    /// Inputs that are taken, and some that are not. Read from the repository.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What inputs are made of.
    pub words: &'static [&'static str],
}

/// Every property.
pub const TARGETS: &[Target] = &[
    agent_stream::TARGET,
    #[cfg(feature = "plugins")]
    component::TARGET,
    #[cfg(feature = "plugins")]
    config_schema::TARGET,
    framed::TARGET,
    goal_file::TARGET,
    lock_file::TARGET,
    manifest::TARGET,
    #[cfg(feature = "plugins")]
    model_answer::TARGET,
    names::TARGET,
    plain_text::TARGET,
    #[cfg(feature = "plugins")]
    recording::TARGET,
    redaction::TARGET,
    signed::TARGET,
    test_output::TARGET,
    tests_in_sources::TARGET,
    tree_path::TARGET,
    unified_diff::TARGET,
    url::TARGET,
];
