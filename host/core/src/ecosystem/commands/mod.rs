//! Files of the repository that gates run: a script that says `exit 0` passes, wherever in a chain of scripts it stands.
//!
//! What a gate's command starts is followed through Makefiles, npm's scripts and shell scripts, by reading them. What only
//! running would show stays unknown; a goal names it in `[protect] paths`.

mod rules;
mod shell;

use std::collections::{HashMap, HashSet};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::config::{GateKind, GoalConfig};
use rules::Rules;
use shell::Simple;

/// Programs whose first argument is a script for a shell.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "fish"];
/// Programs whose first argument is a script of another kind.
const INTERPRETERS: [&str; 12] =
    ["python", "python3", "node", "deno", "bun", "tsx", "ts-node", "ruby", "perl", "php", "pwsh", "Rscript"];
/// Programs that run scripts of `package.json`.
const PACKAGE_MANAGERS: [&str; 4] = ["npm", "pnpm", "yarn", "bun"];
/// Parts of a name by which a file that is only reached through others counts as part of the checks. A script that a check
/// runs may just as well be the work.
const CHECKS: [&str; 13] =
    ["scripts", "script", "tools", "ci", "hack", "dev", "check", "checks", "test", "tests", "lint", "verify", "gates"];
/// Folders whose scripts are the work.
const WORK: [&str; 5] = ["src", "lib", "bin", "app", "pkg"];
/// Scripts that are followed. A repository has tens.
const MAX_FILES: usize = 500;
/// Bytes of a script that is followed.
const MAX_BYTES: usize = 256 << 10;

/// What the goal's commands start.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// Paths of the tree.
    pub(super) files: Vec<String>,
    /// Paths that would keep make from making a target, by being there.
    pub(super) targets: Vec<String>,
}

/// The files that the goal's commands start. `folder` is the goal's own in the tree, and `read` gives a file of the baseline.
///
/// What lies in the goal's scope is left out: a worker that is to write a program must be able to.
pub(super) fn started(config: &GoalConfig, folder: &str, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Started {
    let mut trace = Trace { read, scope: scope(config), seen: HashSet::new(), started: Started::default() };
    for (dir, argv) in commands(config) {
        let Some(dir) = within(folder, dir) else { continue };
        match script(argv) {
            Some(Script::Started(path)) => below(&dir, path).into_iter().for_each(|path| trace.add(&path)),
            Some(Script::Interpreted(path)) => trace.found(&dir, path).into_iter().for_each(|path| trace.add(&path)),
            None => {}
        }
        trace.follow(&dir, argv);
    }
    trace.started
}

/// Every word of the goal's commands, the first of each left out: among them are the names of a manifest's scripts.
pub(super) fn words(config: &GoalConfig) -> Vec<String> {
    let arguments = commands(config).flat_map(|(_, argv)| argv.iter().skip(1));
    // A shell gets several words in one argument.
    arguments.flat_map(|argument| argument.split_whitespace()).map(str::to_owned).collect()
}

/// The folder and the words of each command.
fn commands(config: &GoalConfig) -> impl Iterator<Item = (&str, &Vec<String>)> {
    let gates = config.gates.iter().filter_map(|gate| match &gate.kind {
        GateKind::Command(command) => Some((command.dir.as_str(), &command.argv)),
        GateKind::Plugin(_) => None,
    });
    let checks = config.checks.iter().map(|check| (check.command.dir.as_str(), &check.command.argv));
    let setups = config.setups.iter().map(|setup| (".", &setup.command));
    gates.chain(checks).chain(setups)
}

fn scope(config: &GoalConfig) -> GlobSet {
    let mut scope = GlobSetBuilder::new();
    for glob in &config.goal.scope {
        scope.add(match GlobBuilder::new(glob).literal_separator(true).build() {
            Ok(glob) => glob,
            Err(_) => continue,
        });
    }
    scope.build().unwrap_or_default()
}

struct Trace<'r> {
    read: &'r dyn Fn(&str) -> Option<Vec<u8>>,
    scope: GlobSet,
    /// What was followed already: files, and scripts and targets in them.
    seen: HashSet<String>,
    started: Started,
}

impl Trace<'_> {
    /// Protects a file that decides, and follows it where it is a shell's.
    fn add(&mut self, path: &str) {
        if self.scope.is_match(path) || self.seen.len() >= MAX_FILES || !self.seen.insert(path.to_owned()) {
            return;
        }
        self.started.files.push(path.to_owned());
        let Some(text) = self.text(path).filter(|text| is_for_shell(path, text)) else { return };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Most start where the gate does; those that don't name files relative to their own folder.
        for dir in [".", folder] {
            self.follow_text(dir, &text, &HashMap::new());
        }
    }

    fn follow_text(&mut self, dir: &str, text: &str, variables: &HashMap<String, String>) {
        for Simple { dir: inner, words } in shell::commands(text, variables) {
            let Some(dir) = within(dir, &inner) else { continue };
            if let Some(Script::Started(path) | Script::Interpreted(path)) = script(&words)
                && let Some(path) = self.found(&dir, path)
            {
                self.add(&path);
            }
            self.follow(&dir, &words);
        }
    }

    /// What a command runs by names that are no paths.
    fn follow(&mut self, dir: &str, argv: &[String]) {
        let Some((program, rest)) = argv.split_first() else { return };
        let words = || rest.iter().map(String::as_str).filter(|word| !word.starts_with('-'));
        match program.rsplit('/').next().unwrap_or(program) {
            "make" | "gmake" | "${MAKE}" => self.follow_make(dir, rest),
            "just" => self.follow_rules(dir, &["justfile", "Justfile", ".justfile"], &words().collect::<Vec<_>>()),
            name if SHELLS.contains(&name) => {
                let text = rest.iter().position(|word| is_command_flag(word)).and_then(|at| rest.get(at + 1));
                if let Some(text) = text {
                    self.follow_text(dir, text, &HashMap::new());
                }
            }
            name if PACKAGE_MANAGERS.contains(&name) => {
                if let Some(name) = words().find(|word| !matches!(*word, "run" | "run-script")) {
                    let name = if name == "t" { "test" } else { name };
                    self.follow_package(dir, name);
                }
            }
            _ => {}
        }
    }

    fn follow_make(&mut self, dir: &str, rest: &[String]) {
        let mut dir = dir.to_owned();
        let mut files = vec!["GNUmakefile".to_owned(), "makefile".to_owned(), "Makefile".to_owned()];
        let mut wanted = Vec::new();
        let mut words = rest.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-C" | "-f" | "--directory" | "--file" => match words.next() {
                    Some(value) if word.starts_with("-C") || word == "--directory" => {
                        let Some(into) = within(&dir, value) else { return };
                        dir = into;
                    }
                    Some(value) => files = vec![value.clone()],
                    None => return,
                },
                word if word.starts_with('-') || word.contains('=') => {}
                word => wanted.push(word),
            }
        }
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        self.follow_rules(&dir, &files, &wanted);
    }

    /// Follows targets of the first of `files` that there is.
    fn follow_rules(&mut self, dir: &str, files: &[&str], wanted: &[&str]) {
        let found = files.iter().filter_map(|file| below(dir, file)).find_map(|path| Some((self.text(&path)?, path)));
        let Some((mut text, path)) = found else { return };
        let is_make = !path.to_ascii_lowercase().ends_with("justfile");
        for include in Rules::read(&text).includes {
            let file = below(dir, &include).and_then(|path| Some((self.text(&path)?, path)));
            if let Some((more, path)) = file {
                self.add(&path);
                text.push('\n');
                text.push_str(&more);
            }
        }
        self.add(&path);
        let rules = Rules::read(&text);
        for target in rules.reached(wanted.iter().copied()) {
            if self.seen.len() >= MAX_FILES || !self.seen.insert(format!("{path}: {target}")) {
                continue;
            }
            if is_make && rules.is_file(&target) {
                self.started.targets.extend(below(dir, &target));
            }
            for recipe in rules.recipes(&target) {
                self.follow_text(dir, recipe, &rules.variables);
            }
        }
    }

    /// Follows a script of `package.json`, and those that are run with it.
    fn follow_package(&mut self, dir: &str, name: &str) {
        let Some(path) = below(dir, "package.json") else { return };
        let package = self.text(&path).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        let Some(package) = package else { return };
        for name in [format!("pre{name}"), name.to_owned(), format!("post{name}")] {
            let Some(text) = package["scripts"][&name].as_str() else { continue };
            if self.seen.len() < MAX_FILES && self.seen.insert(format!("{path}: {name}")) {
                self.follow_text(dir, text, &HashMap::new());
            }
        }
    }

    /// The file of the baseline that a script names as `path`, where it counts as part of the checks.
    fn found(&self, dir: &str, path: &str) -> Option<String> {
        // What comes before the last part that only the shell knows is most often the script's own folder.
        let path = path.rsplit_once("}/").map_or(path, |(_, rest)| rest);
        let path = below(dir, path)?;
        (counts_as_check(&path) && (self.read)(&path).is_some()).then_some(path)
    }

    fn text(&self, path: &str) -> Option<String> {
        let bytes = (self.read)(path)?;
        Some(String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_BYTES)]).into_owned())
    }
}

fn is_for_shell(path: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let program = first.strip_prefix("#!").and_then(|line| line.split_whitespace().next_back()).unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    SHELLS.contains(&program) || SHELLS.iter().any(|shell| path.ends_with(&format!(".{shell}")))
}

fn counts_as_check(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut folders = lower.split('/');
    folders.next_back();
    !folders.any(|folder| WORK.contains(&folder))
        && lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| CHECKS.contains(&part))
}

/// The file that a command starts, as it names it.
#[derive(Debug, PartialEq, Eq)]
enum Script<'a> {
    /// By itself, or by a shell.
    Started(&'a str),
    /// By an interpreter: it may just as well be the work.
    Interpreted(&'a str),
}

fn script(argv: &[String]) -> Option<Script<'_>> {
    let program = argv.first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    if SHELLS.contains(&name) {
        // With `-c` the next argument is no file.
        let mut rest = argv[1..].iter().take_while(|argument| !is_command_flag(argument));
        return rest.find(|argument| !argument.starts_with('-')).map(|path| Script::Started(path));
    }
    if matches!(name, "." | "source") || INTERPRETERS.contains(&name) {
        // A module, or a text, is no file either.
        let mut rest = argv[1..].iter().take_while(|argument| !matches!(argument.as_str(), "-m" | "-c" | "-e"));
        let first = rest.find(|argument| !argument.starts_with('-') && *argument != "run");
        return first.map(|path| Script::Interpreted(path));
    }
    program.contains('/').then_some(Script::Started(program))
}

fn is_command_flag(argument: &str) -> bool {
    argument.starts_with('-') && !argument.starts_with("--") && argument.contains('c')
}

/// `path` as seen from `dir`, from the top of the tree; none where it is not in the tree.
fn below(dir: &str, path: &str) -> Option<String> {
    within(dir, path).filter(|path| path != ".")
}

/// As [`below`], with `.` for the top of the tree.
fn within(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

#[cfg(test)]
mod tests;
