//! Files that hold both what the worker may change and what decides over its work: merged by their meaning when a candidate
//! is sealed.
//!
//! A manifest declares dependencies, which work may well need more of, and it says how tests are built and run, which is
//! not the worker's to say. Protecting it whole would hold good work back; leaving it free would let `"test": "exit 0"` pass.
//! So the parts that decide come from the baseline, and the rest from the candidate. Both are reported, as different things.

pub mod rust_tests;

/// One file of the candidate, with what decides over the work put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What goes into the sealed tree.
    pub content: Vec<u8>,
    /// What was put back, one phrase each, such as "`scripts.test`": tampering. Empty when nothing was.
    pub undone: Vec<String>,
    /// What the worker changed and keeps, such as "dependency `serde` added": reported, and no tampering.
    pub kept: Vec<String>,
}

/// Whether the file at `path` is a manifest: it may be changed in its free parts, and not be deleted or become a link.
pub fn is_manifest(path: &str) -> bool {
    let _ = path;
    false
}

/// Whether [`merge`] has a say about the file at `path`, so that its content is worth reading.
pub fn is_merged(path: &str) -> bool {
    is_manifest(path)
}

/// The file at `path` with the parts that decide as they are in `baseline`, which is none for a new file. None where this
/// file is not merged by its meaning: then the protected paths alone decide.
pub fn merge(path: &str, baseline: Option<&[u8]>, candidate: &[u8]) -> Option<Merged> {
    let _ = (path, baseline, candidate);
    None
}
