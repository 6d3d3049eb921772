//! The same judge in every language answers the same, to the byte.
//!
//! Each file of `tests/conformance` is put before the `pass-through` example of every SDK, by the program itself, and what that
//! prints is compared with the file of the same name that ends in `.json`. Those of `tests/conformance/every-import` call all
//! that the contract has, and are told the same in every language. What a machine lacks is skipped, with the reason printed.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use support::Sandbox;
use support::guests::{build, compiles_for_plugins, has};

/// The inputs, by name. A folder that was moved away must not pass for one that all languages agree on.
fn inputs() -> Vec<PathBuf> {
    let folder = support::project().join("tests/conformance");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut inputs: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    inputs.sort();
    assert!(inputs.len() >= 12, "{} has {} inputs", folder.display(), inputs.len());
    inputs
}

/// Builds the plugins that call every function there is, a judge and a workflow, and puts their cases before them.
fn calls_every_import(lang: &str, main: &str) {
    let folder = support::project().join("tests/conformance/every-import");
    let extension = Path::new(main).extension().unwrap().to_str().unwrap();
    let sandbox = Sandbox::of(&[]).unwrap();
    for (name, kind) in [("imports", "evaluator"), ("agents", "workflow")] {
        assert_eq!(sandbox.run(["plugin", "new", name, "--lang", lang, "--kind", kind]).0, 0);
        let project = sandbox.workspace().join(name);
        std::fs::copy(folder.join(format!("{name}.{extension}")), project.join(main)).unwrap();
        let (code, _, said) = build(&sandbox, name);
        assert_eq!(code, 0, "{said}");
        let cases = folder.join(name);
        let (code, shown, said) = sandbox.run(["plugin", "test", name, "--cases", cases.to_str().unwrap()]);
        assert_eq!(code, 0, "{lang}, {name}: {shown}{said}");
    }
}

/// Builds an SDK's judge, and compares all that it says with what it must.
fn answers_as_it_must(lang: &str, example: &str, main: &str) {
    let sandbox = Sandbox::of(&[]).unwrap();
    assert_eq!(sandbox.run(["plugin", "new", "pass-through", "--lang", lang]).0, 0);
    let project = sandbox.workspace().join("pass-through");
    std::fs::copy(support::project().join("sdk").join(example), project.join(main)).unwrap();
    let (code, _, said) = build(&sandbox, "pass-through");
    assert_eq!(code, 0, "{said}");

    let mut wrong = String::new();
    for input in inputs() {
        let must = std::fs::read_to_string(input.with_extension("json")).unwrap();
        let component = project.join("dist/pass-through.wasm");
        let (code, shown, said) =
            sandbox.run(["plugin".as_ref(), "run".as_ref(), component.as_os_str(), input.as_os_str()]);
        if code != 0 || shown != must {
            let name = input.file_stem().unwrap_or_default().to_string_lossy();
            wrong += &format!("{lang}, {name}: exit code {code}\n{said}it says\n{shown}and must say\n{must}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn rust_answers_as_it_must() {
    if compiles_for_plugins() {
        answers_as_it_must("rust", "rust/examples/pass_through.rs", "src/lib.rs");
    }
}

#[test]
fn typescript_answers_as_it_must() {
    if has("esbuild") && has("componentize-qjs") {
        answers_as_it_must("ts", "js/examples/pass-through.ts", "plugin.ts");
    }
}

#[test]
fn python_answers_as_it_must() {
    if has("componentize-py") {
        answers_as_it_must("python", "python/examples/pass_through.py", "plugin.py");
    }
}

#[test]
fn c_answers_as_it_must() {
    if has("python-zig") {
        answers_as_it_must("c", "c/examples/pass_through.c", "plugin.c");
    }
}

#[test]
fn go_answers_as_it_must() {
    if has("go") {
        answers_as_it_must("go", "go/examples/pass-through/plugin.go", "plugin.go");
    }
}

#[test]
fn rust_calls_every_import() {
    if compiles_for_plugins() {
        calls_every_import("rust", "src/lib.rs");
    }
}

#[test]
fn typescript_calls_every_import() {
    if has("esbuild") && has("componentize-qjs") {
        calls_every_import("ts", "plugin.ts");
    }
}

#[test]
fn python_calls_every_import() {
    if has("componentize-py") {
        calls_every_import("python", "plugin.py");
    }
}

#[test]
fn c_calls_every_import() {
    if has("python-zig") {
        calls_every_import("c", "plugin.c");
    }
}

#[test]
fn go_calls_every_import() {
    if has("go") {
        calls_every_import("go", "plugin.go");
    }
}
