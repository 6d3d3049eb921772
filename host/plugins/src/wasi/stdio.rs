//! Standard output and standard error, line by line into the plugin's log.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::call::LogLevel;
use crate::log_book::LogBook;

/// A line that is longer is logged in pieces.
const LINE_BYTES: usize = 4 << 10;

/// Bytes that a guest may write at a time. All of them are taken at once, so there is nothing to wait for.
const WINDOW: usize = 64 << 10;

/// One of the two streams. Every handle that the guest opens writes to the same lines.
pub(super) struct ToLog {
    level: LogLevel,
    lines: Arc<Mutex<Lines>>,
}

struct Lines {
    log: LogBook,
    /// The start of a line whose end has not been written.
    open: Vec<u8>,
}

impl ToLog {
    pub(super) fn stdout(log: LogBook) -> Self {
        Self::new(log, LogLevel::Info)
    }

    pub(super) fn stderr(log: LogBook) -> Self {
        Self::new(log, LogLevel::Warn)
    }

    fn new(log: LogBook, level: LogLevel) -> Self {
        Self { level, lines: Arc::new(Mutex::new(Lines { log, open: Vec::new() })) }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Half a line is the worst that a panic could leave.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, bytes: &[u8]) {
        let mut lines = self.lines();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            lines.open.extend_from_slice(piece);
            if piece.ends_with(b"\n") || lines.open.len() >= LINE_BYTES {
                lines.close(self.level);
            }
        }
    }
}

impl Lines {
    fn close(&mut self, level: LogLevel) {
        let line = std::mem::take(&mut self.open);
        let text = String::from_utf8_lossy(line.trim_ascii_end());
        if !text.is_empty() {
            self.log.write(level, &text);
        }
    }
}

impl Clone for ToLog {
    fn clone(&self) -> Self {
        Self { level: self.level, lines: self.lines.clone() }
    }
}

impl Drop for ToLog {
    fn drop(&mut self) {
        // The last handle is gone: what a guest died of often has no end of line.
        if Arc::strong_count(&self.lines) == 1 {
            self.lines().close(self.level);
        }
    }
}

impl IsTerminal for ToLog {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for ToLog {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for ToLog {
    async fn ready(&mut self) {}
}

impl OutputStream for ToLog {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WINDOW)
    }
}

impl AsyncWrite for ToLog {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
