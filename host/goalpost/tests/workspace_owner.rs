//! Two goals on one workspace.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use support::{Running, Sandbox};

fn sandbox() -> Sandbox {
    let goal = r#"
[goal]
objective = "done says yes"
budget    = { unlimited = true }

[worker]
command = ["sh", "-c", "cat > /dev/null; while [ ! -e go ]; do sleep 0.05; done; echo yes > done; echo . >> count"]

[[gate]]
name    = "done"
command = ["grep", "-qx", "yes", "done"]
"#;
    Sandbox::of(&[("goalpost.toml", goal), (".gitignore", "go\ncount\n")]).unwrap()
}

/// A goal whose worker runs and waits for the file `go`.
fn started(sandbox: &Sandbox) -> (Running, std::io::Lines<BufReader<std::process::ChildStdout>>) {
    let mut first = Running::spawn(sandbox.goalpost(["run", "--json"])).unwrap();
    let mut lines = BufReader::new(first.stdout()).lines();
    let at_work = lines.by_ref().map_while(Result::ok).any(|line| line.contains(r#""step":"worker""#));
    assert!(at_work);
    (first, lines)
}

#[test]
fn a_second_goal_that_does_not_wait_fails_at_once_and_names_the_owner() {
    let sandbox = sandbox();
    let (first, lines) = started(&sandbox);
    let (code, _, said) = sandbox.run(["run", "--no-wait"]);
    assert_eq!(code, 64, "{said}");
    let (_, status, _) = sandbox.run(["status"]);
    let goal = status.split_whitespace().find(|word| word.starts_with("g20")).unwrap().to_owned();
    assert!(said.contains(&goal), "the owner {goal} is not named: {said}");

    sandbox.shell("touch go").unwrap();
    lines.for_each(drop);
    assert_eq!(first.finish(Duration::from_secs(60)).unwrap().0, Some(0));
}

#[test]
fn a_second_goal_waits_and_runs_when_the_first_has_ended() {
    let sandbox = sandbox();
    let (first, first_lines) = started(&sandbox);
    let mut second = Running::spawn(sandbox.goalpost(["run", "--json"])).unwrap();
    let mut second_lines = BufReader::new(second.stdout()).lines();
    let waits = second_lines.by_ref().map_while(Result::ok).any(|line| line.contains(r#""event":"waiting""#));
    assert!(waits);
    assert!(!sandbox.workspace().join("count").exists(), "the second worker ran beside the first");

    sandbox.shell("touch go").unwrap();
    first_lines.for_each(drop);
    second_lines.for_each(drop);
    assert_eq!(first.finish(Duration::from_secs(60)).unwrap().0, Some(0));
    assert_eq!(second.finish(Duration::from_secs(60)).unwrap().0, Some(0));
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join("count")).unwrap(), ".\n.\n");
}

#[test]
fn a_killed_owner_leaves_nothing_to_clean_up() {
    let sandbox = sandbox();
    let (mut first, _lines) = started(&sandbox);
    first.kill();
    sandbox.shell("touch go").unwrap();
    let (code, _, said) = sandbox.run(["run", "--no-wait"]);
    // The worker of the killed goal may take an instant to die; what matters is that nothing has to be removed by hand.
    let (code, said) = if code == 64 {
        let (code, _, said) = sandbox.run(["run"]);
        (code, said)
    } else {
        (code, said)
    };
    assert_eq!(code, 0, "{said}");
}
