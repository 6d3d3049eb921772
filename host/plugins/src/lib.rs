//! The WebAssembly component host: engine, admission, capabilities, limits.
//!
//! ```text
//! bytes ── Plugin::load ──▶ Plugin ── admit(grants, limits, config) ──▶ Admitted ── evaluate / check / run ──▶ answer
//!          names, digest             names ⊆ grants, types, config                 a fresh instance each
//! ```
//!
//! A plugin is given nothing that was not granted: an interface without a grant is not linked. Whatever a plugin does ends
//! in an answer or in a [`CallError`], within its limits.

// A `CallError` carries what the call used, and is made once a call: its size is no cost that anyone could measure.
#![allow(clippy::result_large_err)]

mod admission;
mod cache;
mod call;
mod capabilities;
mod compile;
mod component_file;
mod contract;
mod engine;
mod examine;
mod exchange;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod http;
mod inspect;
mod limits;
pub mod llm;
mod log_book;
mod plugin;
pub mod record;
mod run;
mod run_order;
mod schema;
mod state_book;
mod surface;
mod wasi;

pub use admission::{AdmissionError, Admitted, Problem};
pub use cache::{CacheError, CodeCache};
pub use call::{CallContext, CallError, CallFailure, CallStats, LogLevel, LogSink};
pub use compile::{CompileLimits, run_if_compiler};
pub use component_file::{read_component, read_small_text};
pub use contract::types::Misfit;
pub use contract::{CONTRACT_VERSION, NoVersion, Version};
pub use engine::{CONCURRENT_CALLS, Engine, EngineError, Layout, TICK};
pub use examine::Examination;
pub use exchange::{Description, GateAnswer, Subject, Turn, TurnEnd, TurnSummary};
pub use inspect::{Import, Standing};
pub use plugin::{COMPONENT_BYTES, LoadError, Plugin};
pub use run_order::RunOrder;
pub use schema::Violation;
pub use state_book::StateBook;
pub use surface::{Kind, NotAComponent};
pub use wasi::{Clock, Outside, SystemClock};
