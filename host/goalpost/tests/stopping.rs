//! A goal that is stopped while its worker runs: by a person at the terminal, and from another process.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::ChildStdout;
use std::time::Duration;

use support::{Running, Sandbox};

/// Longer than any machine is slow.
const LIMIT: Duration = Duration::from_secs(60);

/// A goal whose first worker goes on until it is ended, whatever it is asked, and whose second does the work.
fn sandbox() -> Sandbox {
    let goal = r#"
[goal]
objective = "done says yes"
budget    = { unlimited = true }

[worker]
command = ["sh", "worker.sh"]

[[gate]]
name    = "done"
command = ["grep", "-qx", "yes", "done"]
"#;
    let worker = r#"
trap '' INT TERM HUP
cat > /dev/null
mkdir -p .log
echo . >> .log/runs
if [ "$(grep -c . .log/runs)" -gt 1 ]; then echo yes > done; exit; fi
(setsid sh -c 'while :; do date +%N > .log/alive; sleep 0.05; done' &)
touch .log/begun
while :; do sleep 0.1; done
"#;
    Sandbox::of(&[("goalpost.toml", goal), ("worker.sh", worker), (".gitignore", ".log/\n")]).unwrap()
}

/// The goal, once its worker and what that left in the background are at work.
fn started(sandbox: &Sandbox) -> (Running, Lines<BufReader<ChildStdout>>) {
    let mut running = Running::spawn(sandbox.goalpost(["run", "--json"])).unwrap();
    let mut lines = BufReader::new(running.stdout()).lines();
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line.contains(r#""step":"worker""#)));
    sandbox.shell("timeout 60 sh -c 'until [ -e .log/begun ] && [ -s .log/alive ]; do sleep 0.05; done'").unwrap();
    (running, lines)
}

/// Fails while anything of the worker lives.
fn assert_nothing_runs(sandbox: &Sandbox) {
    // What dies with its parent needs an instant: the mark is taken until it stands still, or the patience is over.
    let still = "for i in 1 2 3 4 5 6 7 8 9 10; do \
                 a=$(cat .log/alive); sleep 0.5; b=$(cat .log/alive); [ \"$a\" != \"$b\" ] || exit 0; done; exit 1";
    sandbox.shell(still).unwrap();
}

fn resumes(sandbox: &Sandbox) {
    let (code, said, complaint) = sandbox.run(["resume"]);
    let said = said + &complaint;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("achieved (verified)"), "{said}");
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join(".log/runs")).unwrap(), ".\n.\n");
}

#[test]
fn two_interrupts_leave_nothing_running_and_a_goal_that_resumes() {
    let sandbox = sandbox();
    let (running, lines) = started(&sandbox);
    running.interrupt();
    running.interrupt();
    lines.for_each(drop);
    assert_eq!(running.finish(LIMIT).unwrap().0, Some(130));
    assert_nothing_runs(&sandbox);
    resumes(&sandbox);
}

#[test]
fn a_goal_is_paused_from_another_process_and_resumes() {
    let sandbox = sandbox();
    let (running, lines) = started(&sandbox);
    let (code, said, complaint) = sandbox.run(["pause"]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert!(said.contains("is paused"), "{said}");
    let last = lines.map_while(Result::ok).last().unwrap();
    assert!(last.contains(r#""state":"paused""#) && last.contains("goalpost pause"), "{last}");
    assert_eq!(running.finish(LIMIT).unwrap().0, Some(3));
    assert_nothing_runs(&sandbox);
    resumes(&sandbox);
}

#[test]
fn a_goal_is_cancelled_from_another_process_for_good() {
    let sandbox = sandbox();
    let (running, lines) = started(&sandbox);
    let (code, said, complaint) = sandbox.run(["cancel"]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert!(said.contains("is cancelled"), "{said}");
    lines.for_each(drop);
    assert_eq!(running.finish(LIMIT).unwrap().0, Some(2));
    assert_nothing_runs(&sandbox);

    let (code, _, complaint) = sandbox.run(["resume"]);
    assert_eq!(code, 64, "{complaint}");
    assert!(complaint.contains("cancelled"), "{complaint}");
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join(".log/runs")).unwrap(), ".\n");
}

#[test]
fn a_wish_to_pause_that_is_not_waited_for_is_kept() {
    let sandbox = sandbox();
    let (running, lines) = started(&sandbox);
    let (code, said, complaint) = sandbox.run(["pause", "--no-wait"]);
    assert_eq!(code, 0, "{said}{complaint}");
    lines.for_each(drop);
    assert_eq!(running.finish(LIMIT).unwrap().0, Some(3));
    let (_, said, _) = sandbox.run(["status"]);
    assert!(said.contains("paused"), "{said}");
}

/// A goal that a workflow of the tests drives, with agents that fork away a process which ends by nothing, and then `end`.
fn driven_by(guest: &str, end: &str) -> Option<Sandbox> {
    let component = support::project().join("tests/guests/dist").join(guest);
    if !component.exists() {
        eprintln!("skipped: {} is not there; `cargo xtask plugins` builds it", component.display());
        return None;
    }
    let goal = r#"
[goal]
objective = "nothing"
max_turns = 1
budget    = { unlimited = true }

[worker]
workflow = "./guest.wasm"
agents   = { one = ["sh", "agent.sh"] }
grants   = { agents = { runs = 6, concurrent = 6 } }

[[gate]]
name    = "done"
command = ["true"]
"#;
    let agent = format!(
        r#"
trap '' INT TERM HUP
cat > /dev/null
echo . >> .log/runs
(setsid sh -c 'trap "" INT TERM HUP; while :; do date +%N >> .log/alive; sleep 0.05; done' &)
until [ -s .log/alive ]; do sleep 0.05; done
{end}
"#
    );
    let sandbox = Sandbox::of(&[("goalpost.toml", goal), ("agent.sh", &agent), (".gitignore", ".log/\n")]).unwrap();
    std::fs::copy(component, sandbox.workspace().join("guest.wasm")).unwrap();
    sandbox.shell("mkdir .log && touch .log/alive .log/runs && git add -A && git commit -qm guest").unwrap();
    sandbox.agree();
    Some(sandbox)
}

#[test]
fn what_a_workflows_agents_fork_away_is_gone_with_them() {
    let Some(sandbox) = driven_by("spawn-three.wasm", "echo done") else { return };
    let (code, said, complaint) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join(".log/runs")).unwrap(), ".\n.\n.\n");
    assert_nothing_runs(&sandbox);
}

#[test]
fn a_workflow_that_starts_agents_without_end_is_refused_more_and_leaves_none() {
    let Some(sandbox) = driven_by("spawn-flood.wasm", "while :; do sleep 0.1; done") else { return };
    let (code, said, complaint) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert_nothing_runs(&sandbox);
    let (_, shown, _) = sandbox.run(["show", "--turn", "1", "--full"]);
    assert!(shown.contains("6 agents, then"), "{shown}");
}
