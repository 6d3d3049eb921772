//! Inputs to begin with: what the tests of the repository read, so that none has to be kept twice.

use std::path::Path;

/// The files of a folder of the repository whose names end so, in the order of their names.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// One file of the repository.
pub(crate) fn file(path: &str) -> Vec<u8> {
    files(path.rsplit_once('/').map_or("", |(folder, _)| folder), path).pop().unwrap_or_default()
}

/// Each of the seeds after a first byte that chooses.
pub(crate) fn choosing(choice: u8, seeds: impl IntoIterator<Item = Vec<u8>>) -> impl Iterator<Item = Vec<u8>> {
    seeds.into_iter().map(move |seed| [&[choice], seed.as_slice()].concat())
}

/// Two parts of one input.
pub(crate) fn joined(first: impl AsRef<[u8]>, second: impl AsRef<[u8]>) -> Vec<u8> {
    [first.as_ref(), &[0], second.as_ref()].concat()
}

/// Texts as seeds.
pub(crate) fn of(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
