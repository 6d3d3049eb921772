//! The parent of the confined program: it builds the walls, reaps, and takes everything with it when it ends.
//!
//! At full isolation it is pid 1 of the sandbox, where no signal of the program reaches it and its own end is the end of
//! every process. Without namespaces it adopts orphans and sweeps them.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use goalpost_core::isolation::IsolationLevel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    DumpableBehavior, Gid, Pid, Signal, Uid, WaitOptions, getppid, kill_process_group, set_dumpable_behavior,
    set_parent_process_death_signal,
};

use super::protocol::{Failure, FailureKind, Job, Order, Report, Status};
use super::{program, sockets, sweep, sys};
use crate::sandbox::landlock::SignalsScoped;
use crate::sandbox::mounts;
use crate::sandbox::spec::Spec;

/// How long descendants may outlive the program before they count as left over: a child whose pipe just closed ends by
/// itself within a few scheduler ticks.
const LEFTOVER_GRACE: Duration = Duration::from_millis(50);

/// The kernel ends a sandbox before its host when memory runs out.
const OOM_SCORE: &str = "500";

/// The namespaces of a spec.
pub(super) fn namespaces(spec: &Spec) -> libc::c_int {
    if spec.level != IsolationLevel::Full {
        return 0;
    }
    let all = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;
    if spec.network { all } else { all | libc::CLONE_NEWNET }
}

/// What is only known outside of the walls.
pub(super) struct Prepared {
    uid: Uid,
    gid: Gid,
    /// Paths that the machine's processes listen on.
    sockets: Vec<PathBuf>,
    /// A temporary folder, where there is no private `/tmp`.
    pub(super) tmp: Option<PathBuf>,
}

impl Prepared {
    pub(super) fn new(spec: &Spec) -> Result<Self, Failure> {
        if spec.overlay.is_some() && spec.level != IsolationLevel::Full {
            return Err(Failure::isolation("an overlay needs namespaces", rustix::io::Errno::OPNOTSUPP));
        }
        if !spec.replaced.is_empty() && spec.level != IsolationLevel::Full {
            return Err(Failure::isolation("replacing a folder needs namespaces", rustix::io::Errno::OPNOTSUPP));
        }
        let tmp = (spec.level == IsolationLevel::Landlock).then(private_tmp).transpose()?;
        let sockets = if spec.level == IsolationLevel::Full { sockets::listening(spec) } else { Vec::new() };
        Ok(Self { uid: rustix::process::geteuid(), gid: rustix::process::getegid(), sockets, tmp })
    }
}

fn private_tmp() -> Result<PathBuf, Failure> {
    tempfile::Builder::new()
        .prefix("goalpost-")
        .tempdir()
        .map(tempfile::TempDir::keep)
        .and_then(|p| p.canonicalize())
        .map_err(|e| Failure::new(FailureKind::Path, "a temporary folder", e))
}

/// Keeps one program. Ends this process.
pub(super) fn run(job: &Job, stdin: OwnedFd, outer: &UnixStream, prepared: &Prepared) -> ! {
    let kept = keep(job, stdin, outer, prepared);
    if let Err(failure) = kept {
        tell(outer, &Report::Failed(failure));
    }
    sys::end(0)
}

fn keep(job: &Job, stdin: OwnedFd, outer: &UnixStream, prepared: &Prepared) -> Result<(), Failure> {
    // The host's socket, which only the outer process may hold.
    program::null_input().map_err(|e| Failure::isolation("opening /dev/null", e))?;
    // A process may always raise its own; only a machine without the file refuses.
    drop(std::fs::write("/proc/self/oom_score_adj", OOM_SCORE));
    let mut scoped = None;
    if job.spec.level == IsolationLevel::Full {
        tie_to_outer(outer)?;
        walls(job, prepared)?;
        // Same user as the program: not to be traced, nor its descriptors taken through /proc. Only now, because the files
        // of the user mapping belong to root for a process that can't be traced.
        set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .map_err(|e| Failure::isolation("shielding the sandbox's first process", e))?;
    } else {
        sweep::adopt_orphans();
        if job.spec.level == IsolationLevel::Landlock {
            scoped = getppid().and_then(SignalsScoped::enter);
        }
    }
    let children = sys::child_events().map_err(|e| Failure::isolation("watching for ended processes", e))?;
    let pid = spawn(job, stdin, prepared)?;
    tell(outer, &Report::Started);
    let status = wait(pid, outer, &children);
    let leftovers = match status {
        Some(_) => leftovers(job.spec.level),
        None => Vec::new(),
    };
    if job.spec.level != IsolationLevel::Full {
        // Who is left then is swept, and reported, by the outer process.
        sweep::sweep(scoped.as_ref());
    }
    if let Some(status) = status {
        tell(outer, &Report::Ended { status, leftovers });
    }
    Ok(())
}

/// The kernel ends this process with the outer one. That is single-threaded: the signal comes when the *thread* ends that
/// forked.
fn tie_to_outer(outer: &UnixStream) -> Result<(), Failure> {
    let failed = |e| Failure::isolation("tying the sandbox to its launcher", e);
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed)?;
    // It may have died before.
    let mut fds = [PollFd::new(outer, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).map_err(failed)?;
    if fds[0].revents().contains(PollFlags::HUP) {
        sys::end(1);
    }
    Ok(())
}

fn walls(job: &Job, prepared: &Prepared) -> Result<(), Failure> {
    map_user(prepared.uid, prepared.gid)?;
    rustix::system::sethostname(b"goalpost").map_err(|e| Failure::isolation("a host name of its own", e))?;
    if !job.spec.network {
        sys::loopback_up().map_err(|e| Failure::isolation("a loopback interface", e))?;
    }
    mounts::build(&job.spec, &prepared.sockets)
}

/// The same user inside as outside, and no other.
fn map_user(uid: Uid, gid: Gid) -> Result<(), Failure> {
    let (uid, gid) = (uid.as_raw(), gid.as_raw());
    let files = [
        // Without it an unprivileged user may not map a group.
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("{uid} {uid} 1")),
        ("/proc/self/gid_map", format!("{gid} {gid} 1")),
    ];
    for (path, text) in files {
        std::fs::write(path, text).map_err(|e| Failure::isolation(format!("mapping the user in {path}"), e))?;
    }
    Ok(())
}

/// Starts the program; gives its pid once it is executed.
fn spawn(job: &Job, stdin: OwnedFd, prepared: &Prepared) -> Result<Pid, Failure> {
    let failed = |e| Failure::isolation("starting the program's process", e);
    let (mut reader, writer) = std::io::pipe().map_err(failed)?;
    let pid = match sys::fork(0).map_err(failed)? {
        Some(pid) => pid,
        None => {
            let failure = program::enter(job, stdin.as_fd(), prepared.tmp.as_deref());
            drop(serde_json::to_writer(&writer, &failure));
            sys::end(127);
        }
    };
    drop((writer, stdin));
    // Executing closes the pipe; only a failure writes to it.
    let mut said = Vec::new();
    reader.read_to_end(&mut said).map_err(failed)?;
    match serde_json::from_slice::<Failure>(&said) {
        Ok(failure) => Err(failure),
        Err(_) if said.is_empty() => Ok(pid),
        Err(e) => Err(failed(e.into())),
    }
}

/// Reaps until the program ends; none when everything is to end now.
fn wait(program: Pid, outer: &UnixStream, children: &OwnedFd) -> Option<Status> {
    loop {
        if let Some(status) = reap(Some(program)) {
            return Some(status);
        }
        let mut fds = [PollFd::new(outer, PollFlags::IN), PollFd::new(children, PollFlags::IN)];
        if poll(&mut fds, None).is_err() {
            continue;
        }
        if !fds[1].revents().is_empty() {
            sys::drain(children);
        }
        if !fds[0].revents().is_empty() {
            let mut byte = [0_u8];
            match (&mut &*outer).read(&mut byte) {
                Ok(1) if Order::parse(byte[0]) == Order::Terminate => drop(kill_process_group(program, Signal::TERM)),
                _ => return None,
            }
        }
    }
}

/// Takes in every child that ended. Gives the status of `program` when it was one of them.
fn reap(program: Option<Pid>) -> Option<Status> {
    let mut status = None;
    while let Ok(Some((pid, how))) = rustix::process::wait(WaitOptions::NOHANG) {
        if Some(pid) == program {
            status = match (how.exit_status(), how.terminating_signal()) {
                (Some(code), _) => Some(Status::ExitCode(code)),
                (_, Some(signal)) => Some(Status::Signal(signal)),
                _ => None,
            };
        }
    }
    status
}

/// Names of the processes that don't end by themselves.
fn leftovers(level: IsolationLevel) -> Vec<String> {
    let deadline = Instant::now() + LEFTOVER_GRACE;
    loop {
        reap(None);
        let names = if level == IsolationLevel::Full { sweep::everyone_else() } else { sweep::descendants() }.names();
        if names.is_empty() || Instant::now() > deadline {
            return names;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn tell(outer: &UnixStream, report: &Report) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        drop((&mut &*outer).write_all(&line));
    }
}
