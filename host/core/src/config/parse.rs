//! From the text of a `goalpost.toml` to a goal, or to everything that is wrong with it.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigErrors, Problem};
use super::section::{At, Report, Section, list, nearest, wrong_type};
use super::{
    Evaluator, Gate, GateKind, GoalConfig, PluginOptions, Protect, evaluator, gate, goal, grants, plugin, protect,
    worker,
};
use crate::verdict::PanelRule;

/// A goal is a page of text. What is larger is another file.
const LARGEST_FILE: usize = 1 << 20;

/// Sections that stand once, and those that may stand several times.
const ONCE: [&str; 4] = ["goal", "worker", "protect", "panel"];
const MANY: [&str; 4] = ["setup", "gate", "check", "evaluator"];

/// Reads and validates a `goalpost.toml`. `file_name` is what messages call it.
///
/// ```
/// let text = r#"
/// [goal]
/// objective = "Make the parser accept trailing commas. All tests pass."
/// budget = { tokens = 500_000 }
///
/// [worker]
/// agent = "codex"
///
/// [[gate]]
/// name = "tests"
/// command = ["cargo", "test", "--offline"]
/// "#;
/// let goal = goalpost_core::config::parse(text, "goalpost.toml")?;
/// assert_eq!(goal.goal.max_turns, 20);
/// # Ok::<(), goalpost_core::config::ConfigErrors>(())
/// ```
///
/// # Errors
/// Every problem of the file at once, each with its place and what to do.
pub fn parse(text: &str, file_name: &str) -> Result<GoalConfig, ConfigErrors> {
    let report = Report::default();
    if text.len() > LARGEST_FILE {
        report.push(Problem::new(0..0, "the file is larger than 1 MiB").label("this is not a goal"));
        return Err(ConfigErrors::new(file_name, "", report.into_problems()));
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What a half-read file says about its settings would only mislead.
        for error in errors {
            let span = error.span().unwrap_or(text.len()..text.len());
            report.push(Problem::new(span, "this is not TOML").label(error.message()));
        }
        return Err(ConfigErrors::new(file_name, text, report.into_problems()));
    }
    let goal = document(&report, table.get_ref());
    match (report.into_problems(), goal) {
        (problems, Some(goal)) if problems.is_empty() => Ok(goal),
        (problems, _) => Err(ConfigErrors::new(file_name, text, problems)),
    }
}

/// Reads `grants`, `limits` and `config` alone, as they stand beside a plugin: for a plugin that no goal uses.
///
/// ```
/// use goalpost_core::config::{World, parse_plugin_options};
/// let options = parse_plugin_options("grants = { tree = true }", "case.toml", World::Gate)?;
/// assert!(options.grants.tree);
/// # Ok::<(), goalpost_core::config::ConfigErrors>(())
/// ```
///
/// # Errors
/// Every problem at once, each with its place and what to do.
pub fn parse_plugin_options(text: &str, file_name: &str, world: plugin::World) -> Result<PluginOptions, ConfigErrors> {
    let report = Report::default();
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let span = error.span().unwrap_or(text.len()..text.len());
            report.push(Problem::new(span, "this is not TOML").label(error.message()));
            return Err(ConfigErrors::new(file_name, text, report.into_problems()));
        }
    };
    let section = Section::new(&report, "the plugin", 0..0, table.get_ref());
    let options = plugin::options(&section, world);
    section.finish();
    match report.into_problems() {
        problems if problems.is_empty() => Ok(options),
        problems => Err(ConfigErrors::new(file_name, text, problems)),
    }
}

fn document<'a>(report: &'a Report, table: &'a DeTable<'a>) -> Option<GoalConfig> {
    unknown_sections(report, table);
    let goal = match table.get("goal") {
        Some(_) => one(report, table, "goal").and_then(|section| goal::read(&section)),
        None => {
            let problem = Problem::new(0..0, "there is no [goal]").label("expected a [goal] section");
            report.push(problem.help(goal::EXAMPLE));
            None
        }
    };
    let worker = one(report, table, "worker").map(|section| worker::read(&section));
    let protect = one(report, table, "protect").map_or_else(Protect::default, |section| protect::read(&section));
    let setups = named(report, "setup", many(report, table, "setup").into_iter().filter_map(gate::setup));
    let gates = named(report, "gate", many(report, table, "gate").into_iter().filter_map(gate::gate));
    let checks = named(report, "check", many(report, table, "check").into_iter().filter_map(gate::check));
    let evaluators =
        named(report, "evaluator", many(report, table, "evaluator").into_iter().filter_map(evaluator::evaluator));
    // Quietly: what is wrong with the sections themselves has been noted.
    let quiet = Report::default();
    let voters = evaluator::voters(&many(&quiet, table, "evaluator"));
    let panel = one(report, table, "panel").map_or(PanelRule::All, |section| evaluator::panel(&section, &voters));
    if one(&quiet, table, "panel").is_none_or(|section| !evaluator::is_weighted(&section)) {
        evaluator::idle_weights(&many(report, table, "evaluator"));
    }
    undeclared_checks(report, table);
    nobody_decides(report, table, &gates, &evaluators);
    Some(GoalConfig {
        goal: goal?,
        worker: match worker {
            Some(worker) => Some(worker?),
            None => None,
        },
        protect,
        setups,
        gates,
        checks,
        evaluators,
        panel,
    })
}

fn unknown_sections(report: &Report, table: &DeTable<'_>) {
    let known: Vec<&str> = ONCE.into_iter().chain(MANY).collect();
    for (key, value) in table.iter() {
        let name: &str = key.get_ref();
        if known.contains(&name) {
            continue;
        }
        let problem = Problem::new(
            key.span(),
            match value.get_ref() {
                DeValue::Table(_) | DeValue::Array(_) => format!("unknown section `{name}`"),
                _ => format!("`{name}` stands outside of every section"),
            },
        );
        report.push(match nearest(name, known.iter().copied()) {
            Some(near) => problem.label(format!("did you mean `{}`?", header(near))),
            None => problem.label("not a section of a goal").help(format!(
                "the sections are {}",
                list(
                    &known.iter().map(|k| header(k)).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>()
                )
            )),
        });
    }
}

fn header(name: &str) -> String {
    if MANY.contains(&name) { format!("[[{name}]]") } else { format!("[{name}]") }
}

fn one<'a>(report: &'a Report, table: &'a DeTable<'a>, name: &str) -> Option<Section<'a>> {
    let value = table.get(name)?;
    match value.get_ref() {
        DeValue::Table(table) => Some(Section::new(report, header(name), value.span(), table)),
        DeValue::Array(_) => {
            let problem = Problem::new(value.span(), format!("there can be only one [{name}]"));
            report.push(problem.label(format!("write `[{name}]`, once")));
            None
        }
        _ => {
            report.push(wrong_type(&format!("`{name}`"), value, &format!("a section `[{name}]`")));
            None
        }
    }
}

fn many<'a>(report: &'a Report, table: &'a DeTable<'a>, name: &str) -> Vec<Section<'a>> {
    let Some(value) = table.get(name) else { return Vec::new() };
    let DeValue::Array(items) = value.get_ref() else {
        let problem = Problem::new(value.span(), format!("`{name}` is a list, even of one"));
        report.push(problem.label(format!("write `[[{name}]]`")));
        return Vec::new();
    };
    let mut sections = Vec::new();
    for item in items.iter() {
        match item.get_ref() {
            DeValue::Table(table) => sections.push(Section::new(report, header(name), item.span(), table)),
            _ => report.push(wrong_type(&format!("an item of `{name}`"), item, &format!("a section `[[{name}]]`"))),
        }
    }
    sections
}

/// Keeps what has a name of its own.
fn named<T>(report: &Report, kind: &str, items: impl Iterator<Item = (At<String>, T)>) -> Vec<T> {
    let mut seen = BTreeMap::new();
    let mut out = Vec::new();
    for (name, item) in items {
        if seen.insert(name.value.clone(), ()).is_some() {
            report.push(
                Problem::new(name.span, format!("two of [[{kind}]] are called `{}`", name.value))
                    .label("the name is taken")
                    .help("give each its own `name`: reports and feedback tell them apart by it"),
            );
        } else {
            out.push(item);
        }
    }
    out
}

/// A plugin may be granted only checks that stand in the file.
fn undeclared_checks(report: &Report, table: &DeTable<'_>) {
    // Quietly: what is wrong with the sections themselves has been noted.
    let quiet = Report::default();
    let declared: Vec<String> = many(&quiet, table, "check")
        .iter()
        .filter_map(|check| check.string("name").map(|name| name.value.to_owned()))
        .collect();
    let plugins = ["evaluator", "gate"].into_iter().flat_map(|kind| many(&quiet, table, kind));
    for section in plugins.chain(one(&quiet, table, "worker")) {
        for granted in grants::granted_checks(&section) {
            if declared.iter().any(|name| name == granted.value) {
                continue;
            }
            let problem = Problem::new(granted.span, format!("no [[check]] is called `{}`", granted.value));
            let near = nearest(granted.value, declared.iter().map(String::as_str));
            report.push(match near {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None if declared.is_empty() => problem.label("no check is declared").help(format!(
                    "declare it:\n\n[[check]]\nname = \"{}\"\ncommand = [\"cargo\", \"test\"]",
                    granted.value
                )),
                None => problem.label(format!(
                    "expected {}",
                    super::section::either(&declared.iter().map(String::as_str).collect::<Vec<_>>())
                )),
            });
        }
    }
}

/// With no required gate and no evaluator, no turn could ever end the goal.
fn nobody_decides(report: &Report, table: &DeTable<'_>, gates: &[Gate], evaluators: &[Evaluator]) {
    let written = |name| table.contains_key(name);
    let quiet = Report::default();
    let only_shadows = evaluator::voters(&many(&quiet, table, "evaluator")).is_empty();
    let span = table.get("goal").map_or(0..0, |goal| goal.span());
    if !written("gate") && !written("evaluator") {
        report.push(
            Problem::new(span, "nothing could ever say that this goal is achieved")
                .label("there is no gate and no evaluator")
                .help("add at least one gate:\n\n[[gate]]\nname = \"tests\"\ncommand = [\"cargo\", \"test\"]"),
        );
    } else if written("evaluator") && only_shadows && gates.iter().all(|gate| !gate.required) {
        report.push(
            Problem::new(span, "nothing could ever say that this goal is achieved")
                .label("no gate is required, and every evaluator has `shadow = true`")
                .help("take `shadow = true` away from an evaluator, or add a gate:\n\n[[gate]]\nname = \"tests\"\ncommand = [\"cargo\", \"test\"]"),
        );
    } else if !gates.is_empty()
        && gates.iter().all(|gate| !gate.required)
        && evaluators.is_empty()
        && !written("evaluator")
    {
        let kind = match gates[0].kind {
            GateKind::Command(_) => "command",
            GateKind::Plugin(_) => "plugin",
        };
        report.push(
            Problem::new(span, "nothing could ever say that this goal is achieved")
                .label("no gate is required, and there is no evaluator")
                .help(format!("take `required = false` away from a gate, such as the {kind} `{}`", gates[0].name)),
        );
    }
}
