//! `[goal]`

use toml::de::DeValue;

use super::error::Problem;
use super::section::{NO_BOUND, Section, grouped};
use super::{Goal, TokenBudget};
use crate::isolation::IsolationLevel;

/// Enough for a page of text. What is longer belongs in a file that the objective names.
const OBJECTIVE: usize = 4_000;

/// Below this, no agent answers once: it guards against a budget meant in thousands.
const LEAST_TOKENS: u64 = 1_000;

const BUDGET_EXAMPLE: &str = "write `budget = { tokens = 500_000 }`, or `budget = { unlimited = true }` if you mean it";

/// What to add to a file that has no `[goal]`.
pub(super) const EXAMPLE: &str = "add one:\n\
    \n\
    [goal]\n\
    objective = \"Make the parser accept trailing commas. All tests pass.\"\n\
    budget = { tokens = 500_000 }";

pub(super) fn read(section: &Section<'_>) -> Option<Goal> {
    let objective = objective(section);
    let max_turns = section.integer("max_turns", 1..=50, "turns");
    let budget = budget(section);
    let budget_warning = budget_warning(section);
    let scope = section.globs("scope");
    let criteria = criteria(section);
    let min_isolation = section.word(
        "min_isolation",
        &[("none", IsolationLevel::None), ("landlock", IsolationLevel::Landlock), ("full", IsolationLevel::Full)],
    );
    let scratch = section.boolean("scratch");
    section.finish();
    Some(Goal {
        objective: objective?,
        max_turns: max_turns.and_then(|n| u32::try_from(n).ok()).unwrap_or(20),
        budget: budget?,
        budget_warning: budget_warning.unwrap_or(0.8),
        scope,
        criteria,
        min_isolation: min_isolation.unwrap_or(IsolationLevel::Landlock),
        scratch: scratch.unwrap_or(false),
    })
}

fn objective(section: &Section<'_>) -> Option<String> {
    if !section.has("objective") {
        section.missing(
            "objective",
            "say what should be true at the end:\nobjective = \"Make the parser accept trailing commas. All tests pass.\"",
        );
        return None;
    }
    let objective = section.string("objective")?;
    let text = objective.value.trim();
    let length = text.chars().count();
    if text.is_empty() {
        section.push(
            Problem::new(objective.span, "the objective is empty")
                .label("expected what should be true at the end")
                .help("the worker is told this, and judges measure against it"),
        );
        return None;
    }
    if length > OBJECTIVE {
        section.push(
            Problem::new(objective.span, format!("the objective has {} characters", grouped(length as u64)))
                .label(format!("expected at most {}", grouped(OBJECTIVE as u64)))
                .help("put the details into a file of the repository, and name it in the objective"),
        );
        return None;
    }
    Some(text.to_owned())
}

fn budget(section: &Section<'_>) -> Option<TokenBudget> {
    let Some(value) = section.get("budget") else {
        section.missing("budget", format!("how many tokens may it spend? {BUDGET_EXAMPLE}"));
        return None;
    };
    if let DeValue::Integer(n) = value.get_ref() {
        let problem = section.wrong_type("budget", value, "a table");
        section.push(problem.help(format!("write `budget = {{ tokens = {n} }}`")));
        return None;
    }
    let table = section.section("budget", "`budget`", "budget = { tokens = 500_000 }")?;
    let tokens = table.has("tokens");
    let unlimited = table.boolean("unlimited");
    let amount = table.integer("tokens", LEAST_TOKENS..=NO_BOUND, "tokens");
    table.finish();
    match (tokens, unlimited) {
        (true, Some(true)) => {
            table.push(
                Problem::new(table.span.clone(), "the budget is both limited and unlimited")
                    .label("expected `tokens` or `unlimited`, not both")
                    .help("keep the one that you mean"),
            );
            None
        }
        (true, _) => amount.map(TokenBudget::Tokens),
        (false, Some(true)) => Some(TokenBudget::Unlimited),
        (false, _) => {
            // `unlimited = "yes"` has been told already what it should be.
            if unlimited.is_some() || !table.has("unlimited") && !table.misspelt("tokens") {
                table.push(
                    Problem::new(table.span.clone(), "the budget says no amount")
                        .label("expected `tokens`")
                        .help(BUDGET_EXAMPLE),
                );
            }
            None
        }
    }
}

fn budget_warning(section: &Section<'_>) -> Option<f64> {
    let share = section.number("budget_warning")?;
    if share.value > 0.0 && share.value <= 1.0 {
        return Some(share.value);
    }
    section.push(
        Problem::new(share.span, "`budget_warning` in [goal] is out of range")
            .label("expected a share of the budget: more than 0, at most 1")
            .help("0.8 warns when four fifths are spent"),
    );
    None
}

fn criteria(section: &Section<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for sentence in section.strings("criteria").map_or_else(Vec::new, |list| list.value) {
        if sentence.value.trim().is_empty() {
            section.push(
                Problem::new(sentence.span, "a criterion is empty")
                    .label("expected a sentence that can be true or false"),
            );
        } else {
            out.push(sentence.value.trim().to_owned());
        }
    }
    out
}
