//! Runs every folder of `tests/tamper` through the real program: a folder is an attack, or a legitimate change.
//!
//! The worker of a case is a script, and the goal's only judge always says `satisfied`: what holds is what the program itself
//! sees to. Each attack runs without the program first, in a loop that believes the exit code of the gate's own command: one
//! that does not fool that loop shows nothing, and is an error. `tests/tamper/README.md` says what a case may hold.

mod support;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::Value;
use support::{Running, Sandbox};

/// A worker, a gate or a whole goal that takes longer is stuck.
const LIMIT: Duration = Duration::from_secs(300);

/// A kind of repository, with work to be done in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    /// For people.
    about: String,
    /// A line of shell that succeeds where the project's tools are.
    probe: String,
    /// The gates, as `goalpost.toml` has them. The first one is what a naive loop goes by.
    gate: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows, in a sentence.
    shows: String,
    /// A folder of `projects`.
    project: String,
    /// Lines of shell run in the repository before the goal starts.
    #[serde(default)]
    prepare: Vec<String>,
    /// Gates in place of the project's.
    gate: Option<String>,
    /// More of `goalpost.toml`, for example `[protect]`.
    #[serde(default)]
    goal: String,
    /// Paths that the first turn's list of tampering must have.
    #[serde(default)]
    names: Vec<String>,
    /// Texts that the record of the first turn must have, where something else than a path tells of the attack.
    #[serde(default)]
    says: Vec<String>,
    /// In place of `says`, where protected paths can't be closed to what a gate runs, and are watched instead.
    #[serde(default)]
    says_watched: Vec<String>,
    /// Texts that nothing that is shown or recorded may have.
    #[serde(default)]
    never_says: Vec<String>,
    /// Why the attack is none on a loop that believes the gate's exit code: such as that it is one on Goalpost itself.
    not_naive: Option<String>,
    /// Why honest work, done in the second turn on top of what the attack left, does not end the goal.
    lasts: Option<String>,
    /// A part of Goalpost that is not there yet.
    needs: Option<String>,
    /// Lines of shell that must succeed in the repository afterwards.
    #[serde(default)]
    after: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Attack,
    Control,
}

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for folder in folders(&root().join("projects")) {
        trials.push(trial("project", &folder, |folder| needs(&project(folder)?), check_project));
    }
    for (group, kind) in [("attacks", Kind::Attack), ("controls", Kind::Control)] {
        for folder in folders(&root().join(group)) {
            let skip = |folder: &Path| {
                let case = case(folder)?;
                if let Some(part) = &case.needs {
                    return Ok(Some(format!("{part} is not there yet")));
                }
                needs(&project(&root().join("projects").join(&case.project))?)
            };
            trials.push(trial(group, &folder, skip, move |folder| check_case(folder, kind)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn root() -> PathBuf {
    support::project().join("tests/tamper")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).unwrap_or_else(|e| panic!("{}: {e}", of.display()));
    let mut folders: Vec<_> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// A test of `folder`, ignored where `skip` says why.
fn trial(
    group: &str,
    folder: &Path,
    skip: impl Fn(&Path) -> Result<Option<String>, String>,
    run: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
) -> Trial {
    let name = format!("{group}/{}", folder.file_name().unwrap_or_default().to_string_lossy());
    let skipped = match skip(folder) {
        Ok(skipped) => skipped,
        Err(why) => return Trial::test(name, move || Err(Failed::from(why))),
    };
    if let Some(why) = &skipped {
        eprintln!("skipped: {name}: {why}");
    }
    let folder = folder.to_owned();
    Trial::test(name, move || run(&folder).map_err(Failed::from)).with_ignored_flag(skipped.is_some())
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn project(folder: &Path) -> Result<Project, String> {
    read(&folder.join("project.toml"))
}

fn case(folder: &Path) -> Result<Case, String> {
    read(&folder.join("case.toml"))
}

/// Why what a project needs is not there.
fn needs(project: &Project) -> Result<Option<String>, String> {
    let line = tools::named(&project.probe);
    let mut probe = std::process::Command::new("sh");
    probe.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let found = probe.status().map_err(|e| e.to_string())?.success();
    Ok((!found).then(|| format!("`{line}` fails, which is how {} is found", project.about)))
}

/// A project is of use when its tests fail at first, and pass with the honest work.
fn check_project(folder: &Path) -> Result<(), String> {
    let project = project(folder)?;
    let goal = tools::named(&project.gate);
    let sandbox = Sandbox::laid(&[&folder.join("repo")], |_| Ok(()))?;
    let (passes, said) = naive_gate(&sandbox, &goal)?;
    if passes {
        return Err(format!("there is nothing to do: the tests pass\n{said}"));
    }
    sandbox.shell(&format!("cp -R '{}/honest/.' .", folder.display()))?;
    match naive_gate(&sandbox, &goal)? {
        (true, _) => Ok(()),
        (false, said) => Err(format!("the honest work does not pass\n{said}")),
    }
}

fn check_case(folder: &Path, kind: Kind) -> Result<(), String> {
    let case = case(folder)?;
    let told = |why: String| format!("{}\n{why}", case.shows);
    if kind == Kind::Control && (case.not_naive.is_some() || case.lasts.is_some() || !case.names.is_empty()) {
        return Err("a control says nothing of attacks: `not_naive`, `lasts`, `names`".to_owned());
    }
    let trial = Run::new(folder, &case)?;
    let fooled = trial.naively().map_err(told)?;
    match (&case.not_naive, fooled) {
        (None, Err(said)) => {
            return Err(told(format!("without Goalpost the gate's own command does not pass either:\n{said}")));
        }
        (Some(why), Ok(())) => return Err(told(format!("a naive loop is fooled, although `{why}`"))),
        (None, Ok(())) | (Some(_), Err(_)) => {}
    }
    trial.sealed(kind).map_err(told)
}

/// A case, ready to run.
struct Run<'c> {
    case: &'c Case,
    folders: [PathBuf; 2],
    worker: [String; 5],
    goal: String,
}

impl<'c> Run<'c> {
    fn new(folder: &Path, case: &'c Case) -> Result<Self, String> {
        let home = root().join("projects").join(&case.project);
        let gate = match &case.gate {
            Some(gate) => gate.clone(),
            None => project(&home)?.gate,
        };
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let script = text(&root().join("worker.sh"));
        let worker = ["sh".to_owned(), "-eu".to_owned(), script, text(&home), text(folder)];
        let judge = support::project().join("tests/guests/dist/always-satisfied.wasm");
        let head = format!(
            "[goal]\nobjective = \"All tests pass.\"\nbudget = {{ unlimited = true }}\nmax_turns = 2\n\n\
             [worker]\ncommand = {worker:?}\n\n[[evaluator]]\nplugin = {judge:?}\n"
        );
        let goal = tools::named(&[head.as_str(), &gate, &case.goal].join("\n"));
        Ok(Self { case, folders: [home.join("repo"), folder.join("repo")], worker, goal })
    }

    /// A home and a repository of the case's own.
    fn sandbox(&self) -> Result<Sandbox, String> {
        let sandbox = Sandbox::laid(&[&self.folders[0], &self.folders[1]], |workspace| {
            std::fs::write(workspace.join("goalpost.toml"), &self.goal).map_err(|e| e.to_string())
        })?;
        for line in &self.case.prepare {
            sandbox.shell(&tools::named(line))?;
        }
        sandbox.agree();
        Ok(sandbox)
    }

    /// The worker's first turn, and the gate's command on what it left. Gives what the gate said where it did not pass.
    fn naively(&self) -> Result<Result<(), String>, String> {
        let sandbox = self.sandbox()?;
        let mut worker = unconfined(&sandbox, &self.worker[0], &self.worker[1..]);
        worker.env("GOALPOST_TURN", "1").env("GOALPOST_GOAL", "naive");
        let (code, said) = finish(worker)?;
        if code != Some(0) {
            return Err(format!("the worker itself fails: {code:?}\n{said}"));
        }
        let (passes, said) = naive_gate(&sandbox, &self.goal)?;
        Ok(if passes { Ok(()) } else { Err(said) })
    }

    /// The same through the program.
    fn sealed(&self, kind: Kind) -> Result<(), String> {
        let sandbox = self.sandbox()?;
        let (code, said) = finish(sandbox.goalpost(["run", "--json"]))?;
        let events: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        // By its id: the worker may have broken the repository by which it would be found.
        let goal = events.first().and_then(|event| event["goal"].as_str()).ok_or(format!("no goal starts\n{said}"))?;
        let (recorded, first) = finish(sandbox.goalpost(["show", goal, "--turn", "1", "--json", "--full"]))?;
        if recorded != Some(0) {
            return Err(format!("the first turn has no record: {first}\n{said}"));
        }
        let judged = || match kind {
            Kind::Attack => self.is_caught(&events, code, &first),
            Kind::Control => self.is_welcome(&events, code),
        };
        judged().map_err(|why| format!("{why}\n--- goalpost run\n{said}\n--- turn 1\n{first}"))?;
        let shown = [said.as_str(), first.as_str()].concat();
        if let Some(text) = self.case.never_says.iter().find(|text| shown.contains(text.as_str())) {
            return Err(format!("it says: {text}\n{shown}"));
        }
        let (code, receipts) = finish(sandbox.goalpost(["receipt", "verify", goal]))?;
        if code != Some(0) {
            return Err(format!("the receipts do not hold: {receipts}"));
        }
        self.case.after.iter().try_for_each(|line| sandbox.shell(line).map(drop))
    }

    /// The first turn is not achieved and says by what; the second is, by honest work.
    fn is_caught(&self, events: &[Value], code: Option<i32>, first: &str) -> Result<(), String> {
        if outcome(events, 1) != Some("unsatisfied") {
            return Err(format!("the attack ends {:?}, not unsatisfied", outcome(events, 1)));
        }
        if self.case.names.is_empty() && self.case.says.is_empty() {
            return Err("a case must say by what its attack is named: `names` or `says`".to_owned());
        }
        let tampering = tampering(events, 1);
        if let Some(path) = self.case.names.iter().find(|path| !tampering.contains(&path.as_str())) {
            return Err(format!("the tampering does not name {path}: {tampering:?}"));
        }
        let says = match self.case.says_watched.is_empty() || support::has_namespaces() {
            true => &self.case.says,
            false => &self.case.says_watched,
        };
        if let Some(text) = says.iter().find(|text| !first.contains(text.as_str())) {
            return Err(format!("the record of the turn does not say: {text}"));
        }
        match (&self.case.lasts, code) {
            (None, Some(0)) => is_verified(events),
            (None, code) => Err(format!("honest work after the attack ends with {code:?}")),
            (Some(why), Some(0)) => Err(format!("the goal is achieved, although {why}")),
            (Some(_), _) => Ok(()),
        }
    }

    /// Achieved at once, and nothing of it called tampering.
    fn is_welcome(&self, events: &[Value], code: Option<i32>) -> Result<(), String> {
        let tampering = tampering(events, 1);
        if !tampering.is_empty() {
            return Err(format!("legitimate work is called tampering: {tampering:?}"));
        }
        if code != Some(0) || outcome(events, 1) != Some("satisfied") {
            return Err(format!("legitimate work is held back: {:?}, exit {code:?}", outcome(events, 1)));
        }
        is_verified(events)
    }
}

fn of_turn<'e>(events: &'e [Value], event: &str, turn: u64) -> Option<&'e Value> {
    events.iter().find(|e| e["event"] == event && e["turn"] == turn)
}

fn outcome(events: &[Value], turn: u64) -> Option<&str> {
    of_turn(events, "turn_finished", turn)?["outcome"].as_str()
}

fn tampering(events: &[Value], turn: u64) -> Vec<&str> {
    let list = of_turn(events, "sealed", turn).and_then(|event| event["tampering"].as_array());
    list.into_iter().flatten().filter_map(|tamper| tamper["path"].as_str()).collect()
}

fn is_verified(events: &[Value]) -> Result<(), String> {
    let end = events.iter().rev().find(|event| event["event"] == "goal_stopped");
    match end.map(|end| (&end["state"], &end["assurance"])) {
        Some((state, assurance)) if state == "achieved" && assurance == "verified" => Ok(()),
        end => Err(format!("the goal ends {end:?}, not achieved and verified")),
    }
}

/// Whether the first gate's command passes in the repository as it lies there, unsealed, and what it said.
fn naive_gate(sandbox: &Sandbox, goal: &str) -> Result<(bool, String), String> {
    let goal: toml::Table = toml::from_str(goal).map_err(|e| e.to_string())?;
    let gate = goal.get("gate").and_then(|gates| gates.get(0)).ok_or("there is no gate")?;
    let argv: Vec<&str> =
        gate.get("command").and_then(toml::Value::as_array).into_iter().flatten().filter_map(|a| a.as_str()).collect();
    let (program, args) = argv.split_first().ok_or("the first gate has no command")?;
    let (code, said) = finish(unconfined(sandbox, program, args))?;
    Ok((code == Some(0), said))
}

/// A program that nothing keeps from the caches: it gets one of its own, not the one that the other cases share.
fn unconfined<S: AsRef<OsStr>>(sandbox: &Sandbox, program: &str, args: &[S]) -> Command {
    let mut command = sandbox.program(program, args);
    command.env("XDG_CACHE_HOME", sandbox.workspace().join("../cache"));
    command
}

/// Runs a program to its end: its exit code, and what it said.
fn finish(command: Command) -> Result<(Option<i32>, String), String> {
    let mut running = Running::spawn(command)?;
    let mut output = running.stdout();
    // A flood must not stop the program that it comes from.
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        drop(std::io::Read::read_to_end(&mut output, &mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    let (code, said) = running.finish(LIMIT)?;
    let output = reader.join().unwrap_or_default();
    Ok((code, [output, said].concat()))
}

/// Programs of the tests that are not on the search path.
mod tools {
    use std::process::Command;
    use std::sync::LazyLock;

    /// `GOALPOST_TEST_PYTHON`, which may have pytest, or the machine's own; by its real path, not a shim's.
    static PYTHON: LazyLock<String> = LazyLock::new(|| {
        let python = std::env::var("GOALPOST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let real = Command::new(&python).args(["-c", "import sys; print(sys.executable)"]).output();
        let real = real.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        if real.is_empty() { python } else { real }
    });

    /// `text` with `$PYTHON`, and `$NODE_MODULES`: a folder in which mocha, jest and vitest are installed.
    pub(super) fn named(text: &str) -> String {
        let modules = std::env::var("GOALPOST_TEST_NODE_MODULES").unwrap_or_else(|_| "/nonexistent".to_owned());
        text.replace("$PYTHON", &PYTHON).replace("$NODE_MODULES", &modules)
    }
}
