//! What the worker is told at the start of a turn.

mod feedback;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

pub use self::feedback::{LastTurn, feedback};
use crate::evidence::{GoalText, PastTurn};
use crate::text::{clip, one_line, visible};

/// Bytes of a person's hint.
const MAX_HINT: usize = 4 * 1024;
/// Globs, paths and findings that are listed before the rest is only counted.
const MAX_LISTED: usize = 40;

/// What a prompt is made of.
#[derive(Debug, Clone, Copy)]
pub struct PromptInput<'a> {
    /// What is to be achieved.
    pub goal: &'a GoalText,
    /// Counted from 1.
    pub turn: u32,
    /// The goal's limit.
    pub max_turns: u32,
    /// Globs of protected paths.
    pub protected: &'a [String],
    /// The turn before this one; none in the first.
    pub last: Option<LastTurn<'a>>,
    /// All earlier turns, oldest first, the last one included.
    pub history: &'a [PastTurn],
    /// What a person said when the goal was resumed.
    pub hint: Option<&'a str>,
}

/// The prompt of a turn. `nonce` is at least 12 fresh hexadecimal digits, drawn for this prompt.
pub fn compose(input: &PromptInput<'_>, nonce: &str) -> String {
    let mut prompt = String::new();
    section(&mut prompt, "Goal", visible(&input.goal.objective).trim());
    section(&mut prompt, "Must be true at the end", &list(&input.goal.criteria, |c| one_line(c, 1_000)));
    let scope = list(&input.goal.scope, |glob| format!("`{}`", one_line(glob, 200)));
    section(&mut prompt, "Stay within these paths", &scope);
    section(&mut prompt, "Rules of this workspace", &rules(input.protected));
    section(&mut prompt, "Turn", &turn_line(input));
    if let Some(hint) = input.hint.map(visible) {
        section(&mut prompt, "From the person who watches over this goal", clip(hint.trim(), MAX_HINT).as_ref());
    }
    if let Some(last) = &input.last {
        section(&mut prompt, "What the last turn left undone", &feedback(last, input.history, nonce));
    }
    section(&mut prompt, "If it can't be done", WAY_OUT);
    prompt
}

const WAY_OUT: &str = "When the goal can't be reached as it stands, because something is missing that only a person can give, \
     or because the goal contradicts itself, say so instead of working around it: end your final message with one line\n\n\
     BLOCKED: why\n\n\
     It costs nothing. A check that is made to pass without the work done is found out and costs the turn.";

fn section(prompt: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let gap = if prompt.is_empty() { "" } else { "\n" };
        // Writing to a string has no way to fail.
        let _ = writeln!(prompt, "{gap}# {title}\n\n{body}");
    }
}

fn list<T>(items: &[T], line: impl Fn(&T) -> String) -> String {
    let mut lines: Vec<_> = items.iter().take(MAX_LISTED).map(|item| format!("- {}", line(item))).collect();
    if items.len() > MAX_LISTED {
        lines.push(format!("- and {} more", items.len() - MAX_LISTED));
    }
    lines.join("\n")
}

fn rules(protected: &[String]) -> String {
    let mut rules =
        "Your work is verified after your turn, on a copy that you can't reach. Your own word for it does not count."
            .to_owned();
    if !protected.is_empty() {
        rules.push_str(
            "\n\nThese paths are protected. Edits there are reported and put back before anything is verified, so make the \
             work right instead:\n",
        );
        rules.push_str(&list(protected, |glob| format!("`{}`", one_line(glob, 200))));
    }
    rules
}

fn turn_line(input: &PromptInput<'_>) -> String {
    let left = input.max_turns.saturating_sub(input.turn);
    let tail = match left {
        0 => "This is the last one.".to_owned(),
        1 => "One more follows.".to_owned(),
        n => format!("{n} more follow."),
    };
    format!("This is turn {} of {}. {tail}", input.turn, input.max_turns)
}

/// Why the worker gave up, when the last line of its final message that has something on it is `BLOCKED: why`.
pub fn blocked_reason(final_text: &str) -> Option<String> {
    let text = visible(final_text);
    let last = text.lines().rev().find(|line| !line.trim().is_empty())?;
    let reason = last.strip_prefix("BLOCKED:")?.trim();
    // The placeholder of the prompt, given back, is no reason.
    (!reason.is_empty() && reason != "why").then(|| clip(reason, 2_000).into_owned())
}
