//! Ending processes that no namespace holds: every descendant, orphans included.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper};

use super::sys;
use crate::sandbox::landlock::SignalsScoped;

/// A fork bomb forks faster than it is killed one by one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Names that are reported.
const NAMES: usize = 32;

/// Orphaned descendants become children of this process, however often they fork and whichever session they join.
pub(super) fn adopt_orphans() {
    // Any pid but none sets it.
    let _ = set_child_subreaper(Some(getpid()));
}

/// Kills until this process has no child left: all at once with `scoped`, otherwise one by one. False when that takes too
/// long.
pub(super) fn sweep(scoped: Option<&SignalsScoped>) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(scoped) = scoped {
            sys::kill_everyone(scoped);
        }
        let found = descendants();
        // Stopped first, so that none forks while the others are killed.
        found.signal(Signal::STOP);
        found.signal(Signal::KILL);
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                // No child, and an orphan would be one: nobody is left.
                Err(_) => return true,
                Ok(None) => break,
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

/// Processes at one moment.
pub(super) struct Found(Vec<Process>);

struct Process {
    pid: Pid,
    parent: i32,
    name: String,
    ended: bool,
}

impl Found {
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().filter(|p| !p.ended).map(|p| p.name.clone()).take(NAMES).collect()
    }

    fn signal(&self, signal: Signal) {
        for process in &self.0 {
            let _ = kill_process(process.pid, signal);
        }
    }
}

/// Every process that this one can see, but itself: all of them, for the first process of a namespace.
pub(super) fn everyone_else() -> Found {
    let me = getpid();
    Found(processes().into_iter().filter(|p| p.pid != me).collect())
}

/// Children, their children, and so on.
pub(super) fn descendants() -> Found {
    let mut rest = processes();
    let mut found = Vec::new();
    let mut parents = vec![getpid().as_raw_pid()];
    while let Some(parent) = parents.pop() {
        let (children, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|p| p.parent == parent);
        rest = others;
        parents.extend(children.iter().map(|p| p.pid.as_raw_pid()));
        found.extend(children);
    }
    Found(found)
}

fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|e| {
            let pid = e.file_name().to_str()?.parse().ok().and_then(Pid::from_raw)?;
            parse(pid, &fs::read(e.path().join("stat")).ok()?)
        })
        .collect()
}

/// `pid (name) state parent ...`: the name is the process's own choice, brackets and all.
fn parse(pid: Pid, stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let mut fields = tail.split_ascii_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    Some(Process { pid, parent: fields.next()?.parse().ok()?, name, ended })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_control_characters_hides_nothing() {
        let process = parse(Pid::INIT, b"1 (a) Z 7 (\x1b[2J)) S 42 1 1").unwrap();
        assert_eq!((process.name.as_str(), process.parent, process.ended), ("a) Z 7 (?[2J)", 42, false));
    }

    #[test]
    fn a_child_is_a_descendant() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let names = descendants().names();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(names.iter().any(|n| n == "sleep"), "{names:?}");
    }
}
