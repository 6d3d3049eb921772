//! `state`: in the contract, and not provided. A plugin that imports it is not admitted.

use goalpost_core::config::Grants;
use wasmtime::component::Linker;

use super::Capability;
use crate::call::Call;

pub(crate) struct State;

impl Capability for State {
    fn interface(&self) -> &'static str {
        "state"
    }

    fn provided(&self) -> bool {
        false
    }

    fn granted(&self, _grants: &Grants) -> bool {
        false
    }

    fn fix(&self) -> Option<&'static str> {
        None
    }

    fn link(&self, _linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        // Absent, not refused: nothing is linked, so that no plugin can be given half of it.
        Ok(())
    }
}
