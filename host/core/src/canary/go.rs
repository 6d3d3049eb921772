//! Canaries in Go: functions at the end of a test file, and an error at the end of a known test.

use super::plan::Known;
use super::{Canary, Fate, Manner};

/// How new tests fail here. A panic would take the other canaries of the package along.
pub(super) const MANNERS: [Manner; 2] = [Manner::Raise, Manner::Assert];

pub(super) fn tests(source: &str) -> Vec<Known> {
    let mut known = Vec::new();
    for (at, _) in source.match_indices("\nfunc Test") {
        let rest = &source[at + "\nfunc ".len()..];
        let Some((signature, _)) = rest.split_once('{') else { continue };
        let Some((name, parameters)) = signature.split_once('(') else { continue };
        if parameters.trim() == "t *testing.T)" {
            let at = at + "\nfunc ".len() + signature.len() + 1;
            known.push(Known { name: name.to_owned(), at, indent: " ".to_owned() });
        }
    }
    known
}

pub(super) fn poison(canary: &Canary, fate: Fate) -> String {
    match fate {
        Fate::Fails => format!("defer t.Error({}); ", canary.halves(" + ")),
        Fate::Passes => format!("defer t.Log({}); ", canary.halves(" + ")),
    }
}

pub(super) fn append(source: &str, canaries: &[&Canary], fate: Fate) -> String {
    let mut text = source.to_owned();
    for canary in canaries {
        let call = match (fate, canary.manner) {
            (Fate::Passes, _) => "Log",
            (Fate::Fails, Manner::Assert) => "Error",
            (Fate::Fails, _) => "Fatal",
        };
        let (name, halves) = (&canary.name, canary.halves(" + "));
        text.push_str(&format!("\nfunc {name}(t *testing.T) {{\n\tt.{call}({halves})\n}}\n"));
    }
    text
}

/// `word` as Go wants the name of a test.
pub(super) fn name(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase()).unwrap_or_default();
    format!("Test{first}{}", letters.as_str())
}
