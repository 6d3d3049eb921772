//! A response body that can end badly.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Clean,
    /// The connection is closed in the middle.
    Cut,
    /// Nothing more comes.
    Stall,
}

/// Chunks, each sent by itself.
#[derive(Debug)]
pub(crate) struct Chunks {
    chunks: VecDeque<Bytes>,
    end: End,
    /// Announced as `content-length`, and what a cut body then falls short of.
    length: Option<u64>,
    /// The chunks had their chance to leave.
    flushed: bool,
}

impl Chunks {
    /// A whole body.
    pub(crate) fn whole(text: impl Into<String>) -> Self {
        let bytes = Bytes::from(text.into());
        Self { length: Some(bytes.len() as u64), chunks: VecDeque::from([bytes]), end: End::Clean, flushed: false }
    }

    /// Events, one a chunk.
    pub(crate) fn events(events: Vec<String>) -> Self {
        Self { chunks: events.into_iter().map(Bytes::from).collect(), end: End::Clean, length: None, flushed: false }
    }

    /// The first half, ending so. A single chunk is cut in its middle, several between two events.
    pub(crate) fn half(mut self, end: End) -> Self {
        if self.chunks.len() == 1 {
            self.chunks.iter_mut().for_each(|chunk| chunk.truncate(chunk.len() / 2));
        } else {
            self.chunks.truncate(self.chunks.len() / 2);
        }
        self.end = end;
        self
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match (self.chunks.pop_front(), self.end) {
            (Some(chunk), _) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            (None, End::Clean) => Poll::Ready(None),
            // An error at once would throw away what hyper has not written yet; it writes when the body has to wait.
            (None, End::Cut) if !self.flushed => {
                self.flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (None, End::Cut) => Poll::Ready(Some(Err(io::Error::other("cut by the script")))),
            // Never woken again: the connection ends when the client or the server goes.
            (None, End::Stall) => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A request that can't fail to be answered.
pub(crate) type Answered = Result<hyper::Response<Chunks>, Infallible>;
