//! `[[evaluator]]` and `[panel]`

use super::error::Problem;
use super::plugin::{self, World};
use super::section::{At, NO_BOUND, Section};
use super::{Evaluator, PluginSource};
use crate::verdict::PanelRule;

pub(super) fn evaluator(mut section: Section<'_>) -> Option<(At<String>, Evaluator)> {
    let given = section.string("name").and_then(|name| section.label_of(name));
    if !section.has("plugin") {
        section.missing("plugin", "write `plugin = \"builtin:llm-judge\"`, or the path of a component");
    }
    if let Some(name) = &given {
        section.name = format!("{} `{}`", section.name, name.value);
    } else if let Some(plugin) = section.string("plugin") {
        section.name = format!("{} `{}`", section.name, plugin.value);
    }
    let plugin = plugin::read(&section, "plugin", World::Evaluator);
    section.finish();
    let plugin = plugin?;
    let name = match given {
        Some(name) => name,
        None if section.has("name") => return None,
        None => At::new(own_name(&plugin.source), section.span.clone()),
    };
    Some((name.clone(), Evaluator { name: name.value, plugin }))
}

/// What a plugin is called when the goal does not name it: a builtin's name, or the file's without `.wasm`.
fn own_name(source: &PluginSource) -> String {
    match source {
        PluginSource::Builtin(name) => name.clone(),
        PluginSource::File(path) => {
            let file = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
            file.strip_suffix(".wasm").filter(|stem| !stem.is_empty()).unwrap_or(file).to_owned()
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    All,
    Any,
    AtLeast,
}

/// `evaluators` is how many the file declares.
pub(super) fn panel(section: &Section<'_>, evaluators: usize) -> PanelRule {
    let rule = section.word("rule", &[("all", Rule::All), ("any", Rule::Any), ("at_least", Rule::AtLeast)]);
    let n = section.integer("n", 1..=NO_BOUND, "evaluators");
    if !section.has("rule") {
        section.missing("rule", "write `rule = \"all\"`, `rule = \"any\"`, or `rule = \"at_least\"` with `n = 2`");
    }
    let span = |key| section.key_span(key).unwrap_or_else(|| section.span.clone());
    let result = match rule {
        Some(Rule::All) | None => PanelRule::All,
        Some(Rule::Any) => PanelRule::Any,
        Some(Rule::AtLeast) => match n.map(|n| u32::try_from(n).unwrap_or(u32::MAX)) {
            Some(n) => PanelRule::AtLeast { n },
            None => {
                if !section.has("n") {
                    section.missing("n", "how many must be satisfied? Write `n = 2` beside `rule = \"at_least\"`");
                }
                PanelRule::All
            }
        },
    };
    if section.has("n") && matches!(rule, Some(Rule::All | Rule::Any)) {
        section
            .push(Problem::new(span("n"), "`n` does nothing with this rule").label("belongs to `rule = \"at_least\"`"));
    }
    if let PanelRule::AtLeast { n } = result
        && n as usize > evaluators
    {
        let have = match evaluators {
            0 => "there are none".to_owned(),
            1 => "there is one".to_owned(),
            count => format!("there are {count}"),
        };
        section.push(
            Problem::new(span("n"), format!("the panel asks for {n} evaluators"))
                .label(have)
                .help("such a goal could never be achieved: lower `n`, or add `[[evaluator]]` sections"),
        );
    }
    section.finish();
    result
}
