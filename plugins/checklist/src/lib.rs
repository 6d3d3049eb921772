//! `builtin:checklist`: each point of a list needs its own evidence, of a kind that a program can look up. Needs the grant
//! `tree`.
//!
//! ```toml
//! [[evaluator]]
//! plugin = "builtin:checklist"
//! grants = { tree = true }
//! config.items = [
//!     { criterion = "The parser has a new test", changed = "tests/**/*comma*" },
//!     { criterion = "All tests pass", gate = "tests" },
//!     { criterion = "The change is in the changelog", pattern = "(?i)trailing comma", in = "added-lines" },
//!     { criterion = "There is a page about it", exists = "docs/commas.md" },
//! ]
//! ```

mod item;

use goalpost_sdk::evaluator::*;
use goalpost_sdk::tree;
use item::{Found, Item, Sealed};

goalpost_sdk::evaluator!(
    judge,
    summary = "Each point of a list needs its own evidence",
    config_schema = include_str!("../config.schema.json"),
);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    items: Vec<Item>,
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    conclude(&evidence, &mut SealedTree)
}

/// The sealed tree, through the host.
struct SealedTree;

impl Sealed for SealedTree {
    fn any(&mut self, below: &str, matches: &dyn Fn(&str) -> bool) -> Result<bool, String> {
        for entry in tree::sealed().files(below) {
            if matches(&entry.map_err(|error| format!("the sealed tree can't be read: {error:?}"))?.path) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn conclude(evidence: &Evidence, sealed: &mut dyn Sealed) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let mut missing = Vec::new();
    let mut unseen = Vec::new();
    for item in &config.items {
        let finding = |text: &str| format!("{}: {text}", item.criterion);
        match item.look(evidence, sealed)? {
            Found::Yes => {}
            Found::No(why) => missing.push(finding(&why)),
            Found::CutOff(why) => unseen.push(finding(&why)),
        }
    }
    let shown = config.items.len() - missing.len() - unseen.len();
    let verdict = match (missing.is_empty(), unseen.is_empty()) {
        (true, true) => Verdict::satisfied(format!("all {shown} points are shown")),
        (true, false) => Verdict::inconclusive(list(&unseen)),
        (false, _) => Verdict::unsatisfied(list(&missing)),
    };
    Ok(verdict
        .score(shown as f64 / config.items.len().max(1) as f64)
        .findings(missing.into_iter().map(|text| Finding::error(text).code("not-shown")))
        .findings(unseen.into_iter().map(|text| Finding::warning(text).code("not-seen"))))
}

fn list(points: &[String]) -> String {
    let lines: Vec<String> = points.iter().map(|point| format!("- {point}")).collect();
    format!("Not shown yet:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use goalpost_sdk::sample;

    use super::*;

    struct Files(&'static [&'static str]);

    impl Sealed for Files {
        fn any(&mut self, below: &str, matches: &dyn Fn(&str) -> bool) -> Result<bool, String> {
            Ok(self.0.iter().filter(|path| path.starts_with(below)).any(|path| matches(path)))
        }
    }

    fn verdict(evidence: Evidence, items: &str) -> Result<Verdict, String> {
        let config = format!(r#"{{"items": [{items}]}}"#);
        conclude(&Evidence { config, ..evidence }, &mut Files(&["README.md", "docs/a/commas.md"]))
    }

    fn outcome(evidence: Evidence, item: &str) -> Outcome {
        verdict(evidence, &format!(r#"{{"criterion": "c", {item}}}"#)).unwrap().outcome
    }

    #[test]
    fn every_point_needs_its_evidence() {
        let items = r#"{"criterion": "is there", "exists": "README.md"}, {"criterion": "is not", "exists": "LICENSE"}"#;
        let verdict = verdict(sample::evidence(), items).unwrap();
        assert_eq!((verdict.outcome, verdict.score), (Outcome::Unsatisfied, Some(0.5)));
        assert!(verdict.reason.contains("- is not: ") && !verdict.reason.contains("is there"), "{}", verdict.reason);
    }

    #[test]
    fn a_changed_path_counts_unless_it_was_deleted() {
        let mut evidence = sample::evidence();
        assert_eq!(outcome(evidence.clone(), r#""changed": "src/**""#), Outcome::Satisfied);
        assert_eq!(outcome(evidence.clone(), r#""changed": "docs/**""#), Outcome::Unsatisfied);
        evidence.changes[0].kind = ChangeKind::Deleted;
        assert_eq!(outcome(evidence, r#""changed": "src/**""#), Outcome::Unsatisfied);
    }

    #[test]
    fn a_gate_must_have_passed_to_count() {
        for (status, expected) in [
            (GateStatus::Passed, Outcome::Satisfied),
            (GateStatus::Failed, Outcome::Unsatisfied),
            (GateStatus::NotRun, Outcome::Unsatisfied),
        ] {
            let mut evidence = sample::evidence();
            evidence.gates = vec![sample::gate("tests", status)];
            assert_eq!(outcome(evidence, r#""gate": "tests""#), expected, "{status:?}");
        }
        assert_eq!(outcome(sample::evidence(), r#""gate": "tests""#), Outcome::Unsatisfied);
    }

    #[test]
    fn a_path_is_found_by_glob_in_the_sealed_tree() {
        assert_eq!(outcome(sample::evidence(), r#""exists": "docs/**/*.md""#), Outcome::Satisfied);
        assert_eq!(outcome(sample::evidence(), r#""exists": "docs/*.md""#), Outcome::Unsatisfied);
    }

    #[test]
    fn only_added_lines_of_a_diff_count_as_added() {
        let mut evidence = sample::evidence();
        evidence.diff = "--- a/commas.md\n+++ b/commas.md\n@@ -1 +1 @@\n-old comma\n+new semicolon\n".into();
        assert_eq!(outcome(evidence.clone(), r#""pattern": "comma", "in": "added-lines""#), Outcome::Unsatisfied);
        assert_eq!(outcome(evidence.clone(), r#""pattern": "^new", "in": "added-lines""#), Outcome::Satisfied);
        assert_eq!(outcome(evidence.clone(), r#""pattern": "comma", "in": "removed-lines""#), Outcome::Satisfied);
        evidence.diff_truncated = true;
        assert_eq!(outcome(evidence, r#""pattern": "comma", "in": "added-lines""#), Outcome::Inconclusive);
    }

    #[test]
    fn a_pattern_looks_into_the_output_of_one_gate() {
        let mut evidence = sample::evidence();
        evidence.gates = vec![sample::gate("bench", GateStatus::Passed)];
        evidence.gates[0].output = "parsed in 12 ms".into();
        assert_eq!(outcome(evidence.clone(), r#""pattern": "\\b\\d+ ms", "in": "output:bench""#), Outcome::Satisfied);
        assert_eq!(outcome(evidence, r#""pattern": "ms", "in": "output:other""#), Outcome::Unsatisfied);
    }

    #[test]
    fn a_point_without_a_kind_of_evidence_or_with_two_is_refused() {
        for item in [r#""exists": "a", "gate": "b""#, r#""pattern": "a""#, r#""pattern": "(", "in": "final-text""#] {
            let item = format!(r#"{{"criterion": "c", {item}}}"#);
            assert!(verdict(sample::evidence(), &item).is_err(), "{item}");
        }
    }
}
