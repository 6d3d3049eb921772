//! The sandbox under attack: each test runs a real program behind real walls.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unreachable_pub)]

goalpost_workspace::launcher_before_main!();

mod support;

mod attackers;
mod basics;
mod files;
mod network;
mod processes;
mod tree;
