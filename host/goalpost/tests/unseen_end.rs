//! A host that is killed at the very moment its worker ends.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use support::{Running, Sandbox};

#[test]
fn a_worker_whose_end_the_host_did_not_see_is_not_run_again() {
    let goal = r#"
[goal]
objective = "ran is there"
budget    = { unlimited = true }

[worker]
command = ["sh", "-c", "cat > /dev/null; touch started; while [ ! -e go ]; do sleep 0.02; done; echo . >> ran"]

[[gate]]
name    = "ran"
command = ["test", "-e", "ran"]
"#;
    let sandbox = Sandbox::of(&[("goalpost.toml", goal), (".gitignore", "go\nstarted\n")]).unwrap();

    let mut host = Running::spawn(sandbox.goalpost(["run", "--json"])).unwrap();
    // Kept open: a host that can't print would end of that.
    let _printed = host.stdout();
    wait_until("the worker started nothing", || sandbox.workspace().join("started").exists());
    // A stopped host sees nothing, and is not dead: its worker ends by itself.
    let stopped = Command::new("kill").args(["-STOP", &host.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    sandbox.shell("touch go").unwrap();
    let records = sandbox.home().join("state/goalpost/runs");
    wait_until("the launcher noted no end", || {
        std::fs::read_dir(&records).is_ok_and(|found| found.flatten().any(|f| f.path().extension().is_some()))
    });
    host.kill();
    drop(host);

    let (code, _, said) = sandbox.run(["resume"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("achieved (verified)") && said.contains("1 turn"), "{said}");
    assert_eq!(std::fs::read_to_string(sandbox.workspace().join("ran")).unwrap(), ".\n");
}

fn wait_until(otherwise: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{otherwise}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
