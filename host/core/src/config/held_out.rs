//! The keys of a gate that the worker is not to see: `hidden`, `files`, `at`, `requirement`.

use super::HeldOut;
use super::error::Problem;
use super::section::Section;

/// Characters of a requirement: a sentence or two that the worker can act on.
const MAX_REQUIREMENT: usize = 1_000;

/// What is held back of a gate; none for one that hides nothing.
pub(super) fn read(section: &Section<'_>) -> Option<HeldOut> {
    let hidden = section.boolean("hidden").unwrap_or(false);
    let files = files(section);
    let at = section.folder("at");
    let requirement = requirement(section);
    if !hidden {
        // What was meant to be hidden must not be shown because one word is missing.
        for key in ["files", "at", "requirement"].into_iter().filter(|_| !section.misspelt("hidden")) {
            if let Some(span) = section.key_span(key) {
                section.push(
                    Problem::new(span, format!("`{key}` does nothing in {}", section.name))
                        .label("belongs to a gate that is hidden from the worker")
                        .help("add `hidden = true`"),
                );
            }
        }
        return None;
    }
    if !section.has("files")
        && let Some(span) = section.key_span("at")
    {
        section.push(
            Problem::new(span, format!("`at` does nothing in {}", section.name))
                .label("there are no `files` to lay there")
                .help("name their folder: `files = \"~/holdout\"`"),
        );
    }
    if section.boolean("network") == Some(true) {
        let span = section.key_span("network").unwrap_or_else(|| section.span.clone());
        section.push(
            Problem::new(span, format!("{} is hidden, and reaches the network", section.name))
                .label("the code under test could send away what it sees")
                .help("what needs the network can't be held out: make it a gate of its own"),
        );
    }
    if let Some(span) = section.key_span("cache") {
        section.push(
            Problem::new(span, format!("`cache` does nothing in {}", section.name))
                .label("a hidden gate keeps nothing: what it showed to the code under test would stay there"),
        );
    }
    Some(HeldOut { files, at, requirement, tree: None, folder: None })
}

fn files(section: &Section<'_>) -> Option<String> {
    let folder = section.string("files")?;
    let path = folder.value;
    let label = if path.split('/').any(|part| part == "..") {
        "has `..` in it"
    } else if matches!(path.trim_end_matches('/'), "" | "~") {
        "everything of yours is in it"
    } else if !path.starts_with("~/") && !path.starts_with('/') {
        "not outside the workspace"
    } else if path.contains(char::is_control) {
        "has a control character in it"
    } else {
        return Some(path.to_owned());
    };
    section.push(
        Problem::new(folder.span, format!("`{path}` is no folder for `files` in {}", section.name)).label(label).help(
            "the worker reads everything in the workspace: name a folder elsewhere, such as `files = \"~/holdout\"`",
        ),
    );
    None
}

fn requirement(section: &Section<'_>) -> Option<String> {
    let text = section.string("requirement")?;
    let label = if text.value.trim().is_empty() {
        "empty"
    } else if text.value.chars().count() > MAX_REQUIREMENT {
        "longer than 1,000 characters"
    } else {
        return Some(text.value.trim().to_owned());
    };
    section.push(
        Problem::new(text.span, format!("this is no `requirement` for {}", section.name))
            .label(label)
            .help("say what must be true, and nothing of how it is checked: it is all that the worker is told"),
    );
    None
}
