//! What a workflow needs: `use goalpost_sdk::workflow::*`. Agents need the grant `agents`.
//!
//! ```no_run
//! use goalpost_sdk::workflow::*;
//!
//! fn run(turn: Turn) -> Result<TurnSummary, AgentError> {
//!     phase("explore");
//!     let questions = ["Where is the parser?", "Where are its tests?"];
//!     let answers = fan_out(questions, 2, |question| Agent::new("explorer", question).read_only());
//!
//!     phase("build");
//!     let mut prompt = turn.prompt;
//!     for answer in answers.into_iter().flatten() {
//!         prompt.push_str(&answer.text);
//!     }
//!     let built = Agent::new("builder", prompt).run()?;
//!     Ok(TurnSummary::finished(built.text))
//! }
//! ```

use std::fmt;

pub use crate::bindings::imports::goalpost::plugin::agents::{
    AgentError, AgentOutput, AgentRequest, AgentRun, ReviewOutcome, ReviewRequest, ReviewResult, review, spawn,
};
pub use crate::bindings::imports::goalpost::plugin::progress::{TokenBudget, budget, phase, set_result};
pub use crate::log;
pub use crate::types::{Turn, TurnEnd, TurnSummary, Usage};

use crate::bindings::imports::goalpost::plugin::agents;

impl TurnSummary {
    /// The work is ready to be verified.
    pub fn finished(text: impl Into<String>) -> Self {
        Self { end: TurnEnd::Finished, text: text.into() }
    }

    /// The goal can't be reached as it stands.
    pub fn blocked(why: impl Into<String>, text: impl Into<String>) -> Self {
        Self { end: TurnEnd::Blocked(why.into()), text: text.into() }
    }
}

/// An agent to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent(AgentRequest);

impl Agent {
    /// The turn's first agent. `label` is a short name for people.
    pub fn new(label: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self(AgentRequest {
            label: label.into(),
            prompt: prompt.into(),
            agent: None,
            model: None,
            read_only: false,
            max_tokens: None,
            timeout_ms: None,
        })
    }

    /// Another of the turn's agents; none for the first.
    #[must_use]
    pub fn agent(mut self, name: Option<String>) -> Self {
        self.0.agent = name;
        self
    }

    /// The model that the agent is to use; none for its own choice.
    #[must_use]
    pub fn model(mut self, name: Option<String>) -> Self {
        self.0.model = name;
        self
    }

    /// It may not change the workspace.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.0.read_only = true;
        self
    }

    /// Ends it when it has spent so many tokens.
    #[must_use]
    pub fn max_tokens(mut self, tokens: Option<u64>) -> Self {
        self.0.max_tokens = tokens;
        self
    }

    /// Ends it after so many milliseconds.
    #[must_use]
    pub fn timeout_ms(mut self, milliseconds: Option<u64>) -> Self {
        self.0.timeout_ms = milliseconds;
        self
    }

    /// What is asked of the host.
    pub fn request(&self) -> &AgentRequest {
        &self.0
    }

    /// Starts it. Dropping the run cancels it.
    ///
    /// # Errors
    /// The agent is not granted or not there, or a limit was met.
    pub fn spawn(&self) -> Result<AgentRun, AgentError> {
        spawn(&self.0)
    }

    /// Starts it and waits for its end.
    ///
    /// # Errors
    /// As [`spawn`](Self::spawn), and how it failed.
    pub fn run(&self) -> Result<AgentOutput, AgentError> {
        self.spawn()?.wait()
    }
}

/// Waits until one of `runs` is done, and gives its index: the lowest where several are.
pub fn wait_any(runs: &[AgentRun]) -> Option<usize> {
    let borrowed: Vec<&AgentRun> = runs.iter().collect();
    agents::wait_any(&borrowed).map(|index| index as usize)
}

/// One agent for each item, at most `limit` of them at once. The answers are in the order of the items.
pub fn fan_out<I, T>(items: I, limit: usize, agent: impl FnMut(T) -> Agent) -> Vec<Result<AgentOutput, AgentError>>
where
    I: IntoIterator<Item = T>,
{
    let mut agent = agent;
    schedule(
        items,
        limit,
        |item| agent(item).spawn(),
        |runs| agents::wait_any(runs).map(|index| index as usize),
        |run| run.wait(),
    )
}

/// Keeps up to `limit` runs going until all items are through.
fn schedule<T, R, O, E>(
    items: impl IntoIterator<Item = T>,
    limit: usize,
    mut start: impl FnMut(T) -> Result<R, E>,
    mut wait_any: impl FnMut(&[&R]) -> Option<usize>,
    mut finish: impl FnMut(R) -> Result<O, E>,
) -> Vec<Result<O, E>> {
    let mut items = items.into_iter();
    let mut running: Vec<(usize, R)> = Vec::new();
    let mut results: Vec<Option<Result<O, E>>> = Vec::new();
    loop {
        while running.len() < limit.max(1) {
            let Some(item) = items.next() else { break };
            match start(item) {
                Ok(run) => {
                    running.push((results.len(), run));
                    results.push(None);
                }
                Err(error) => results.push(Some(Err(error))),
            }
        }
        let borrowed: Vec<&R> = running.iter().map(|(_, run)| run).collect();
        let Some(done) = wait_any(&borrowed).filter(|index| *index < running.len()) else { break };
        let (place, run) = running.remove(done);
        results[place] = Some(finish(run));
    }
    // Only where the host named no run although some were going: their end is waited for in order.
    for (place, run) in running {
        results[place] = Some(finish(run));
    }
    results.into_iter().flatten().collect()
}

/// Why an agent gave no answer, in words for people.
pub fn explain(error: &AgentError) -> String {
    match error {
        AgentError::Unavailable(text) => format!("it is not available: {text}"),
        AgentError::Limit(text) => format!("a limit was met: {text}"),
        AgentError::Failed(text) => format!("it failed: {text}"),
        AgentError::TimedOut => "it ran out of time".into(),
        AgentError::Cancelled => "it was cancelled".into(),
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs that take so long each; the shortest is done first.
    fn run(durations: &[u32], limit: usize) -> (Vec<Result<u32, String>>, usize) {
        let mut most = 0;
        let results = schedule(
            durations.iter().copied(),
            limit,
            |duration| if duration == 0 { Err("refused".to_owned()) } else { Ok(duration) },
            |runs| {
                most = most.max(runs.len());
                (0..runs.len()).min_by_key(|index| runs[*index])
            },
            Ok,
        );
        (results, most)
    }

    #[test]
    fn answers_are_in_the_order_of_the_items() {
        let (results, most) = run(&[30, 10, 20, 5], 3);
        assert_eq!(results, [Ok(30), Ok(10), Ok(20), Ok(5)]);
        assert_eq!(most, 3);
    }

    #[test]
    fn one_that_does_not_start_does_not_hold_back_the_rest() {
        let (results, _) = run(&[3, 0, 2], 1);
        assert_eq!(results, [Ok(3), Err("refused".into()), Ok(2)]);
    }

    #[test]
    fn a_limit_of_nothing_is_one_at_a_time() {
        let (results, most) = run(&[1, 2], 0);
        assert_eq!((results.len(), most), (2, 1));
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        assert!(run(&[], 4).0.is_empty());
    }
}
