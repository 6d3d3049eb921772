//! `builtin:plan-build-review`: a planner that may not change anything writes a plan, a builder carries it out, a reviewer
//! looks at the work; the builder goes on with what the review asks for, up to so many rounds. Needs the grant `agents`.
//!
//! The reviewer decides how long the turn is, not whether the goal is achieved: that is for the gates. So a reviewer that
//! fails ends the turn, and the work is verified as it is.

mod drive;
mod prompt;

use drive::{Config, Team, drive};
use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(
    run,
    summary = "A planner, a builder and a reviewer work in turns",
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

    fn run(&mut self, agent: &Agent) -> Result<AgentOutput, AgentError> {
        agent.run()
    }

    fn review(&mut self, request: &ReviewRequest) -> Result<ReviewResult, AgentError> {
        review(request)
    }
}
