//! The decisions of Goalpost: pure functions and types, no I/O.

pub mod baseline;
pub mod budget;
pub mod canary;
pub mod config;
pub mod ecosystem;
pub mod environment;
pub mod event;
pub mod evidence;
pub mod framing;
pub mod held_out;
pub mod ids;
pub mod init;
pub mod inventory;
pub mod isolation;
pub mod merge;
pub mod ports;
pub mod prompt;
pub mod redact;
pub mod shares;
pub mod state;
pub mod stuck;
pub mod text;
pub mod time;
pub mod tools;
pub mod usage;
pub mod verdict;
