//! What a component says of itself before any of it is compiled: the names that it imports and exports.
//!
//! Reading names costs microseconds, compiling seconds: what can be said from the names is said first, and all at once.

use std::fmt;

use wasmparser::{ComponentTypeRef, Parser, Payload};

use crate::contract::{self, Version};

/// The package that worlds and interfaces belong to.
const PACKAGE: &str = "goalpost:plugin/";

/// Imports, and exports, of one component. The largest tool chains have some 40: what is shown to a person, and compared with
/// what was granted, has an end.
const NAMES: usize = 1000;

/// Bytes of a name: an interface with its package, its version and a hash of its content is half as long.
const NAME_BYTES: usize = 256;

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
    /// More imports or exports than anybody reads.
    #[error("it has more than {NAMES} {0}: no world of plugins does")]
    Sprawling(&'static str),
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
    /// None where it is no release of the contract.
    pub(crate) version: Option<Version>,
}

impl Name {
    /// The parts of one of the contract's names.
    pub(crate) fn ours(&self) -> Option<Ours<'_>> {
        let rest = self.full.strip_prefix(PACKAGE)?;
        let (interface, version) = rest.split_once('@').unwrap_or((rest, ""));
        Some(Ours { interface, version: version.parse().ok() })
    }
}

impl Ours<'_> {
    /// Whether this host speaks that version.
    pub(crate) fn is_spoken(&self) -> bool {
        self.version.is_some_and(|version| contract::find(version).is_some())
    }
}

/// Names are shown to the person who decides: one that could move the cursor would hide the others. The component model's
/// own names are ASCII, and so nothing that it allows is lost.
fn readable(name: &str) -> Result<(), NotAComponent> {
    if (1..=NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    let shown: String = name.chars().take(60).flat_map(char::escape_default).collect();
    Err(NotAComponent::Damaged(format!("`{shown}` is no name of an import or export")))
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
        // Counted, and not what was kept: types are not kept.
        let (mut imports, mut exports) = (0, 0);
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(damaged)? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(reader) if depth == 0 => {
                    for import in reader {
                        let import = import.map_err(damaged)?;
                        readable(import.name.name)?;
                        imports += 1;
                        if imports > NAMES {
                            return Err(NotAComponent::Sprawling("imports"));
                        }
                        // A world's `use` imports names of types: nothing can be called there.
                        if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                            surface.imports.push(Name { full: import.name.name.to_owned() });
                        }
                    }
                }
                Payload::ComponentExportSection(reader) if depth == 0 => {
                    for export in reader {
                        let export = export.map_err(damaged)?;
                        readable(export.name.name)?;
                        exports += 1;
                        if exports > NAMES {
                            return Err(NotAComponent::Sprawling("exports"));
                        }
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
        self.exports.iter().filter_map(Name::ours).any(|ours| ours.interface == interface && ours.is_spoken())
    }

    /// The newest release of the contract that the component names: the one that it was built for.
    pub(crate) fn contract(&self) -> Option<Version> {
        self.exports.iter().chain(&self.imports).filter_map(Name::ours).filter_map(|ours| ours.version).max()
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
    fn a_name_says_whether_its_version_is_spoken() {
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
            assert_eq!(name(full).ours().unwrap().is_spoken(), fits, "{full}");
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

    #[test]
    fn a_name_that_would_rewrite_the_screen_is_no_name() {
        for name in ["evaluate", "goalpost:plugin/log@0.1.0", "unlocked-dep=<a:b@{>=1.0.0 <2.0.0}>"] {
            assert_eq!(readable(name), Ok(()), "{name}");
        }
        for name in ["", &"a".repeat(257), "a\u{1b}[1A\u{1b}[2K", "a\nb", "a\rb", "a\u{202e}b", "\u{7f}"] {
            assert!(readable(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn the_names_of_a_component_are_looked_at() {
        // A component whose only section exports an instance under a name with an escape in it.
        let component = |name: &str| {
            let length = u8::try_from(name.len()).unwrap();
            let mut section = vec![1, 0, length];
            section.extend_from_slice(name.as_bytes());
            // The kind is instance, its index 0, and no type is given.
            section.extend_from_slice(&[5, 0, 0]);
            let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
            bytes.extend_from_slice(&[11, u8::try_from(section.len()).unwrap()]);
            bytes.extend_from_slice(&section);
            bytes
        };
        assert_eq!(Surface::read(&component("evaluate")).unwrap().exports, [name("evaluate")]);
        let hostile = Surface::read(&component("\u{1b}[2Khidden")).unwrap_err().to_string();
        assert!(hostile.contains("\\u{1b}[2Khidden") && !hostile.contains('\u{1b}'), "{hostile}");
    }
}
