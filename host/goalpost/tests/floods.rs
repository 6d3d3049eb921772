//! A gate and a worker that print without end: the program keeps little of it, and does not grow.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use support::Sandbox;

/// What is printed: more than the program may grow by.
const FLOOD: &str = "yes 'a line of the flood' | head -c 60000000";
/// How large it may have been, in KiB: it is half of that when nothing is printed.
const MOST: u64 = 70_000;

/// The largest that the process has been, in KiB, while it was watched.
fn watched(worker: &str, gate: &str) -> (Sandbox, u64) {
    let goal = format!(
        r#"
[goal]
objective = "nothing"
max_turns = 1
budget    = {{ unlimited = true }}

[worker]
command = ["sh", "-c", "{worker}"]

[[gate]]
name    = "flood"
command = ["sh", "-c", "{gate}"]
"#
    );
    let sandbox = Sandbox::of(&[("goalpost.toml", &goal)]).unwrap();
    let program = sandbox.goalpost(["run", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut program = Ended(program);
    let status = format!("/proc/{}/status", program.0.id());
    let mut text = String::new();
    let mut largest = 0;
    for line in BufReader::new(program.0.stdout.take().unwrap()).lines() {
        text.push_str(&line.unwrap());
        text.push('\n');
        // The kernel keeps the maximum: it is asked at each line, the last of which comes after all gates.
        largest = std::fs::read_to_string(&status).ok().and_then(|status| peak(&status)).unwrap_or(0).max(largest);
    }
    assert_eq!(program.0.wait().unwrap().code(), Some(0), "{text}");
    (sandbox, largest)
}

/// Does not outlive a test that fails.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `VmHWM` of a `/proc/PID/status`.
fn peak(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

#[test]
fn a_gate_that_prints_without_end_is_cut_and_takes_no_memory() {
    if !std::path::Path::new("/proc/self/status").exists() {
        println!("skipped: without /proc nobody tells how large a process is");
        return;
    }
    let (sandbox, largest) = watched("cat > /dev/null", &format!("echo the very first; {FLOOD}; echo the very last"));
    assert!((1..MOST).contains(&largest), "{largest} KiB");
    let (_, shown, _) = sandbox.run(["show", "--turn", "1", "--full"]);
    assert!(shown.contains("the very first") && shown.contains("the very last"), "both ends are kept");
    assert!(shown.len() < 1 << 20, "{} bytes are shown", shown.len());
}

#[test]
fn a_worker_that_prints_without_end_is_cut_and_takes_no_memory() {
    if !std::path::Path::new("/proc/self/status").exists() {
        println!("skipped: without /proc nobody tells how large a process is");
        return;
    }
    let (sandbox, largest) = watched(&format!("cat > /dev/null; {FLOOD}; echo the very last"), "true");
    assert!((1..MOST).contains(&largest), "{largest} KiB");
    let (_, shown, _) = sandbox.run(["show", "--turn", "1", "--full"]);
    assert!(shown.len() < 2 << 20, "{} bytes are shown", shown.len());
}

#[test]
fn a_worker_that_prints_one_endless_line_takes_no_memory() {
    if !std::path::Path::new("/proc/self/status").exists() {
        println!("skipped: without /proc nobody tells how large a process is");
        return;
    }
    let (_, largest) = watched("cat > /dev/null; head -c 60000000 /dev/zero | tr '\\\\0' x", "true");
    assert!((1..MOST).contains(&largest), "{largest} KiB");
}
