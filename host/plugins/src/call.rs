//! One call of a plugin: what it is given, what it has used, and how it can end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::ports::{AgentSpawner, CheckRunner, TreeView, Trees};
use goalpost_core::text;
use goalpost_core::usage::Usage;
use tokio::sync::watch;
use tokio::time::Instant;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView};

use crate::capabilities::agents::AgentRuns;
use crate::capabilities::http::HttpAccount;
use crate::capabilities::llm::LlmAccount;
use crate::http::HttpService;
use crate::limits::MemoryMeter;
use crate::llm::LlmProvider;
use crate::log_book::LogBook;
use crate::run_order::RunOrder;
use crate::state_book::StateBook;
use crate::wasi::{self, Outside};

/// Bytes of trees and artifacts that one call may be given, over all host calls: a guest that reads more than this reads
/// the same things again and again.
const BYTES_PER_CALL: u64 = 512 << 20;

/// What a guest is left with, at most, when a host function ran into its deadline.
const FOR_THE_ANSWER: Duration = Duration::from_millis(500);

/// How serious a plugin finds a message of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Of interest to the plugin's author.
    Trace,
    /// Of interest when something is wrong.
    Debug,
    /// Of interest.
    Info,
    /// Unexpected.
    Warn,
    /// Broken.
    Error,
}

impl LogLevel {
    /// `trace` to `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Where a plugin's log messages go: bounded, without control characters, not yet redacted. Called while the plugin waits.
pub type LogSink = Arc<dyn Fn(LogLevel, &str) + Send + Sync>;

/// What a call is given to work with. What is missing here and granted answers `unavailable` when it is asked.
#[derive(Clone, Default)]
pub struct CallContext {
    /// For `tree`.
    pub trees: Option<Trees>,
    /// For `checks`.
    pub checks: Option<Arc<dyn CheckRunner>>,
    /// For `llm`.
    pub llm: Option<Arc<dyn LlmProvider>>,
    /// For `http`.
    pub http: Option<Arc<dyn HttpService>>,
    /// For `agents` and `progress`.
    pub agents: Option<Arc<dyn AgentSpawner>>,
    /// Keeps or decides what `agents` says of the order of ends; none says what is true.
    pub order: Option<Arc<dyn RunOrder>>,
    /// For `state`: what the turn found. What the call leaves in it is the caller's to keep, once the call has answered.
    pub state: Option<StateBook>,
    /// For `files`: folders by the names that the plugin knows them by.
    pub folders: BTreeMap<String, Arc<dyn TreeView>>,
    /// For `log`; none drops the messages.
    pub log: Option<LogSink>,
    /// The clock and the random numbers of guests that import WASI; none for the machine's own.
    pub outside: Option<Outside>,
    /// Turning true ends the call. Dropping the call's future ends it as well.
    pub cancel: Option<watch::Receiver<bool>>,
}

/// What a call used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallStats {
    /// Tokens and money of its language model.
    pub llm_usage: Usage,
    /// Tokens and money of the agents that it spawned, as far as they ended.
    pub agents_usage: Usage,
    /// Agents that it spawned.
    pub agent_runs: u32,
    /// Calls of host functions, WASI's included.
    pub host_calls: u32,
    /// Log messages past the limit: counted, not kept.
    pub log_dropped: u32,
    /// The most memory that it held, in bytes, over all linear memories and tables.
    pub peak_memory: u64,
    /// Wall time, from its turn to its answer.
    pub duration: Duration,
}

/// Why a call gave no answer. None of these says anything of the work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{failure}{}", last_words(.last_log))]
pub struct CallError {
    /// What happened.
    pub failure: CallFailure,
    /// The plugin's last log message, which is where SDKs put the text of a panic.
    pub last_log: Option<String>,
    /// What was used until then.
    pub stats: CallStats,
}

/// How a call can break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallFailure {
    /// The guest trapped: it panicked, overflowed its stack, or misbehaved.
    #[error("the plugin crashed: {0}")]
    Trapped(String),
    /// The wall time ran out.
    #[error("the plugin did not answer within {}", seconds(.0))]
    TimedOut(Duration),
    /// It died of being denied memory.
    #[error("the plugin needs more than its {} of memory (`limits.memory`)", mebibytes(*.0))]
    Memory(u64),
    /// It called the host too often.
    #[error("the plugin called the host more than {0} times (`limits.host_calls`)")]
    HostCalls(u32),
    /// Its answer is larger than allowed.
    #[error("the plugin's answer is larger than {0} bytes (`limits.output_bytes`)")]
    TooLarge(u32),
    /// Its answer breaks the contract.
    #[error("the plugin's answer is malformed: {0}")]
    Malformed(String),
    /// It answered with an error of its own.
    #[error("the plugin reports an error: {0}")]
    Refused(String),
    /// The user, or the host, ended the call.
    #[error("the call was cancelled")]
    Cancelled,
    /// The host could not run it.
    #[error("the host could not run the plugin: {0}")]
    Host(String),
}

fn last_words(log: &Option<String>) -> String {
    log.as_ref().map(|message| format!("; its last log message: {message}")).unwrap_or_default()
}

fn seconds(duration: &Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

fn mebibytes(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// Why the host itself ended a guest; carried through wasmtime as the error of a host function or of the epoch's callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("out of time")]
    TimedOut,
    #[error("too many host calls")]
    HostCalls,
}

/// The data of a call's store.
pub(crate) struct Call {
    pub(crate) context: CallContext,
    pub(crate) grants: Arc<Grants>,
    pub(crate) limits: Limits,
    pub(crate) deadline: Instant,
    pub(crate) table: ResourceTable,
    pub(crate) memory: MemoryMeter,
    pub(crate) llm: LlmAccount,
    pub(crate) http: HttpAccount,
    pub(crate) agents: AgentRuns,
    /// What a workflow set as its result.
    pub(crate) result: Option<String>,
    /// Finished runs of checks that the guest holds.
    pub(crate) checks_held: u32,
    /// Bytes of their files.
    pub(crate) check_bytes_held: u64,
    host_calls: u32,
    /// It called WASI more often than it may call the host: whatever it answers does not count.
    overdrawn: bool,
    bytes_given: u64,
    /// Bytes that were given of each granted folder.
    pub(crate) folder_bytes: BTreeMap<String, u64>,
    pub(crate) log: LogBook,
    pub(crate) outside: Outside,
    /// Made when a guest first asks for something of WASI: most never do.
    wasi: Option<WasiCtx>,
    started: Instant,
}

impl Call {
    pub(crate) fn new(context: CallContext, grants: Arc<Grants>, limits: Limits) -> Result<Self, getrandom::Error> {
        let started = Instant::now();
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        let log = LogBook::new(context.log.clone(), limits.log_bytes);
        let outside = context.outside.clone().map_or_else(Outside::fresh, Ok)?;
        Ok(Self {
            outside,
            wasi: None,
            log,
            deadline: started + limits.timeout,
            memory: MemoryMeter::new(limits.memory),
            agents: AgentRuns::new(grants.agents.as_ref()),
            llm: LlmAccount::default(),
            http: HttpAccount::default(),
            table,
            result: None,
            checks_held: 0,
            check_bytes_held: 0,
            host_calls: 0,
            overdrawn: false,
            bytes_given: 0,
            folder_bytes: BTreeMap::new(),
            started,
            context,
            grants,
            limits,
        })
    }

    /// For a call of WASI's, which counts as any other. Here nothing can fail: past the limit the guest is stopped at the next
    /// tick of the engine's clock.
    pub(crate) fn wasi(&mut self) -> WasiCtxView<'_> {
        if self.host_calls < self.limits.host_calls {
            self.host_calls += 1;
        } else {
            self.overdrawn = true;
        }
        let ctx = self.wasi.get_or_insert_with(|| wasi::context(&self.outside, &self.log));
        WasiCtxView { ctx, table: &mut self.table }
    }

    /// To be called first by every host function: charges the call, and stops a guest that is past a limit.
    pub(crate) fn enter(&mut self) -> wasmtime::Result<()> {
        if self.host_calls >= self.limits.host_calls {
            return Err(Stop::HostCalls.into());
        }
        self.host_calls += 1;
        if Instant::now() >= self.deadline {
            return Err(Stop::TimedOut.into());
        }
        Ok(())
    }

    /// Whether it called WASI more often than it may call the host.
    pub(crate) fn is_overdrawn(&self) -> bool {
        self.overdrawn
    }

    /// What a host function may take at most: a little less than the call has left, so that the guest hears of a time-out
    /// and can still answer.
    pub(crate) fn remaining(&self) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        left - (left / 10).min(FOR_THE_ANSWER)
    }

    /// Charges `bytes` that a host function is about to give; the error is for the guest and names the limit.
    pub(crate) fn give(&mut self, bytes: u64) -> Result<(), String> {
        self.bytes_given = self.bytes_given.saturating_add(bytes);
        if self.bytes_given > BYTES_PER_CALL {
            return Err(format!("one call is given at most {} MiB of content", BYTES_PER_CALL >> 20));
        }
        Ok(())
    }

    pub(crate) fn stats(&self) -> CallStats {
        CallStats {
            llm_usage: self.llm.usage(),
            agents_usage: self.agents.usage(),
            agent_runs: self.agents.count(),
            host_calls: self.host_calls,
            log_dropped: self.log.dropped(),
            peak_memory: self.memory.peak(),
            duration: self.started.elapsed(),
        }
    }

    pub(crate) fn fail(&self, failure: CallFailure) -> CallError {
        CallError { failure, last_log: self.log.last(), stats: self.stats() }
    }

    /// What an error from wasmtime means.
    pub(crate) fn diagnose(&self, error: &wasmtime::Error) -> CallFailure {
        if self.overdrawn {
            return CallFailure::HostCalls(self.limits.host_calls);
        }
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::TimedOut => CallFailure::TimedOut(self.limits.timeout),
                Stop::HostCalls => CallFailure::HostCalls(self.limits.host_calls),
            };
        }
        if self.memory.refused() {
            return CallFailure::Memory(self.limits.memory);
        }
        match error.downcast_ref::<wasmtime::Trap>() {
            Some(trap) => CallFailure::Trapped(trap.to_string()),
            // Not the guest's code but what it handed over: text that is no UTF-8, a case that does not exist, a handle
            // that it does not own, or more than fits.
            None => CallFailure::Malformed(text::one_line(&format!("{:#}", error), 500)),
        }
    }
}

/// Handles that a guest may hold at a time, of its own and of the host's resources.
pub(crate) const MAX_HANDLES: usize = 10_000;

/// Bytes that a guest may hand to the host in one call of a function, or as its answer, before they are looked at.
pub(crate) const MAX_TRANSFER: usize = 16 << 20;
