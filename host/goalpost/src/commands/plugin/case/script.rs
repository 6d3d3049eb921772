//! What answers a plugin in a case: a model, checks and agents that say what the case says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goalpost_core::evidence::GateReport;
use goalpost_core::ports::{
    AgentError, AgentOutput, AgentRequest, AgentSpawner, BoxFuture, CheckError, CheckRun, CheckRunner, Edit,
};
use goalpost_core::usage::Usage;
use goalpost_plugins::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest, LlmStop};

use super::{Answer, Report};

/// Bytes of a question that are shown where it is not as the case foresees.
const SHOWN: usize = 8 << 10;

/// What a plugin asked that its case does not foresee, and what the case foresees that was not asked.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub(super) fn note(&self, problem: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
    }

    pub(super) fn into_problems(self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers that are given one after the other.
struct Queue {
    who: &'static str,
    answers: Vec<Answer>,
    next: Mutex<usize>,
    told: Told,
}

impl Queue {
    fn new(who: &'static str, answers: &[Answer], told: &Told) -> Arc<Self> {
        Arc::new(Self { who, answers: answers.to_vec(), next: Mutex::new(0), told: told.clone() })
    }

    /// The answer to `question`: the error is the text of a failure.
    fn ask(&self, question: &str) -> Result<String, String> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(answer) = self.answers.get(*next) else {
            let many = self.answers.len();
            self.told.note(format!("{} was asked more often than the {many} times that the case foresees", self.who));
            return Err("the case has no more answers".to_owned());
        };
        *next += 1;
        for part in answer.asked.iter().filter(|part| !question.contains(part.as_str())) {
            let asked = goalpost_core::text::clip(question, SHOWN);
            self.told.note(format!("question {} to {} does not hold {part:?}; it is {asked:?}", *next, self.who));
        }
        match &answer.fails {
            Some(why) => Err(why.clone()),
            None => Ok(answer.says.clone()),
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let asked = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if asked < self.answers.len() {
            self.told.note(format!(
                "{} was asked {asked} times, and the case foresees {}",
                self.who,
                self.answers.len()
            ));
        }
    }
}

struct Model(Arc<Queue>);

pub(super) fn model(answers: &[Answer], told: &Told) -> Arc<dyn LlmProvider> {
    Arc::new(Model(Queue::new("the model", answers, told)))
}

impl LlmProvider for Model {
    fn complete<'a>(&'a self, request: LlmRequest, _: Duration) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        let texts = request.system.iter().chain(request.messages.iter().map(|message| &message.content));
        let question = texts.map(String::as_str).collect::<Vec<_>>().join("\n");
        let answer = match self.0.ask(&question) {
            Ok(text) => Ok(LlmCompletion {
                // A token is about four bytes of English.
                usage: Usage {
                    input_tokens: question.len() as u64 / 4,
                    output_tokens: text.len() as u64 / 4,
                    ..Usage::default()
                },
                text,
                model: request.model,
                stop: LlmStop::Finished,
            }),
            Err(why) if why == "timeout" => Err(LlmFailure::Timeout),
            Err(why) => Err(LlmFailure::Provider(why)),
        };
        Box::pin(std::future::ready(answer))
    }
}

struct Checks {
    reports: BTreeMap<String, Report>,
    told: Told,
}

pub(super) fn checks(reports: &[Report], told: &Told) -> Arc<dyn CheckRunner> {
    let reports = reports.iter().map(|report| (report.name.clone(), report.clone())).collect();
    Arc::new(Checks { reports, told: told.clone() })
}

impl CheckRunner for Checks {
    fn run<'a>(&'a self, name: &'a str, _: Vec<Edit>, _: Duration) -> BoxFuture<'a, Result<CheckRun, CheckError>> {
        let run = match self.reports.get(name) {
            Some(report) => Ok(CheckRun {
                report: report.as_gate(),
                artifacts: report
                    .artifacts
                    .iter()
                    .map(|(path, content)| (path.clone(), content.clone().into_bytes()))
                    .collect(),
            }),
            None => {
                self.told.note(format!("the check `{name}` was run, and the case has no [[check]] of that name"));
                Err(CheckError::Unknown(name.to_owned()))
            }
        };
        Box::pin(std::future::ready(run))
    }
}

impl Report {
    /// As the host would say it.
    pub(super) fn as_gate(&self) -> GateReport {
        GateReport {
            required: self.required,
            summary: self.summary.clone(),
            exit_code: self.exit_code,
            output: self.output.clone(),
            ..GateReport::new(&self.name, self.status)
        }
    }
}

struct Agents {
    queue: Arc<Queue>,
    names: Vec<String>,
}

pub(super) fn agents(answers: &[Answer], names: &[String], told: &Told) -> Arc<dyn AgentSpawner> {
    Arc::new(Agents { queue: Queue::new("an agent", answers, told), names: names.to_vec() })
}

impl AgentSpawner for Agents {
    fn run(&self, request: AgentRequest) -> BoxFuture<'static, Result<AgentOutput, AgentError>> {
        let answer = match self.queue.ask(&request.prompt) {
            Ok(text) => Ok(AgentOutput {
                text,
                exit_code: Some(0),
                tool_calls: Vec::new(),
                usage: Usage::default(),
                duration: Duration::ZERO,
            }),
            Err(why) if why == "timeout" => Err(AgentError::TimedOut),
            Err(why) => Err(AgentError::Failed(why)),
        };
        Box::pin(std::future::ready(answer))
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn budget(&self) -> (Option<u64>, u64) {
        (None, 0)
    }

    fn phase(&self, _: &str) {}
}
