//! One goal at a time in a workspace: `flock` on the workspace's top-level directory itself.
//!
//! The kernel holds the lock, so a live owner can't be robbed, a dead one leaves nothing to clean up, and a worker that may
//! delete every file in the workspace can't delete it. A symbolic link, a trailing slash and another user all meet the same
//! inode; a caller that starts in a subdirectory goes up to the top of the repository first. The owner record beside
//! Goalpost's state is for people to read; it decides nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use goalpost_core::ids::GoalId;
use serde::{Deserialize, Serialize};

/// How long a lock that is held while its record names nobody alive is looked at again: a new owner has the lock some
/// microseconds before its record is written, and [`peek`] holds it for as long.
const SETTLE: Duration = Duration::from_millis(100);

/// Who holds a workspace, for people to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The goal that it is held for.
    pub goal: GoalId,
    /// Process id, on `host`.
    pub pid: u32,
    /// Start of the process in clock ticks since boot (field 22 of `/proc/PID/stat`), which tells a recycled pid.
    pub start_time: u64,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot_id: String,
    /// Host name.
    pub host: String,
    /// Unix seconds.
    pub since: u64,
}

impl Owner {
    /// This process, from now on.
    pub fn current(goal: GoalId) -> Self {
        let pid = std::process::id();
        Self {
            goal,
            pid,
            start_time: start_time(pid).unwrap_or(0),
            boot_id: boot_id(),
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            since: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs()),
        }
    }

    /// Whether this very process still runs. False when it was another boot of the machine; a process on another machine
    /// can't be seen from here and counts as gone.
    pub fn is_alive(&self) -> bool {
        self.boot_id == boot_id() && start_time(self.pid) == Some(self.start_time)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "goal {} (process {} on {})", self.goal, self.pid, self.host)
    }
}

/// What to do when the workspace has an owner.
pub enum Wait<'a> {
    /// Sleep in the kernel until it is free.
    Queue {
        /// Called once, before the sleep.
        on_wait: &'a dyn Fn(Option<Owner>),
    },
    /// Fail at once.
    No,
}

/// Why a workspace is not ours.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another goal has it.
    #[error("{} is in use by {}", root.display(), owner.as_ref().map_or("another process".to_owned(), ToString::to_string))]
    Busy {
        /// The workspace.
        root: PathBuf,
        /// None while the owner has not written its record.
        owner: Option<Owner>,
    },
    /// The folder can't be opened or locked.
    #[error("{} can't be locked: {source}. A workspace is a folder on a file system with `flock`", root.display())]
    Workspace {
        /// The workspace.
        root: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The owner record can't be written.
    #[error("the owner record {} can't be written: {source}", record.display())]
    Record {
        /// Its path.
        record: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that waits for the lock could not be started, or ended.
    #[error("the lock could not be waited for: {0}")]
    Waiter(String),
}

/// A workspace of our own, until this is dropped or the process dies.
#[derive(Debug)]
pub struct WorkspaceLock {
    directory: File,
    record: PathBuf,
}

impl WorkspaceLock {
    /// Takes `root`, the canonical path of the workspace's top, for `owner`, and writes who that is to `owner_record`.
    ///
    /// This blocks: an async host uses [`WorkspaceLock::acquire_async`], which can be cancelled.
    ///
    /// # Errors
    /// [`LockError::Busy`] with [`Wait::No`]; otherwise only what the file system refuses.
    pub fn acquire(root: &Path, owner_record: &Path, owner: &Owner, wait: Wait<'_>) -> Result<Self, LockError> {
        let failed = |source| LockError::Workspace { root: root.to_owned(), source };
        let mut announced = false;
        loop {
            let directory = open(root).map_err(failed)?;
            if !try_lock(&directory, owner_record).map_err(failed)? {
                match &wait {
                    Wait::No => {
                        return Err(LockError::Busy { root: root.to_owned(), owner: read_record(owner_record) });
                    }
                    Wait::Queue { on_wait } => {
                        if !std::mem::replace(&mut announced, true) {
                            on_wait(read_record(owner_record));
                        }
                        lock(&directory).map_err(failed)?;
                    }
                }
            }
            // While we slept, the folder may have been replaced by another one: its owner would not meet our lock.
            if is_still(&directory, root).map_err(failed)? {
                write_record(owner_record, owner)
                    .map_err(|source| LockError::Record { record: owner_record.to_owned(), source })?;
                return Ok(Self { directory, record: owner_record.to_owned() });
            }
        }
    }

    /// As [`WorkspaceLock::acquire`] with [`Wait::Queue`], for an async host. Dropping the future gives up: the thread
    /// that sleeps in the kernel for it frees the lock at once, should it still get it.
    ///
    /// # Errors
    /// What the file system refuses.
    pub async fn acquire_async(
        root: PathBuf,
        owner_record: PathBuf,
        owner: Owner,
        on_wait: impl Fn(Option<Owner>) + Send + 'static,
    ) -> Result<Self, LockError> {
        let (send, receive) = tokio::sync::oneshot::channel();
        // A thread of its own, not `spawn_blocking`: a runtime that shuts down waits for its blocking threads.
        std::thread::Builder::new()
            .name("workspace-lock".to_owned())
            .spawn(move || {
                let result = Self::acquire(&root, &owner_record, &owner, Wait::Queue { on_wait: &on_wait });
                drop(send.send(result));
            })
            .map_err(|e| LockError::Waiter(e.to_string()))?;
        receive.await.map_err(|e| LockError::Waiter(e.to_string()))?
    }

    /// A handle for a sandbox's outer process to keep until its last process is gone, so that after the death of the host
    /// nobody else gets the workspace while an old worker still writes to it. Confined processes never see it.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn lease(&self) -> io::Result<OwnedFd> {
        Ok(self.directory.try_clone()?.into())
    }
}

impl Drop for WorkspaceLock {
    fn drop(&mut self) {
        // Before the kernel frees the lock: afterwards it would be the next owner's record. Closing the directory frees the
        // lock as soon as no lease is left; an explicit unlock would free it under a sandbox that still ends.
        drop(std::fs::remove_file(&self.record));
    }
}

/// Who holds `root`, without waiting. The lock is the truth: a record that a dead owner left is nobody.
pub fn peek(root: &Path, owner_record: &Path) -> Option<Owner> {
    let directory = open(root).ok()?;
    let deadline = Instant::now() + SETTLE;
    loop {
        match directory.try_lock_shared() {
            Ok(()) => return None,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(_)) => return None,
        }
        let owner = read_record(owner_record);
        if owner.as_ref().is_some_and(Owner::is_alive) || Instant::now() > deadline {
            return owner;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn open(root: &Path) -> io::Result<File> {
    // std opens with O_CLOEXEC: no child inherits the lock.
    OpenOptions::new().read(true).custom_flags(libc::O_DIRECTORY).open(root)
}

/// Whether the lock was free. Someone who only peeks is waited for.
fn try_lock(directory: &File, owner_record: &Path) -> io::Result<bool> {
    let deadline = Instant::now() + SETTLE;
    loop {
        match directory.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(e)) => return Err(e),
            Err(TryLockError::WouldBlock) => {}
        }
        if read_record(owner_record).is_some_and(|o| o.is_alive()) || Instant::now() > deadline {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn lock(directory: &File) -> io::Result<()> {
    loop {
        match directory.lock() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn is_still(directory: &File, root: &Path) -> io::Result<bool> {
    let held = directory.metadata()?;
    match std::fs::metadata(root) {
        Ok(now) => Ok(held.dev() == now.dev() && held.ino() == now.ino()),
        Err(e) => Err(e),
    }
}

fn write_record(path: &Path, owner: &Owner) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, owner)?;
    file.write_all(b"\n")?;
    file.persist(path)?;
    Ok(())
}

fn read_record(path: &Path) -> Option<Owner> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Field 22 of `/proc/PID/stat`; none when there is no such process, or it is a zombie that holds nothing any more.
fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program may hold spaces and brackets: what follows its last bracket is well-formed.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|s| s.trim().to_owned()).unwrap_or_default()
}
