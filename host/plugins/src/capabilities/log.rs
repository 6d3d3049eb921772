//! `log`: messages to the user. Always there; past the limit, messages are counted and dropped.

use goalpost_core::config::Grants;
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::{Call, LogLevel};
use crate::contract::v0_1::bindings::log;

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
        let level = match level {
            log::Level::Trace => LogLevel::Trace,
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log.write(level, &message);
        Ok(())
    }
}
