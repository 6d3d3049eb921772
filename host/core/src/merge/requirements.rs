//! `requirements.txt` and its kin: packages by name are the worker's; options of pip, and packages from elsewhere, are not.

use super::dependency::Known;
use super::walk::Phrases;
use super::{Merged, pep508};
use crate::ecosystem::Ecosystem;
use crate::text::one_line;

/// One requirement or option, with the lines that it goes on over.
struct Entry {
    /// As it stands in the file, line ends included.
    raw: String,
    /// Without comments, and in one line.
    text: String,
}

pub(super) fn merge(baseline: Option<&[u8]>, candidate: &[u8]) -> Merged {
    let Ok(text) = std::str::from_utf8(candidate) else {
        return Merged::unreadable(baseline, candidate, "it is no UTF-8");
    };
    let old = entries(&baseline.map(String::from_utf8_lossy).unwrap_or_default());
    let new = entries(text);
    let mut known = Known::new(Ecosystem::Python);
    for entry in &old {
        if let Some(name) = pep508::name(requirement(&entry.text)) {
            known.add(&name, pep508::source(&entry.text));
        }
    }
    let is_old = |entry: &Entry| old.iter().any(|known| known.text == entry.text);
    let (mut undone, mut kept) = (Phrases::default(), Phrases::default());
    let mut out = String::new();
    let shown = |entry: &Entry| format!("`{}`", one_line(&entry.text, 120));
    for entry in &new {
        if entry.text.is_empty() || is_old(entry) {
            out.push_str(&entry.raw);
        } else if is_allowed(&entry.text, &known) {
            kept.push(format!("{} added", shown(entry)));
            out.push_str(&entry.raw);
        } else {
            undone.push(format!("{} added", shown(entry)));
        }
    }
    for entry in old.iter().filter(|entry| !entry.text.is_empty() && !new.iter().any(|now| now.text == entry.text)) {
        let name = pep508::name(requirement(&entry.text));
        let is_there = name.is_some() && entries(&out).iter().any(|now| pep508::name(requirement(&now.text)) == name);
        // A package that only went is the worker's to drop, unless it went to come from elsewhere.
        let was_replaced =
            name.is_some() && !is_there && new.iter().any(|now| pep508::name(requirement(&now.text)) == name);
        if name.is_none() || was_replaced {
            if name.is_none() {
                undone.push(format!("{} removed", shown(entry)));
            }
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(entry.raw.trim_end());
            out.push('\n');
        } else {
            kept.push(format!("{} removed", shown(entry)));
        }
    }
    Merged { content: out.into_bytes(), undone: undone.into_list(), kept: kept.into_list() }
}

fn is_allowed(text: &str, known: &Known) -> bool {
    if text.starts_with('-') {
        return false;
    }
    let requirement = requirement(text);
    pep508::name(requirement).is_some_and(|name| known.allows(&name, &pep508::source(requirement)))
        && options(text).all(|option| option.starts_with("--hash"))
}

/// A line without the options that belong to its one requirement.
fn requirement(text: &str) -> &str {
    text.split(" --").next().unwrap_or_default().trim()
}

fn options(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|word| word.starts_with("--"))
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_open = false;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let goes_on = line.ends_with('\\') && !is_comment(line);
        let line = without_comment(line.trim_end_matches('\\'));
        match entries.last_mut().filter(|_| is_open) {
            Some(entry) => {
                entry.raw.push_str(raw);
                entry.text = format!("{} {}", entry.text, line.trim()).trim().to_owned();
            }
            None => entries.push(Entry { raw: raw.to_owned(), text: line.trim().to_owned() }),
        }
        is_open = goes_on;
    }
    for entry in &mut entries {
        entry.text = entry.text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    entries
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// A `#` begins a comment at the start of a line or behind a space.
fn without_comment(line: &str) -> &str {
    let start = line.char_indices().find(|(at, c)| *c == '#' && (*at == 0 || line[..*at].ends_with([' ', '\t'])));
    start.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(old: &str, new: &str) -> (String, Vec<String>, Vec<String>) {
        let merged = merge(Some(old.as_bytes()), new.as_bytes());
        (String::from_utf8_lossy(&merged.content).into_owned(), merged.undone, merged.kept)
    }

    #[test]
    fn packages_may_come_change_and_go() {
        let old = "# tools\npytest>=7  # runner\nrequests==1 \\\n    --hash=sha256:aa\nold\n";
        let new = "# tools\npytest>=8  # runner\nrequests==2 \\\n    --hash=sha256:bb\nrich\n";
        let (content, undone, kept) = merged(old, new);
        assert_eq!(content, new);
        assert!(undone.is_empty(), "{undone:?}");
        assert!(kept.contains(&"`rich` added".to_owned()) && kept.contains(&"`old` removed".to_owned()), "{kept:?}");
    }

    #[test]
    fn options_and_other_sources_are_put_back() {
        let old = "--index-url https://pypi.test/simple\n-r base.txt\npytest\n-e .\n";
        for bad in [
            "--index-url https://evil.test/simple",
            "--extra-index-url=https://evil.test",
            "-e ./fake",
            "./fake",
            "pytest @ file:///fake",
            "pytest-cov @ git+https://evil.test/x.git",
            "-i https://evil.test",
            "git+https://evil.test/pytest.git",
            "rich --global-option=x",
            "fake.whl",
        ] {
            let (content, undone, _) = merged(old, &format!("{old}{bad}\n"));
            assert_eq!((content.as_str(), undone.len()), (old, 1), "{bad}");
        }
        let (content, undone, _) = merged(old, "pytest\nrich\n");
        assert_eq!(content, "pytest\nrich\n--index-url https://pypi.test/simple\n-r base.txt\n-e .\n");
        assert_eq!(undone.len(), 3);
        let (content, undone, _) = merged("pytest\n", "pytest @ file:///fake\n");
        assert_eq!((content.as_str(), undone.len()), ("pytest\n", 1));
    }
}
