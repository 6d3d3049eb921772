//! JUnit XML, as most runners can write it. Read by a scanner that knows tags, attributes, character data and entities: no
//! document types, no external entities, nothing that could reach outside of the text.

use super::{Inventory, Status, Test};

pub(super) fn parse(output: &str) -> Option<Inventory> {
    let start = output.find("<testsuite")?;
    let before = output[..start].trim();
    if !(before.is_empty() || before.contains("<?xml")) {
        return None;
    }
    let mut tests: Vec<Test> = Vec::new();
    let mut case: Option<Case> = None;
    let mut rest = &output[start..];
    while let Some(open) = rest.find('<') {
        if let Some(case) = &mut case
            && case.is_in_problem
        {
            case.text(&unescape(&rest[..open]));
        }
        rest = &rest[open..];
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            if let Some(case) = case.as_mut().filter(|case| case.is_in_problem) {
                case.text(&data[..end]);
            }
            rest = data.get(end + 3..).unwrap_or_default();
            continue;
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some((tag, after)) = tag(rest) else { break };
        rest = after;
        match (tag.closes, tag.name) {
            (false, "testcase") => {
                let class = tag.attribute("classname").or_else(|| tag.attribute("file")).unwrap_or_default();
                let name = tag.attribute("name").unwrap_or_default();
                let name = if class.is_empty() { name } else { format!("{class}::{name}") };
                let started = Case { name, status: Status::Passed, message: String::new(), is_in_problem: false };
                if tag.is_empty { tests.push(started.finish()) } else { case = Some(started) }
            }
            (true, "testcase") => tests.extend(case.take().map(Case::finish)),
            (false, "failure" | "error" | "skipped") => {
                if let Some(case) = &mut case {
                    let is_skipped = tag.name == "skipped";
                    let message = tag.attribute("message").unwrap_or_default();
                    if ["collection failure", "Test suite failed to run"].contains(&message.as_str()) {
                        case.status = Status::Broken;
                    } else if !is_skipped {
                        case.status = Status::Failed;
                    } else if case.status == Status::Passed {
                        case.status = Status::Skipped;
                    }
                    case.text(&message);
                    case.is_in_problem = !tag.is_empty && !is_skipped;
                }
            }
            (true, "failure" | "error" | "skipped") => {
                if let Some(case) = &mut case {
                    case.is_in_problem = false;
                }
            }
            _ => {}
        }
    }
    let mut found = Inventory::new("junit", tests, None)?;
    if !output.trim_end().ends_with('>') || case.is_some() {
        (found.complete, found.counted) = (false, false);
    }
    Some(found)
}

/// A test case that is open.
struct Case {
    name: String,
    status: Status,
    message: String,
    is_in_problem: bool,
}

impl Case {
    fn text(&mut self, text: &str) {
        if self.message.len() < 8 * super::MAX_MESSAGE && !text.trim().is_empty() {
            self.message.push_str(text.trim());
            self.message.push('\n');
        }
    }

    fn finish(self) -> Test {
        let is_failure = matches!(self.status, Status::Failed | Status::Broken);
        let message = if is_failure { self.message.as_str() } else { "" };
        Test::new(&self.name, self.status).because(message)
    }
}

struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    closes: bool,
    is_empty: bool,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, tail) = after[1..].split_once(quote)?;
            if name.trim() == wanted {
                return Some(unescape(value));
            }
            rest = tail;
        }
    }
}

/// The tag that `text` starts with, and what follows it. A `>` inside of quotes does not end it.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let mut quote = None;
    let end = text.char_indices().find(|(_, c)| match (quote, c) {
        (Some(open), c) if open == *c => {
            quote = None;
            false
        }
        (None, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        (None, '>') => true,
        _ => false,
    });
    let (end, _) = end?;
    let inner = &text[1..end];
    let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let (is_empty, inner) = inner.strip_suffix('/').map_or((false, inner), |inner| (true, inner));
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    Some((Tag { name: name.trim(), attributes, closes, is_empty }, &text[end + 1..]))
}

/// The five entities of XML and character references.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.bytes().take(12).position(|b| b == b';').map(|end| &rest[1..end]);
        let c = entity.and_then(|entity| match entity {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let number = entity.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (c, entity) {
            (Some(c), Some(entity)) => {
                out.push(c);
                rest = &rest[entity.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
