//! How a project is probably checked, from its files. A guess that is wrong costs the reader one edit; one that passes
//! without testing anything would cost them their trust, so where nothing shows how, nothing is guessed.

use crate::ecosystem::{Ecosystem, detect};

use super::RepoFacts;

/// What `starter` writes.
#[derive(Debug, Default)]
pub(super) struct Guess {
    pub(super) gates: Vec<GateText>,
    pub(super) setups: Vec<SetupText>,
    /// Manifests that say what a test run is.
    pub(super) protect: Vec<String>,
    /// Lines for the reader.
    pub(super) notes: Vec<String>,
}

impl Guess {
    /// Whether any gate is more than a suggestion.
    pub(super) fn has_gate(&self) -> bool {
        self.gates.iter().any(|gate| !gate.suggestion)
    }
}

#[derive(Debug, Default)]
pub(super) struct GateText {
    pub(super) name: String,
    pub(super) command: Vec<String>,
    pub(super) dir: Option<String>,
    pub(super) env: Option<(&'static str, &'static str)>,
    pub(super) comments: Vec<&'static str>,
    /// Written as a comment.
    pub(super) suggestion: bool,
}

#[derive(Debug)]
pub(super) struct SetupText {
    pub(super) name: String,
    pub(super) command: Vec<String>,
    pub(super) inputs: Vec<String>,
}

pub(super) fn guess(facts: &RepoFacts) -> Guess {
    let found = detect(&facts.paths);
    let mut guess = Guess::default();
    for ecosystem in &found {
        match ecosystem {
            Ecosystem::Rust => rust(facts, &mut guess),
            Ecosystem::Node => node(facts, &mut guess),
            Ecosystem::Python => python(facts, &mut guess),
            Ecosystem::Go => go(facts, &mut guess),
            // How these are tested shows in no file as surely.
            _ => {}
        }
    }
    if !guess.has_gate() {
        task_runner(facts, &mut guess);
    }
    // One gate is called `tests`; several are called after their languages.
    if let [only] = guess.gates.iter_mut().filter(|gate| !gate.suggestion).collect::<Vec<_>>().as_mut_slice() {
        only.name = "tests".to_owned();
    }
    if !found.is_empty() {
        let names: Vec<_> = found.iter().map(|ecosystem| ecosystem.name()).collect();
        guess.notes.insert(0, format!("Found: {}.", names.join(", ")));
    }
    guess
}

fn rust(facts: &RepoFacts, guess: &mut Guess) {
    let Some(manifest) = shallowest(facts, "Cargo.toml") else { return };
    let nextest = has(facts, ".config/nextest.toml");
    let mut command = if nextest { words("cargo nextest run") } else { words("cargo test") };
    if facts.manifests.get(manifest).is_some_and(|text| text.contains("[workspace]")) {
        command.push("--workspace".to_owned());
    }
    command.push("--offline".to_owned());
    guess.gates.push(GateText {
        name: "rust".to_owned(),
        command,
        dir: folder(manifest),
        comments: vec!["Offline, as gates have no network: run `cargo fetch` once, so that the crates are there."],
        ..GateText::default()
    });
    if manifest == "Cargo.toml" {
        guess.gates.push(GateText {
            name: "clippy".to_owned(),
            command: words("cargo clippy --offline --all-targets -- -D warnings"),
            suggestion: true,
            ..GateText::default()
        });
    }
}

fn node(facts: &RepoFacts, guess: &mut Guess) {
    let Some(manifest) = shallowest(facts, "package.json") else { return };
    let package: serde_json::Value =
        facts.manifests.get(manifest).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let script = |name: &str| package["scripts"][name].as_str();
    // npm's own placeholder fails, which is honest, but no test of the work.
    let test = script("test").is_some_and(|script| !script.contains("no test specified"));
    let manager = Manager::of(facts, &package, manifest);
    if !test {
        guess.notes.push(format!(
            "{} has no `test` script. Add one, or name the command of your tests in a gate.",
            crate::config::toml_string(manifest)
        ));
        return;
    }
    guess.gates.push(GateText {
        name: "node".to_owned(),
        command: manager.run("test"),
        dir: folder(manifest),
        ..GateText::default()
    });
    guess.protect.push(manifest.to_owned());
    for name in ["typecheck", "lint"] {
        if script(name).is_some() {
            guess.gates.push(GateText {
                name: name.to_owned(),
                command: manager.run(name),
                dir: folder(manifest),
                suggestion: true,
                ..GateText::default()
            });
        }
    }
    let depends = ["dependencies", "devDependencies"]
        .into_iter()
        .any(|key| package[key].as_object().is_some_and(|d| !d.is_empty()));
    if manifest == "package.json" && depends {
        guess.setups.push(manager.setup(facts));
    } else if depends {
        guess.notes.push(format!(
            "{} has dependencies, and a setup runs at the top: add one that installs them, such as\n\
             # `command = [\"npm\", \"ci\", \"--prefix\", \"FOLDER\"]`.",
            crate::config::toml_string(manifest)
        ));
    }
}

/// A package manager, by its lock file.
#[derive(Clone, Copy, PartialEq)]
enum Manager {
    Npm,
    Pnpm,
    Yarn,
    Bun,
}

impl Manager {
    const LOCKS: [(&'static str, Self); 6] = [
        ("pnpm-lock.yaml", Self::Pnpm),
        ("yarn.lock", Self::Yarn),
        ("bun.lock", Self::Bun),
        ("bun.lockb", Self::Bun),
        ("package-lock.json", Self::Npm),
        ("npm-shrinkwrap.json", Self::Npm),
    ];

    fn of(facts: &RepoFacts, package: &serde_json::Value, manifest: &str) -> Self {
        let beside = &manifest[..manifest.len() - "package.json".len()];
        let lock = Self::LOCKS.into_iter().find(|(lock, _)| has(facts, &format!("{beside}{lock}")));
        let named = || match package["packageManager"].as_str()?.split('@').next()? {
            "pnpm" => Some(Self::Pnpm),
            "yarn" => Some(Self::Yarn),
            "bun" => Some(Self::Bun),
            _ => None,
        };
        lock.map(|(_, manager)| manager).or_else(named).unwrap_or(Self::Npm)
    }

    fn run(self, script: &str) -> Vec<String> {
        words(&match (self, script) {
            (Self::Npm, "test") => "npm test".to_owned(),
            (Self::Npm, _) => format!("npm run {script}"),
            (Self::Pnpm, "test") => "pnpm test".to_owned(),
            (Self::Pnpm, _) => format!("pnpm run {script}"),
            (Self::Yarn, _) => format!("yarn {script}"),
            (Self::Bun, _) => format!("bun run {script}"),
        })
    }

    fn setup(self, facts: &RepoFacts) -> SetupText {
        let lock = Self::LOCKS.into_iter().find(|(lock, manager)| *manager == self && has(facts, lock));
        let command = match (self, lock) {
            (Self::Npm, Some(_)) => "npm ci",
            (Self::Npm, None) => "npm install",
            (Self::Pnpm, Some(_)) => "pnpm install --frozen-lockfile",
            (Self::Pnpm, None) => "pnpm install",
            // Only Yarn 2 and later has this file, and only they know the flag.
            (Self::Yarn, Some(_)) if has(facts, ".yarnrc.yml") => "yarn install --immutable",
            (Self::Yarn, Some(_)) => "yarn install --frozen-lockfile",
            (Self::Yarn, None) => "yarn install",
            (Self::Bun, Some(_)) => "bun install --frozen-lockfile",
            (Self::Bun, None) => "bun install",
        };
        let inputs = std::iter::once("package.json").chain(lock.map(|(lock, _)| lock));
        SetupText {
            name: "dependencies".to_owned(),
            command: words(command),
            inputs: inputs.map(str::to_owned).collect(),
        }
    }
}

fn python(facts: &RepoFacts, guess: &mut Guess) {
    let text = |name: &str| facts.manifests.get(name).map_or("", String::as_str);
    let named = |name: &str| facts.paths.iter().any(|path| file_name(path) == name);
    let declared = ["pyproject.toml", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt"]
        .into_iter()
        .any(|name| text(name).contains("pytest"));
    let pytest = declared || ["conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml"].into_iter().any(named);
    let is_test = |path: &String| {
        let name = file_name(path);
        name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"))
    };
    if !pytest && !facts.paths.iter().any(is_test) {
        guess.notes.push("There is Python here, but no test that pytest or unittest would find.".to_owned());
        return;
    }
    let run = if pytest { "-m pytest -q" } else { "-m unittest discover" };
    let mut gate = GateText { name: "python".to_owned(), ..GateText::default() };
    if has(facts, "uv.lock") {
        gate.command = words(&format!("uv run --offline --no-sync python {run}"));
        guess.setups.push(SetupText {
            name: "python-packages".to_owned(),
            command: words("uv sync --frozen"),
            inputs: ["pyproject.toml", "uv.lock"].map(str::to_owned).to_vec(),
        });
    } else {
        gate.command = words(&format!("python3 {run}"));
        if has(facts, "requirements.txt") {
            gate.env = Some(("PYTHONPATH", ".deps"));
            guess.setups.push(SetupText {
                name: "python-packages".to_owned(),
                command: words("python3 -m pip install --quiet --target .deps -r requirements.txt"),
                inputs: vec!["requirements.txt".to_owned()],
            });
        }
    }
    if text("pyproject.toml").contains("[tool.pytest") {
        guess.protect.push("pyproject.toml".to_owned());
    }
    guess.gates.push(gate);
}

fn go(facts: &RepoFacts, guess: &mut Guess) {
    let Some(manifest) = shallowest(facts, "go.mod") else { return };
    guess.gates.push(GateText {
        name: "go".to_owned(),
        command: words("go test ./..."),
        dir: folder(manifest),
        comments: vec!["Gates have no network: run `go mod download` once, so that the modules are there."],
        ..GateText::default()
    });
}

/// `make test`, `make check`, `just test`: only where nothing better is known.
fn task_runner(facts: &RepoFacts, guess: &mut Guess) {
    for (file, program) in [("Makefile", "make"), ("justfile", "just")] {
        let Some(text) = facts.manifests.get(file) else { continue };
        let target = ["test", "check"].into_iter().find(|target| {
            text.lines().any(|line| {
                line.strip_prefix(target).is_some_and(|rest| {
                    let rest = rest.trim_start();
                    rest.starts_with(':') && !rest.starts_with(":=")
                })
            })
        });
        if let Some(target) = target {
            guess.gates.push(GateText {
                name: "tests".to_owned(),
                command: vec![program.to_owned(), target.to_owned()],
                ..GateText::default()
            });
            return;
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn has(facts: &RepoFacts, path: &str) -> bool {
    facts.paths.iter().any(|p| p == path)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The manifest nearest to the top, outside of installed packages; the first by name where several are as near. A path
/// that would have to be escaped, as text or as a glob, is passed over.
fn shallowest<'f>(facts: &'f RepoFacts, name: &str) -> Option<&'f str> {
    let installed = |path: &str| path.split('/').any(|part| matches!(part, "node_modules" | "vendor" | "target"));
    let plain = |path: &str| {
        path.split('/').all(|part| {
            !matches!(part, "" | "." | "..") && part.chars().all(|c| c.is_alphanumeric() || "-_.@+".contains(c))
        })
    };
    let paths = facts.paths.iter().map(String::as_str);
    paths
        .filter(|path| file_name(path) == name && plain(path) && !installed(path))
        .min_by_key(|path| (path.matches('/').count(), *path))
}

/// None for the top.
fn folder(path: &str) -> Option<String> {
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned())
}
