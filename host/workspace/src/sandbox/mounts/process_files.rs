//! A `/proc` that shows the sandbox's processes and lets nobody turn the machine's knobs.

use std::fs;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, mount as mount_file_system};

use super::tree::{attach, capture, make_read_only};
use crate::sandbox::launcher::protocol::Failure;

/// What the machine's memory, keys or kernel addresses can be read from.
const MASKED: [&str; 5] = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/kallsyms", "/proc/sched_debug"];

/// The first kernel where `pid_max` belongs to a process namespace. Before, writing it would change the machine.
const PID_MAX_IS_OURS: (u32, u32) = (6, 14);

/// The kernel refuses a smaller `pid_max`: it keeps the first 300 for itself.
const LEAST_PID_MAX: u64 = 512;

pub(super) fn mount(tasks: u64) -> Result<(), Failure> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount_file_system("proc", "/proc", "proc", flags, None)
        .map_err(|e| Failure::isolation("a private /proc (a container that masks parts of /proc forbids it)", e))?;
    if kernel_version() >= PID_MAX_IS_OURS {
        // The one limit on processes that also holds for root. It bounds pids, which a task has one of.
        fs::write("/proc/sys/kernel/pid_max", tasks.max(LEAST_PID_MAX).to_string())
            .map_err(|e| Failure::isolation("limiting the number of processes", e))?;
    }
    close().map_err(|e| Failure::isolation("closing the machine's part of /proc", e))
}

/// Capabilities are dropped later, but files that belong to root stay writable for a root without any.
fn close() -> io::Result<()> {
    for path in entries_to_close()? {
        let tree = capture(&path)?;
        make_read_only(tree.as_fd(), true)?;
        attach(tree.as_fd(), &path)?;
    }
    for path in MASKED.map(Path::new).into_iter().filter(|p| p.exists()) {
        attach(capture(Path::new("/dev/null"))?.as_fd(), path)?;
    }
    Ok(())
}

/// Everything that is no process and no link: every folder, and every file that somebody may write.
fn entries_to_close() -> io::Result<Vec<PathBuf>> {
    if !rustix::process::geteuid().is_root() {
        // Files of another user need no more than their own permissions; only the sandbox's own settings are left.
        return Ok(vec![PathBuf::from("/proc/sys")]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        let metadata = fs::symlink_metadata(entry.path())?;
        let writable = metadata.permissions().mode() & 0o222 != 0;
        if metadata.is_dir() || (metadata.is_file() && writable) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn kernel_version() -> (u32, u32) {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
