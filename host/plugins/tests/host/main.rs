//! The plugin host with real components: what is admitted, what every limit contains, and what each capability gives.

#![allow(clippy::unwrap_used, missing_docs)]

mod admission;
mod agents;
mod built;
mod bytes;
mod cache;
mod capabilities;
mod guests;
mod host;
mod http;
mod inspect;
mod limits;
mod reading;
mod remembering;
mod wasi;
