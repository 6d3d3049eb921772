//! `limits`: how much one call of a plugin may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plain_time;
use super::plugin::World;
use super::section::Section;
use super::units::{LONGEST, show_duration, show_size};

/// An hour: a judge that needs more has hung. A workflow may take as long as any worker.
const LONGEST_CALL: Duration = Duration::from_secs(3600);

/// What one call of a plugin may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall time, host calls included; 30 s when not given, an hour for a workflow.
    #[serde(with = "plain_time")]
    pub timeout: Duration,
    /// All linear memories and tables together, in bytes; 256 MiB when not given.
    pub memory: u64,
    /// Calls of host functions, WASI's included; 10,000 when not given.
    pub host_calls: u32,
    /// Bytes of log messages; 64 KiB when not given.
    pub log_bytes: u32,
    /// Bytes of everything that it returns; 256 KiB when not given.
    pub output_bytes: u32,
}

impl Limits {
    /// What holds for an evaluator or a gate that says nothing.
    pub const DEFAULT: Self = Self {
        timeout: Duration::from_secs(30),
        memory: 256 << 20,
        host_calls: 10_000,
        log_bytes: 64 << 10,
        output_bytes: 256 << 10,
    };

    /// What holds for a workflow that says nothing: it waits for agents.
    pub const WORKFLOW: Self = Self { timeout: Duration::from_secs(3600), ..Self::DEFAULT };

    /// The most that a plugin can be given. More than four gibibytes no 32-bit memory can address.
    pub const MOST: Self =
        Self { timeout: LONGEST, memory: 4 << 30, host_calls: 10_000_000, log_bytes: 16 << 20, output_bytes: 16 << 20 };

    /// The lower of each.
    #[must_use]
    pub fn at_most(&self, most: &Self) -> Self {
        Self {
            timeout: self.timeout.min(most.timeout),
            memory: self.memory.min(most.memory),
            host_calls: self.host_calls.min(most.host_calls),
            log_bytes: self.log_bytes.min(most.log_bytes),
            output_bytes: self.output_bytes.min(most.output_bytes),
        }
    }

    /// What of it is more than in `old`, in words.
    pub fn raised(&self, old: &Self) -> Vec<String> {
        let size = |old, new| format!("{}, was {}", show_size(new), show_size(old));
        let calls = |old, new| format!("{new}, was {old}");
        let time = format!("{}, was {}", show_duration(self.timeout), show_duration(old.timeout));
        [
            ("time", self.timeout > old.timeout, time),
            ("memory", self.memory > old.memory, size(old.memory, self.memory)),
            ("calls of the host", self.host_calls > old.host_calls, calls(old.host_calls, self.host_calls)),
            ("log", self.log_bytes > old.log_bytes, size(old.log_bytes.into(), self.log_bytes.into())),
            ("output", self.output_bytes > old.output_bytes, size(old.output_bytes.into(), self.output_bytes.into())),
        ]
        .into_iter()
        .filter(|(_, is_more, _)| *is_more)
        .map(|(what, _, text)| format!("more {what}: {text}"))
        .collect()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What stands under `limits` in a section.
pub(super) fn read(section: &Section<'_>, world: World) -> Limits {
    let (default, longest) = match world {
        World::Workflow => (Limits::WORKFLOW, LONGEST),
        World::Gate | World::Evaluator => (Limits::DEFAULT, LONGEST_CALL),
    };
    let name = format!("`limits` of {}", section.name);
    let Some(table) = section.section("limits", name, "limits = { timeout = \"30s\" }") else { return default };
    let small = |n: Option<u64>, default| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    let most = Limits::MOST;
    let limits = Limits {
        timeout: table.duration("timeout", longest).unwrap_or(default.timeout),
        // Less than a mebibyte starts no guest.
        memory: table.bytes("memory", 1 << 20..=most.memory).unwrap_or(default.memory),
        host_calls: small(table.integer("host_calls", 1..=most.host_calls.into(), "calls"), default.host_calls),
        log_bytes: small(table.bytes("log_bytes", 0..=most.log_bytes.into()), default.log_bytes),
        output_bytes: small(table.bytes("output_bytes", 1 << 10..=most.output_bytes.into()), default.output_bytes),
    };
    table.finish();
    limits
}
