//! The SDK's library for C, tested on the machine itself by `sdk/c/tests`.
//!
//! A component survives a read past a text's end unnoticed. Here it meets the compiler's sanitizers.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;

/// Those of the library's files that the tests' host can answer.
const TESTED: [&str; 9] = ["answer", "errors", "format", "frame", "json", "sha256", "text", "tree", "utf8"];

#[test]
fn the_library_for_c_stays_within_its_texts() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: `cc` is not installed");
        return;
    }
    let sdk = support::project().join("sdk/c");
    let scratch = tempfile::tempdir().unwrap();
    let program = scratch.path().join("tests");
    let mut sources: Vec<_> = TESTED.iter().map(|name| sdk.join(format!("src/{name}.c"))).collect();
    let tests = std::fs::read_dir(sdk.join("tests")).unwrap().map(|entry| entry.unwrap().path());
    sources.extend(tests.filter(|path| path.extension().is_some_and(|extension| extension == "c")));
    let compile = |more: &[&str]| {
        let mut compiler = Command::new("cc");
        compiler.args(["-std=c11", "-g", "-O1", "-UNDEBUG", "-Wall", "-Wextra", "-Werror", "-Wno-attributes"]);
        compiler.args(more).arg("-I").arg(sdk.join("src")).arg("-I").arg(sdk.join("bindings/evaluator"));
        compiler.args(&sources).args(["-lm", "-o"]).arg(&program).output().unwrap()
    };
    let mut compiled = compile(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    if !compiled.status.success() {
        eprintln!("without sanitizers: {}", String::from_utf8_lossy(&compiled.stderr));
        compiled = compile(&[]);
    }
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    // A plugin frees nothing: its memory ends with its answer.
    let output = Command::new(&program).env("ASAN_OPTIONS", "detect_leaks=0").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "all is as expected");
}
