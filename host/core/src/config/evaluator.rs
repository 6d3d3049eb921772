//! `[[evaluator]]` and `[panel]`

use super::error::Problem;
use super::plugin::{self, World};
use super::section::{At, NO_BOUND, Section};
use super::{Evaluator, PluginSource};
use crate::verdict::{PanelRule, Weight};

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
    let shadow = is_shadow(&section);
    let weight = weight(&section);
    if shadow && let Some(span) = section.key_span("weight") {
        let problem = Problem::new(span, format!("`weight` does nothing in {}", section.name));
        section.push(problem.label("`shadow = true`: it is never counted"));
    }
    section.finish();
    let plugin = plugin?;
    let name = match given {
        Some(name) => name,
        None if section.has("name") => return None,
        None => At::new(own_name(&plugin.source), section.span.clone()),
    };
    Some((name.clone(), Evaluator { name: name.value, plugin, weight, shadow }))
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

/// The weights of the evaluators that count.
pub(super) fn voters(evaluators: &[Section<'_>]) -> Vec<Weight> {
    evaluators.iter().filter(|evaluator| !is_shadow(evaluator)).map(weight).collect()
}

fn is_shadow(evaluator: &Section<'_>) -> bool {
    evaluator.boolean("shadow").unwrap_or(false)
}

fn weight(evaluator: &Section<'_>) -> Weight {
    let given = evaluator.integer("weight", 1..=1_000, "votes");
    given.and_then(|n| u32::try_from(n).ok()).map_or_else(Weight::default, Weight)
}

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    All,
    Any,
    AtLeast,
    Weighted,
}

/// The sum that a rule asks for, and where it stands.
struct Sum {
    key: &'static str,
    unit: &'static str,
    rule: Rule,
    name: &'static str,
    missing: &'static str,
}

const SUMS: [Sum; 2] = [
    Sum {
        key: "n",
        unit: "evaluators",
        rule: Rule::AtLeast,
        name: "at_least",
        missing: "how many must be satisfied? Write `n = 2` beside `rule = \"at_least\"`",
    },
    Sum {
        key: "threshold",
        unit: "votes",
        rule: Rule::Weighted,
        name: "weighted",
        missing: "what must the weights of the satisfied ones come to? Write `threshold = 3` beside `rule = \"weighted\"`",
    },
];

/// `voters` are the weights of the evaluators that count.
pub(super) fn panel(section: &Section<'_>, voters: &[Weight]) -> PanelRule {
    let words = [("all", Rule::All), ("any", Rule::Any), ("at_least", Rule::AtLeast), ("weighted", Rule::Weighted)];
    let rule = section.word("rule", &words);
    if !section.has("rule") {
        let forms = "write `rule = \"all\"`, `rule = \"any\"`, `rule = \"at_least\"` with `n = 2`, or `rule = \"weighted\"` \
                     with `threshold = 3`";
        section.missing("rule", forms);
    }
    let [n, threshold] = SUMS.map(|sum| needed(section, rule, &sum, voters));
    section.finish();
    match (rule, n, threshold) {
        (Some(Rule::Any), ..) => PanelRule::Any,
        (Some(Rule::AtLeast), Some(n), _) => PanelRule::AtLeast { n },
        (Some(Rule::Weighted), _, Some(threshold)) => PanelRule::Weighted { threshold },
        _ => PanelRule::All,
    }
}

/// What the panel must come to, when `sum` is what its rule asks for.
fn needed(section: &Section<'_>, rule: Option<Rule>, sum: &Sum, voters: &[Weight]) -> Option<u32> {
    let given = section.integer(sum.key, 1..=NO_BOUND, sum.unit).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    let span = section.key_span(sum.key).unwrap_or_else(|| section.span.clone());
    if rule != Some(sum.rule) {
        if section.has(sum.key) && rule.is_some() {
            let problem = Problem::new(span, format!("`{}` does nothing with this rule", sum.key));
            section.push(problem.label(format!("belongs to `rule = \"{}\"`", sum.name)));
        }
        return None;
    }
    let Some(given) = given else {
        if !section.has(sum.key) {
            section.missing(sum.key, sum.missing);
        }
        return None;
    };
    let have: u64 = match sum.rule {
        Rule::Weighted => voters.iter().map(|weight| u64::from(weight.0)).sum(),
        _ => voters.len() as u64,
    };
    if u64::from(given) > have {
        let (asks, have) = match (sum.rule, have) {
            (Rule::Weighted, have) => {
                (format!("votes worth {given}"), format!("all of them together are worth {have}"))
            }
            (_, 0) => (format!("{given} evaluators"), "there are none".to_owned()),
            (_, 1) => (format!("{given} evaluators"), "there is one".to_owned()),
            (_, have) => (format!("{given} evaluators"), format!("there are {have}")),
        };
        section.push(Problem::new(span, format!("the panel asks for {asks}")).label(have).help(format!(
            "such a goal could never be achieved: lower `{}`, or add `[[evaluator]]` sections (with `shadow = true` they \
             don't count)",
            sum.key
        )));
    }
    Some(given)
}

/// Whether the rule asks for weights, whatever else is wrong with it.
pub(super) fn is_weighted(panel: &Section<'_>) -> bool {
    panel.string("rule").is_some_and(|rule| rule.value == "weighted")
}

/// Notes weights that nobody adds up.
pub(super) fn idle_weights(evaluators: &[Section<'_>]) {
    for evaluator in evaluators.iter().filter(|evaluator| !is_shadow(evaluator)) {
        if let Some(span) = evaluator.key_span("weight") {
            let problem =
                Problem::new(span, "`weight` does nothing without a weighted panel").label("here heads count");
            evaluator.push(problem.help("write:\n\n[panel]\nrule = \"weighted\"\nthreshold = 3"));
        }
    }
}
