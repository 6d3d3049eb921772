//! What a program prints, read as it comes.

use std::sync::Arc;

use goalpost_core::redact::Redactor;
use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::collector::{Activity, Collector, Reader, Transcript};
use crate::lines::Lines;

/// An incremental reader of one run's output. Unknown events, text among JSON, broken text and endless lines are all
/// tolerated: what can't be understood is kept in the transcript or passed over, and never ends the reading.
pub struct EventStream {
    lines: Lines,
    errors: Lines,
    reader: Box<dyn Reader>,
    collector: Collector,
}

impl EventStream {
    pub(crate) fn new(reader: Box<dyn Reader>) -> Self {
        Self { lines: Lines::default(), errors: Lines::default(), reader, collector: Collector::default() }
    }

    /// The same reader, with what it keeps redacted by `redactor`, which knows more than shapes: the host's own secrets.
    #[must_use]
    pub fn redacted_by(mut self, redactor: Arc<Redactor>) -> Self {
        self.collector.redact_with(redactor);
        self
    }

    /// Reads bytes of its standard output, and says what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Activity> {
        let Self { lines, reader, collector, .. } = self;
        lines.push(bytes, |line| read(reader.as_mut(), collector, line));
        collector.take_activities()
    }

    /// Reads bytes of its standard error: the end of it is kept, for people and for the case that nothing else tells what
    /// went wrong.
    pub fn push_stderr(&mut self, bytes: &[u8]) {
        let Self { errors, collector, .. } = self;
        errors.push(bytes, |line| collector.diagnose(line.unwrap_or_default()));
    }

    /// Tokens reported so far, for the budget.
    pub fn usage(&self) -> Usage {
        self.collector.usage()
    }

    /// What is known when the program has ended.
    pub fn finish(mut self) -> Transcript {
        let Self { lines, errors, reader, collector } = &mut self;
        lines.finish(|line| read(reader.as_mut(), collector, line));
        errors.finish(|line| collector.diagnose(line.unwrap_or_default()));
        reader.finish(collector);
        self.collector.finish()
    }
}

fn read(reader: &mut dyn Reader, collector: &mut Collector, line: Option<&str>) {
    let Some(line) = line else {
        return collector.note("[a line that was too long is left out]");
    };
    if reader.ignores(line) {
        return;
    }
    match line.trim_start().starts_with('{').then(|| serde_json::from_str::<Value>(line)) {
        Some(Ok(event)) if event.is_object() => reader.event(&event, line, collector),
        _ => reader.text(line, collector),
    }
}
