//! What a call wrote to its log: bounded, cleaned, shared by everything that writes there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use goalpost_core::text;

use crate::call::{LogLevel, LogSink};

/// One message is at most this long: a page, for a stack trace.
const MESSAGE_BYTES: usize = 8 << 10;

/// What is kept of the last message, past the limit as well.
const LAST_BYTES: usize = 500;

/// What a message counts for beside its text, so that empty ones are no way around the limit.
const MESSAGE_COST: u64 = 16;

/// The log of one call. Clones write to the same.
#[derive(Clone)]
pub(crate) struct LogBook(Arc<Mutex<Pages>>);

struct Pages {
    sink: Option<LogSink>,
    limit: u64,
    written: u64,
    dropped: u32,
    last: Option<String>,
}

impl LogBook {
    /// A log that takes `limit` bytes; none of them are kept without a `sink`.
    pub(crate) fn new(sink: Option<LogSink>, limit: u32) -> Self {
        Self(Arc::new(Mutex::new(Pages { sink, limit: limit.into(), written: 0, dropped: 0, last: None })))
    }

    /// Takes a message, or counts it where the limit is met.
    pub(crate) fn write(&self, level: LogLevel, message: &str) {
        let mut pages = self.pages();
        if pages.written + MESSAGE_COST > pages.limit {
            // A flood costs the host no more than it has to: only the beginning of it is ever looked at.
            pages.last = Some(text::one_line(&text::visible(&text::clip(message, 4 * LAST_BYTES)), LAST_BYTES));
            pages.dropped = pages.dropped.saturating_add(1);
            return;
        }
        let (message, _) = text::clip_middle(message, MESSAGE_BYTES);
        let message = text::visible(&message);
        // Kept even past the limit: a panic's text comes last.
        pages.last = Some(text::one_line(&message, LAST_BYTES));
        let cost = message.len() as u64 + MESSAGE_COST;
        if pages.written + cost > pages.limit {
            pages.dropped = pages.dropped.saturating_add(1);
            return;
        }
        pages.written += cost;
        let sink = pages.sink.clone();
        drop(pages);
        if let Some(sink) = sink {
            sink(level, &message);
        }
    }

    /// The last message, which is where SDKs put the text of a panic.
    pub(crate) fn last(&self) -> Option<String> {
        self.pages().last.clone()
    }

    /// Messages past the limit.
    pub(crate) fn dropped(&self) -> u32 {
        self.pages().dropped
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // Plain numbers and texts: whoever panicked left them whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
