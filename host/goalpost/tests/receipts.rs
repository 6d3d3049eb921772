//! Receipts of a real goal, after somebody has been at the database that holds them.

#![allow(clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use support::Sandbox;

/// A goal that two turns achieved.
fn achieved() -> Sandbox {
    let sandbox = Sandbox::new(std::path::Path::new("/nonexistent")).unwrap();
    let goal = r#"
[goal]
objective = "value.txt says right"
budget    = { unlimited = true }

[worker]
command = ["sh", "-c", "cat > /dev/null; if [ $GOALPOST_TURN = 1 ]; then echo almost; else echo right; fi > value.txt"]

[[gate]]
name    = "value"
command = ["sh", "-c", "read v < value.txt; echo it says $v; [ $v = right ]"]
"#;
    std::fs::write(sandbox.workspace().join("goalpost.toml"), goal).unwrap();
    sandbox.shell("git add -A && git commit -qm goal").unwrap();
    let (code, said, complaint) = sandbox.run(["run"]);
    assert_eq!(code, 0, "{said}{complaint}");
    sandbox
}

fn database(sandbox: &Sandbox) -> Connection {
    let state = sandbox.home().join("state/goalpost");
    let file = std::fs::read_dir(&state)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0")))
        .unwrap();
    Connection::open(file).unwrap()
}

/// What `receipt verify` says once `change` was made to the database.
fn after(change: &str) -> (i32, String) {
    let sandbox = achieved();
    let (code, said, _) = sandbox.run(["receipt", "verify"]);
    assert_eq!(code, 0, "before anybody was at it: {said}");
    assert!(database(&sandbox).execute(change, []).unwrap() > 0, "`{change}` changed nothing");
    let (code, said, complaint) = sandbox.run(["receipt", "verify"]);
    (code, said + &complaint)
}

#[test]
fn what_a_gate_said_can_not_be_rewritten() {
    let (code, said) =
        after("UPDATE turns SET result = replace(result, 'it says almost', 'it says right') WHERE turn = 1");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("turn 1") && said.contains("not the one that was signed"), "{said}");
}

#[test]
fn a_failed_gate_can_not_be_made_a_passed_one() {
    let (code, said) = after("UPDATE turns SET result = replace(result, '\"failed\"', '\"passed\"') WHERE turn = 1");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("turn 1"), "{said}");
}

#[test]
fn a_receipt_with_one_other_byte_is_refused() {
    // One character of the signed payload, to another of its alphabet.
    let (code, said) = after(
        "UPDATE receipts SET envelope = substr(envelope, 1, 99) \
         || CASE substr(envelope, 100, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr(envelope, 101) WHERE turn = 1",
    );
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_receipt_that_is_taken_out_is_missed() {
    let (code, said) = after("DELETE FROM receipts WHERE turn = 1");
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_receipt_that_was_exported_is_checked_without_the_database() {
    let sandbox = achieved();
    let (code, envelopes, _) = sandbox.run(["receipt", "export"]);
    assert_eq!(code, 0);
    assert_eq!(envelopes.lines().count(), 2);
    let (_, key, _) = sandbox.run(["receipt", "key"]);
    let key = key.split_whitespace().find(|word| word.starts_with('/')).unwrap().to_owned();
    let file = sandbox.home().join("receipts");
    let file = file.to_str().unwrap();
    std::fs::write(file, &envelopes).unwrap();
    let (code, said, complaint) = sandbox.run(["receipt", "verify", "--file", file, "--key", &key]);
    assert_eq!(code, 0, "{said}{complaint}");

    let swapped: Vec<&str> = envelopes.lines().rev().collect();
    std::fs::write(file, swapped.join("\n")).unwrap();
    let (code, said, complaint) = sandbox.run(["receipt", "verify", "--file", file, "--key", &key]);
    assert_eq!(code, 2, "{said}{complaint}");
}
