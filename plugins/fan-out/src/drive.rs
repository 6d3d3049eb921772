//! The order of things, without the host.

use goalpost_sdk::frame::{Frame, clip};
use goalpost_sdk::workflow::*;

/// The most bytes of all answers together that the merging agent is shown.
const SHOWN: usize = 96_000;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    items: Vec<String>,
    #[serde(default = "Config::concurrency")]
    concurrency: usize,
    #[serde(default)]
    agents: Vec<String>,
    #[serde(default)]
    write: bool,
    #[serde(default = "Config::merge")]
    merge: bool,
    merger: Option<String>,
    agent_timeout_ms: Option<u64>,
    agent_max_tokens: Option<u64>,
}

impl Config {
    fn concurrency() -> usize {
        3
    }

    fn merge() -> bool {
        true
    }

    fn limited(&self, agent: Agent) -> Agent {
        agent.timeout_ms(self.agent_timeout_ms).max_tokens(self.agent_max_tokens)
    }

    /// The agent for one part.
    fn part(&self, turn: &Turn, index: usize, item: &str) -> Agent {
        let name = (!self.agents.is_empty()).then(|| self.agents[index % self.agents.len()].clone());
        let rule = if self.write {
            "Others work on the other parts in this workspace at the same time: change only what your part needs."
        } else {
            "Change nothing: say what you found, so that another agent can act on it."
        };
        let prompt = format!("The task as a whole:\n{}\n\nYour part of it:\n{item}\n\n{rule}", turn.prompt);
        let agent = self.limited(Agent::new(format!("part-{}", index + 1), prompt).agent(name));
        if self.write { agent } else { agent.read_only() }
    }
}

/// Those who do the work.
pub(crate) trait Team {
    fn phase(&mut self, title: &str);
    fn all(&mut self, agents: Vec<Agent>, at_once: usize) -> Vec<Result<AgentOutput, AgentError>>;
}

/// One turn: all parts, then the merge.
///
/// # Errors
/// No part came to an end, or the merge did not.
pub(crate) fn drive(turn: &Turn, config: &Config, team: &mut dyn Team) -> Result<TurnSummary, String> {
    team.phase("parts");
    let agents = config.items.iter().enumerate().map(|(index, item)| config.part(turn, index, item)).collect();
    let results = team.all(agents, config.concurrency);
    let failed = results.iter().filter(|result| result.is_err()).count();
    let answers: Vec<(String, String)> =
        config.items.iter().zip(results).map(|(item, result)| answer(item, result)).collect();
    if failed == answers.len() {
        let reasons: Vec<&str> = answers.iter().map(|(_, text)| text.as_str()).collect();
        return Err(format!("all {failed} parts failed:\n{}", reasons.join("\n")));
    }
    if !config.merge {
        let text = answers.iter().map(|(item, text)| format!("## {item}\n\n{text}")).collect::<Vec<_>>().join("\n\n");
        return Ok(TurnSummary::finished(text));
    }

    team.phase("merge");
    let merger = config.limited(Agent::new("merge", merge(turn, &answers)).agent(config.merger.clone()));
    match team.all(vec![merger], 1).pop() {
        Some(Ok(output)) => Ok(TurnSummary::finished(output.text)),
        Some(Err(error)) => Err(format!("the merge did not finish: {}", explain(&error))),
        None => Err("the merge did not run".into()),
    }
}

/// A part and what came of it.
fn answer(item: &str, result: Result<AgentOutput, AgentError>) -> (String, String) {
    let text = match result {
        Ok(output) => output.text,
        Err(error) => {
            log::warn!("`{item}` failed: {}", explain(&error));
            format!("(no answer: {})", explain(&error))
        }
    };
    (item.to_owned(), text)
}

/// The answers are the words of agents: data to the one that merges them.
fn merge(turn: &Turn, answers: &[(String, String)]) -> String {
    let mut frame = Frame::new(format!("{} turn {}", turn.goal.id, turn.turn));
    for (index, (item, text)) in answers.iter().enumerate() {
        frame.add(format!("part {}", index + 1), &format!("{item}\n\n{}", clip(text, SHOWN / answers.len())));
    }
    format!(
        "{}\n\nOther agents have worked on parts of this, each on its own. Bring together what they found and did: check it \
         against the workspace, settle where they disagree, and do what is left of the task. {}\n\n{}",
        turn.prompt,
        frame.rule(),
        frame.text()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use goalpost_sdk::sample;

    use super::*;

    /// Agents that repeat their part, or fail where it says so.
    #[derive(Default)]
    struct Parrots {
        asked: Vec<AgentRequest>,
        at_once: Vec<usize>,
    }

    impl Team for Parrots {
        fn phase(&mut self, _: &str) {}

        fn all(&mut self, agents: Vec<Agent>, at_once: usize) -> Vec<Result<AgentOutput, AgentError>> {
            self.at_once.push(at_once);
            let run = |agent: &Agent| {
                let request = agent.request().clone();
                let text = format!("did {}", request.label);
                self.asked.push(request);
                if agent.request().prompt.contains("FAIL") && agent.request().label != "merge" {
                    return Err(AgentError::TimedOut);
                }
                let usage = Usage { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: None };
                Ok(AgentOutput { text, exit_code: Some(0), tool_calls: vec![], usage, duration_ms: 1 })
            };
            agents.iter().map(run).collect()
        }
    }

    fn go(config: &str) -> (Result<TurnSummary, String>, Parrots) {
        let mut turn = sample::turn();
        turn.config = config.into();
        let mut team = Parrots::default();
        let config = turn.config().unwrap();
        (drive(&turn, &config, &mut team), team)
    }

    #[test]
    fn parts_are_read_only_and_the_merge_is_not() {
        let (summary, team) = go(r#"{"items": ["a", "b"], "concurrency": 2}"#);
        assert_eq!(summary.unwrap().text, "did merge");
        let rights: Vec<bool> = team.asked.iter().map(|request| request.read_only).collect();
        assert_eq!((rights, team.at_once), (vec![true, true, false], vec![2, 1]));
        let merge = &team.asked[2].prompt;
        assert!(merge.find("did part-1") < merge.find("did part-2"), "{merge}");
    }

    #[test]
    fn without_a_merge_the_answers_are_the_result_in_order() {
        let (summary, team) = go(r#"{"items": ["a", "b"], "merge": false, "write": true}"#);
        assert_eq!(summary.unwrap().text, "## a\n\ndid part-1\n\n## b\n\ndid part-2");
        assert!(!team.asked[0].read_only);
    }

    #[test]
    fn a_part_that_fails_is_told_and_does_not_end_the_turn() {
        let (summary, team) = go(r#"{"items": ["a", "FAIL"]}"#);
        assert!(summary.is_ok());
        assert!(team.asked[2].prompt.contains("no answer: it ran out of time"));
    }

    #[test]
    fn all_parts_failing_fails_the_turn() {
        let (summary, team) = go(r#"{"items": ["FAIL", "FAIL"]}"#);
        assert!(summary.unwrap_err().starts_with("all 2 parts failed"));
        assert_eq!(team.asked.len(), 2);
    }

    #[test]
    fn agents_take_parts_in_turn() {
        let (_, team) = go(r#"{"items": ["a", "b", "c"], "agents": ["x", "y"], "merger": "z"}"#);
        let names: Vec<_> = team.asked.iter().map(|request| request.agent.as_deref().unwrap()).collect();
        assert_eq!(names, ["x", "y", "x", "z"]);
    }
}
