//! What a component says of itself before any of it is compiled: the names that it imports and exports.
//!
//! Reading names costs microseconds, compiling seconds: what can be said from the names is said first, and all at once.

use std::fmt;

use wasmparser::{ComponentTypeRef, Parser, Payload};

/// The package that worlds and interfaces belong to.
const PACKAGE: &str = "goalpost:plugin/";

/// The version of the contract that this host speaks.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// The contract's worlds, each with the function that it alone exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A judge: exports `evaluate`.
    Evaluator,
    /// A check: exports `check`.
    Gate,
    /// Drives a turn: exports `run`.
    Workflow,
}

impl Kind {
    /// Every world.
    pub const ALL: [Self; 3] = [Self::Evaluator, Self::Gate, Self::Workflow];

    /// The world's name.
    pub fn world(self) -> &'static str {
        match self {
            Self::Evaluator => "evaluator",
            Self::Gate => "gate",
            Self::Workflow => "workflow",
        }
    }

    /// The world's function.
    pub fn export(self) -> &'static str {
        match self {
            Self::Evaluator => "evaluate",
            Self::Gate => "check",
            Self::Workflow => "run",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.world())
    }
}

/// Why bytes are not a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAComponent {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// WebAssembly's text format.
    #[error("it is WebAssembly text, not a binary component: encode it first, for example with `wasm-tools parse`")]
    Text,
    /// A module without component types.
    #[error(
        "it is a core WebAssembly module, not a component: build it with a plugin SDK, or make it one with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// Something else.
    #[error("it is not WebAssembly: it does not start with `\\0asm`")]
    NotWebAssembly,
    /// A component that ends early or is damaged.
    #[error("it is damaged or cut off: {0}")]
    Damaged(String),
}

/// An import or export, by name as the component has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) full: String,
}

/// `goalpost:plugin/NAME@VERSION`, in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ours<'a> {
    pub(crate) interface: &'a str,
    pub(crate) version: &'a str,
}

impl Name {
    /// The parts of one of the contract's names.
    pub(crate) fn ours(&self) -> Option<Ours<'_>> {
        let rest = self.full.strip_prefix(PACKAGE)?;
        let (interface, version) = rest.split_once('@').unwrap_or((rest, ""));
        Some(Ours { interface, version })
    }
}

impl Ours<'_> {
    /// Whether this host speaks that version: before 1.0, the same minor version.
    pub(crate) fn is_compatible(&self) -> bool {
        let minor = |version: &str| -> Option<(u32, u32)> {
            let mut parts = version.splitn(3, '.');
            let found = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            parts.next()?.parse::<u32>().ok()?;
            Some(found)
        };
        minor(self.version).is_some_and(|found| Some(found) == minor(CONTRACT_VERSION))
    }
}

/// The names that a component imports and exports, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Surface {
    pub(crate) imports: Vec<Name>,
    pub(crate) exports: Vec<Name>,
}

impl Surface {
    /// Reads the names. The component's code is not looked at.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotAComponent> {
        if bytes.is_empty() {
            return Err(NotAComponent::Empty);
        }
        if !bytes.starts_with(b"\0asm") {
            let text = bytes.trim_ascii_start();
            return Err(if text.starts_with(b"(") || text.starts_with(b";;") {
                NotAComponent::Text
            } else {
                NotAComponent::NotWebAssembly
            });
        }
        if Parser::is_core_wasm(bytes) {
            return Err(NotAComponent::CoreModule);
        }
        let damaged = |error: wasmparser::BinaryReaderError| NotAComponent::Damaged(error.to_string());

        let mut surface = Self::default();
        // What is nested in the component has names of its own, which are not its surface.
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(damaged)? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(reader) if depth == 0 => {
                    for import in reader {
                        let import = import.map_err(damaged)?;
                        // A world's `use` imports names of types: nothing can be called there.
                        if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                            surface.imports.push(Name { full: import.name.name.to_owned() });
                        }
                    }
                }
                Payload::ComponentExportSection(reader) if depth == 0 => {
                    for export in reader {
                        let export = export.map_err(damaged)?;
                        surface.exports.push(Name { full: export.name.name.to_owned() });
                    }
                }
                _ => {}
            }
        }
        Ok(surface)
    }

    /// The world that the exports belong to, if one.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let exports = |kind: &Kind| self.exports.iter().any(|name| name.full == kind.export());
        Kind::ALL.into_iter().find(exports)
    }

    /// Whether an interface of the contract is exported in a version that this host speaks.
    pub(crate) fn exports_interface(&self, interface: &str) -> bool {
        self.exports.iter().filter_map(Name::ours).any(|ours| ours.interface == interface && ours.is_compatible())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn name(full: &str) -> Name {
        Name { full: full.to_owned() }
    }

    #[test]
    fn before_1_0_a_minor_version_is_another_contract() {
        for (full, fits) in [
            ("goalpost:plugin/log@0.1.0", true),
            ("goalpost:plugin/log@0.1.7", true),
            ("goalpost:plugin/log@0.2.0", false),
            ("goalpost:plugin/log@1.1.0", false),
            ("goalpost:plugin/log", false),
            ("goalpost:plugin/log@", false),
            ("goalpost:plugin/log@0.1", false),
            ("goalpost:plugin/log@0.1.x", false),
        ] {
            assert_eq!(name(full).ours().unwrap().is_compatible(), fits, "{full}");
        }
        assert_eq!(name("wasi:cli/run@0.2.0").ours(), None);
    }

    #[test]
    fn what_is_no_component_is_told_apart() {
        assert_eq!(Surface::read(b""), Err(NotAComponent::Empty));
        assert_eq!(Surface::read(b"  (component)"), Err(NotAComponent::Text));
        assert_eq!(Surface::read(b"\0asm\x01\0\0\0"), Err(NotAComponent::CoreModule));
        assert_eq!(Surface::read(b"\x7fELF"), Err(NotAComponent::NotWebAssembly));
        assert!(matches!(Surface::read(b"\0asm"), Err(NotAComponent::Damaged(_))));
        assert!(matches!(Surface::read(b"\0asm\x0d\0\x01\0\xff"), Err(NotAComponent::Damaged(_))));
    }
}
