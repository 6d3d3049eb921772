//! What the events so far add up to: what goes on right now, and what the last turn came to.

use goalpost_core::event::{Event, Step};
use goalpost_core::evidence::GateStatus;
use goalpost_core::ids::{Digest, GoalId, TreeId};

use super::style::{Style, Tone, clean, count, plural};

/// What the events so far add up to, as far as later lines need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    baseline: Option<TreeId>,
    /// Candidate and sealed tree of the last turn.
    trees: Option<(TreeId, TreeId)>,
    max_turns: u32,
    turn: u32,
    /// What is going on, while a step takes time.
    step: Option<Step>,
    gate: Option<String>,
    /// The gate that runs on the baseline.
    on_baseline: Option<String>,
    activity: String,
    tokens: u64,
    waiting: Option<String>,
    /// Of the last turn.
    passed: u32,
    not_passed: Vec<String>,
    tampered: usize,
    receipt: Option<Digest>,
    pub(super) reason: Option<String>,
}

impl View {
    pub(super) fn update(&mut self, event: &Event) {
        self.waiting = None;
        match event {
            Event::Waiting { owner } => self.waiting = Some(clean(owner)),
            Event::GoalStarted { baseline, max_turns, .. } => {
                self.baseline = Some(baseline.clone());
                self.max_turns = *max_turns;
            }
            Event::TurnStarted { turn, max_turns } => {
                let baseline = self.baseline.take();
                *self = Self { baseline, turn: *turn, max_turns: *max_turns, ..Self::default() };
            }
            Event::StepStarted { step, .. } => {
                self.step = Some(*step);
                self.gate = None;
                self.activity.clear();
                if matches!(step, Step::Gates) {
                    self.passed = 0;
                    self.not_passed.clear();
                }
            }
            Event::Phase { title, .. } => self.activity = clean(title),
            Event::WorkerActivity { text, tokens, .. } => {
                self.activity = clean(text);
                self.tokens = *tokens;
            }
            Event::WorkerFinished { usage, .. } => {
                self.step = None;
                self.tokens = usage.billable_tokens();
            }
            Event::Sealed { candidate, sealed, tampering, .. } => {
                self.trees = Some((candidate.clone(), sealed.clone()));
                self.tampered = tampering.len();
            }
            Event::BaselineStarted { gate } => self.on_baseline = Some(clean(gate)),
            Event::BaselineFinished { .. } => self.on_baseline = None,
            Event::GateStarted { gate, .. } => self.gate = Some(clean(gate)),
            Event::GateFinished { gate, status, required, .. } => {
                self.gate = None;
                if *status != GateStatus::Passed {
                    self.not_passed.push(clean(gate) + if *required { "" } else { " (optional)" });
                } else if self.step != Some(Step::CleanRoom) {
                    self.passed += 1;
                }
            }
            Event::TurnFinished { receipt, reason, .. } => {
                self.step = None;
                self.reason = Some(reason.clone());
                self.receipt = Some(receipt.clone());
            }
            Event::GoalStopped { .. } => self.step = None,
            _ => {}
        }
    }

    /// What goes on right now, for the line that is drawn over and over: none between steps.
    pub(crate) fn live(&self) -> Option<String> {
        if let Some(owner) = &self.waiting {
            return Some(format!("waiting: {owner}"));
        }
        if let Some(gate) = &self.on_baseline {
            return Some(format!("baseline  {gate}"));
        }
        let what = match self.step? {
            Step::Worker => "worker",
            Step::Seal => "taking the tree",
            Step::Setup => "setup",
            Step::Gates => "gate",
            Step::Evaluators => "evaluators",
            Step::CleanRoom => "clean room",
            Step::Canaries => "canaries",
        };
        let mut line = format!("turn {}/{}  {what}", self.turn, self.max_turns);
        if let Some(gate) = &self.gate {
            line.push_str(&format!("  {gate}"));
        }
        if self.step == Some(Step::Worker) && self.tokens > 0 {
            line.push_str(&format!("  {} tokens", count(self.tokens)));
        }
        if !self.activity.is_empty() {
            line.push_str(&format!("  {}", self.activity));
        }
        Some(line)
    }

    /// What is being timed: when it changes, so does the clock that is shown.
    pub(crate) fn timed(&self) -> (u32, Option<Step>, Option<&str>) {
        (self.turn, self.step, self.on_baseline.as_deref().or(self.gate.as_deref()))
    }

    /// The last turn's gates and trees.
    pub(super) fn summary(&self, goal: &GoalId, style: Style) -> Vec<String> {
        let mut lines = Vec::new();
        let line = |word: &str, text: &str| style.line(Tone::Faint, word, &[(Tone::Plain, text)]);
        if self.passed > 0 || !self.not_passed.is_empty() {
            let mut text = format!("{} passed", self.passed);
            if !self.not_passed.is_empty() {
                text.push_str(&format!(", {} did not: {}", self.not_passed.len(), self.not_passed.join(", ")));
            }
            lines.push(line("gates", &text));
        }
        if self.tampered > 0 {
            let text = plural(self.tampered as u64, "protected path was touched", "protected paths were touched");
            lines.push(style.line(Tone::Warn, "tampering", &[(Tone::Plain, &text)]));
        }
        if let Some((candidate, sealed)) = &self.trees {
            let baseline = self.baseline.as_ref().map_or(String::new(), |tree| format!("{} → ", tree.short()));
            let sealed = match sealed == candidate {
                true => String::new(),
                false => format!(", sealed {}", sealed.short()),
            };
            lines.push(line("trees", &format!("{baseline}{}{sealed}", candidate.short())));
        }
        if let Some(receipt) = &self.receipt {
            let check = format!("goalpost receipt verify {goal}");
            lines.push(style.line(Tone::Faint, "receipt", &[(Tone::Plain, receipt.short()), (Tone::Faint, &check)]));
        }
        lines
    }
}
