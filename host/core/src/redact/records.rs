//! Redaction of whole records: what the host is about to keep, to show, or to hand to a plugin.
//!
//! Every free text goes through it. What names something stays as it is, since something is found by it: ids, digests, paths,
//! and the names that the goal's configuration gives.

use super::Redactor;
use crate::event::Event;
use crate::evidence::{Finding, GateReport, GoalText, Kept, PastTurn, Tamper, TestSummary, ToolCall, WorkerReport};
use crate::verdict::{Opinion, Verdict};

impl Redactor {
    /// `text`, redacted in place.
    pub fn text(&self, text: &mut String) {
        if let std::borrow::Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    fn texts<'a>(&self, texts: impl IntoIterator<Item = &'a mut String>) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// What the goal's author wrote, for judges and plugins.
    pub fn goal(&self, mut goal: GoalText) -> GoalText {
        self.text(&mut goal.objective);
        self.texts(&mut goal.criteria);
        goal
    }

    /// A gate's report, with what its tests and its plugin said.
    pub fn report(&self, mut report: GateReport) -> GateReport {
        self.texts([&mut report.summary, &mut report.output]);
        if let Some(tests) = &mut report.tests {
            self.tests(tests);
        }
        self.findings(&mut report.findings);
        report
    }

    fn tests(&self, tests: &mut TestSummary) {
        for failure in &mut tests.failures {
            self.texts([&mut failure.name, &mut failure.message]);
        }
        self.texts(tests.missing.iter_mut().chain(&mut tests.newly_skipped));
    }

    fn findings(&self, findings: &mut [Finding]) {
        for finding in findings {
            self.text(&mut finding.message);
            self.texts(&mut finding.evidence);
        }
    }

    /// An evaluator's verdict.
    pub fn verdict(&self, mut verdict: Verdict) -> Verdict {
        self.text(&mut verdict.reason);
        self.findings(&mut verdict.findings);
        verdict
    }

    /// An evaluator's answer.
    pub fn opinion(&self, mut opinion: Opinion) -> Opinion {
        opinion.verdict = self.verdict(opinion.verdict);
        opinion
    }

    /// What a worker said of its turn.
    pub fn worker(&self, mut worker: WorkerReport) -> WorkerReport {
        self.texts([&mut worker.agent, &mut worker.final_text, &mut worker.transcript]);
        for ToolCall { name, arguments, .. } in &mut worker.tool_calls {
            self.texts([name, arguments]);
        }
        worker
    }

    /// An earlier turn.
    pub fn past(&self, mut past: PastTurn) -> PastTurn {
        self.text(&mut past.reason);
        past
    }

    /// Changes to protected paths, and changes that are kept.
    pub fn sealed(&self, tampering: &mut [Tamper], kept: &mut [Kept]) {
        self.texts(tampering.iter_mut().map(|tamper| &mut tamper.detail));
        self.texts(kept.iter_mut().flat_map(|kept| &mut kept.parts));
    }

    /// What happened.
    pub fn event(&self, mut event: Event) -> Event {
        match &mut event {
            Event::Waiting { owner: text }
            | Event::BaselineFinished { detail: text, .. }
            | Event::Notice { text }
            | Event::Phase { title: text, .. }
            | Event::WorkerActivity { text, .. }
            | Event::WorkerFinished { message: text, .. }
            | Event::GateFinished { summary: text, .. }
            | Event::EvaluatorFinished { reason: text, .. }
            | Event::PluginLog { message: text, .. }
            | Event::TurnFinished { reason: text, .. }
            | Event::GoalStopped { reason: text, .. } => self.text(text),
            Event::GoalStarted { objective, worker, .. } => self.texts([objective, worker]),
            Event::GoalResumed { hint, .. } => self.texts(hint),
            Event::Sealed { tampering, kept, .. } => self.sealed(tampering, kept),
            Event::TurnStarted { .. }
            | Event::StepStarted { .. }
            | Event::BaselineStarted { .. }
            | Event::GateStarted { .. }
            | Event::EvaluatorSpared { .. }
            | Event::BudgetWarning { .. } => {}
        }
        event
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evidence::{GateStatus, Severity, TestFailure};
    use crate::usage::Usage;
    use crate::verdict::Outcome;

    const SECRET: &str = "password=hunter2";

    fn clean(value: &impl serde::Serialize) {
        let json = serde_json::to_string(value).unwrap();
        assert!(json.contains("***") && !json.contains("hunter2"), "{json}");
    }

    fn secret() -> String {
        SECRET.to_owned()
    }

    fn finding() -> Finding {
        let severity = Severity::Error;
        Finding { severity, code: None, path: None, line: None, message: secret(), evidence: Some(secret()) }
    }

    #[test]
    fn no_text_of_a_report_keeps_a_secret() {
        clean(&Redactor::default().report(GateReport {
            name: "tests".into(),
            required: true,
            native: true,
            status: GateStatus::Failed,
            summary: secret(),
            exit_code: None,
            output: secret(),
            output_truncated: false,
            duration_ms: 0,
            tests: Some(TestSummary {
                format: "pytest".into(),
                passed: 0,
                failed: 1,
                skipped: 0,
                failures: vec![TestFailure { name: secret(), message: secret() }],
                missing: vec![secret()],
                newly_skipped: vec![secret()],
            }),
            findings: vec![finding()],
            run: None,
        }));
    }

    #[test]
    fn no_text_of_a_worker_or_a_judge_keeps_a_secret() {
        let redactor = Redactor::default();
        clean(&redactor.worker(WorkerReport {
            agent: format!("./agent --token=abcdef {SECRET}"),
            exit_code: None,
            final_text: secret(),
            transcript: secret(),
            transcript_truncated: false,
            tool_calls: vec![ToolCall { name: secret(), arguments: secret(), ok: None }],
            usage: Usage::default(),
        }));
        let outcome = Outcome::Unsatisfied;
        let findings = vec![finding()];
        clean(&redactor.verdict(Verdict { outcome, reason: secret(), findings, score: None, confidence: None }));
        clean(&redactor.event(Event::GoalResumed { from: crate::state::GoalState::Paused, hint: Some(secret()) }));
    }
}
