//! Canaries in Rust: a module at the end of a file, and a guard in a known test that panics as it is dropped.

use super::plan::Known;
use super::{Canary, Fate, Manner};

/// How new tests fail here.
pub(super) const MANNERS: [Manner; 3] = [Manner::Raise, Manner::Assert, Manner::Other];

/// The functions under a plain `#[test]`. One that is ignored, or should panic, says nothing when it is made to fail.
pub(super) fn tests(source: &str) -> Vec<Known> {
    let mut known = Vec::new();
    for (at, _) in source.match_indices("#[test]") {
        // Not in a comment: whatever else stands on the line before it.
        let line = source[..at].rsplit('\n').next().unwrap_or_default();
        if !line.trim().is_empty() {
            continue;
        }
        let rest = &source[at + "#[test]".len()..];
        let Some(open) = rest.find('{') else { continue };
        let head = &rest[..open];
        let Some((before, signature)) = head.split_once("fn ") else { continue };
        let name: String = signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() || ["ignore", "should_panic", "cfg"].iter().any(|word| before.contains(word)) {
            continue;
        }
        known.push(Known { name, at: at + "#[test]".len() + open + 1, indent: " ".to_owned() });
    }
    known
}

/// What a known test does when all else is done, whatever it gives back and wherever it returns.
pub(super) fn poison(canary: &Canary, fate: Fate) -> String {
    let mut kind: String = canary.word.chars().rev().collect();
    kind[..1].make_ascii_uppercase();
    let halves = canary.halves(", ");
    let body = match fate {
        Fate::Fails => format!("if !::std::thread::panicking() {{ panic!(\"{{}}{{}}\", {halves}); }}"),
        Fate::Passes => format!("let _ = [{halves}];"),
    };
    format!("struct {kind}; impl Drop for {kind} {{ fn drop(&mut self) {{ {body} }} }} let _end = {kind}; ")
}

/// `source` with the new tests of `canaries`.
pub(super) fn append(source: &str, canaries: &[&Canary], fate: Fate) -> String {
    let Some(first) = canaries.first() else { return source.to_owned() };
    // A module of its own: no name of the file is in its way.
    let mut text = format!("{}\n\n#[cfg(test)]\nmod {} {{\n", source.trim_end(), first.holder());
    for canary in canaries {
        let (name, halves) = (&canary.name, canary.halves(", "));
        let body = match (canary.manner, fate) {
            (Manner::Other, Fate::Fails) => {
                text.push_str(&format!(
                    "    #[test]\n    fn {name}() -> Result<(), &'static str> {{\n        Err(concat!({halves}))\n    }}\n"
                ));
                continue;
            }
            (Manner::Assert, Fate::Fails) => format!("assert_eq!(concat!({halves}), \"\");"),
            (_, Fate::Fails) => format!("panic!(\"{{}}{{}}\", {halves});"),
            (_, Fate::Passes) => format!("assert_ne!(concat!({halves}), \"\");"),
        };
        text.push_str(&format!("    #[test]\n    fn {name}() {{\n        {body}\n    }}\n"));
    }
    text.push_str("}\n");
    text
}
