//! Calls every function of the interfaces that only a workflow may import, and says what came of it.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(run, name = "agents", summary = "Calls all that only a workflow may call");

fn run(_: Turn) -> Result<TurnSummary, String> {
    set_result("overwritten");
    set_result(&runs_of_agents().map_err(|error| error.text())?.join("\n"));
    Ok(TurnSummary::finished("asked for everything"))
}

fn runs_of_agents() -> Result<Vec<String>, AgentError> {
    phase("ask");
    let coder = Some("coder".to_owned());
    let first = Agent::new("one", "First.").agent(coder.clone()).read_only().spawn()?;
    let mut left = vec![Agent::new("two", "Second.").spawn()?, first];
    let mut ended = Vec::new();
    while let Some(index) = wait_any(&left) {
        ended.push(left.remove(index));
    }
    ended.sort_by_key(|run| run.label());
    let labels: Vec<String> = ended.iter().map(|run| run.label()).collect();

    let third = Agent::new("three", "Third.").model(Some("small".to_owned())).max_tokens(Some(1_000));
    let cancelled = third.timeout_ms(Some(60_000)).spawn()?;
    cancelled.wait()?;
    cancelled.cancel();
    let opinion = review(&ReviewRequest {
        label: "reader".to_owned(),
        subject: "A text.".to_owned(),
        criteria: "It is short.".to_owned(),
        agent: coder,
    })?;
    let outcome = match opinion.outcome {
        ReviewOutcome::Accepted => "accepted",
        ReviewOutcome::ChangesRequested => "changes-requested",
        ReviewOutcome::Rejected => "rejected",
    };
    let TokenBudget { total, spent, remaining } = budget();
    let (said, code) = (ended[0].wait()?.text, ended[1].wait()?.exit_code.unwrap_or(-1));
    let mut lines = vec![
        format!("agents: {} {} {said} {code}", labels.join(", "), ended[0].done()),
        format!("review: {outcome} {}", opinion.feedback),
        format!("budget: {} {} {spent}", total.is_some(), remaining.is_some()),
    ];
    let refused =
        [Agent::new("four", "Fourth.").agent(Some("nobody".to_owned())).run(), Agent::new("five", "Fifth.").run()];
    lines.extend(refused.into_iter().filter_map(Result::err).map(|error| error.text()));
    Ok(lines)
}
