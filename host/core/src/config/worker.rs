//! `[worker]`

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::error::Problem;
use super::plugin::{self, World};
use super::section::{Section, either, nearest, wrong_type};
use super::units::LONGEST;
use super::{AgentRef, AgentsGrant, History, Worker, WorkerKind};

/// Agents that Goalpost knows how to start, to watch and to confine.
pub const AGENT_PRESETS: [&str; 6] = ["claude", "codex", "pi", "opencode", "gemini", "aider"];

const KINDS: &str = "write one of:\n\
    agent = \"codex\"                      # a preset\n\
    command = [\"./my-agent\", \"--json\"]   # any program: the prompt comes on standard input\n\
    workflow = \"builtin:fan-out\"         # a plugin that spawns `agents`";

const AGENTS_EXAMPLE: &str = "agents = { coder = \"codex\", reviewer = [\"./reviewer\", \"--json\"] }";

pub(super) fn read(section: &Section<'_>) -> Option<Worker> {
    let kind = kind(section);
    let model = section.string("model");
    let args = section.strings("args");
    let pass_env = section.variable_names("pass_env");
    let timeout = section.duration("timeout", LONGEST);
    let writable = writable(section);
    let network = section.boolean("network");
    let history =
        section.word("history", &[("all", History::All), ("baseline", History::Baseline), ("none", History::None)]);
    if section.has("command") {
        for key in ["model", "args"] {
            if let Some(span) = section.key_span(key) {
                section.push(
                    Problem::new(span, format!("`{key}` does nothing beside `command`"))
                        .label("only a preset knows what to make of it")
                        .help("put it into `command` itself, as the program expects it"),
                );
            }
        }
    }
    section.finish();
    Some(Worker {
        kind: kind?,
        model: model.map(|m| m.value.to_owned()),
        args: args.map_or_else(Vec::new, |list| list.value.iter().map(|a| a.value.to_owned()).collect()),
        pass_env,
        timeout: timeout.unwrap_or(Duration::from_secs(3600)),
        writable,
        network: network.unwrap_or(true),
        history: history.unwrap_or_default(),
    })
}

fn kind(section: &Section<'_>) -> Option<WorkerKind> {
    let given: Vec<_> = ["agent", "command", "workflow"].into_iter().filter(|key| section.has(key)).collect();
    // Read all of them, so that each one's own mistakes are told as well.
    let agent = section.string("agent").and_then(|name| preset(section, name.value, name.span));
    let command = section.argv("command");
    let workflow = workflow(section);
    match given.as_slice() {
        [] if ["agent", "command", "workflow"].into_iter().any(|key| section.misspelt(key)) => None,
        [] => {
            section.push(
                Problem::new(section.span.clone(), "[worker] names no worker")
                    .label("expected `agent`, `command` or `workflow`")
                    .help(KINDS),
            );
            None
        }
        ["agent"] => agent.map(WorkerKind::Agent),
        ["command"] => command.map(WorkerKind::Command),
        ["workflow"] => workflow,
        several => {
            let span = section.key_span(several[1]).unwrap_or_else(|| section.span.clone());
            section.push(
                Problem::new(span, "[worker] names more than one worker")
                    .label(format!("`{}` is there already", several[0]))
                    .help(format!("keep one: {}", either(several))),
            );
            None
        }
    }
}

fn preset(section: &Section<'_>, name: &str, span: std::ops::Range<usize>) -> Option<String> {
    if AGENT_PRESETS.contains(&name) {
        return Some(name.to_owned());
    }
    let problem = Problem::new(span, format!("`{name}` is not an agent that Goalpost knows"));
    let problem = match nearest(name, AGENT_PRESETS.into_iter()) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None => problem.label(format!("expected {}", either(&AGENT_PRESETS))),
    };
    section
        .push(problem.help("any other program is a command, and reads its prompt on standard input: [\"./my-agent\"]"));
    None
}

fn workflow(section: &Section<'_>) -> Option<WorkerKind> {
    // `config`, `grants` and `limits` are read even without a workflow, or they would be unknown keys.
    let plugin = plugin::read(section, "workflow", World::Workflow);
    let agents = agents(section);
    let default_agent = section.string("default_agent");
    if !section.has("workflow") {
        for key in ["agents", "default_agent", "grants", "config", "limits"] {
            if let Some(span) = section.key_span(key) {
                section.push(
                    Problem::new(span, format!("`{key}` does nothing without a workflow"))
                        .label("belongs to `workflow = \"...\"`"),
                );
            }
        }
        return None;
    }
    let (agents, names) = agents?;
    let default_agent = match default_agent {
        Some(name) if names.iter().any(|known| known == name.value) => name.value.to_owned(),
        Some(name) => {
            let known: Vec<_> = names.iter().map(String::as_str).collect();
            section.push(
                Problem::new(name.span, format!("`{}` is none of the workflow's agents", name.value))
                    .label(format!("expected {}", either(&known))),
            );
            return None;
        }
        None => names.first()?.clone(),
    };
    let mut plugin = plugin?;
    // Naming agents for a workflow is the grant; `grants.agents` only changes how many may run.
    plugin.grants.agents.get_or_insert(AgentsGrant { runs: 16, concurrent: 4 });
    Some(WorkerKind::Workflow { plugin, agents, default_agent })
}

/// The agents, and the names of all that are written, in their order.
fn agents(section: &Section<'_>) -> Option<(BTreeMap<String, AgentRef>, Vec<String>)> {
    if section.has("workflow") && !section.has("agents") {
        section.missing("agents", format!("a workflow works through agents: {AGENTS_EXAMPLE}"));
        return None;
    }
    let table = section.section("agents", "`agents`", AGENTS_EXAMPLE)?;
    let mut agents = BTreeMap::new();
    let mut names = Vec::new();
    for (name, value) in table.entries() {
        let Some(name) = table.label_of(name) else { continue };
        names.push(name.value.clone());
        let agent = match value.get_ref() {
            DeValue::String(text) => preset(section, text, value.span()).map(AgentRef::Preset),
            DeValue::Array(_) => command(&table, &name.value, value).map(AgentRef::Command),
            _ => {
                let problem = wrong_type(&format!("the agent `{}`", name.value), value, "a preset or a command");
                table.push(problem.help(AGENTS_EXAMPLE));
                None
            }
        };
        if let Some(agent) = agent {
            agents.insert(name.value, agent);
        }
    }
    if table.entries().is_empty() {
        table.push(
            Problem::new(table.span.clone(), "`agents` is empty")
                .label("expected at least one agent")
                .help(AGENTS_EXAMPLE),
        );
    }
    Some((agents, names))
}

fn command(table: &Section<'_>, name: &str, value: &super::section::Value<'_>) -> Option<Vec<String>> {
    let DeValue::Array(items) = value.get_ref() else { return None };
    let argv: Option<Vec<String>> = items.iter().map(|item| item.get_ref().as_str().map(ToOwned::to_owned)).collect();
    match argv {
        Some(argv) if argv.first().is_some_and(|program| !program.trim().is_empty()) => Some(argv),
        _ => {
            table.push(
                Problem::new(value.span(), format!("the agent `{name}` is no command"))
                    .label("expected a list of strings: the program, then each argument"),
            );
            None
        }
    }
}

/// Folders outside the workspace.
fn writable(section: &Section<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for folder in section.strings("writable").map_or_else(Vec::new, |list| list.value) {
        let path = folder.value;
        let label = if path.split('/').any(|part| part == "..") {
            "has `..` in it"
        } else if matches!(path.trim_end_matches('/'), "" | "~") {
            "too much: everything of yours is in it"
        } else if !path.starts_with('/') && !path.starts_with("~/") {
            "expected `/...` or `~/...`"
        } else if path.contains(char::is_control) {
            "has a control character in it"
        } else {
            out.push(path.to_owned());
            continue;
        };
        section.push(
            Problem::new(folder.span, format!("`{path}` can't be made writable"))
                .label(label)
                .help("the workspace is writable anyway; this is for a folder outside it, such as `~/.cache/my-agent`"),
        );
    }
    out
}
