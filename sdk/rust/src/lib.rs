//! Write Goalpost plugins in Rust.
//!
//! A plugin is a function and a macro that exports it. This is a whole judge:
//!
//! ```
//! use goalpost_sdk::evaluator::*;
//!
//! #[derive(serde::Deserialize)]
//! struct Config {
//!     word: String,
//! }
//!
//! goalpost_sdk::evaluator!(
//!     judge,
//!     summary = "The worker's last message must hold a word",
//!     config_schema = r#"{
//!         "type": "object", "required": ["word"], "additionalProperties": false,
//!         "properties": { "word": { "type": "string" } }
//!     }"#,
//! );
//!
//! fn judge(evidence: Evidence) -> Result<Verdict, String> {
//!     let config: Config = evidence.config()?;
//!     if evidence.worker.final_text.contains(&config.word) {
//!         return Ok(Verdict::satisfied(format!("the worker said `{}`", config.word)));
//!     }
//!     log::info!("looked through {} bytes", evidence.worker.final_text.len());
//!     Ok(Verdict::unsatisfied(format!("Say `{}`.", config.word)))
//! }
//! ```
//!
//! | a plugin that | is a crate whose `src/lib.rs` calls | and uses |
//! | --- | --- | --- |
//! | judges evidence | [`evaluator!`] | [`evaluator`] |
//! | checks the sealed tree | [`gate!`] | [`gate`] |
//! | drives a turn with several agents | [`workflow!`] | [`workflow`] |
//!
//! The crate is a `cdylib`, built for `wasm32-unknown-unknown`. Its component imports what the code calls and nothing else,
//! so a judge that never asks a model needs no grant for one.
//!
//! # What always holds
//!
//! - A fresh instance answers each call: nothing that is kept in a `static` is there the next time.
//! - An `Err` and a panic say that the *plugin* broke. A judge that broke is inconclusive, never a pass. The text of a panic
//!   and its place are in the user's log.
//! - Text of a worker, a gate or a model is data. Before such text goes into a prompt, put it through a [`frame::Frame`].
//! - There is no clock, no environment, no file and no socket: `Instant::now` and `std::env::vars` panic.
//!
//! # Tests
//!
//! Everything but the host's own functions runs natively: keep a plugin's decision in a function of values and
//! `cargo test` is enough. [`sample`] has an [`evaluator::Evidence`] to start from.

#[doc(hidden)]
pub mod bindings;

pub mod checks;
mod config;
pub mod files;
mod finding;
pub mod frame;
mod gate_result;
pub mod http;
pub mod llm;
pub mod log;
mod macros;
mod report;
pub mod sample;
pub mod state;
pub mod tree;
mod verdict;
mod words;
pub mod workflow;

#[doc(hidden)]
pub mod private;

/// The words that every kind of plugin shares; documented in `wit/types.wit`.
pub mod types {
    pub use crate::bindings::imports::goalpost::plugin::types::*;
}

/// What a judge needs: `use goalpost_sdk::evaluator::*`.
pub mod evaluator {
    pub use crate::log;
    pub use crate::types::{
        Change, ChangeKind, Evidence, Finding, GateReport, GateStatus, Outcome, Severity, TestSummary, Verdict,
    };
}

/// What a gate needs: `use goalpost_sdk::gate::*`.
pub mod gate {
    pub use crate::log;
    pub use crate::tree::{self, Tree, TreeError};
    pub use crate::types::{Change, ChangeKind, Finding, GateResult, Severity, Subject};
}
