//! The order of things, without the host.

use goalpost_sdk::workflow::*;

use crate::prompt;

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    rounds: u32,
    planner: Option<String>,
    builder: Option<String>,
    reviewer: Option<String>,
    agent_timeout_ms: Option<u64>,
    agent_max_tokens: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self { rounds: 2, planner: None, builder: None, reviewer: None, agent_timeout_ms: None, agent_max_tokens: None }
    }
}

impl Config {
    fn limited(&self, agent: Agent) -> Agent {
        agent.timeout_ms(self.agent_timeout_ms).max_tokens(self.agent_max_tokens)
    }
}

/// Those who do the work.
pub(crate) trait Team {
    fn phase(&mut self, title: &str);
    fn run(&mut self, agent: &Agent) -> Result<AgentOutput, AgentError>;
    fn review(&mut self, request: &ReviewRequest) -> Result<ReviewResult, AgentError>;
}

/// One turn: plan, then build and review until the review is content or the rounds are used up.
///
/// # Errors
/// A planner or a builder that did not come to an end.
pub(crate) fn drive(turn: &Turn, config: &Config, team: &mut dyn Team) -> Result<TurnSummary, String> {
    team.phase("plan");
    let planner = config.limited(Agent::new("planner", prompt::plan(turn)).agent(config.planner.clone()).read_only());
    let plan = text_of("planner", team.run(&planner))?;
    if let Some(why) = blocked(&plan) {
        return Ok(TurnSummary::blocked(why, plan));
    }

    let mut task = prompt::build(turn, &plan);
    let mut round = 1;
    loop {
        team.phase("build");
        let builder = config.limited(Agent::new("builder", task).agent(config.builder.clone()));
        let built = text_of("builder", team.run(&builder))?;
        if let Some(why) = blocked(&built) {
            return Ok(TurnSummary::blocked(why, built));
        }

        team.phase("review");
        let request = ReviewRequest {
            label: "reviewer".into(),
            subject: prompt::subject(&plan, &built),
            criteria: prompt::criteria(turn),
            agent: config.reviewer.clone(),
        };
        let note = match team.review(&request) {
            Ok(review) if review.outcome == ReviewOutcome::Accepted => "The reviewer accepted it.".into(),
            Ok(review) if round < config.rounds => {
                log::info!("round {round}: the reviewer asks for changes");
                round += 1;
                task = prompt::rework(turn, &plan, &review.feedback);
                continue;
            }
            Ok(review) => format!("After {round} rounds the reviewer still asks for changes:\n{}", review.feedback),
            Err(error) => {
                log::warn!("there is no review: {}", explain(&error));
                format!("There was no review: {}.", explain(&error))
            }
        };
        return Ok(TurnSummary::finished(format!("{}\n\n{note}", built.trim())));
    }
}

fn text_of(who: &str, output: Result<AgentOutput, AgentError>) -> Result<String, String> {
    output.map(|output| output.text).map_err(|error| format!("the {who} did not finish: {}", explain(&error)))
}

/// Why the goal can't be reached, where an agent ends with saying so: an honest way out of work that can't be done.
fn blocked(text: &str) -> Option<String> {
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let why = last.strip_prefix("BLOCKED:")?.trim();
    (!why.is_empty()).then(|| why.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::VecDeque;

    use goalpost_sdk::sample;

    use super::*;

    /// Agents that say what they are told to, and what was asked of them.
    #[derive(Default)]
    struct Script {
        said: VecDeque<Result<&'static str, AgentError>>,
        reviews: VecDeque<Result<ReviewOutcome, AgentError>>,
        asked: Vec<AgentRequest>,
        phases: Vec<String>,
    }

    fn usage() -> Usage {
        Usage { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: None }
    }

    impl Team for Script {
        fn phase(&mut self, title: &str) {
            self.phases.push(title.into());
        }

        fn run(&mut self, agent: &Agent) -> Result<AgentOutput, AgentError> {
            self.asked.push(agent.request().clone());
            let text = self.said.pop_front().unwrap()?.into();
            Ok(AgentOutput { text, exit_code: Some(0), tool_calls: vec![], usage: usage(), duration_ms: 1 })
        }

        fn review(&mut self, _: &ReviewRequest) -> Result<ReviewResult, AgentError> {
            let outcome = self.reviews.pop_front().unwrap()?;
            Ok(ReviewResult { outcome, feedback: "rename the function".into(), usage: usage() })
        }
    }

    fn script(said: &[&'static str], reviews: &[ReviewOutcome]) -> Script {
        Script {
            said: said.iter().map(|text| Ok(*text)).collect(),
            reviews: reviews.iter().map(|outcome| Ok(*outcome)).collect(),
            ..Script::default()
        }
    }

    fn go(script: &mut Script, config: &str) -> Result<TurnSummary, String> {
        let mut turn = sample::turn();
        turn.config = config.into();
        let config = turn.config().unwrap();
        drive(&turn, &config, script)
    }

    #[test]
    fn an_accepted_work_takes_one_round() {
        let mut team = script(&["the plan", "built"], &[ReviewOutcome::Accepted]);
        let summary = go(&mut team, "{}").unwrap();
        assert_eq!(summary.end, TurnEnd::Finished);
        assert_eq!(team.phases, ["plan", "build", "review"]);
        assert!(team.asked[0].read_only && !team.asked[1].read_only);
        assert!(team.asked[1].prompt.contains("the plan"));
    }

    #[test]
    fn a_review_goes_back_to_the_builder() {
        let mut team =
            script(&["plan", "built", "built again"], &[ReviewOutcome::ChangesRequested, ReviewOutcome::Accepted]);
        let summary = go(&mut team, "{}").unwrap();
        assert!(team.asked[2].prompt.contains("rename the function"));
        assert!(summary.text.starts_with("built again"), "{}", summary.text);
    }

    #[test]
    fn rounds_are_bounded_and_the_last_review_is_told() {
        let mut team = script(&["plan", "one", "two", "three"], &[ReviewOutcome::Rejected; 3]);
        let summary = go(&mut team, r#"{"rounds": 3}"#).unwrap();
        assert_eq!(team.asked.len(), 4);
        assert!(summary.text.contains("After 3 rounds") && summary.text.contains("rename"), "{}", summary.text);
    }

    #[test]
    fn without_a_review_the_work_is_verified_as_it_is() {
        let mut team = script(&["plan", "built"], &[]);
        team.reviews.push_back(Err(AgentError::TimedOut));
        assert_eq!(go(&mut team, "{}").unwrap().end, TurnEnd::Finished);
    }

    #[test]
    fn a_planner_that_sees_no_way_ends_the_turn() {
        let mut team = script(&["I looked.\nBLOCKED: there is no parser\n"], &[]);
        assert_eq!(go(&mut team, "{}").unwrap().end, TurnEnd::Blocked("there is no parser".into()));
    }

    #[test]
    fn a_builder_that_fails_fails_the_turn() {
        let mut team = script(&["plan"], &[]);
        team.said.push_back(Err(AgentError::Failed("exit code 1".into())));
        assert_eq!(go(&mut team, "{}").unwrap_err(), "the builder did not finish: it failed: exit code 1");
    }

    #[test]
    fn each_role_has_its_agent_and_limits() {
        let mut team = script(&["plan", "built"], &[ReviewOutcome::Accepted]);
        go(&mut team, r#"{"planner": "claude", "builder": "codex", "agent_timeout_ms": 5000}"#).unwrap();
        assert_eq!(team.asked[0].agent.as_deref(), Some("claude"));
        assert_eq!((team.asked[1].agent.as_deref(), team.asked[1].timeout_ms), (Some("codex"), Some(5000)));
    }
}
