//! From a module that a compiler gave to a component, in process.

use anyhow::Result;
use goalpost_plugins::Kind;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as WASI, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use super::world;
use crate::exit::UsageError;

/// A module that carries its world becomes a component that imports what the module does. The adapter is only there for a
/// module that calls WASI.
pub(super) fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default().validate(true);
    encoder = encoder.module(module).map_err(refused)?;
    encoder = encoder.adapter(WASI, ADAPTER)?;
    encoder.encode().map_err(refused)
}

/// The same for a module whose linker could not put its world into it.
pub(super) fn encode_as(kind: Kind, mut module: Vec<u8>) -> Result<Vec<u8>> {
    let (resolve, world) = world::of(kind)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    encode(&module)
}

fn refused(error: anyhow::Error) -> anyhow::Error {
    UsageError(format!("what was compiled is no plugin: {error:#}")).into()
}
