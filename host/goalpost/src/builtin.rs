//! The plugins that come with the program: ordinary components, built from `plugins/`, with no rights that others lack.

/// Name and component.
const BUILTINS: &[(&str, &[u8])] = &[
    ("checklist", include_bytes!("../../../plugins/dist/checklist.wasm")),
    ("fan-out", include_bytes!("../../../plugins/dist/fan-out.wasm")),
    ("gates", include_bytes!("../../../plugins/dist/gates.wasm")),
    ("llm-judge", include_bytes!("../../../plugins/dist/llm-judge.wasm")),
    ("plan-build-review", include_bytes!("../../../plugins/dist/plan-build-review.wasm")),
    ("scope", include_bytes!("../../../plugins/dist/scope.wasm")),
    ("test-guard", include_bytes!("../../../plugins/dist/test-guard.wasm")),
];

/// The component of `builtin:NAME`.
pub(crate) fn find(name: &str) -> Option<&'static [u8]> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, component)| *component)
}

/// All names, sorted.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(name, _)| *name)
}
