//! The contract's types, and where a component's differ: every place at once, each with what is expected and what is there.
//!
//! What is expected is read from the text of the contract itself, what is there from the component's own types. Finding those
//! means to validate all of a component but its code, which a hostile one can make expensive: it is done by the compiler's
//! process (`compile/`).

mod expected;
mod fit;
mod found;
mod shape;

use serde::{Deserialize, Serialize};

pub(crate) use self::expected::World;
use crate::contract;
use crate::surface::{Kind, Name, Surface};
use crate::wasi;

/// Differences of one component that are told.
const MOST: usize = 40;

/// A place where a component has another type than the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("its {} `{name}`: {why}", if *.export { "export" } else { "import" })]
pub struct Misfit {
    /// Whether it is an export.
    pub export: bool,
    /// As the component has it.
    pub name: String,
    /// What is wrong there, with what is expected and what was found.
    pub why: String,
}

/// Where the component's imports and exports differ from the contract that it was built for, for a plugin of this world.
/// What the contract does not have is not looked at: names tell of it.
///
/// # Errors
/// The component is not valid.
pub(crate) fn misfits(kind: Kind, component: &[u8]) -> Result<Vec<Misfit>, String> {
    let surface = Surface::read(component).map_err(|error| error.to_string())?;
    let found = found::Found::read(component, &surface.imports)?;
    let mut misfits = Vec::new();
    for name in surface.imports.iter().filter(|name| wasi::provides(&name.full)) {
        misfits.extend(fit::is_interface(&found, &name.full));
    }
    let Some(contract) = surface.contract().and_then(contract::find) else { return Ok(misfits) };
    let world = contract.types(kind);
    for (name, interface) in ours(&surface.imports) {
        // One that is not for this world is told of by its name.
        if let Some(expected) = world.imports.get(interface) {
            misfits.extend(fit::import(&found, name, expected));
        }
    }
    for (name, interface) in ours(&surface.exports) {
        if let Some(expected) = world.exports.get(interface) {
            misfits.extend(fit::export(&found, name, expected));
        }
    }
    let (name, expected) = &world.function;
    misfits.extend(fit::function(&found, name, expected));
    misfits.truncate(MOST);
    Ok(misfits)
}

/// Those that are interfaces of the contract, in a version that this host speaks.
fn ours(names: &[Name]) -> impl Iterator<Item = (&str, &str)> {
    names.iter().filter_map(|name| Some((name.full.as_str(), name.ours().filter(|ours| ours.is_spoken())?.interface)))
}
