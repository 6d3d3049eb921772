//! One agent builds, another reads over its shoulder, and the first hears of it. Needs `agents`.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(run, name = "two-agents", summary = "An agent builds, another reviews, the first mends");

fn run(turn: Turn) -> Result<TurnSummary, AgentError> {
    let builder = turn.agents.first().cloned();
    let reviewer = turn.agents.get(1).or(turn.agents.first()).cloned();

    phase("build");
    let built = Agent::new("builder", &turn.prompt).agent(builder.clone()).run()?;

    phase("review");
    let opinion = review(&ReviewRequest {
        label: "reviewer".to_owned(),
        subject: built.text.clone(),
        criteria: turn.goal.objective,
        agent: reviewer,
    })?;
    if opinion.outcome == ReviewOutcome::Rejected {
        return Ok(TurnSummary::blocked(opinion.feedback, "built, and the review was: rejected"));
    }
    if opinion.outcome != ReviewOutcome::Accepted {
        phase("mend");
        let prompt = format!("{}\n\nA reviewer says:\n{}", turn.prompt, opinion.feedback);
        Agent::new("builder", prompt).agent(builder).run()?;
    }
    set_result(&built.text);
    let outcome = match opinion.outcome {
        ReviewOutcome::Accepted => "accepted",
        ReviewOutcome::ChangesRequested => "changes-requested",
        ReviewOutcome::Rejected => "rejected",
    };
    Ok(TurnSummary::finished(format!("built, and the review was: {outcome}")))
}
