//! The host's end of a launcher.

use std::io::{self, IoSlice, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use rustix::fs::{MemfdFlags, SeekFrom, memfd_create, seek};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;

use super::{SpawnError, Streams};
use crate::sandbox::launcher;
use crate::sandbox::launcher::protocol::{Job, MARKER, MOST_DESCRIPTORS, Order, Report};

/// A launched launcher. Dropping it closes the socket, and with that ends everything in the sandbox.
pub(super) struct Channel {
    socket: UnixStream,
    received: Vec<u8>,
    child: Child,
}

type Opened = (Channel, Option<Receiver>, Option<Receiver>);

impl Channel {
    /// Starts the launcher with `job`. Gives the pipes of standard output and, where it is apart, standard error.
    pub(super) fn open(
        job: &Job,
        stdin: Option<&[u8]>,
        leases: Vec<OwnedFd>,
        streams: Streams,
    ) -> Result<Opened, SpawnError> {
        // In memory: neither can fill a pipe that nobody reads yet.
        let job = in_memory("job", &serde_json::to_vec(job).map_err(|e| SpawnError::NotText(e.to_string()))?)?;
        let stdin = match stdin {
            Some(bytes) => in_memory("stdin", bytes)?,
            None => std::fs::File::open("/dev/null")?.into(),
        };
        let (ours, theirs) = StdUnixStream::pair()?;
        let (out, out_writer) = io::pipe()?;
        let (err, err_writer) = match streams {
            Streams::Together => (None, out_writer.try_clone()?),
            Streams::Apart => {
                let (reader, writer) = io::pipe()?;
                (Some(reader), writer)
            }
        };
        // No descriptor is inherited but the three standard ones, so other threads may spawn at the same time.
        let child = tokio::process::Command::new(launcher::PROGRAM)
            .arg(MARKER)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(OwnedFd::from(out_writer)))
            .stderr(Stdio::from(OwnedFd::from(err_writer)))
            .spawn()
            .map_err(SpawnError::Launcher)?;
        let mut fds = vec![job.as_fd(), stdin.as_fd()];
        fds.extend(leases.iter().map(OwnedFd::as_fd));
        hand_over(&ours, &fds)?;
        ours.set_nonblocking(true)?;
        let channel = Self { socket: UnixStream::from_std(ours)?, received: Vec::new(), child };
        let receiver = |r: io::PipeReader| Receiver::from_owned_fd(OwnedFd::from(r));
        Ok((channel, Some(receiver(out)?), err.map(receiver).transpose()?))
    }

    /// The next report; none when the launcher is gone. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Option<Report> {
        loop {
            if let Some(end) = self.received.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return serde_json::from_slice(&line).ok();
            }
            match self.socket.read_buf(&mut self.received).await {
                Ok(n) if n > 0 => {}
                _ => return None,
            }
        }
    }

    /// A launcher that can't be told any more is already ending.
    pub(super) fn order(&self, order: Order) {
        drop(self.socket.try_write(&[order.byte()]));
    }

    pub(super) fn kill_launcher(&mut self) {
        drop(self.child.start_kill());
    }

    /// Whether the launcher, which is gone, was killed rather than ended by itself.
    pub(super) async fn was_killed(&mut self) -> bool {
        self.child.wait().await.is_ok_and(|status| status.signal().is_some())
    }
}

fn in_memory(name: &str, bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = std::fs::File::from(memfd_create(name, MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    seek(&file, SeekFrom::Start(0))?;
    Ok(file.into())
}

fn hand_over(socket: &StdUnixStream, fds: &[std::os::fd::BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::other("too many descriptors for one message"));
    }
    sendmsg(socket, &[IoSlice::new(b"j")], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}
