//! `builtin:fan-out`: several agents work on parts of the task at once; then one agent does the task with what they said, or
//! their answers are the result. Needs the grant `agents`.
//!
//! A part that fails is told to the merging agent as such. The turn fails only when all parts do.

mod drive;

use drive::{Config, Team, drive};
use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(
    run,
    summary = "Several agents work on parts at once, then one brings them together",
    config_schema = include_str!("../config.schema.json"),
);

fn run(turn: Turn) -> Result<TurnSummary, String> {
    let config: Config = turn.config()?;
    let summary = drive(&turn, &config, &mut Host)?;
    set_result(&summary.text);
    Ok(summary)
}

/// The user's agents, through the host.
struct Host;

impl Team for Host {
    fn phase(&mut self, title: &str) {
        phase(title);
    }

    fn all(&mut self, agents: Vec<Agent>, at_once: usize) -> Vec<Result<AgentOutput, AgentError>> {
        fan_out(agents, at_once, |agent| agent)
    }
}
