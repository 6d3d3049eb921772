//! `go.mod`: what is required is the worker's; what replaces, excludes or leaves out is not.

use std::collections::BTreeSet;

use super::Merged;
use super::walk::Phrases;
use crate::text::one_line;

/// One directive with its arguments, out of its block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Directive {
    verb: String,
    rest: String,
}

/// A line of the file, and the directive in it.
struct Line<'t> {
    raw: &'t str,
    directive: Option<Directive>,
    /// The verb of the block that the line opens or closes.
    edge: Option<String>,
}

pub(super) fn merge(baseline: Option<&[u8]>, candidate: &[u8]) -> Merged {
    let Ok(text) = std::str::from_utf8(candidate) else {
        return Merged::unreadable(baseline, candidate, "it is no UTF-8");
    };
    let Some(baseline) = baseline else {
        return Merged { content: candidate.to_vec(), undone: Vec::new(), kept: vec!["new module".to_owned()] };
    };
    let baseline = String::from_utf8_lossy(baseline);
    let directives = |text: &str| lines(text).into_iter().filter_map(|line| line.directive).collect::<BTreeSet<_>>();
    let (old, new) = (directives(&baseline), directives(text));
    let (mut undone, mut kept) = (Phrases::default(), Phrases::default());
    let shown =
        |directive: &Directive| format!("`{}`", one_line(&format!("{} {}", directive.verb, directive.rest), 160));
    let mut dropped = BTreeSet::new();
    for added in new.difference(&old) {
        if is_free(added, &old) {
            kept.push(format!("{} added", shown(added)));
        } else {
            undone.push(format!("{} added", shown(added)));
            dropped.insert(added.clone());
        }
    }
    let mut lost = Vec::new();
    for removed in old.difference(&new) {
        if matches!(removed.verb.as_str(), "require" | "retract") {
            kept.push(format!("{} removed", shown(removed)));
        } else if removed.verb != "go"
            || dropped.iter().any(|directive| directive.verb == "go")
            || !new.iter().any(|d| d.verb == "go")
        {
            undone.push(format!("{} removed", shown(removed)));
            lost.push(removed);
        }
    }
    let mut content = String::new();
    for line in lines(text) {
        if line.edge.is_some() || line.directive.as_ref().is_none_or(|directive| !dropped.contains(directive)) {
            content.push_str(line.raw);
        }
    }
    if !lost.is_empty() && !content.is_empty() && !content.ends_with('\n') {
        content.push('\n');
    }
    for directive in lost {
        content.push_str(&format!("{} {}\n", directive.verb, directive.rest));
    }
    Merged { content: content.into_bytes(), undone: undone.into_list(), kept: kept.into_list() }
}

/// Whether a directive may be new. A later version of the language is one; an earlier one would read the code otherwise.
fn is_free(directive: &Directive, old: &BTreeSet<Directive>) -> bool {
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    match directive.verb.as_str() {
        "require" | "retract" | "tool" => true,
        "go" => old.iter().filter(|d| d.verb == "go").all(|known| version(&known.rest) <= version(&directive.rest)),
        _ => false,
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut block: Option<String> = None;
    let mut lines = Vec::new();
    for raw in text.split_inclusive('\n') {
        let line = raw.split("//").next().unwrap_or_default().trim();
        let words = line.split_whitespace().collect::<Vec<_>>();
        let mut directive = None;
        let mut edge = None;
        match (&block, words.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => edge = block.take(),
            (Some(verb), rest) => directive = Some(Directive { verb: verb.clone(), rest: rest.join(" ") }),
            (None, [verb, "("]) => {
                block = Some((*verb).to_owned());
                edge = block.clone();
            }
            (None, [verb, rest @ ..]) => match verb.strip_suffix('(').filter(|_| rest.is_empty()) {
                Some(verb) => {
                    block = Some(verb.to_owned());
                    edge = block.clone();
                }
                None => directive = Some(Directive { verb: (*verb).to_owned(), rest: rest.join(" ") }),
            },
        }
        lines.push(Line { raw, directive, edge });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "module example.test/x\n\ngo 1.22\n\nrequire (\n\texample.test/a v1.0.0 // indirect\n)\n\n\
        replace example.test/b => ./b\n";

    fn merged(new: &str) -> (String, Vec<String>, Vec<String>) {
        let merged = merge(Some(OLD.as_bytes()), new.as_bytes());
        (String::from_utf8_lossy(&merged.content).into_owned(), merged.undone, merged.kept)
    }

    #[test]
    fn what_is_required_may_change() {
        let new =
            OLD.replace("a v1.0.0", "a v1.1.0").replace("go 1.22", "go 1.23.1") + "require example.test/c v1.0.0\n";
        let (content, undone, kept) = merged(&new);
        assert_eq!(content, new);
        assert!(undone.is_empty(), "{undone:?}");
        assert!(kept.contains(&"`require example.test/c v1.0.0` added".to_owned()), "{kept:?}");
    }

    #[test]
    fn what_redirects_or_leaves_out_may_not() {
        for bad in [
            "replace github.com/stretchr/testify => ./fake",
            "exclude example.test/a v1.0.0",
            "ignore ./pkg",
            "toolchain go1.99",
            "godebug default=go1.18",
        ] {
            let (content, undone, _) = merged(&format!("{OLD}{bad}\n"));
            assert_eq!((content.as_str(), undone.len()), (OLD, 1), "{bad}");
        }
        let block = format!("{OLD}replace (\n\tgithub.com/stretchr/testify => ./fake\n)\n");
        assert!(!merged(&block).0.contains("fake"));
        let (content, undone, _) =
            merged(&OLD.replace("replace example.test/b => ./b\n", "").replace("go 1.22", "go 1.11"));
        assert!(
            content.contains("replace example.test/b => ./b")
                && content.contains("go 1.22")
                && !content.contains("1.11")
        );
        assert_eq!(undone.len(), 3, "{undone:?}");
    }
}
