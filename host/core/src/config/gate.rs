//! `[[gate]]`, `[[check]]` and `[[setup]]`: the commands and plugins that look at the work.

use std::time::Duration;

use super::error::Problem;
use super::plugin::{self, World};
use super::section::{At, Section};
use super::units::LONGEST;
use super::{Check, Gate, GateKind, GateTests, NativeCommand, Setup, held_out};

/// When `timeout` is not given.
const TIMEOUT: Duration = Duration::from_secs(600);

/// What only a native command has.
const COMMAND_KEYS: [&str; 15] = [
    "timeout",
    "dir",
    "env",
    "pass_env",
    "network",
    "cache",
    "baseline",
    "require_red",
    "may_lose",
    "report",
    "hidden",
    "files",
    "at",
    "requirement",
    "canary",
];
/// What only a plugin has.
const PLUGIN_KEYS: [&str; 3] = ["grants", "config", "limits"];

const GATE_EXAMPLE: &str = "write `command = [\"cargo\", \"test\"]`, or `plugin = \"builtin:scope\"`";

/// The name of an entry in a list of tables; `section` is called by it from now on.
pub(super) fn name(section: &mut Section<'_>, example: &str) -> Option<At<String>> {
    let name = match section.string("name") {
        Some(name) => section.label_of(name),
        None => {
            if !section.has("name") {
                section.missing("name", format!("write `name = \"{example}\"`: reports and feedback call it that"));
            }
            None
        }
    };
    if let Some(name) = &name {
        section.name = format!("{} `{}`", section.name, name.value);
    }
    name
}

pub(super) fn gate(mut section: Section<'_>) -> Option<(At<String>, Gate)> {
    let name = name(&mut section, "tests");
    let (has_command, has_plugin) = (section.has("command"), section.has("plugin"));
    let command = native(&section);
    let plugin = plugin::read(&section, "plugin", World::Gate);
    let required = section.boolean("required").unwrap_or(true);
    let cache = section.folders("cache");
    let tests = tests(&section, has_plugin, required);
    let canary = section.boolean("canary");
    let held_out = if has_plugin { None } else { held_out::read(&section) };
    let kind = match (has_command, has_plugin) {
        (true, false) => {
            misplaced(&section, &PLUGIN_KEYS, "belongs to a plugin; a command takes none");
            command.map(GateKind::Command)
        }
        (false, true) => {
            misplaced(&section, &COMMAND_KEYS, "belongs to a command; a plugin has `grants`, `limits` and `config`");
            plugin.map(GateKind::Plugin)
        }
        (true, true) => {
            let span = section.key_span("plugin").unwrap_or_else(|| section.span.clone());
            section.push(
                Problem::new(span, format!("{} has a command and a plugin", section.name))
                    .label("expected one of the two")
                    .help("make it two gates"),
            );
            None
        }
        (false, false) if section.misspelt("command") || section.misspelt("plugin") => None,
        (false, false) => {
            section.push(
                Problem::new(section.span.clone(), format!("{} has nothing to run", section.name))
                    .label("expected `command` or `plugin`")
                    .help(GATE_EXAMPLE),
            );
            None
        }
    };
    section.finish();
    let (name, kind) = (name?, kind?);
    Some((name.clone(), Gate { name: name.value, kind, required, cache, tests, held_out, canary }))
}

fn tests(section: &Section<'_>, is_plugin: bool, required: bool) -> GateTests {
    let tests = GateTests {
        baseline: section.boolean("baseline").unwrap_or(required) && !is_plugin,
        require_red: section.boolean("require_red").unwrap_or(false),
        may_lose: names(section, "may_lose"),
        report: section.string("report").and_then(|glob| section.glob("report", &glob)),
    };
    if tests.require_red
        && !tests.baseline
        && !is_plugin
        && let Some(span) = section.key_span("require_red")
    {
        let help = match section.key_span("baseline") {
            Some(_) => "take `baseline = false` away",
            None => "write `baseline = true` beside it: a gate that is not required is not run there by itself",
        };
        section.push(
            Problem::new(span, format!("`require_red` in {} needs a run on the baseline", section.name))
                .label("the gate is not run there")
                .help(help),
        );
    }
    tests
}

/// Globs over names, in which nothing separates.
fn names(section: &Section<'_>, key: &'static str) -> Vec<String> {
    let globs = section.strings(key).map_or_else(Vec::new, |list| list.value);
    let read = |glob: At<&str>| match name_glob(glob.value) {
        Ok(_) if !glob.value.is_empty() => Some(glob.value.to_owned()),
        built => {
            let label = built.err().map_or("empty".to_owned(), |error| error.kind().to_string());
            section.push(
                Problem::new(glob.span, format!("`{}` is no pattern for `{key}` in {}", glob.value, section.name))
                    .label(label)
                    .help("`*`, `?`, `[abc]` and `{a,b}` are special; `legacy::*` is every test below `legacy`"),
            );
            None
        }
    };
    globs.into_iter().filter_map(read).collect()
}

pub(super) fn name_glob(glob: &str) -> Result<globset::GlobMatcher, globset::Error> {
    Ok(globset::GlobBuilder::new(glob).literal_separator(false).build()?.compile_matcher())
}

fn misplaced(section: &Section<'_>, keys: &[&'static str], why: &str) {
    for key in keys {
        section.get(key);
        if let Some(span) = section.key_span(key) {
            section.push(Problem::new(span, format!("`{key}` does nothing in {}", section.name)).label(why));
        }
    }
}

pub(super) fn check(mut section: Section<'_>) -> Option<(At<String>, Check)> {
    let name = name(&mut section, "mutants");
    if !section.has("command") {
        section.missing("command", "write `command = [\"cargo\", \"test\"]`");
    }
    let command = native(&section);
    let artifacts = section.globs("artifacts");
    section.finish();
    let (name, command) = (name?, command?);
    Some((name.clone(), Check { name: name.value, command, artifacts }))
}

fn native(section: &Section<'_>) -> Option<NativeCommand> {
    let argv = section.argv("command");
    let command = NativeCommand {
        argv: Vec::new(),
        dir: section.folder("dir"),
        timeout: section.duration("timeout", LONGEST).unwrap_or(TIMEOUT),
        env: section.variables("env"),
        pass_env: section.variable_names("pass_env"),
        network: section.boolean("network").unwrap_or(false),
    };
    Some(NativeCommand { argv: argv?, ..command })
}

pub(super) fn setup(mut section: Section<'_>) -> Option<(At<String>, Setup)> {
    let name = name(&mut section, "dependencies");
    if !section.has("command") {
        section.missing("command", "write `command = [\"npm\", \"ci\"]`");
    }
    let command = section.argv("command");
    let inputs = section.globs("inputs");
    let why = "name the files that decide what it installs: `inputs = [\"package.json\", \"package-lock.json\"]`";
    match section.strings("inputs") {
        None if !section.has("inputs") => section.missing("inputs", why),
        Some(list) if list.value.is_empty() => {
            section.push(Problem::new(list.span, format!("{} has no inputs", section.name)).label("empty").help(why));
        }
        _ => {}
    }
    let network = section.boolean("network").unwrap_or(false);
    let timeout = section.duration("timeout", LONGEST).unwrap_or(TIMEOUT);
    let pass_env = section.variable_names("pass_env");
    section.finish();
    let (name, command) = (name?, command?);
    Some((name.clone(), Setup { name: name.value, command, inputs, network, timeout, pass_env }))
}
