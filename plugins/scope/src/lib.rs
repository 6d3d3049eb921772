//! `builtin:scope`: the change stays within its paths and its size. Both ends of a rename count as changed.
//!
//! `*` and `?` stay within a path segment, `**` does not; `{a,b}` and `[a-z]` are as in a shell.

use fast_glob::glob_match;
use goalpost_sdk::gate::*;

goalpost_sdk::gate!(
    check,
    summary = "The change stays within its paths and its size",
    config_schema = include_str!("../config.schema.json"),
);

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    allow: Option<Vec<String>>,
    deny: Vec<String>,
    max_files: Option<u64>,
    max_lines: Option<u64>,
}

fn check(subject: Subject) -> Result<GateResult, String> {
    let config: Config = subject.config()?;
    let allow = config.allow.as_deref().unwrap_or(&subject.goal.scope);
    let mut findings = Vec::new();
    for path in touched(&subject.changes) {
        if let Some(glob) = config.deny.iter().find(|glob| glob_match(glob, path)) {
            findings.push(
                Finding::error(format!("`{path}` must not be changed (`{glob}`)")).code("denied-path").path(path),
            );
        } else if !allow.is_empty() && !allow.iter().any(|glob| glob_match(glob, path)) {
            let message = format!("`{path}` is outside of {}", quoted(allow));
            findings.push(Finding::error(message).code("out-of-scope").path(path));
        }
    }
    let files = subject.changes.len() as u64;
    if let Some(most) = config.max_files.filter(|most| files > *most) {
        findings.push(Finding::error(format!("{files} paths differ; at most {most} may")).code("too-many-files"));
    }
    let lines = lines(&subject.changes);
    if let Some(most) = config.max_lines.filter(|most| lines > *most) {
        findings.push(Finding::error(format!("{lines} lines differ; at most {most} may")).code("too-many-lines"));
    }

    if findings.is_empty() {
        return Ok(GateResult::passed(format!("{files} paths, {lines} lines, all within scope")));
    }
    let output = findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("\n");
    let summary = match findings.len() {
        1 => output.clone(),
        n => format!("{n} objections to what was changed"),
    };
    Ok(GateResult::failed(summary).findings(findings).output(output))
}

/// Every path that the change reaches, once.
fn touched(changes: &[Change]) -> Vec<&str> {
    let mut paths: Vec<&str> =
        changes.iter().flat_map(|change| [Some(change.path.as_str()), change.old_path.as_deref()]).flatten().collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn lines(changes: &[Change]) -> u64 {
    changes
        .iter()
        .filter_map(|change| change.lines)
        .map(|lines| u64::from(lines.added) + u64::from(lines.removed))
        .sum()
}

fn quoted(globs: &[String]) -> String {
    globs.iter().map(|glob| format!("`{glob}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use goalpost_sdk::sample;

    use super::*;

    fn result(paths: &[&str], config: &str) -> GateResult {
        let mut subject = sample::subject();
        subject.changes = paths.iter().map(|path| sample::change(path)).collect();
        subject.goal.scope = vec!["src/**".into()];
        subject.config = config.into();
        check(subject).unwrap()
    }

    fn codes(result: &GateResult) -> Vec<&str> {
        result.findings.iter().filter_map(|finding| finding.code.as_deref()).collect()
    }

    #[test]
    fn the_goals_scope_is_the_default() {
        assert!(result(&["src/a.rs", "src/deep/er/b.rs"], "").passed);
        assert_eq!(codes(&result(&["src/a.rs", "README.md"], "")), ["out-of-scope"]);
        assert!(result(&["README.md"], r#"{"allow": ["*.md"]}"#).passed);
    }

    #[test]
    fn without_a_scope_everything_is_allowed() {
        assert!(result(&["anything/at/all"], r#"{"allow": []}"#).passed);
    }

    #[test]
    fn deny_wins_over_allow() {
        let result = result(&["src/a.rs", "src/gen/b.rs"], r#"{"deny": ["src/gen/**"]}"#);
        assert_eq!((codes(&result), result.findings[0].path.as_deref()), (vec!["denied-path"], Some("src/gen/b.rs")));
    }

    #[test]
    fn a_star_stays_within_its_segment() {
        assert!(!result(&["src/a/b.rs"], r#"{"allow": ["src/*.rs"]}"#).passed);
        assert!(result(&["src/a.rs", "src/b.ts"], r#"{"allow": ["src/*.{rs,ts}"]}"#).passed);
    }

    #[test]
    fn a_rename_out_of_the_scope_is_seen_from_both_ends() {
        let mut subject = sample::subject();
        subject.changes = vec![Change { old_path: Some("etc/b".into()), ..sample::change("src/b") }];
        subject.goal.scope = vec!["src/**".into()];
        assert_eq!(codes(&check(subject).unwrap()), ["out-of-scope"]);
    }

    #[test]
    fn size_is_limited_in_files_and_in_lines() {
        let two = ["src/a", "src/b"];
        assert_eq!(codes(&result(&two, r#"{"max_files": 1}"#)), ["too-many-files"]);
        assert_eq!(codes(&result(&two, r#"{"max_lines": 7}"#)), ["too-many-lines"]);
        assert!(result(&two, r#"{"max_files": 2, "max_lines": 8}"#).passed);
    }
}
