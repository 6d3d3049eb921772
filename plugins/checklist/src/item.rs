//! One point of the list, and where its evidence is.

use fast_glob::glob_match;
use goalpost_sdk::evaluator::*;
use regex_lite::Regex;

/// A point: a sentence for people, and one kind of evidence.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) criterion: String,
    changed: Option<String>,
    gate: Option<String>,
    exists: Option<String>,
    pattern: Option<String>,
    #[serde(rename = "in")]
    place: Option<String>,
}

/// What became of looking.
pub(crate) enum Found {
    Yes,
    /// And why not.
    No(String),
    /// Not in what there is to look at, but some of it was left out.
    CutOff(String),
}

/// The paths of the sealed tree.
pub(crate) trait Sealed {
    /// Whether some path below a folder matches.
    fn any(&mut self, below: &str, matches: &dyn Fn(&str) -> bool) -> Result<bool, String>;
}

impl Item {
    /// Looks for the evidence.
    ///
    /// # Errors
    /// An item that does not say, in exactly one way, what its evidence is; a tree that can't be read.
    pub(crate) fn look(&self, evidence: &Evidence, sealed: &mut dyn Sealed) -> Result<Found, String> {
        match (&self.changed, &self.gate, &self.exists, &self.pattern, &self.place) {
            (Some(glob), None, None, None, None) => Ok(changed(glob, evidence)),
            (None, Some(name), None, None, None) => Ok(gate(name, evidence)),
            (None, None, Some(glob), None, None) => exists(glob, sealed),
            (None, None, None, Some(pattern), Some(place)) => matches(pattern, place, evidence),
            _ => Err(format!(
                "the point `{}` needs exactly one of `changed`, `gate`, `exists`, or `pattern` with `in`",
                self.criterion
            )),
        }
    }
}

fn changed(glob: &str, evidence: &Evidence) -> Found {
    let there =
        evidence.changes.iter().any(|change| change.kind != ChangeKind::Deleted && glob_match(glob, &change.path));
    if there { Found::Yes } else { Found::No(format!("no changed path matches `{glob}`")) }
}

fn gate(name: &str, evidence: &Evidence) -> Found {
    match evidence.gates.iter().find(|gate| gate.name == name) {
        Some(gate) if gate.passed() => Found::Yes,
        Some(gate) => Found::No(format!("the gate `{name}` {}", gate.status.verb())),
        None => Found::No(format!("there is no gate `{name}`")),
    }
}

fn exists(glob: &str, sealed: &mut dyn Sealed) -> Result<Found, String> {
    // The folders before the first special character are the same for every match: only what is below them is listed.
    let plain = &glob[..glob.find(['*', '?', '[', '{', '\\', '!']).unwrap_or(glob.len())];
    let folder = plain.rfind('/').map_or("", |end| &plain[..end]);
    let there = sealed.any(folder, &|path| glob_match(glob, path))?;
    Ok(if there { Found::Yes } else { Found::No(format!("no path of the sealed tree matches `{glob}`")) })
}

fn matches(pattern: &str, place: &str, evidence: &Evidence) -> Result<Found, String> {
    let regex = Regex::new(pattern).map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
    let (found, cut) = match place {
        "added-lines" => (diff_lines(evidence, '+').any(|line| regex.is_match(line)), evidence.diff_truncated),
        "removed-lines" => (diff_lines(evidence, '-').any(|line| regex.is_match(line)), evidence.diff_truncated),
        "final-text" => (regex.is_match(&evidence.worker.final_text), false),
        _ => {
            let name =
                place.strip_prefix("output:").ok_or_else(|| format!("there is no place `{place}` to look in"))?;
            match evidence.gates.iter().find(|gate| gate.name == name) {
                Some(gate) => (regex.is_match(&gate.output), gate.output_truncated),
                None => return Ok(Found::No(format!("there is no gate `{name}`"))),
            }
        }
    };
    Ok(match (found, cut) {
        (true, _) => Found::Yes,
        (false, false) => Found::No(format!("`{pattern}` matches nothing in {place}")),
        (false, true) => Found::CutOff(format!("`{pattern}` matches nothing in {place}, of which some was left out")),
    })
}

/// The lines that a unified diff adds (`+`) or removes (`-`), without the sign and without the headers of files.
fn diff_lines(evidence: &Evidence, sign: char) -> impl Iterator<Item = &str> {
    let mut in_hunk = false;
    evidence.diff.lines().filter_map(move |line| {
        if line.starts_with("@@") {
            in_hunk = true;
        } else if line.starts_with("diff ") || (!in_hunk && line.starts_with("--- ")) {
            in_hunk = false;
        }
        in_hunk.then_some(line)?.strip_prefix(sign)
    })
}
