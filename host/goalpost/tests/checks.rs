//! A plugin that runs a check on a variant of the work runs what it wrote there: with nothing that it was not granted.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/hostile/frame.rs"]
mod frame;
mod support;

use goalpost_plugins::Kind;
use support::Sandbox;

/// A judge that writes `run.sh` anew and has the check `c` run it. What it says is the error, or what the script printed.
fn judge(script: &str) -> Vec<u8> {
    let bytes = |text: &str| text.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let edit: Vec<u8> =
        [4112_u32, 6, 1, 4224, script.len() as u32].iter().flat_map(|word| word.to_le_bytes()).collect();
    let edit: String = edit.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let fields = format!(
        "(import \"goalpost:plugin/checks@0.1.0\" \"run-with\" (func $run (param i32 i32 i32 i32 i32)))
         (data (i32.const 4096) \"c\") (data (i32.const 4112) \"run.sh\")
         (data (i32.const 4128) \"{edit}\") (data (i32.const 4224) \"{}\")
         (func $main (param i32) (result i32)
           (call $run (i32.const 4096) (i32.const 1) (i32.const 4128) (i32.const 1) (i32.const 1024))
           (if (i32.load8_u (i32.const 1024)) (then
             (i32.store (i32.const 268) (i32.load (i32.const 1032)))
             (i32.store (i32.const 272) (i32.load (i32.const 1036)))))
           (call $answer))",
        bytes(script)
    );
    frame::component(Kind::Evaluator, &fields, false).unwrap()
}

/// What the judge says where its check is this.
fn said(check: &str) -> String {
    let judge = judge("echo variant\n");
    let sandbox = Sandbox::laid(&[], |workspace| {
        let goal = format!(
            "[goal]\nobjective = \"o\"\nbudget = {{ unlimited = true }}\n\
             [[gate]]\nname = \"any\"\ncommand = [\"true\"]\nbaseline = false\n\
             [[check]]\nname = \"c\"\ncommand = [\"sh\", \"run.sh\"]\n{check}\n\
             [[evaluator]]\nname = \"judge\"\nplugin = \"./judge.wasm\"\ngrants = {{ checks = [\"c\"] }}\n"
        );
        std::fs::write(workspace.join("goalpost.toml"), goal).map_err(|error| error.to_string())?;
        std::fs::write(workspace.join("run.sh"), "echo work\n").map_err(|error| error.to_string())?;
        std::fs::write(workspace.join("judge.wasm"), &judge).map_err(|error| error.to_string())
    })
    .unwrap();
    sandbox.agree();
    sandbox.shell("git add -A && git commit -qm agreed").unwrap();
    let (code, shown, complaint) = sandbox.run(["verify"]);
    assert_eq!(code, 0, "{shown}{complaint}");
    shown + &complaint
}

#[test]
fn what_a_plugin_writes_is_not_run_with_the_network_or_with_variables_of_the_hosts() {
    for check in ["network = true", "pass_env = [\"TOKEN\"]"] {
        let shown = said(check);
        assert!(shown.contains("on no variant that a plugin makes of it"), "{check}: {shown}");
    }
    let control = said("");
    assert!(control.contains("contained") && !control.contains("variant"), "{control}");
}
