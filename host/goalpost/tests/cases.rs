//! Runs every folder of `tests/cases` through the real program: a folder is a test.
//!
//! `repo/` is the user's repository as committed, `case.toml` the steps. Each case gets a home of its own, so that nothing
//! of the machine's is read or written. `tests/cases/README.md` says what a case may hold.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use support::Sandbox;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows, in a sentence.
    shows: String,
    /// Whether it shows nothing where there are no namespaces; it is skipped there, and says so.
    #[serde(default)]
    needs_namespaces: bool,
    /// Programs without which it shows nothing; it is skipped where one is missing, and says so.
    #[serde(default)]
    tools: Vec<String>,
    /// Shell lines run in the repository before the first step.
    #[serde(default)]
    prepare: Vec<String>,
    /// Whether nobody agrees to the case's plugins before its first step: it shows what happens then.
    #[serde(default)]
    unlocked: bool,
    #[serde(default)]
    step: Vec<Step>,
    #[serde(default)]
    file: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// A line of shell run in the repository before it.
    shell: Option<String>,
    args: Vec<String>,
    /// None for a step that is killed.
    exit: Option<i32>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Texts that standard output and standard error together must have, and must not have.
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    never_says: Vec<String>,
    /// Kills the program, and nothing else, when a line with this text appears on standard output.
    kill_at: Option<String>,
    /// Sends an interrupt, as Ctrl-C does, when a line with this text appears.
    interrupt_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: PathBuf,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    /// The whole content.
    is: Option<String>,
}

fn main() -> ExitCode {
    let root = support::project().join("tests/cases");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("tests/cases is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("case.toml").is_file())
        .collect();
    folders.sort();
    let trials = folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&folder).map_err(Failed::from))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn run(folder: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join("case.toml")).map_err(|e| e.to_string())?;
    let case: Case = toml::from_str(&text).map_err(|e| e.to_string())?;
    if case.needs_namespaces && !support::has_namespaces() {
        eprintln!("skipped: {}: it needs namespaces", folder.display());
        return Ok(());
    }
    let sandbox = Sandbox::new(folder)?;
    if let Some(missing) = case.tools.iter().find(|tool| sandbox.shell(&format!("{tool} --version")).is_err()) {
        eprintln!("skipped: {}: there is no `{missing}`", folder.display());
        return Ok(());
    }
    for line in &case.prepare {
        sandbox.shell(line)?;
    }
    if !case.unlocked {
        sandbox.agree();
    }
    let mut said = String::new();
    for (index, step) in case.step.iter().enumerate() {
        let output = perform(&sandbox, step)?;
        said.push_str(&format!("--- step {}: goalpost {}\n{output}\n", index + 1, step.args.join(" ")));
        check(step, &output).map_err(|why| format!("{}\n{why}\n{said}", case.shows))?;
    }
    for file in &case.file {
        check_file(&sandbox, file).map_err(|why| format!("{}\n{why}\n{said}", case.shows))?;
    }
    Ok(())
}

struct Output {
    code: Option<i32>,
    text: String,
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(exit {:?})", self.text, self.code)
    }
}

fn perform(sandbox: &Sandbox, step: &Step) -> Result<Output, String> {
    if let Some(line) = &step.shell {
        sandbox.shell(line)?;
    }
    let mut command = sandbox.goalpost(step.args.iter().map(String::as_str));
    command.envs(&step.env);
    let mut running = support::Running::spawn(command)?;
    let mut text = String::new();
    let mut wanted = step.kill_at.as_ref().or(step.interrupt_at.as_ref());
    for line in BufReader::new(running.stdout()).lines() {
        let line = line.map_err(|e| e.to_string())?;
        text.push_str(&line);
        text.push('\n');
        if wanted.is_some_and(|wanted| line.contains(wanted.as_str())) {
            wanted = None;
            if step.kill_at.is_some() {
                running.kill();
                break;
            }
            running.interrupt();
        }
    }
    let (code, stderr) = running.finish(Duration::from_secs(120))?;
    text.push_str(&stderr);
    if let Some(never) = wanted {
        return Err(format!("`{never}` never appeared:\n{text}"));
    }
    Ok(Output { code, text })
}

fn check(step: &Step, output: &Output) -> Result<(), String> {
    if step.kill_at.is_none() && output.code != step.exit {
        return Err(format!("exit code {:?}, expected {:?}", output.code, step.exit));
    }
    for text in &step.says {
        if !output.text.contains(text.as_str()) {
            return Err(format!("it does not say: {text}"));
        }
    }
    for text in &step.never_says {
        if output.text.contains(text.as_str()) {
            return Err(format!("it says: {text}"));
        }
    }
    Ok(())
}

fn check_file(sandbox: &Sandbox, file: &File) -> Result<(), String> {
    let path = sandbox.workspace().join(&file.path);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", file.path.display()))?;
    let shown = file.path.display();
    if let Some(whole) = &file.is
        && &text != whole
    {
        return Err(format!("{shown} is {text:?}, expected {whole:?}"));
    }
    for wanted in &file.contains {
        if !text.contains(wanted.as_str()) {
            return Err(format!("{shown} lacks {wanted:?}:\n{text}"));
        }
    }
    for unwanted in &file.lacks {
        if text.contains(unwanted.as_str()) {
            return Err(format!("{shown} has {unwanted:?}:\n{text}"));
        }
    }
    Ok(())
}
