//! The unconfined half of the launcher: it hears the host, and outlives everything that it launched.

use std::io::{self, BufRead as _, BufReader, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use goalpost_core::isolation::IsolationLevel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::protocol::{Failure, FailureKind, Job, MOST_DESCRIPTORS, Order, Report, Status};
use super::{keeper, record, sweep, sys};

/// How long a keeper without a namespace may take to end what it keeps. Everything it does is SIGKILL.
const SWEEP_PATIENCE: Duration = Duration::from_secs(6);

/// What the host handed over.
struct Handover {
    job: Job,
    stdin: OwnedFd,
    /// Held until this process ends.
    leases: Vec<OwnedFd>,
}

/// Launches one job and ends this process with it.
pub(super) fn run() -> ! {
    let code = match receive() {
        Ok(handover) => launch(handover),
        // The host ended, or is none of ours.
        Err(_) => 1,
    };
    std::process::exit(code)
}

fn receive() -> io::Result<Handover> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0_u8];
    let flags = RecvFlags::CMSG_CLOEXEC;
    if recvmsg(sys::inherited(0), &mut [IoSliceMut::new(&mut byte)], &mut control, flags)?.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut descriptors = control
        .drain()
        .filter_map(|m| match m {
            RecvAncillaryMessage::ScmRights(fds) => Some(fds),
            _ => None,
        })
        .flatten();
    let missing = || io::Error::new(io::ErrorKind::InvalidData, "a descriptor is missing");
    let job = std::fs::File::from(descriptors.next().ok_or_else(missing)?);
    let stdin = descriptors.next().ok_or_else(missing)?;
    let job: Job = serde_json::from_reader(BufReader::new(job))?;
    let leases: Vec<OwnedFd> = descriptors.collect();
    if leases.len() != job.leases {
        return Err(missing());
    }
    Ok(Handover { job, stdin, leases })
}

fn launch(handover: Handover) -> i32 {
    // Out of the host's session: Ctrl-C at its terminal is the host's to answer.
    let _ = rustix::process::setsid();
    match start(handover) {
        Ok(mut supervisor) => {
            supervisor.watch();
            0
        }
        Err(failure) => {
            tell_host(&Report::Failed(failure));
            1
        }
    }
}

/// The parts of the launcher that outlive the launch.
struct Supervisor {
    keeper: Pid,
    level: IsolationLevel,
    socket: BufReader<UnixStream>,
    record: Option<PathBuf>,
    /// Removed at the end.
    tmp: Option<PathBuf>,
    work: Option<PathBuf>,
    /// Their being open is their use.
    _leases: Vec<OwnedFd>,
}

fn start(handover: Handover) -> Result<Supervisor, Failure> {
    let Handover { job, stdin, leases } = handover;
    let level = job.spec.level;
    let flags = keeper::namespaces(&job.spec);
    let prepared = keeper::Prepared::new(&job.spec)?;
    let (ours, theirs) = UnixStream::pair().map_err(|e| Failure::isolation("a socket for the keeper", e))?;
    if level != IsolationLevel::Full {
        // Whatever the keeper loses becomes a child of this process, and is swept below.
        sweep::adopt_orphans();
    }
    let keeper = match sys::fork(flags) {
        Err(e) => return Err(Failure::isolation("new namespaces", e)),
        Ok(None) => {
            drop((ours, leases));
            keeper::run(&job, stdin, &theirs, &prepared);
        }
        Ok(Some(pid)) => pid,
    };
    Ok(Supervisor {
        keeper,
        level,
        socket: BufReader::new(ours),
        record: job.record,
        tmp: prepared.tmp,
        work: job.spec.overlay.map(|o| o.work),
        _leases: leases,
    })
}

/// Why the watch is over.
enum End {
    /// The keeper said how the program ended.
    Reported(Report),
    /// The keeper is gone without a word.
    Lost,
    /// The host is gone, or wants it.
    Ordered,
}

impl Supervisor {
    fn watch(&mut self) {
        let mut asked_to_end = false;
        let end = self.wait_for_end(&mut asked_to_end);
        if matches!(end, End::Ordered) {
            self.kill();
        }
        let _ = waitpid(Some(self.keeper), WaitOptions::empty());
        if self.level != IsolationLevel::Full && !sweep::sweep(None) {
            tell_host(&Report::Failed(Failure::new(
                FailureKind::Ending,
                "processes are made faster than they are killed",
                std::io::ErrorKind::TimedOut,
            )));
            // The leases say that the workspace is not free, for as long as that is so.
            while !sweep::sweep(None) {}
            return self.clean_up();
        }
        self.clean_up();
        match end {
            End::Reported(report) => {
                // A program that ended because it was asked to did not finish its work: a host that starts again must
                // not take it for one that did.
                if let (Report::Ended { status, .. }, Some(path), false) = (&report, &self.record, asked_to_end) {
                    record::write(path, *status);
                }
                tell_host(&report);
            }
            End::Lost if !asked_to_end => {
                let killed = Status::Signal(libc::SIGKILL);
                tell_host(&Report::Ended { status: killed, leftovers: Vec::new() });
            }
            End::Lost | End::Ordered => {}
        }
    }

    fn wait_for_end(&mut self, asked_to_end: &mut bool) -> End {
        loop {
            let keeper = self.socket.get_ref().as_fd();
            let host = sys::inherited(0);
            let mut fds = [PollFd::new(&host, PollFlags::IN), PollFd::new(&keeper, PollFlags::IN)];
            if poll(&mut fds, None).is_err_and(|e| e != rustix::io::Errno::INTR) {
                return End::Ordered;
            }
            let (from_host, from_keeper) = (!fds[0].revents().is_empty(), !fds[1].revents().is_empty());
            if from_keeper {
                match self.read_report() {
                    Some(Report::Started) => tell_host(&Report::Started),
                    Some(report) => return End::Reported(report),
                    None => return End::Lost,
                }
            } else if from_host {
                let mut byte = [0_u8];
                match rustix::io::read(host, &mut byte) {
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(1) if Order::parse(byte[0]) == Order::Terminate => {
                        *asked_to_end = true;
                        drop(self.socket.get_mut().write_all(&byte));
                    }
                    // 0 bytes: the host is dead.
                    _ => return End::Ordered,
                }
            }
        }
    }

    /// A line at a time; the keeper writes each with one call.
    fn read_report(&mut self) -> Option<Report> {
        let mut line = Vec::new();
        match self.socket.read_until(b'\n', &mut line) {
            Ok(n) if n > 0 => serde_json::from_slice(&line).ok(),
            _ => None,
        }
    }

    fn kill(&mut self) {
        if self.level != IsolationLevel::Full {
            // The keeper sweeps: it knows its descendants. Its end of the socket closes when it is done.
            drop(self.socket.get_mut().write_all(&[Order::Kill.byte()]));
            self.wait_for_keeper(SWEEP_PATIENCE);
        }
        // The kernel ends the namespace with its first process.
        let _ = kill_process(self.keeper, Signal::KILL);
    }

    fn wait_for_keeper(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            let socket = self.socket.get_ref().as_fd();
            let mut fds = [PollFd::new(&socket, PollFlags::empty())];
            let Ok(timeout) = Timespec::try_from(left) else { return };
            if poll(&mut fds, Some(&timeout)).is_ok_and(|_| fds[0].revents().contains(PollFlags::HUP)) {
                return;
            }
        }
    }

    fn clean_up(&self) {
        if let Some(tmp) = &self.tmp {
            drop(std::fs::remove_dir_all(tmp));
        }
        if let Some(work) = &self.work {
            drop(crate::sandbox::mounts::clear_work(work));
        }
    }
}

/// A host that is gone needs no word.
fn tell_host(report: &Report) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        let mut rest = line.as_slice();
        while !rest.is_empty() {
            match rustix::net::send(sys::inherited(0), rest, rustix::net::SendFlags::NOSIGNAL) {
                Ok(n) => rest = &rest[n..],
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}
