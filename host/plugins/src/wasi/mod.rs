//! WASI 0.2 with nothing behind it, for guests whose tool chain imports it.
//!
//! There are no files, sockets, arguments or environment variables, standard input is at its end, and standard output and
//! standard error go to the plugin's log. A clock and random numbers are there, because language runtimes ask for them
//! before any code of the author's runs: both come from the call's [`Outside`], so that a recorded call can be repeated.
//!
//! It is linked only for a component that imports it, and it is no grant: whatever a program can learn from it, it could
//! have been told as a constant, the time of day excepted.

mod outside;
mod stdio;

use wasmtime::component::Linker;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::call::Call;
use crate::log_book::LogBook;
pub use outside::{Clock, Outside, SystemClock};

/// What is there, in any release of WASI 0.2.
const INTERFACES: [&str; 27] = [
    "cli/environment",
    "cli/exit",
    "cli/stderr",
    "cli/stdin",
    "cli/stdout",
    "cli/terminal-input",
    "cli/terminal-output",
    "cli/terminal-stderr",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "clocks/monotonic-clock",
    "clocks/wall-clock",
    "filesystem/preopens",
    "filesystem/types",
    "io/error",
    "io/poll",
    "io/streams",
    "random/insecure",
    "random/insecure-seed",
    "random/random",
    "sockets/instance-network",
    "sockets/ip-name-lookup",
    "sockets/network",
    "sockets/tcp",
    "sockets/tcp-create-socket",
    "sockets/udp",
    "sockets/udp-create-socket",
];

/// Random bytes of one request: no language runtime asks for more than a page to seed itself.
const RANDOM_BYTES: u64 = 64 << 10;

/// Whether a component that imports `name` can be given it.
pub(crate) fn provides(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("wasi:") else { return false };
    let Some((interface, version)) = rest.split_once('@') else { return false };
    INTERFACES.contains(&interface) && is_0_2(version)
}

/// A release of WASI 0.2. Release candidates had other types.
fn is_0_2(version: &str) -> bool {
    version.strip_prefix("0.2.").is_some_and(|patch| patch.parse::<u32>().is_ok())
}

/// Adds all of it to a linker.
pub(crate) fn link(linker: &mut Linker<Call>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

/// The state of one call.
pub(crate) fn context(outside: &Outside, log: &LogBook) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(stdio::ToLog::stdout(log.clone()))
        .stderr(stdio::ToLog::stderr(log.clone()))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(RANDOM_BYTES)
        .wall_clock(outside.wall_clock())
        .monotonic_clock(outside.monotonic_clock())
        .secure_random(outside.random(0))
        .insecure_random(outside.random(1))
        .insecure_random_seed(outside.number("hash tables"));
    builder.build()
}

impl WasiView for Call {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_0_2_are_there_and_nothing_else_of_wasi() {
        for name in ["wasi:cli/stdout@0.2.0", "wasi:io/streams@0.2.9", "wasi:sockets/udp-create-socket@0.2.3"] {
            assert!(provides(name), "{name}");
        }
        for name in [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:cli/stdout@0.3.0",
            "wasi:cli/stdout@0.2.0-rc-2023-12-05",
            "wasi:cli/stdout",
            "wasi:cli/run@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "acme:cli/stdout@0.2.0",
        ] {
            assert!(!provides(name), "{name}");
        }
    }
}
