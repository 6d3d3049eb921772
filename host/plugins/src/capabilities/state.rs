//! `state`: what a plugin remembers of a goal, from turn to turn. A call works on a copy; the host keeps it, or does not.

use goalpost_core::config::Grants;
use goalpost_core::plugin_state;
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::state::{self, StateError};
use crate::state_book::StateBook;

pub(crate) struct State;

impl Capability for State {
    fn interface(&self) -> &'static str {
        "state"
    }

    fn granted(&self, grants: &Grants) -> bool {
        grants.state.is_some()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("state = true")
    }

    fn means(&self) -> &'static str {
        "remember something of a goal from turn to turn, up to 64 KiB unless you say otherwise; nobody else reads it"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        state::add_to_linker::<_, Host>(linker, |call| call)
    }
}

impl Call {
    /// Charges the call, and asks its book.
    fn book<T>(
        &mut self,
        ask: impl FnOnce(&StateBook) -> Result<T, plugin_state::StateError>,
    ) -> wasmtime::Result<Result<T, StateError>> {
        self.enter()?;
        let Some(book) = &self.context.state else {
            return Ok(Err(StateError::Unavailable(
                "there is no goal to remember anything of in this call".to_owned(),
            )));
        };
        Ok(ask(book).map_err(error))
    }
}

impl state::Host for Call {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, StateError>> {
        let found = self.book(|book| book.get(&key))?;
        Ok(found.and_then(|value| {
            let bytes = value.as_ref().map_or(0, |value| value.len() as u64);
            self.give(bytes).map(|()| value).map_err(StateError::Limit)
        }))
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), StateError>> {
        self.book(|book| book.set(&key, &value))
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<bool, StateError>> {
        self.book(|book| book.delete(&key))
    }

    async fn keys(&mut self, prefix: String) -> wasmtime::Result<Result<Vec<String>, StateError>> {
        let found = self.book(|book| Ok(book.keys(&prefix)))?;
        Ok(found.and_then(|keys| {
            let bytes = keys.iter().map(|key| key.len() as u64).sum();
            self.give(bytes).map(|()| keys).map_err(StateError::Limit)
        }))
    }
}

fn error(error: plugin_state::StateError) -> StateError {
    match error {
        plugin_state::StateError::InvalidKey(why) => StateError::InvalidKey(why),
        plugin_state::StateError::Limit(why) => StateError::Limit(why),
    }
}
