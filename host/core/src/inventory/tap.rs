//! The Test Anything Protocol, versions 12 to 14, subtests included.

use super::{Inventory, Status, Test};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let Stream { tests, planned, seen, .. } = read(output)?;
    let mut found = Inventory::new("tap", tests, None)?;
    if planned != Some(seen) {
        let planned = planned.map_or("no test is planned".to_owned(), |n| format!("{n} tests are planned"));
        found.doubt = Some(format!("{planned}, and {seen} are there"));
    }
    Some(found)
}

/// What a stream of TAP holds.
pub(super) struct Stream {
    /// Those without subtests: the others say nothing of their own.
    pub(super) tests: Vec<Test>,
    /// Whether those with subtests passed.
    pub(super) parents: Vec<bool>,
    /// Tests of the top level by the plan, and as they were seen.
    planned: Option<u32>,
    seen: u32,
}

/// None for what is no TAP.
pub(super) fn read(output: &str) -> Option<Stream> {
    let mut tests: Vec<Test> = Vec::new();
    let (mut parents, mut planned, mut seen) = (Vec::new(), None, 0);
    // Names of the subtests that are open, with their indentation.
    let mut open: Vec<(usize, String)> = Vec::new();
    // How deep the tests seen since the last line of a lower level were.
    let mut deepest: Option<usize> = None;
    let mut is_tap = false;
    let mut message_of: Option<usize> = None;
    for line in output.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(plan) = plan(trimmed) {
            is_tap = true;
            planned = if indent == 0 { Some(plan) } else { planned };
        } else if trimmed.starts_with("TAP version 1") {
            is_tap = true;
        } else if let Some(name) = trimmed.strip_prefix("# Subtest: ") {
            open.retain(|(at, _)| *at < indent);
            open.push((indent, name.to_owned()));
        } else if let Some((passed, description)) = test_line(trimmed) {
            message_of = None;
            let (name, directive) = split_directive(description);
            let is_parent = deepest.is_some_and(|deep| deep > indent);
            deepest = Some(indent);
            // Its own name is the innermost one when it had subtests or announced itself.
            open.retain(|(at, _)| *at < indent);
            seen += u32::from(indent == 0);
            if is_parent {
                parents.push(passed);
                continue;
            }
            let path: Vec<_> = open.iter().map(|(_, name)| name.as_str()).chain([name]).collect();
            let status = match directive {
                Some(_) => Status::Skipped,
                None if passed => Status::Passed,
                None => Status::Failed,
            };
            tests.push(Test::new(path.join(" > "), status));
            message_of = (status == Status::Failed).then_some(tests.len() - 1);
        } else if let Some(at) = message_of {
            if trimmed.starts_with("...") || (!line.starts_with(' ') && !trimmed.starts_with('#')) {
                message_of = None;
            } else if trimmed != "---" {
                let message = format!("{}\n{trimmed}", tests[at].message);
                if message.len() < 2 * super::MAX_MESSAGE {
                    tests[at].message = message;
                }
            }
        }
    }
    for test in &mut tests {
        *test = test.clone().because(&test.message.clone());
    }
    is_tap.then_some(Stream { tests, parents, planned, seen })
}

/// `1..12`, or `1..0 # SKIP why` for none.
fn plan(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("1..")?;
    rest[..rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len()].parse().ok()
}

/// Whether it passed, and the description.
fn test_line(line: &str) -> Option<(bool, &str)> {
    let (passed, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let rest = rest.trim_start();
    let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let description = rest[number..].trim_start().trim_start_matches("- ");
    // Prose such as "ok then" is no test.
    (number > 0).then_some((passed, description))
}

/// The description, and `SKIP` or `TODO` with its reason.
fn split_directive(description: &str) -> (&str, Option<&str>) {
    if let Some((name, directive)) =
        description.rsplit_once(" # ").or_else(|| description.strip_prefix("# ").map(|d| ("", d)))
    {
        let upper = directive.to_ascii_uppercase();
        if upper.starts_with("SKIP") || upper.starts_with("TODO") {
            return (name.trim(), Some(directive));
        }
        if upper.starts_with("TIME=") {
            return (name.trim(), None);
        }
    }
    (description.trim(), None)
}
