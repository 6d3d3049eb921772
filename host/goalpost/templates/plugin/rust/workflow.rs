//! The workflow `{{name}}`: drives one turn by spawning agents.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(run, summary = "An agent plans, and another builds");

fn run(turn: Turn) -> Result<TurnSummary, AgentError> {
    phase("plan");
    let prompt = format!("Plan this, and change nothing:\n\n{}", turn.prompt);
    let plan = Agent::new("planner", prompt).read_only().run()?;
    phase("build");
    let built = Agent::new("builder", format!("{}\n\nA plan:\n{}", turn.prompt, plan.text)).run()?;
    set_result(&built.text);
    Ok(TurnSummary::finished("planned and built"))
}
