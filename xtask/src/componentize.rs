//! From a core module to a component: what `wasm-tools component new` does, without the tool.

use anyhow::{Context, Result, bail};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::WorldItem;

/// The only package that a plugin may import from.
const CONTRACT: &str = "goalpost:plugin/";

/// The component of a module that was linked with the SDK.
///
/// # Errors
/// A module that is no plugin, or one that imports something else than the contract's interfaces.
pub(crate) fn component(module: &[u8]) -> Result<Vec<u8>> {
    let bytes = ComponentEncoder::default().validate(true).module(module)?.encode()?;
    if let Some(foreign) = imports(&bytes)?.into_iter().find(|name| !name.starts_with(CONTRACT)) {
        bail!("it imports `{foreign}`, which is not of the plugin contract");
    }
    Ok(bytes)
}

/// The names of the interfaces and functions that a component imports.
///
/// # Errors
/// Bytes that are no component.
pub(crate) fn imports(component: &[u8]) -> Result<Vec<String>> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("it is a WIT package and no component");
    };
    let mut names = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        match item {
            WorldItem::Interface { id, .. } => names.push(resolve.id_of(*id).context("an import without a name")?),
            WorldItem::Function(_) => names.push(resolve.name_world_key(key)),
            // A name for a type of an interface that is imported anyway.
            WorldItem::Type { .. } => {}
        }
    }
    Ok(names)
}
