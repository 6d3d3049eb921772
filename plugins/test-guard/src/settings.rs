//! What decides which tests run: commands in `package.json`, and the settings of test runners.

use std::collections::BTreeSet;

use goalpost_sdk::types::Finding;
use serde_json::Value;

use crate::source::squeeze;

/// Words on a new line of a runner's settings that can leave tests out.
const PYTEST: &[&str] = &[
    "-k",
    "-m ",
    "--ignore",
    "--deselect",
    "--collect-only",
    "--co",
    "no:",
    "norecursedirs",
    "testpaths",
    "python_files",
    "python_functions",
    "python_classes",
    "collect_ignore",
    "exit 0",
    "|| true",
];
const JAVASCRIPT: &[&str] = &[
    "testPathIgnorePatterns",
    "testMatch",
    "testRegex",
    "testNamePattern",
    "passWithNoTests",
    "exclude",
    "testIgnore",
    "grep",
    "include",
    "dangerouslyIgnoreUnhandledErrors",
];
const CARGO: &[&str] = &["test = false", "autotests = false", "harness = false", "doctest = false"];
const NEXTEST: &[&str] = &["default-filter"];

/// Parts of a command that leave tests out, or make a failure a success.
const COMMAND: [&str; 16] = [
    "exit 0",
    "|| true",
    "||true",
    "|| :",
    "; true",
    "--passWithNoTests",
    "--pass-with-no-tests",
    " -t ",
    "--testNamePattern",
    "--testPathPattern",
    "--testPathIgnorePatterns",
    "--grep",
    " -g ",
    "--exclude",
    "--skip",
    "--onlyFailures",
];

/// Whether a path is one of the files that this looks at.
pub(crate) fn concerns(path: &str) -> bool {
    file_name(path) == "package.json" || !narrowing(path).is_empty()
}

/// What leaves out more tests than before.
pub(crate) fn compare(path: &str, old: Option<&str>, new: Option<&str>) -> Vec<Finding> {
    let Some(new) = new else { return Vec::new() };
    let old = old.unwrap_or_default();
    if file_name(path) == "package.json" { package(path, old, new) } else { lines(path, old, new) }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words to look for in a file of that name.
fn narrowing(path: &str) -> &'static [&'static str] {
    match file_name(path) {
        "pytest.ini" | ".pytest.ini" | "pyproject.toml" | "tox.ini" | "setup.cfg" => PYTEST,
        "Cargo.toml" => CARGO,
        "nextest.toml" => NEXTEST,
        name => {
            let runners =
                ["jest.config.", "vitest.config.", "vite.config.", "playwright.config.", "karma.conf.", ".mocharc"];
            if runners.iter().any(|runner| name.starts_with(runner)) { JAVASCRIPT } else { &[] }
        }
    }
}

/// New lines that hold one of the words.
fn lines(path: &str, old: &str, new: &str) -> Vec<Finding> {
    let before: BTreeSet<String> = old.lines().map(squeeze).collect();
    let is_comment = |line: &str| ["#", ";", "//"].iter().any(|start| line.trim_start().starts_with(start));
    new.lines()
        .enumerate()
        .filter(|(_, line)| !before.contains(&squeeze(line)) && !is_comment(line))
        .filter(|(_, line)| narrowing(path).iter().any(|word| holds(line, word)))
        .map(|(n, line)| {
            let message = format!("a new line that can leave tests out: `{}`", line.trim());
            Finding::error(message).code("test-settings-narrowed").path(path).line(n as u32 + 1)
        })
        .collect()
}

/// Spaces around `=` are no difference.
fn holds(line: &str, word: &str) -> bool {
    if word.starts_with('-') {
        // An option begins after a space, a quote or an equals sign: `a-key` has no `-k`.
        return line.match_indices(word).any(|(at, _)| line[..at].ends_with([' ', '"', '\'', '=', '\t']));
    }
    squeeze(line).contains(&squeeze(word))
}

/// Test commands, and jest's own settings.
fn package(path: &str, old: &str, new: &str) -> Vec<Finding> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (before, after) = (parse(old), parse(new));
    let mut findings = Vec::new();
    let scripts = |value: &Value| value["scripts"].as_object().cloned().unwrap_or_default();
    for (name, old) in scripts(&before).iter().filter(|(name, _)| name.contains("test")) {
        let old = old.as_str().unwrap_or_default();
        let finding = match after["scripts"][name].as_str() {
            Some(new) if squeeze(new) == squeeze(old) => continue,
            Some(new) if narrower(old, new) => {
                Finding::error(format!("the command `{name}` was `{old}` and is `{new}`")).code("test-command-changed")
            }
            Some(new) => Finding::warning(format!("the command `{name}` was `{old}` and is `{new}`"))
                .code("test-command-changed"),
            None => {
                Finding::error(format!("the command `{name}` is gone: it was `{old}`")).code("test-command-changed")
            }
        };
        findings.push(finding.path(path));
    }
    for runner in ["jest", "vitest", "mocha"] {
        for key in
            ["testPathIgnorePatterns", "testMatch", "testRegex", "passWithNoTests", "testNamePattern", "grep", "spec"]
        {
            if !after[runner][key].is_null() && after[runner][key] != before[runner][key] {
                let message = format!("`{runner}.{key}` is another: it can leave tests out");
                findings.push(Finding::error(message).code("test-settings-narrowed").path(path));
            }
        }
    }
    findings
}

/// A command that holds a part that leaves tests out, or no longer calls the same program.
fn narrower(old: &str, new: &str) -> bool {
    let leaves_out = COMMAND.iter().any(|part| new.contains(part) && !old.contains(part));
    let programs = |command: &str| -> BTreeSet<String> {
        command
            .split(['&', '|', ';'])
            .filter_map(|part| {
                part.split_whitespace().find(|word| !word.contains('=') && !matches!(*word, "npx" | "cross-env"))
            })
            .map(str::to_owned)
            .collect()
    };
    let new_programs = programs(new);
    leaves_out || programs(old).iter().any(|program| !new_programs.contains(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(path: &str, old: &str, new: &str) -> Vec<(bool, String)> {
        let level = |finding: &Finding| finding.severity == goalpost_sdk::types::Severity::Error;
        let findings = compare(path, Some(old), Some(new));
        findings.iter().map(|finding| (level(finding), finding.code.clone().unwrap_or_default())).collect()
    }

    fn script(old: &str, new: &str) -> Vec<(bool, String)> {
        let file = |command: &str| format!(r#"{{"scripts": {{"test": "{command}", "build": "tsc"}}}}"#);
        codes("web/package.json", &file(old), &file(new))
    }

    #[test]
    fn a_test_command_that_no_longer_tests_is_told() {
        for new in ["exit 0", "echo ok", "jest || true", "jest --passWithNoTests", "jest -t parser", "true"] {
            assert_eq!(script("jest", new), [(true, "test-command-changed".into())], "{new}");
        }
        assert_eq!(
            codes("package.json", r#"{"scripts": {"test": "jest"}}"#, "{}"),
            [(true, "test-command-changed".into())]
        );
    }

    #[test]
    fn a_test_command_that_does_more_is_only_mentioned() {
        assert_eq!(script("jest", "tsc && jest --coverage"), [(false, "test-command-changed".into())]);
        assert_eq!(script("jest", "jest"), []);
    }

    #[test]
    fn a_new_dependency_is_no_narrowing() {
        let with = r#"{"scripts": {"test": "jest"}, "dependencies": {"zod": "4"}}"#;
        assert_eq!(codes("package.json", r#"{"scripts": {"test": "jest"}}"#, with), []);
        assert_eq!(codes("Cargo.toml", "[dependencies]\n", "[dependencies]\nserde = \"1\"\nproptest = \"1\"\n"), []);
        assert_eq!(
            codes("pyproject.toml", "[project]\n", "[project]\ndependencies = [\"scikit-learn\", \"x-mypy\"]\n"),
            []
        );
    }

    #[test]
    fn settings_that_leave_tests_out_are_told() {
        let narrowed = [(true, "test-settings-narrowed".into())];
        for (path, line) in [
            ("pytest.ini", "addopts = -k 'not slow'"),
            ("pyproject.toml", "addopts = [\"--deselect=tests/test_a.py::test_b\"]"),
            ("setup.cfg", "testpaths = tests/unit"),
            ("jest.config.ts", "  testPathIgnorePatterns: ['parser'],"),
            ("vitest.config.ts", "  exclude: ['**/*'],"),
            ("crate/Cargo.toml", "test=false"),
            (".config/nextest.toml", "default-filter = 'not test(slow)'"),
        ] {
            assert_eq!(codes(path, "[a]\n", &format!("[a]\n{line}\n")), narrowed, "{path}: {line}");
            assert_eq!(codes(path, &format!("[a]\n{line}\n"), &format!("[a]\n\n  {line}\n")), [], "{path}: {line}");
        }
        assert_eq!(codes("pytest.ini", "[pytest]", "[pytest]\n# addopts = -k x\n"), []);
    }

    #[test]
    fn jest_settings_within_a_package_are_looked_at() {
        let new = r#"{"jest": {"testMatch": ["**/a.test.js"]}}"#;
        assert_eq!(codes("package.json", "{}", new), [(true, "test-settings-narrowed".into())]);
    }
}
