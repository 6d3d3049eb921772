//! What the agents are told. The words of one agent are data to the next.

use goalpost_sdk::frame::{Frame, clip};
use goalpost_sdk::workflow::*;

/// The most bytes of one agent's text that another is shown.
const SHOWN: usize = 32_000;

pub(crate) fn plan(turn: &Turn) -> String {
    format!(
        "{}\n\nWrite a plan for this work, and change nothing. Read what you need to. Name the files to change, in order, \
         what to change in each, and how one will see that it works. Another agent will carry it out and sees nothing but \
         the task and your plan. If the task can't be done without a person, answer with one line: `BLOCKED: why`.",
        turn.prompt
    )
}

pub(crate) fn build(turn: &Turn, plan: &str) -> String {
    let mut frame = frame(turn);
    frame.add("the plan", &clip(plan, SHOWN));
    format!(
        "{}\n\nA planner has looked at the code and written a plan. Carry it out; where it is wrong, do what is right and say \
         so. {}\n\n{}",
        turn.prompt,
        frame.rule(),
        frame.text()
    )
}

pub(crate) fn rework(turn: &Turn, plan: &str, feedback: &str) -> String {
    let mut frame = frame(turn);
    frame.add("the plan", &clip(plan, SHOWN));
    frame.add("the review", &clip(feedback, SHOWN));
    format!(
        "{}\n\nThe work was begun and reviewed: the workspace is as the last builder left it. Do what the review rightly asks \
         for, and answer each of its points. {}\n\n{}",
        turn.prompt,
        frame.rule(),
        frame.text()
    )
}

/// What a reviewer looks at. It may read the workspace, where the work itself is.
pub(crate) fn subject(plan: &str, built: &str) -> String {
    format!("The plan:\n{}\n\nWhat the builder says it did:\n{}", clip(plan, SHOWN), clip(built, SHOWN))
}

pub(crate) fn criteria(turn: &Turn) -> String {
    let mut text = format!(
        "The work in the workspace achieves this goal, and nothing in it is half done, untested or beside the point. Look at \
         the files and not only at what the builder says.\n{}",
        turn.goal.objective
    );
    for criterion in &turn.goal.criteria {
        text.push_str("\n- ");
        text.push_str(criterion);
    }
    text
}

fn frame(turn: &Turn) -> Frame {
    Frame::new(format!("{} turn {}", turn.goal.id, turn.turn))
}
