//! `log`: messages to the user. Always there; past the limit, messages are counted and dropped.

use goalpost_core::config::Grants;
use goalpost_core::text;
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::bindings::log;
use crate::call::{Call, LogLevel};

/// One message is at most this long: a page, for a stack trace.
const MESSAGE_BYTES: usize = 8 << 10;

/// What a message counts for beside its text, so that empty ones are no way around the limit.
const MESSAGE_COST: u64 = 16;

pub(crate) struct Log;

impl Capability for Log {
    fn interface(&self) -> &'static str {
        "log"
    }

    fn granted(&self, _grants: &Grants) -> bool {
        true
    }

    fn fix(&self) -> Option<&'static str> {
        None
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        log::add_to_linker::<_, Host>(linker, |call| call)
    }
}

impl log::Host for Call {
    async fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        self.enter()?;
        let (message, _) = text::clip_middle(&message, MESSAGE_BYTES);
        let message = text::visible(&message);
        // Kept even past the limit: a panic's text comes last.
        self.remember(&message);
        let cost = message.len() as u64 + MESSAGE_COST;
        if self.log_bytes + cost > u64::from(self.limits.log_bytes) {
            self.log_dropped = self.log_dropped.saturating_add(1);
            return Ok(());
        }
        self.log_bytes += cost;
        if let Some(sink) = &self.context.log {
            let level = match level {
                log::Level::Trace => LogLevel::Trace,
                log::Level::Debug => LogLevel::Debug,
                log::Level::Info => LogLevel::Info,
                log::Level::Warn => LogLevel::Warn,
                log::Level::Error => LogLevel::Error,
            };
            sink(level, &message);
        }
        Ok(())
    }
}
