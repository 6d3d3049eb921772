//! Build caches that a gate keeps between turns: they save work, and decide nothing.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::Sandbox;

/// Runs a goal of up to three turns whose worker and gate are lines of shell. Gives the exit code, what was said, and whether
/// the cache of the goal is still there.
fn run(worker: &str, gate: &str) -> (Sandbox, i32, String) {
    let text = format!(
        r#"
[goal]
objective = "the gate passes"
budget    = {{ unlimited = true }}
max_turns = 3

[worker]
command = ["sh", "-c", '''cat > /dev/null; {worker}''']

[[gate]]
name    = "gate"
command = ["sh", "-c", '''{gate}''']
cache   = ["build"]
"#
    );
    let sandbox = Sandbox::of(&[("goalpost.toml", &text), ("source", "base\n")]).unwrap();
    let (code, said, complaint) = sandbox.run(["run", "--json"]);
    (sandbox, code, said + &complaint)
}

/// What a turn's receipt says of the gate's cache, in its first run and in the clean room.
fn warm(sandbox: &Sandbox, turn: &str) -> (serde_json::Value, serde_json::Value) {
    use base64::Engine as _;
    let (code, lines, complaint) = sandbox.run(["receipt", "export", "--turn", turn]);
    assert_eq!(code, 0, "{complaint}");
    let envelope: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let payload = base64::engine::general_purpose::STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let turn = &statement["predicate"]["urn:goalpost:turn:v1"];
    (turn["gates"][0]["run"]["warm"].clone(), turn["cleanRoom"][0]["run"]["warm"].clone())
}

/// Whether this machine can lay caches under a tree at all.
fn has_overlays(sandbox: &Sandbox) -> bool {
    let (_, said, _) = sandbox.run(["status", "--json"]);
    let has = !said.contains("landlock") && std::env::var("GOALPOST_ISOLATION").is_err();
    if !has {
        eprintln!("skipped: caches need overlays");
    }
    has
}

const COUNT: &str = "mkdir -p build; echo run >> build/runs; ";

#[test]
fn a_cache_is_warm_in_the_next_turn_and_never_in_the_clean_room() {
    // The third run of the gate on one cache would be the clean room's.
    let gate = format!("{COUNT} [ $(wc -l < build/runs) -lt 3 ] && [ -e done ]");
    let (sandbox, code, said) = run("[ $GOALPOST_TURN = 1 ] || touch done", &gate);
    assert_eq!(code, 0, "{said}");
    if !has_overlays(&sandbox) {
        return;
    }
    assert_eq!(warm(&sandbox, "1").0, serde_json::Value::Null, "nothing was there");
    assert_eq!(warm(&sandbox, "2"), (serde_json::json!(["build"]), serde_json::Value::Null));
    // A replay has no cache either, and the worker's folder never saw it.
    let (code, said, complaint) = sandbox.run(["receipt", "replay"]);
    assert_eq!(code, 0, "{said}{complaint}");
    assert!(!sandbox.workspace().join("build").exists());
}

#[test]
fn a_result_that_was_forged_in_the_cache_does_not_end_the_goal() {
    // The gate runs the worker's code, which leaves what the gate takes for its own finished build.
    let worker = "echo 'mkdir -p build; echo built > build/passed' > work.sh";
    let gate = "[ -e build/passed ] || { sh work.sh; [ -e done ]; }";
    let (sandbox, code, said) = run(worker, gate);
    assert_eq!(code, 2, "{said}");
    if has_overlays(&sandbox) {
        assert!(said.contains("passed at first, and not in the clean room"), "{said}");
    }
}

#[test]
fn a_file_that_is_put_back_is_built_again() {
    // A build by time, as make does it. Put back, the source is as old as the baseline's checkout.
    let worker = "if [ $GOALPOST_TURN = 1 ]; then echo other > source; else echo base > source; touch done; fi";
    let gate = "mkdir -p build; [ build/out -nt source ] || cp source build/out; [ -e done ] && grep -q base build/out";
    let (sandbox, code, said) = run(worker, gate);
    assert_eq!(code, 0, "{said}");
    if has_overlays(&sandbox) {
        assert_eq!(warm(&sandbox, "2").0, serde_json::json!(["build"]));
    }
}

#[test]
fn a_cached_folder_that_the_work_takes_part_in_is_not_cached() {
    let worker = "mkdir -p build; echo forged > build/runs; [ $GOALPOST_TURN = 1 ] || touch done";
    let (sandbox, code, said) = run(worker, &format!("{COUNT} [ -e done ]"));
    assert_eq!(code, 0, "{said}");
    assert_eq!(warm(&sandbox, "2").0, serde_json::Value::Null);
}

#[test]
fn a_gate_that_makes_its_cache_a_link_gains_nothing() {
    let worker = "[ $GOALPOST_TURN != 3 ] || touch done";
    let gate = "rm -rf build; ln -s / build; [ -e done ]";
    let (sandbox, code, said) = run(worker, gate);
    assert_eq!(code, 0, "{said}");
    for turn in ["2", "3"] {
        assert_eq!(warm(&sandbox, turn).0, serde_json::Value::Null);
    }
}

#[test]
fn a_cache_that_makes_a_gate_fail_again_and_again_is_begun_anew() {
    // A broken cache is not bad work: the third turn finds none.
    let gate = "[ ! -e build/broken ] || exit 1; mkdir -p build; touch build/broken; [ -e done ]";
    let (sandbox, code, said) = run("[ $GOALPOST_TURN = 1 ] || touch done", gate);
    assert_eq!(code, 0, "{said}");
    if has_overlays(&sandbox) {
        assert_eq!(warm(&sandbox, "2").0, serde_json::json!(["build"]));
        assert_eq!(warm(&sandbox, "3").0, serde_json::Value::Null);
    }
}

#[test]
fn a_goal_that_ended_leaves_no_cache() {
    let (sandbox, code, said) = run("touch done", &format!("{COUNT} [ -e done ]"));
    assert_eq!(code, 0, "{said}");
    let stamped: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let goal = stamped["goal"].as_str().unwrap();
    let mut show = sandbox.goalpost(["status"]);
    let cache = show.get_envs().find(|(name, _)| *name == "XDG_CACHE_HOME").unwrap().1.unwrap().to_owned();
    drop(show.output());
    let room = Path::new(&cache).join("goalpost/warm").join(goal);
    assert!(!room.exists(), "{}", room.display());
    assert!(!room.with_extension("lease").exists());
}
