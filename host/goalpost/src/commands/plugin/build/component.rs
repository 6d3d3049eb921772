//! From a module that a compiler gave to a component, in process.

use anyhow::Result;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as WASI, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_component::ComponentEncoder;

use crate::exit::UsageError;

/// A module that carries its world becomes a component that imports what the module does. The adapter is only there for a
/// module that calls WASI.
pub(super) fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default().validate(true);
    encoder = encoder.module(module).map_err(refused)?;
    encoder = encoder.adapter(WASI, ADAPTER)?;
    encoder.encode().map_err(refused)
}

fn refused(error: anyhow::Error) -> anyhow::Error {
    UsageError(format!("what was compiled is no plugin: {error:#}")).into()
}
