//! Test runners that canaries can be laid for, and how each is told to run some tests only.

use std::path::Path;

/// A test runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// `cargo test`
    CargoTest,
    /// `cargo nextest run`
    Nextest,
    /// `pytest`
    Pytest,
    /// `python -m unittest`
    Unittest,
    /// `node --test`
    NodeTest,
    /// `jest`
    Jest,
    /// `vitest`
    Vitest,
    /// `mocha`
    Mocha,
    /// `go test`
    GoTest,
}

/// Folders that hold other people's tests.
const FOREIGN: [&str; 9] =
    ["node_modules", "target", "vendor", "third_party", ".venv", "venv", "site-packages", "dist", ".git"];

impl Runner {
    /// Extensions of files with tests.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::CargoTest | Self::Nextest => &["rs"],
            Self::Pytest | Self::Unittest => &["py"],
            Self::GoTest => &["go"],
            _ => &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"],
        }
    }

    fn of_format(format: &str) -> Option<Self> {
        Some(match format {
            "cargo-test" => Self::CargoTest,
            "nextest" => Self::Nextest,
            "pytest" => Self::Pytest,
            "unittest" => Self::Unittest,
            "node-test" => Self::NodeTest,
            "jest" => Self::Jest,
            "vitest" => Self::Vitest,
            "mocha" => Self::Mocha,
            "go-test" => Self::GoTest,
            _ => return None,
        })
    }

    /// Whether a file of the suite could hold tests for this runner, by its path.
    pub(super) fn has_tests_in(self, path: &str) -> bool {
        let path = Path::new(path);
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if !self.extensions().contains(&extension)
            || path.components().any(|part| FOREIGN.iter().any(|foreign| part.as_os_str() == *foreign))
        {
            return false;
        }
        let text = path.to_string_lossy();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match self {
            Self::CargoTest | Self::Nextest => {
                let parent = path.parent().unwrap_or(Path::new(""));
                parent.ends_with("tests") || text.ends_with("src/lib.rs") || text.ends_with("src/main.rs")
            }
            Self::GoTest => name.ends_with("_test.go"),
            _ => {
                let lower = text.to_lowercase();
                ["test", "spec", "check", "t/"].iter().any(|word| lower.contains(word))
            }
        }
    }
}

/// Whether a path is worth reading for [`super::plan()`]: a file with tests, or a setting that says how they are written.
pub fn is_candidate(runner: Runner, path: &str) -> bool {
    runner.has_tests_in(path) || path.rsplit('/').next() == Some("package.json") && !path.contains("node_modules/")
}

/// The runner that a command starts, by its arguments, or by what it printed: `make test` and `./check.sh` say nothing of
/// it themselves. `format` is the one of the run's inventory.
pub fn recognise(argv: &[String], output: &str, format: Option<&str>) -> Option<Runner> {
    by_arguments(argv).or_else(|| format.and_then(Runner::of_format)).or_else(|| by_output(output))
}

fn by_arguments(argv: &[String]) -> Option<Runner> {
    let names: Vec<_> = argv.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).collect();
    let program = *names.first()?;
    let has = |name: &str| names.contains(&name);
    let module = |name: &str| names.windows(2).any(|pair| pair == ["-m", name]);
    // A shell's script may only mention a runner.
    if ["sh", "bash", "dash", "zsh", "make", "just", "env"].contains(&program) {
        return None;
    }
    match program {
        "cargo" if has("nextest") => Some(Runner::Nextest),
        "cargo-nextest" => Some(Runner::Nextest),
        "cargo" if has("test") || has("t") => Some(Runner::CargoTest),
        "go" if has("test") => Some(Runner::GoTest),
        "gotestsum" => Some(Runner::GoTest),
        "node" if argv.iter().any(|arg| arg == "--test") => Some(Runner::NodeTest),
        "pytest" | "py.test" => Some(Runner::Pytest),
        _ if program.starts_with("python") && module("pytest") => Some(Runner::Pytest),
        _ if program.starts_with("python") && module("unittest") => Some(Runner::Unittest),
        "uv" | "poetry" | "pdm" | "hatch" | "pipenv" if has("pytest") => Some(Runner::Pytest),
        "jest" | "jest.js" => Some(Runner::Jest),
        "vitest" | "vitest.mjs" => Some(Runner::Vitest),
        "mocha" | "mocha.js" | "_mocha" => Some(Runner::Mocha),
        "npx" | "pnpm" | "yarn" | "bunx" | "node" => {
            let tool = names.get(1..)?.iter().find(|name| !name.starts_with('-') && **name != "exec")?;
            match *tool {
                "jest" | "jest.js" => Some(Runner::Jest),
                "vitest" | "vitest.mjs" => Some(Runner::Vitest),
                "mocha" | "mocha.js" => Some(Runner::Mocha),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Runners whose output has no inventory of its own.
fn by_output(output: &str) -> Option<Runner> {
    let mut lines = output.lines();
    let is_count = |rest: &str| rest.split(' ').next().is_some_and(|n| n.parse::<u32>().is_ok());
    lines.find_map(|line| {
        let trimmed = line.trim();
        if trimmed.strip_prefix("Ran ").is_some_and(|rest| is_count(rest) && rest.contains(" test")) {
            return Some(Runner::Unittest);
        }
        (trimmed.contains(" passing (") && is_count(trimmed)).then_some(Runner::Mocha)
    })
}

/// The command that runs only the tests called `names`, where `argv` is a call of the runner itself: a large suite is not
/// run whole to see one test fail.
pub fn select(argv: &[String], names: &[&str]) -> Option<Vec<String>> {
    let runner = by_arguments(argv)?;
    let mut argv = argv.to_vec();
    let alternatives = names.join("|");
    match runner {
        Runner::CargoTest => {
            if !argv.iter().any(|arg| arg == "--") {
                argv.push("--".to_owned());
            }
            argv.extend(names.iter().map(|name| (*name).to_owned()));
        }
        Runner::Nextest => {
            let end = argv.iter().position(|arg| arg == "--").unwrap_or(argv.len());
            argv.splice(end..end, names.iter().map(|name| (*name).to_owned()));
        }
        Runner::Pytest => argv.extend(["-k".to_owned(), names.join(" or ")]),
        Runner::Unittest => argv.extend(names.iter().flat_map(|name| ["-k".to_owned(), (*name).to_owned()])),
        Runner::NodeTest => {
            let at = argv.iter().position(|arg| arg == "--test")? + 1;
            argv.splice(at..at, names.iter().map(|name| format!("--test-name-pattern={name}")));
        }
        Runner::Jest | Runner::Vitest => argv.extend(["-t".to_owned(), alternatives]),
        Runner::Mocha => argv.extend(["--grep".to_owned(), alternatives]),
        Runner::GoTest => argv.extend(["-run".to_owned(), alternatives]),
    }
    Some(argv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &str) -> Vec<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    fn of(words: &str) -> Option<Runner> {
        recognise(&argv(words), "", None)
    }

    #[test]
    fn a_runner_is_known_by_its_command() {
        assert_eq!(of("/usr/bin/cargo test --offline"), Some(Runner::CargoTest));
        assert_eq!(of("cargo nextest run"), Some(Runner::Nextest));
        assert_eq!(of("/usr/bin/python3.11 -m unittest discover -s tests"), Some(Runner::Unittest));
        assert_eq!(of("python3 -m pytest -q"), Some(Runner::Pytest));
        assert_eq!(of("uv run pytest"), Some(Runner::Pytest));
        assert_eq!(of("node --test tests/"), Some(Runner::NodeTest));
        assert_eq!(of("npx vitest run"), Some(Runner::Vitest));
        assert_eq!(of("node node_modules/.bin/mocha"), Some(Runner::Mocha));
        assert_eq!(of("go test ./..."), Some(Runner::GoTest));
        for other in ["cargo clippy", "node build.js", "make test", "sh test.sh", "python3 pytest.py", "true"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn behind_a_script_a_runner_is_known_by_what_it_prints() {
        let unittest = "....\n-----\nRan 4 tests in 0.001s\n\nOK\n";
        assert_eq!(recognise(&argv("make check"), unittest, None), Some(Runner::Unittest));
        assert_eq!(recognise(&argv("npm test"), "\n  12 passing (31ms)\n", None), Some(Runner::Mocha));
        assert_eq!(recognise(&argv("./check.sh"), "", Some("pytest")), Some(Runner::Pytest));
        assert_eq!(recognise(&argv("./check.sh"), "Ran away\nall passing (fine)\n", Some("tap")), None);
    }

    #[test]
    fn a_selection_runs_the_named_tests_alone() {
        let chosen = |words: &str| select(&argv(words), &["a", "b"]).map(|argv| argv.join(" "));
        assert_eq!(chosen("cargo test -q").as_deref(), Some("cargo test -q -- a b"));
        assert_eq!(chosen("cargo test -- --nocapture").as_deref(), Some("cargo test -- --nocapture a b"));
        assert_eq!(chosen("pytest -q tests").as_deref(), Some("pytest -q tests -k a or b"));
        assert_eq!(
            chosen("node --test t.mjs").as_deref(),
            Some("node --test --test-name-pattern=a --test-name-pattern=b t.mjs")
        );
        assert_eq!(chosen("go test ./...").as_deref(), Some("go test ./... -run a|b"));
        assert_eq!(chosen("make test"), None);
    }

    #[test]
    fn only_files_of_the_work_itself_may_hold_a_canary() {
        assert!(
            Runner::Pytest.has_tests_in("tests/test_a.py") && Runner::CargoTest.has_tests_in("crates/a/src/lib.rs")
        );
        assert!(!Runner::Jest.has_tests_in("node_modules/x/a.test.js") && !Runner::GoTest.has_tests_in("a.go"));
    }
}
