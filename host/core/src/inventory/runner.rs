//! The test runner that a command line calls.

/// Words before a runner that only start it.
const WRAPPERS: &[&str] =
    &["bunx", "env", "exec", "nice", "npx", "pipenv", "pnpm", "poetry", "rtk", "run", "time", "uv", "xvfb-run", "yarn"];
/// With these a runner lists, compiles or explains, and runs no test.
const RUNS_NOTHING: &[&str] = &[
    "--co",
    "--collect-only",
    "--dry-run",
    "--help",
    "--list",
    "--list-tests",
    "--listTests",
    "--no-run",
    "--setup-plan",
    "--version",
    "-V",
    "-h",
    "-list",
];

/// The runner that `argv` surely calls to run tests, by the name of its format.
pub fn runner(argv: &[String]) -> Option<&'static str> {
    let names: Vec<&str> = argv.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).collect();
    if argv.iter().any(|arg| RUNS_NOTHING.contains(&arg.as_str())) {
        return None;
    }
    let rest = &names[names.iter().take_while(|arg| WRAPPERS.contains(arg) || arg.contains('=')).count()..];
    let (first, rest) = rest.split_first()?;
    let subcommand = rest.iter().find(|arg| !arg.starts_with(['-', '+'])).copied();
    match *first {
        "cargo" => match subcommand? {
            "test" | "t" => Some("cargo-test"),
            "nextest" => rest.iter().any(|arg| matches!(*arg, "run" | "r")).then_some("nextest"),
            _ => None,
        },
        "go" => (subcommand? == "test").then_some("go-test"),
        "node" | "nodejs" => rest.contains(&"--test").then_some("node-test"),
        "pytest" | "py.test" => Some("pytest"),
        "jest" | "jest.js" => Some("jest"),
        "vitest" | "vitest.mjs" => (subcommand != Some("list")).then_some("vitest"),
        "mocha" | "mocha.js" | "_mocha" => Some("mocha"),
        python if python.starts_with("python") || python == "pypy3" => {
            let module = rest.iter().position(|arg| *arg == "-m").and_then(|at| rest.get(at + 1));
            match *module? {
                "pytest" => Some("pytest"),
                "unittest" => Some("unittest"),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The runner that `argv` calls, where it says how many tests it ran whatever its settings: an output without that word is
/// of a runner that was ended early.
pub(super) fn always_reports(argv: &[String]) -> Option<&'static str> {
    let other = ["--format", "--json", "--message-format", "--report", "-json", "-p", "-q", "-qq"];
    let is_plain = |arg: &String| !other.iter().any(|flag| arg.split('=').next() == Some(flag));
    let runner = runner(argv).filter(|runner| matches!(*runner, "cargo-test" | "nextest" | "pytest" | "unittest"));
    runner.filter(|runner| *runner == "cargo-test" || argv.iter().all(is_plain))
}

/// The format to try first: the runner's, or that of one that the command line only speaks of.
pub(super) fn hint(argv: &[String]) -> Option<&'static str> {
    let names: Vec<&str> = argv.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).collect();
    let named = |(words, format): &(&[&str], &'static str)| words.iter().any(|w| names.contains(w)).then_some(*format);
    let spoken: &[(&[&str], &'static str)] = &[
        (&["nextest"], "nextest"),
        (&["pytest", "py.test"], "pytest"),
        (&["vitest"], "vitest"),
        (&["jest"], "jest"),
        (&["mocha"], "mocha"),
        (&["gotestsum"], "go-test"),
        (&["unittest"], "unittest"),
        (&["prove", "tap", "bats"], "tap"),
    ];
    runner(argv).or_else(|| spoken.iter().find_map(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_is_known_through_what_starts_it() {
        for (line, expected) in [
            ("cargo test --workspace", Some("cargo-test")),
            ("/usr/bin/cargo +nightly test", Some("cargo-test")),
            ("cargo nextest run", Some("nextest")),
            ("cargo build -p test", None),
            ("cargo test --no-run", None),
            ("cargo test -- --list", None),
            ("go test ./list", Some("go-test")),
            ("cargo nextest list", None),
            ("python3 -m pytest -q", Some("pytest")),
            ("uv run pytest", Some("pytest")),
            ("pip install pytest", None),
            ("pytest --collect-only", None),
            ("python3.11 -W error -m unittest discover", Some("unittest")),
            ("npx jest", Some("jest")),
            ("./node_modules/.bin/vitest run", Some("vitest")),
            ("node --test test/", Some("node-test")),
            ("node server.js", None),
            ("npm test", None),
            ("env CI=1 mocha", Some("mocha")),
            ("go test ./...", Some("go-test")),
            ("go vet ./...", None),
            ("make check", None),
        ] {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(runner(&argv), expected, "{line}");
        }
    }
}
