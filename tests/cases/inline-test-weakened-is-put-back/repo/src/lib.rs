//! Steps.

pub mod parse;
