//! The host's records as the contract's: what a guest is given.

use std::time::Duration;

use goalpost_core::evidence::{self, Addressed};
use goalpost_core::{usage, verdict};

use super::bindings::types;
use crate::exchange::{Subject, Turn};

pub(crate) fn evidence(addressed: &Addressed<'_>, config: &str) -> types::Evidence {
    let e = addressed.evidence();
    types::Evidence {
        goal: goal(&e.goal),
        turn: e.turn,
        max_turns: e.max_turns,
        digest: addressed.digest().to_string(),
        trees: trees(&e.trees),
        changes: e.changes.iter().map(change).collect(),
        diff: e.diff.clone(),
        diff_truncated: e.diff_truncated,
        gates: e.gates.iter().map(gate_report).collect(),
        tampering: e.tampering.iter().map(tamper).collect(),
        worker: worker(&e.worker),
        history: e.history.iter().map(past_turn).collect(),
        facts: e.facts.iter().map(fact).collect(),
        config: config.to_owned(),
    }
}

pub(crate) fn subject(s: &Subject, config: &str) -> types::Subject {
    types::Subject {
        goal: goal(&s.goal),
        turn: s.turn,
        trees: trees(&s.trees),
        changes: s.changes.iter().map(change).collect(),
        tampering: s.tampering.iter().map(tamper).collect(),
        facts: s.facts.iter().map(fact).collect(),
        config: config.to_owned(),
    }
}

pub(crate) fn turn(t: &Turn, config: &str) -> types::Turn {
    types::Turn {
        goal: goal(&t.goal),
        turn: t.turn,
        max_turns: t.max_turns,
        prompt: t.prompt.clone(),
        feedback: t.feedback.clone(),
        agents: t.agents.clone(),
        config: config.to_owned(),
    }
}

fn goal(g: &evidence::GoalText) -> types::Goal {
    types::Goal {
        id: g.id.to_string(),
        objective: g.objective.clone(),
        scope: g.scope.clone(),
        criteria: g.criteria.clone(),
    }
}

fn trees(t: &evidence::TreeIds) -> types::TreeIds {
    types::TreeIds {
        baseline: t.baseline.to_string(),
        candidate: t.candidate.to_string(),
        sealed: t.sealed.to_string(),
    }
}

pub(crate) fn change(c: &evidence::Change) -> types::Change {
    types::Change {
        path: c.path.clone(),
        kind: match c.kind {
            evidence::ChangeKind::Added => types::ChangeKind::Added,
            evidence::ChangeKind::Modified => types::ChangeKind::Modified,
            evidence::ChangeKind::Deleted => types::ChangeKind::Deleted,
            evidence::ChangeKind::Renamed => types::ChangeKind::Renamed,
            evidence::ChangeKind::TypeChanged => types::ChangeKind::TypeChanged,
        },
        old_path: c.old_path.clone(),
        lines: c.lines.map(|lines| types::LineCount { added: lines.added, removed: lines.removed }),
    }
}

fn tamper(t: &evidence::Tamper) -> types::Tamper {
    types::Tamper {
        path: t.path.clone(),
        kind: match t.kind {
            evidence::TamperKind::Edited => types::TamperKind::Edited,
            evidence::TamperKind::Deleted => types::TamperKind::Deleted,
            evidence::TamperKind::Added => types::TamperKind::Added,
            evidence::TamperKind::Renamed => types::TamperKind::Renamed,
            evidence::TamperKind::TypeChanged => types::TamperKind::TypeChanged,
            evidence::TamperKind::Redirected => types::TamperKind::Redirected,
        },
        detail: t.detail.clone(),
    }
}

pub(crate) fn gate_report(g: &evidence::GateReport) -> types::GateReport {
    types::GateReport {
        name: g.name.clone(),
        required: g.required,
        status: match g.status {
            evidence::GateStatus::Passed => types::GateStatus::Passed,
            evidence::GateStatus::Failed => types::GateStatus::Failed,
            evidence::GateStatus::TimedOut => types::GateStatus::TimedOut,
            evidence::GateStatus::Refused => types::GateStatus::Refused,
            evidence::GateStatus::NotRun => types::GateStatus::NotRun,
            evidence::GateStatus::Inconclusive => types::GateStatus::Inconclusive,
        },
        summary: g.summary.clone(),
        exit_code: g.exit_code,
        output: g.output.clone(),
        output_truncated: g.output_truncated,
        duration_ms: g.duration_ms,
        tests: g.tests.as_ref().map(test_summary),
        findings: g.findings.iter().map(finding).collect(),
    }
}

fn test_summary(t: &evidence::TestSummary) -> types::TestSummary {
    let failure = |f: &evidence::TestFailure| types::TestFailure { name: f.name.clone(), message: f.message.clone() };
    types::TestSummary {
        format: t.format.clone(),
        passed: t.passed,
        failed: t.failed,
        skipped: t.skipped,
        failures: t.failures.iter().map(failure).collect(),
        missing: t.missing.clone(),
        newly_skipped: t.newly_skipped.clone(),
    }
}

fn finding(f: &evidence::Finding) -> types::Finding {
    types::Finding {
        severity: match f.severity {
            evidence::Severity::Info => types::Severity::Info,
            evidence::Severity::Warning => types::Severity::Warning,
            evidence::Severity::Error => types::Severity::Error,
            evidence::Severity::Critical => types::Severity::Critical,
        },
        code: f.code.clone(),
        path: f.path.clone(),
        line: f.line,
        message: f.message.clone(),
        evidence: f.evidence.clone(),
    }
}

fn worker(w: &evidence::WorkerReport) -> types::WorkerReport {
    types::WorkerReport {
        agent: w.agent.clone(),
        exit_code: w.exit_code,
        final_text: w.final_text.clone(),
        transcript: w.transcript.clone(),
        transcript_truncated: w.transcript_truncated,
        tool_calls: w.tool_calls.iter().map(tool_call).collect(),
        usage: usage(w.usage),
    }
}

pub(crate) fn tool_call(t: &evidence::ToolCall) -> types::ToolCall {
    types::ToolCall { name: t.name.clone(), arguments: t.arguments.clone(), ok: t.ok }
}

pub(crate) fn usage(u: usage::Usage) -> types::Usage {
    types::Usage {
        input_tokens: u.input_tokens,
        output_tokens: u.output_tokens,
        cached_tokens: u.cached_tokens,
        micro_usd: u.micro_usd,
    }
}

fn past_turn(p: &evidence::PastTurn) -> types::PastTurn {
    types::PastTurn {
        turn: p.turn,
        sealed: p.sealed.to_string(),
        outcome: match p.outcome {
            verdict::Outcome::Satisfied => "satisfied",
            verdict::Outcome::Unsatisfied => "unsatisfied",
            verdict::Outcome::Blocked => "blocked",
            // A turn's verdict never abstains.
            verdict::Outcome::Inconclusive | verdict::Outcome::Abstain => "inconclusive",
        }
        .to_owned(),
        reason: p.reason.clone(),
        failing: p.failing.clone(),
    }
}

fn fact(f: &evidence::Fact) -> types::Fact {
    types::Fact { name: f.name.clone(), json: f.json.clone() }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
