//! `builtin:test-guard`: tests are not deleted, skipped, focused, weakened or narrowed on the way to green. For Rust, Python,
//! JavaScript and TypeScript, and Go. Needs the grant `tree`.
//!
//! It compares the tests of the baseline with those of the sealed tree, by name and not by file: a test that moved, or kept
//! its body under another name, is still there. New tests are welcome, skipped ones included. What it reads is source text,
//! not a compiled program: a worker can hide from it, which is why it comes beside the tests and not instead of them.

mod compare;
mod go;
mod inventory;
mod javascript;
mod python;
mod rust;
mod settings;
mod source;

use fast_glob::glob_match;
use goalpost_sdk::gate::*;
use inventory::{File, Language};

goalpost_sdk::gate!(
    check,
    summary = "Tests are not deleted, skipped, weakened or narrowed",
    config_schema = include_str!("../config.schema.json"),
);

/// The most bytes of a file that are read: test files beyond it are generated.
const MAX_BYTES: usize = 1 << 20;
/// The most findings that are told.
const MAX_FINDINGS: usize = 100;

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    assertions: Level,
    ignore: Vec<String>,
    except: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    #[default]
    Error,
    Warning,
    Ignore,
}

fn check(subject: Subject) -> Result<GateResult, String> {
    let config: Config = subject.config()?;
    let (baseline, sealed) = (tree::baseline(), tree::sealed());
    let changes = sealed.diff(&baseline, "").map_err(|error| format!("the trees can't be compared: {error:?}"))?;
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for change in changes.iter().filter(|change| !config.except.iter().any(|glob| glob_match(glob, &change.path))) {
        let old_path = change.old_path.as_deref().unwrap_or(&change.path);
        let is_settings = settings::concerns(old_path) || settings::concerns(&change.path);
        if Language::of(old_path).is_none() && Language::of(&change.path).is_none() && !is_settings {
            continue;
        }
        let old = if change.kind == ChangeKind::Added { None } else { read(&baseline, old_path)? };
        let new = if change.kind == ChangeKind::Deleted { None } else { read(&sealed, &change.path)? };
        if is_settings {
            findings.extend(settings::compare(&change.path, old.as_deref(), new.as_deref()));
        }
        files.push(File::new(old_path, old.as_deref(), &change.path, new.as_deref()));
    }
    findings.extend(compare::compare(&files));
    Ok(conclude(findings, &config, files.len()))
}

/// A file's text; none where there is no file of that path.
fn read(tree: &Tree, path: &str) -> Result<Option<String>, String> {
    match tree.read_text(path, MAX_BYTES) {
        Ok(text) => Ok(Some(text)),
        Err(TreeError::NotFound | TreeError::NotAFile) => Ok(None),
        Err(error) => Err(format!("`{path}` can't be read: {error:?}")),
    }
}

fn conclude(mut findings: Vec<Finding>, config: &Config, files: usize) -> GateResult {
    findings.retain(|finding| {
        let code = finding.code.as_deref().unwrap_or_default();
        let off = config.assertions == Level::Ignore && code == compare::ASSERTIONS_REMOVED;
        !off && !config.ignore.iter().any(|ignored| ignored == code)
    });
    for finding in &mut findings {
        if config.assertions == Level::Warning && finding.code.as_deref() == Some(compare::ASSERTIONS_REMOVED) {
            finding.severity = Severity::Warning;
        }
    }
    let wrong = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let lines: Vec<String> = findings
        .iter()
        .take(MAX_FINDINGS)
        .map(|finding| format!("{}: {}", finding.path.as_deref().unwrap_or("?"), finding.message))
        .collect();
    let result = match wrong {
        0 => GateResult::passed(format!("the tests of {files} changed files are as strong as before")),
        1 => GateResult::failed("a test is weaker than before"),
        n => GateResult::failed(format!("tests are weaker than before in {n} ways")),
    };
    findings.truncate(MAX_FINDINGS);
    result.output(lines.join("\n")).findings(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Vec<Finding> {
        vec![Finding::error("fewer").code(compare::ASSERTIONS_REMOVED)]
    }

    #[test]
    fn an_error_fails_the_gate_and_a_warning_does_not() {
        let config = |assertions| Config { assertions, ..Config::default() };
        assert!(!conclude(finding(), &config(Level::Error), 1).passed);
        let warned = conclude(finding(), &config(Level::Warning), 1);
        assert_eq!((warned.passed, warned.findings.len()), (true, 1));
        assert!(conclude(finding(), &config(Level::Ignore), 1).findings.is_empty());
    }

    #[test]
    fn a_rule_can_be_turned_off() {
        let config = Config { ignore: vec!["assertions-removed".into()], ..Config::default() };
        assert!(conclude(finding(), &config, 1).passed);
    }
}
