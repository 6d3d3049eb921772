//! Receipts of a real goal, after somebody has been at the database that holds them.

#![allow(clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use support::Sandbox;

/// A goal that two turns achieved.
fn achieved() -> Sandbox {
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
    let sandbox = Sandbox::of(&[("goalpost.toml", goal)]).unwrap();
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
fn a_verification_summary_that_is_taken_out_is_missed() {
    let (code, said) = after("UPDATE receipts SET summary = NULL WHERE turn = 2");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("summary of turn 2 is missing"), "{said}");
}

#[test]
fn what_the_worker_said_can_not_be_rewritten() {
    let (code, said) =
        after("UPDATE turns SET worker = replace(worker, '\"exit_code\":0', '\"exit_code\":1') WHERE turn = 1");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("turn 1: the stored text"), "{said}");
}

#[test]
fn neither_the_configuration_nor_the_end_of_a_goal_can_be_rewritten() {
    let (code, said) = after("UPDATE goals SET config = replace(config, '[ $v = right ]', '[ $v != left ]')");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("configuration"), "{said}");
    let (code, said) = after("UPDATE goals SET state = 'blocked', assurance = NULL");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("its last receipt says achieved"), "{said}");
}

/// A goal's exported receipts, the file that they are in, and the file of the public key.
fn exported() -> (Sandbox, String, String, String) {
    let sandbox = achieved();
    let (code, envelopes, _) = sandbox.run(["receipt", "export"]);
    assert_eq!(code, 0);
    let (_, key, _) = sandbox.run(["receipt", "key"]);
    let key = key.split_whitespace().find(|word| word.starts_with('/')).unwrap().to_owned();
    let file = sandbox.home().join("receipts").to_str().unwrap().to_owned();
    (sandbox, envelopes, file, key)
}

#[test]
fn a_receipt_that_was_exported_is_checked_without_the_database() {
    let (sandbox, envelopes, file, key) = exported();
    // A test result and a verification summary for each of two turns.
    assert_eq!(envelopes.lines().count(), 4);
    // Nothing of this machine is needed but the public key.
    let kept = sandbox.home().join("key.pem").to_str().unwrap().to_owned();
    std::fs::copy(&key, &kept).unwrap();
    std::fs::remove_dir_all(sandbox.home().join("state")).unwrap();
    std::fs::write(&file, &envelopes).unwrap();
    let (code, said, complaint) = sandbox.run(["receipt", "verify", "--file", &file, "--key", &kept]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert!(!sandbox.home().join("state").exists());
}

#[test]
fn exported_receipts_that_were_cut_or_reordered_are_found() {
    let (sandbox, envelopes, file, key) = exported();
    let verify = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let (code, said, complaint) = sandbox.run(["receipt", "verify", "--file", &file, "--key", &key]);
        (code, said + &complaint)
    };
    let (code, said) = verify(&envelopes);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the goal is achieved"), "{said}");

    let lines: Vec<&str> = envelopes.lines().collect();
    let of = |order: &[usize]| order.iter().map(|index| format!("{}\n", lines[*index])).collect::<String>();
    for order in [&[2, 3, 0, 1][..], &[1, 0, 2, 3], &[0, 2, 3], &[0, 1, 2], &[0, 1, 2, 3, 3], &[0]] {
        let (code, said) = verify(&of(order));
        assert_eq!(code, 2, "{order:?}: {said}");
    }
    assert_eq!(verify(envelopes.trim_end()).0, 2);
    assert_eq!(verify(&format!("{envelopes} ")).0, 2);
    assert_eq!(verify("").0, 2);
    // Whole as far as it goes, and the end of the goal is not in it.
    let (code, said) = verify(&of(&[0, 1]));
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("may be missing after it"), "{said}");
}

/// The claims in an exported test result.
fn claims(envelopes: &str, line: usize) -> serde_json::Value {
    use base64::Engine as _;
    let envelope: serde_json::Value = serde_json::from_str(envelopes.lines().nth(line).unwrap()).unwrap();
    let payload = base64::engine::general_purpose::STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    statement["predicate"]["urn:goalpost:turn:v1"].clone()
}

#[test]
fn a_receipt_names_the_programs_and_the_walls_of_each_run() {
    let (_sandbox, envelopes, _, _) = exported();
    let last = claims(&envelopes, 2);
    assert_eq!(last["ends"], "achieved");
    let tools = last["tools"].as_object().unwrap();
    let (path, shell) = tools.iter().find(|(path, _)| path.ends_with("/sh")).unwrap();
    let real = std::fs::read(shell["real"].as_str().unwrap()).unwrap();
    assert_eq!(shell["sha256"], goalpost_core::ids::Digest::of(real).as_str(), "{path}");
    assert_eq!(last["gates"][0]["definition"]["kind"]["command"]["argv"][0], path.as_str());
    for run in [&last["gates"][0], &last["cleanRoom"][0]] {
        assert_eq!(run["run"]["isolation"], last["isolation"], "{run}");
    }
}

/// What `receipt replay` says.
fn replay(sandbox: &Sandbox, turn: &str) -> (i32, String) {
    let (code, said, complaint) = sandbox.run(["receipt", "replay", "--turn", turn]);
    (code, said + &complaint)
}

#[test]
fn a_replay_agrees_whatever_became_of_the_workspace() {
    let sandbox = achieved();
    // The recorded trees are run, not these files.
    std::fs::write(sandbox.workspace().join("value.txt"), "wrong again\n").unwrap();
    std::fs::write(sandbox.workspace().join("goalpost.toml"), "nonsense").unwrap();
    for (turn, was) in [("1", "failed"), ("2", "passed")] {
        let (code, said) = replay(&sandbox, turn);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("agrees") && said.contains(&format!("`value` {was}")), "{said}");
    }
    assert_eq!(replay(&sandbox, "3").0, 64);
}

#[test]
fn a_replay_works_when_the_workspace_is_gone() {
    let sandbox = achieved();
    let goal = database(&sandbox).query_row("SELECT id FROM goals", [], |row| row.get::<_, String>(0)).unwrap();
    std::fs::rename(sandbox.workspace(), sandbox.home().join("moved")).unwrap();
    std::fs::create_dir(sandbox.workspace()).unwrap();
    let (code, said, complaint) = sandbox.run(["receipt", "replay", &goal]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert!(said.contains("agrees") && said.contains("is gone"), "{said}");
}

#[test]
fn a_replay_of_an_altered_record_is_refused() {
    let sandbox = achieved();
    database(&sandbox)
        .execute("UPDATE turns SET result = replace(result, 'failed', 'passed') WHERE turn = 1", [])
        .unwrap();
    let (code, said) = replay(&sandbox, "1");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("not valid"), "{said}");
}
