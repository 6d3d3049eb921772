//! Knowing that every program of a group is wholly gone, however its run was left.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

/// Programs whose end somebody has to wait for: a run that is dropped ends its processes, but only *a moment later*.
///
/// Each program's launcher holds a token, the writing end of a pipe that it never writes to, until the last process of its
/// sandbox is gone. The end of the pipe is the end of them all.
#[derive(Debug)]
pub struct Presence {
    reader: io::PipeReader,
    /// None once nobody may come any more.
    writer: Mutex<Option<io::PipeWriter>>,
}

impl Presence {
    /// Nobody yet.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader, writer: Mutex::new(Some(writer)) })
    }

    /// One more, for [`super::Command::leases`].
    ///
    /// # Errors
    /// After [`Presence::close`], or when no descriptor is left.
    pub fn token(&self) -> io::Result<OwnedFd> {
        match &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(writer) => Ok(writer.try_clone()?.into()),
            None => Err(io::Error::other("the time to start programs is over")),
        }
    }

    /// Lets nobody come any more.
    pub fn close(&self) {
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Closes it, and waits until everyone is gone. False when somebody is still there after `patience`.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub async fn gone(&self, patience: Duration) -> io::Result<bool> {
        self.close();
        let mut reader = Receiver::from_owned_fd(self.reader.try_clone()?.into())?;
        let mut byte = [0];
        match tokio::time::timeout(patience, reader.read(&mut byte)).await {
            Ok(read) => read.map(|n| n == 0),
            Err(_) => Ok(false),
        }
    }
}
