//! What every guest needs and none is about: memory, an allocator, a description, an answer, and the component around it.
//!
//! ```text
//!     0 -  1023  the frame's own: description and answer
//!  1024 -  4095  where a guest lets the host write results
//!  4096 - 32767  a guest's data
//! 32768 -        what the host is given when it asks for memory
//! ```
//!
//! A guest has `(func $main (param $input i32) (result i32) ...)`, which returns `(call $answer)` when it gets that far. What
//! of `$realloc`, `$describe` and the exported memory it defines itself, the frame leaves out.

use std::path::Path;

use goalpost_plugins::Kind;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const MEMORY: &str = "(memory (export \"memory\") 1)\n";

const REALLOC: &str = r#"
(global $heap (mut i32) (i32.const 32768))
(func $realloc (param i32 i32 i32 i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
  (global.set $heap (i32.add (local.get $at) (local.get 3)))
  (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
    (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))))
      (then unreachable))))
  (local.get $at))
"#;

/// Logs the text whose address and length stand at an address.
const TELL: &str = r#"
(func $tell (param $at i32)
  (call $log (i32.const 2) (i32.load (local.get $at)) (i32.load offset=4 (local.get $at))))
"#;

/// The component of a guest that serves as `kind`.
pub(crate) fn component(kind: Kind, fields: &str, wasi: bool) -> Result<Vec<u8>, String> {
    let mut whole = format!("(module\n{fields}\n");
    if !fields.contains("(memory (export") {
        whole.push_str(MEMORY);
    }
    if !fields.contains("(func $realloc") {
        whole.push_str(REALLOC);
    }
    if !fields.contains("(func $describe") {
        whole.push_str("(func $describe (result i32) (i32.const 128))\n");
    }
    if fields.contains("(func $log ") {
        whole.push_str(TELL);
    }
    let answer = match kind {
        Kind::Evaluator => 256,
        Kind::Gate => 384,
        Kind::Workflow => 512,
    };
    whole.push_str(&format!(
        "(func $answer (result i32) (i32.const {answer}))
        (data (i32.const 0) \"{}\")
        (export \"cabi_realloc\" (func $realloc))
        (export \"goalpost:plugin/plugin-info@0.1.0#describe\" (func $describe))
        (export \"{}\" (func $main)))",
        escaped(&own_data()),
        kind.export(),
    ));
    let mut module = wat::parse_str(&whole).map_err(|error| error.to_string())?;

    let mut resolve = Resolve::default();
    let mut text = contract();
    let mut world = kind.world().to_owned();
    if wasi {
        text.push_str(&WASI.replace("WORLD", &world));
        world.push_str("-of-wasi");
    }
    let shown = |error: anyhow::Error| format!("{error:#}");
    let package = resolve.push_str("plugin.wit", &text).map_err(shown)?;
    let world = resolve.select_world(&[package], Some(&world)).map_err(shown)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).map_err(shown)?;
    ComponentEncoder::default().validate(true).module(&module).and_then(|mut encoder| encoder.encode()).map_err(shown)
}

/// The description and the good answers of all worlds, as the contract lays them out.
fn own_data() -> Vec<u8> {
    let mut data = vec![0; 600];
    let text = |data: &mut Vec<u8>, at: usize, text: &str| {
        data[at..at + text.len()].copy_from_slice(text.as_bytes());
        [at as u32, text.len() as u32]
    };
    let words = |data: &mut Vec<u8>, at: usize, words: [u32; 2]| {
        data[at..at + 4].copy_from_slice(&words[0].to_le_bytes());
        data[at + 4..at + 8].copy_from_slice(&words[1].to_le_bytes());
    };
    let name = text(&mut data, 0, "hostile");
    let version = text(&mut data, 16, "1.0.0");
    let contained = text(&mut data, 32, "contained");
    words(&mut data, 128, name);
    words(&mut data, 136, version);
    words(&mut data, 144, contained);
    // result<verdict, string>: ok, satisfied, and a reason.
    words(&mut data, 256 + 12, contained);
    // result<gate-result, string>: ok, passed, and a summary.
    data[384 + 4] = 1;
    words(&mut data, 384 + 8, contained);
    // result<turn-summary, string>: ok, finished, and a text.
    words(&mut data, 512 + 16, contained);
    data
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// The contract, all of its files as one.
fn contract() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "wit"));
    files.sort();
    let mut whole = String::from("package goalpost:plugin@0.1.0;\n");
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        whole.extend(text.lines().filter(|line| !line.starts_with("package ")).flat_map(|line| [line, "\n"]));
    }
    whole
}

/// The parts of WASI that guests here use, and a world that has them.
const WASI: &str = include_str!("wasi.wit");
