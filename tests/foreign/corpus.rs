//! The components in a package: files that are one, texts of one, and those in the scripts of the component model's tests.

use std::path::{Path, PathBuf};

use wast::parser::{ParseBuffer, parse};
use wast::{QuoteWat, Wast, WastDirective};

/// Every component below a folder, with where it is from.
pub(crate) fn components(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut components = Vec::new();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        match path.extension().and_then(|end| end.to_str()) {
            Some("wasm") => components.push((name, std::fs::read(&path).unwrap())),
            // What is no text of a component, is a test of that.
            Some("wat") => components.extend(wat::parse_file(&path).ok().map(|bytes| (name, bytes))),
            Some("wast") => {
                let text = std::fs::read_to_string(&path).unwrap();
                components.extend(scripted(&text).into_iter().enumerate().map(|(n, c)| (format!("{name} {n}"), c)));
            }
            _ => {}
        }
    }
    // Modules are refused by their first bytes, and there are thousands of them.
    let is_component = |bytes: &[u8]| !bytes.starts_with(b"\0asm\x01\0\0\0");
    components.retain(|(_, bytes)| is_component(bytes));
    components
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    files
}

/// What a script defines, what it says is invalid included.
fn scripted(text: &str) -> Vec<Vec<u8>> {
    let Ok(buffer) = ParseBuffer::new(text) else { return Vec::new() };
    let Ok(script) = parse::<Wast<'_>>(&buffer) else { return Vec::new() };
    let encoded = |mut text: QuoteWat<'_>| text.encode().ok();
    script
        .directives
        .into_iter()
        .filter_map(|directive| match directive {
            WastDirective::Module(text) | WastDirective::ModuleDefinition(text) => encoded(text),
            WastDirective::AssertInvalid { module, .. } | WastDirective::AssertMalformed { module, .. } => {
                encoded(module)
            }
            _ => None,
        })
        .collect()
}
