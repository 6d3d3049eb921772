//! Generated from `wit/` by `cargo xtask bindings`. `imports` has every interface; the other modules export one world each
//! and refer to it.

#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::unwrap_used, reason = "generated")]

#[rustfmt::skip]
pub mod evaluator;
#[rustfmt::skip]
pub mod gate;
#[rustfmt::skip]
pub mod imports;
#[rustfmt::skip]
pub mod workflow;
