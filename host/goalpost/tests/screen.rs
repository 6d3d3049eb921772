//! What a person is shown before they agree to a plugin: nothing that somebody else wrote moves the cursor, hides or turns around
//! what stands beside it.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/hostile/frame.rs"]
mod frame;
mod support;

use goalpost_core::text;
use goalpost_plugins::Kind;
use support::Sandbox;

/// Up a line and erased; from right to left; a control of one byte; letters that only a model reads.
const HOSTILE: &str = "\u{1b}[1A\u{1b}[2K\u{202e}\u{9b}2J\u{e0041}";

/// A judge whose description has this schema of its config.
fn judge(schema: &str) -> Vec<u8> {
    let data: String = schema.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let fields = format!(
        "(data (i32.const 4096) \"{data}\")
         (func $describe (result i32)
           (i32.store (i32.const 152) (i32.const 4096))
           (i32.store (i32.const 156) (i32.const {}))
           (i32.const 128))
         (func $main (param i32) (result i32) (call $answer))",
        schema.len()
    );
    frame::component(Kind::Evaluator, &fields, false).unwrap()
}

/// A repository with a goal, and this component in it.
fn sandbox(component: &[u8], evaluator: &str) -> Sandbox {
    Sandbox::laid(&[], |workspace| {
        let goal = format!(
            "[goal]\nobjective = \"o\"\nbudget = {{ unlimited = true }}\n\
             [[gate]]\nname = \"any\"\ncommand = [\"true\"]\nbaseline = false\n{evaluator}"
        );
        std::fs::write(workspace.join("goalpost.toml"), goal).map_err(|error| error.to_string())?;
        std::fs::write(workspace.join("judge.wasm"), component).map_err(|error| error.to_string())
    })
    .unwrap()
}

/// Runs the program: what it shows has nothing in it that a terminal obeys.
fn shown(sandbox: &Sandbox, args: &[&str]) -> String {
    let (_, shown, said) = sandbox.run(args);
    let whole = shown + &said;
    assert!(!whole.contains(text::is_invisible), "{args:?}: {whole:?}");
    whole
}

const EVALUATOR: &str = "[[evaluator]]\nname = \"judge\"\nplugin = \"./judge.wasm\"\n";

#[test]
fn a_schema_does_not_rewrite_what_stands_above_it() {
    for schema in [HOSTILE.to_owned(), format!("{{ \"description\": \"a{HOSTILE}b\" }}").replace('\u{1b}', "")] {
        let sandbox = sandbox(&judge(&schema), "");
        for args in [
            &["plugin", "inspect", "judge.wasm"][..],
            &["plugin", "inspect", "judge.wasm", "--json"],
            &["plugin", "check", "judge.wasm"],
            &["plugin", "check", "judge.wasm", "--json"],
            &["plugin", "add", "judge.wasm", "--yes"],
        ] {
            assert!(shown(&sandbox, args).contains("hostile"), "{args:?}");
        }
    }
    let control = sandbox(&judge("{ \"type\": \"object\" }"), "");
    assert!(shown(&control, &["plugin", "inspect", "judge.wasm"]).contains("{ \"type\": \"object\" }"));
}

#[test]
fn what_a_lock_had_before_does_not_hide_what_is_new() {
    let sandbox = sandbox(&judge(""), EVALUATOR);
    shown(&sandbox, &["plugin", "update", "--yes"]);
    let path = sandbox.workspace().join("goalpost.lock");
    let lock = std::fs::read_to_string(&path).unwrap();
    let spelt: String = HOSTILE.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    for (from, to) in [
        ("source = \"./judge.wasm\"", format!("source = \"./judge.wasm{spelt}\"")),
        ("exports = [", format!("exports = [\"{spelt}\", ")),
        ("world = ", format!("\"{spelt}\" = 1\nworld = ")),
    ] {
        assert!(lock.contains(from), "{lock}");
        std::fs::write(&path, lock.replacen(from, &to, 1)).unwrap();
        shown(&sandbox, &["verify"]);
        let asked = shown(&sandbox, &["plugin", "update"]);
        assert!(asked.contains("+ new: sha256"), "it is agreed to anew: {asked}");
    }
}
