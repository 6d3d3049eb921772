//! What readers of streams gather: redacted, then bounded. Half a secret is recognised by nobody.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use goalpost_core::evidence::{ToolCall, WorkerReport};
use goalpost_core::redact::Redactor;
use goalpost_core::usage::Usage;
use serde_json::Value;

/// The end of the transcript that is kept: several times what any judge is shown.
const MAX_TRANSCRIPT: usize = 256 << 10;
/// Of the last message: a final report is a page or two.
const MAX_MESSAGE: usize = 64 << 10;
/// Of standard error: enough for a stack trace.
const MAX_DIAGNOSTICS: usize = 8 << 10;
/// The last calls that are kept.
const MAX_CALLS: usize = 200;
/// Of one call's arguments, and of one result in the transcript.
const MAX_ARGUMENTS: usize = 2000;
/// Of one line shown live, and of names and ids.
pub(crate) const MAX_SHOWN: usize = 200;
/// Lines shown of one piece of output; a program that floods is not shown line by line.
const MAX_ACTIVITIES: usize = 100;

/// Understands one program's stream.
pub(crate) trait Reader: Send {
    /// Whether a line is not worth parsing: for streams that repeat everything with every word.
    fn ignores(&self, _line: &str) -> bool {
        false
    }

    /// An object of JSON; `line` is its text.
    fn event(&mut self, event: &Value, line: &str, out: &mut Collector);

    /// A line that is no object of JSON.
    fn text(&mut self, line: &str, out: &mut Collector) {
        out.plain(line);
    }

    /// The program has ended.
    fn finish(&mut self, _out: &mut Collector) {}
}

/// Something to show while the worker runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// It says something; one line.
    Says(String),
    /// It calls a tool.
    Calls {
        /// The tool.
        name: String,
        /// Its arguments, one line.
        arguments: String,
    },
    /// Something that is neither, such as waiting for a provider that refuses.
    Notes(String),
    /// It has spent this much so far.
    Spent(Usage),
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Says(text) | Self::Notes(text) => f.write_str(text),
            Self::Calls { name, arguments } => write!(f, "{name} {arguments}"),
            Self::Spent(usage) => write!(f, "{} tokens", usage.billable_tokens()),
        }
    }
}

/// What is known of a run that ended: all of it the worker's own word, redacted piece by piece. What lies across pieces, such
/// as a private key that was printed line by line, is for whoever keeps the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Its last message; for a program that prints plain text, the last paragraph.
    pub final_text: String,
    /// The end of everything that it said and did.
    pub text: String,
    /// Whether the start of `text` is missing.
    pub truncated: bool,
    /// The last calls, oldest first.
    pub tool_calls: Vec<ToolCall>,
    /// Tokens and money.
    pub usage: Usage,
    /// Whether the stream reported any usage. Where it did not, `usage` is nothing rather than zero.
    pub usage_known: bool,
    /// By which the program would go on with the conversation.
    pub session_id: Option<String>,
    /// Why it failed, by its own account. Programs may exit with 0 all the same.
    pub error: Option<String>,
    /// The end of its standard error.
    pub diagnostics: String,
}

impl Transcript {
    /// The same as evidence, of the worker `agent`.
    pub fn into_report(self, agent: &str, exit_code: Option<i32>) -> WorkerReport {
        WorkerReport {
            agent: agent.to_owned(),
            exit_code,
            final_text: self.final_text,
            transcript: self.text,
            transcript_truncated: self.truncated,
            tool_calls: self.tool_calls,
            usage: self.usage,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Collector {
    redactor: Arc<Redactor>,
    activities: Vec<Activity>,
    transcript: Tail<MAX_TRANSCRIPT>,
    diagnostics: Tail<MAX_DIAGNOSTICS>,
    message: Option<String>,
    paragraph: Tail<MAX_MESSAGE>,
    paragraph_ended: bool,
    calls: VecDeque<(String, ToolCall)>,
    usage: Option<Usage>,
    session: Option<String>,
    error: Option<String>,
}

impl Collector {
    pub(crate) fn redact_with(&mut self, redactor: Arc<Redactor>) {
        self.redactor = redactor;
    }

    fn redact(&self, text: &str) -> String {
        self.redactor.redact(text).into_owned()
    }

    /// The agent says something to the user. Its last message is the final one.
    pub(crate) fn say(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.message = Some(cut(self.redact(text).trim(), MAX_MESSAGE));
            self.aside(text);
        }
    }

    /// Its last message, which the transcript holds already.
    pub(crate) fn conclude(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.message = Some(cut(self.redact(text).trim(), MAX_MESSAGE));
        }
    }

    /// The agent, or one of its own agents, says something that is not its message to the user.
    pub(crate) fn aside(&mut self, text: &str) {
        if !text.trim().is_empty() {
            let text = self.redact(text);
            self.transcript.line(text.trim());
            self.activity(Activity::Says(shown(&text)));
        }
    }

    /// A line of plain text, part of the last paragraph.
    pub(crate) fn plain(&mut self, line: &str) {
        let line = &self.redact(line);
        self.transcript.line(line);
        if line.trim().is_empty() {
            self.paragraph_ended = true;
            return;
        }
        if std::mem::take(&mut self.paragraph_ended) {
            self.paragraph = Tail::default();
        }
        self.paragraph.line(line);
        self.activity(Activity::Says(shown(line)));
    }

    /// What the host or the program remarks.
    pub(crate) fn note(&mut self, text: &str) {
        let text = &self.redact(text);
        self.transcript.line(text);
        self.activity(Activity::Notes(shown(text)));
    }

    /// A line of standard error.
    pub(crate) fn diagnose(&mut self, line: &str) {
        let line = self.redact(line);
        self.diagnostics.line(&line);
    }

    /// A call began. `id` finds it again.
    pub(crate) fn call(&mut self, id: &str, name: &str, arguments: &Value) {
        let arguments = match arguments {
            Value::String(text) => cut(&self.redact(text), MAX_ARGUMENTS),
            Value::Null => String::new(),
            other => cut(&self.redact(&self.redactor.redact_json(other).to_string()), MAX_ARGUMENTS),
        };
        let name = cut(&self.redact(name), MAX_SHOWN);
        self.transcript.line(&format!("[{name}] {arguments}"));
        self.activity(Activity::Calls { name: shown(&name), arguments: shown(&arguments) });
        if self.calls.len() == MAX_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back((cut(id, MAX_SHOWN), ToolCall { name, arguments, ok: None }));
    }

    /// Whether a call of this id is known.
    pub(crate) fn has_call(&self, id: &str) -> bool {
        self.calls.iter().any(|(known, _)| known == id)
    }

    /// A call ended.
    pub(crate) fn called(&mut self, id: &str, ok: Option<bool>, output: &str) {
        if let Some((_, call)) = self.calls.iter_mut().rev().find(|(known, _)| known == id) {
            call.ok = ok;
        }
        if !output.trim().is_empty() {
            let output = self.redact(output);
            self.transcript.line(&cut(output.trim(), MAX_ARGUMENTS));
        }
    }

    /// One request's tokens, in addition to those before.
    pub(crate) fn spend(&mut self, more: Usage) {
        let mut total = self.usage.unwrap_or_default();
        total += more;
        self.spent(total);
    }

    /// All tokens so far, as the stream counts them.
    pub(crate) fn spent(&mut self, total: Usage) {
        if self.usage != Some(total) {
            self.usage = Some(total);
            self.activity(Activity::Spent(total));
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.usage.unwrap_or_default()
    }

    pub(crate) fn session(&mut self, id: Option<&str>) {
        if let Some(id) = id {
            self.session = Some(cut(id, MAX_SHOWN));
        }
    }

    /// The run failed, unless it recovers.
    pub(crate) fn fail(&mut self, message: &str) {
        let message = if message.trim().is_empty() { "the agent reported an error" } else { message.trim() };
        self.note(message);
        self.error = Some(cut(&self.redact(message), MAX_ARGUMENTS));
    }

    /// It went on after an error.
    pub(crate) fn recovered(&mut self) {
        self.error = None;
    }

    pub(crate) fn has_message(&self) -> bool {
        self.message.is_some()
    }

    pub(crate) fn take_activities(&mut self) -> Vec<Activity> {
        std::mem::take(&mut self.activities)
    }

    fn activity(&mut self, activity: Activity) {
        // Of several counts in one piece of output only the last is of interest.
        if let (Activity::Spent(_), Some(Activity::Spent(_))) = (&activity, self.activities.last()) {
            self.activities.pop();
        }
        if self.activities.len() < MAX_ACTIVITIES || matches!(activity, Activity::Spent(_)) {
            self.activities.push(activity);
        }
    }

    pub(crate) fn finish(mut self) -> Transcript {
        self.transcript.shrink();
        self.diagnostics.shrink();
        self.paragraph.shrink();
        Transcript {
            final_text: self.message.unwrap_or_else(|| self.paragraph.text.trim().to_owned()),
            truncated: self.transcript.dropped,
            text: self.transcript.text,
            tool_calls: self.calls.into_iter().map(|(_, call)| call).collect(),
            usage: self.usage.unwrap_or_default(),
            usage_known: self.usage.is_some(),
            session_id: self.session,
            error: self.error,
            diagnostics: self.diagnostics.text,
        }
    }
}

/// The last `N` bytes of a text, in whole characters.
#[derive(Debug, Default)]
struct Tail<const N: usize> {
    text: String,
    dropped: bool,
}

impl<const N: usize> Tail<N> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        // At twice the size, so that the cost of moving the rest is spread over as many bytes.
        if self.text.len() > 2 * N {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        let mut start = self.text.len().saturating_sub(N);
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        self.dropped |= start > 0;
        self.text.drain(..start);
    }
}

/// The first `max` bytes, in whole characters, and a mark where something is missing.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(max)])
}

/// The first line with anything in it, without control characters: a terminal obeys those.
fn shown(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut clean: String = line.trim().chars().filter(|c| !c.is_control()).take(MAX_SHOWN + 1).collect();
    if clean.chars().count() > MAX_SHOWN {
        clean.pop();
        clean.push('…');
    }
    clean
}
