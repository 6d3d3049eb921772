//! Which canaries, in which files, and the files with them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::words::Words;
use super::{Canary, Fate, Manner, Runner, go, javascript, python, rust};
use crate::inventory::{Inventory, Status};

/// Files that get canaries: enough that each part of a suite is likely to have one, few enough to write and compile.
const MAX_FILES: usize = 12;
/// Known tests of a file that are made to fail.
const MAX_KNOWN: usize = 32;

/// A text file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Relative to the top of the tree.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// A test that the suite already has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: String,
    /// Where its first statement may stand.
    pub(super) at: usize,
    /// What stands before that statement.
    pub(super) indent: String,
}

/// Draws canaries for a suite that passed. `files` are those of the sealed tree for which [`super::is_candidate`] holds, `output`
/// and `inventory` what the run that passed printed.
pub fn plan<D: FnMut() -> [u8; 6]>(
    runner: Runner,
    files: &[Source],
    output: &str,
    inventory: Option<&Inventory>,
    words: &mut Words<D>,
) -> Vec<Canary> {
    let named = known(runner, files);
    let passed: Vec<&str> = inventory
        .iter()
        .flat_map(|found| &found.tests)
        // Some runners name files or packages only.
        .filter(|test| test.status == Status::Passed && is_known(&named, &test.name))
        .map(|test| test.name.as_str())
        .collect();
    let mut found: Vec<(bool, &Source, Vec<Known>)> = files
        .iter()
        .filter(|file| runner.has_tests_in(&file.path))
        .filter_map(|file| {
            let known = tests(runner, &file.text);
            let is_root = matches!(runner, Runner::CargoTest | Runner::Nextest);
            (!known.is_empty() || is_root || looks_like_tests(&file.text)).then(|| {
                let ran = was_told_of(output, &file.path)
                    || known.iter().any(|test| passed.iter().any(|name| is_test_of(runner, file, name, &test.name)));
                (ran, file, known)
            })
        })
        .collect();
    // A worker that knows the order must not know the choice.
    for last in (1..found.len()).rev() {
        found.swap(last, words.below(last + 1));
    }
    found.sort_by_key(|(ran, ..)| !ran);
    found.truncate(MAX_FILES);

    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (_, file, known) in &found {
        let own: BTreeSet<&str> = known.iter().map(|test| test.name.as_str()).collect();
        // Python's runners say which module a test was in.
        let is_told = |name: &&str| passed.iter().any(|told| is_test_of(runner, file, told, name));
        for name in own.into_iter().filter(is_told) {
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    let mut canaries = Vec::new();
    for (ran, file, known) in found {
        let manners: &[Manner] = match runner {
            Runner::CargoTest | Runner::Nextest => &rust::MANNERS,
            Runner::Pytest | Runner::Unittest => &python::MANNERS,
            Runner::GoTest => &go::MANNERS,
            _ => &javascript::MANNERS,
        };
        for manner in manners {
            let (name, word) = (words.word(), words.word());
            let name = if runner == Runner::GoTest { go::name(&name) } else { name };
            canaries.push(Canary { path: file.path.clone(), manner: *manner, name, word, ran, wave: 0 });
        }
        // Of one name in its file where they are found by it, and known to have run where names are known at all.
        let is_python = matches!(runner, Runner::Pytest | Runner::Unittest);
        let place = |name: &str| known.iter().position(|test| test.name == name);
        let alone = |test: &(usize, &Known)| match is_python {
            true => place(&test.1.name) == Some(test.0),
            false => known.iter().filter(|other| other.name == test.1.name).count() == 1,
        };
        let did_run = |test: &Known| passed.iter().any(|name| is_test_of(runner, file, name, &test.name));
        let usable: Vec<_> = known
            .iter()
            .enumerate()
            .filter(alone)
            .map(|(_, test)| test)
            .filter(|test| passed.is_empty() || did_run(test))
            .collect();
        let skip = words.below(usable.len());
        for test in usable.iter().cycle().skip(skip).take(usable.len().min(MAX_KNOWN)) {
            // One that fails before it has done anything must not keep all others from doing it.
            let wave = if fails_late(runner) { 1 } else { 1 + u8::from(words.below(2) == 1) };
            canaries.push(Canary {
                path: file.path.clone(),
                manner: Manner::Poison,
                name: test.name.clone(),
                word: words.word(),
                // Another file may have one of this name, and that one ran.
                ran: did_run(test) && names.get(&test.name).is_some_and(|files| *files == 1),
                wave,
            });
        }
    }
    canaries
}

/// The files with `canaries`, by path. A file that is not there gets none.
pub fn lay(runner: Runner, files: &[Source], canaries: &[&Canary], fate: Fate) -> Vec<Source> {
    let mut by_path: BTreeMap<&str, Vec<&Canary>> = BTreeMap::new();
    for canary in canaries {
        by_path.entry(&canary.path).or_default().push(canary);
    }
    by_path
        .into_iter()
        .filter_map(|(path, canaries)| {
            let file = files.iter().find(|file| file.path == path)?;
            let (poisoned, new): (Vec<_>, Vec<_>) =
                canaries.into_iter().partition(|canary| canary.manner == Manner::Poison);
            let mut text = file.text.clone();
            for canary in &poisoned {
                let Some(test) = tests(runner, &text).into_iter().find(|test| test.name == canary.name) else {
                    continue;
                };
                let statement = match runner {
                    Runner::CargoTest | Runner::Nextest => rust::poison(canary, fate),
                    // At the end of the file.
                    Runner::Pytest | Runner::Unittest => break,
                    Runner::GoTest => go::poison(canary, fate),
                    _ => javascript::poison(canary, fate),
                };
                text.insert_str(test.at, &format!("{}{statement}", test.indent));
            }
            let text = match runner {
                Runner::CargoTest | Runner::Nextest => rust::append(&text, &new, fate),
                Runner::Pytest => python::append(&text, &new, &poisoned, true, fate),
                Runner::Unittest => python::append(&text, &new, &poisoned, false, fate),
                Runner::GoTest => go::append(&text, &new, fate),
                _ => javascript::append(path, &text, &new, runner, package_type(files, path).as_deref(), fate),
            };
            Some(Source { path: path.to_owned(), text })
        })
        .collect()
}

/// Whether known tests are made to fail when they have done all else.
fn fails_late(runner: Runner) -> bool {
    !matches!(runner, Runner::NodeTest | Runner::Jest | Runner::Vitest | Runner::Mocha)
}

fn tests(runner: Runner, source: &str) -> Vec<Known> {
    match runner {
        Runner::CargoTest | Runner::Nextest => rust::tests(source),
        Runner::Pytest | Runner::Unittest => python::tests(source),
        Runner::GoTest => go::tests(source),
        _ => javascript::tests(source),
    }
}

/// A file without a test that is recognised may still have some: made in a loop, or by a macro.
fn looks_like_tests(source: &str) -> bool {
    ["test(", "it(", "describe(", "TestCase", "def test"].iter().any(|word| source.contains(word))
}

/// Whether an output tells that a file ran.
fn was_told_of(output: &str, path: &str) -> bool {
    output.contains(path)
        // `Running tests/a.rs (target/...)`, from the folder of its own package.
        || path.rsplit_once("tests/").is_some_and(|(_, name)| output.contains(&format!("tests/{name}")))
        || was_told_of_root(output, path)
}

/// Whether cargo says that it ran the unit tests of the crate with this root. Each line names its root from the folder of its own
/// package, and its program by the crate, which is most often called like that folder.
fn was_told_of_root(output: &str, path: &str) -> bool {
    let Some(root) = ["src/lib.rs", "src/main.rs"].into_iter().find(|root| path.ends_with(root)) else { return false };
    let package =
        path.strip_suffix(root).unwrap_or_default().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let (line, program) = (format!("Running unittests {root}"), format!("/{}-", package.replace('-', "_")));
    output.lines().any(|told| told.contains(&line) && (package.is_empty() || told.contains(&program)))
}

/// Whether a runner's name of a test means `test` in `file`. Python's runners say which module it was in.
fn is_test_of(runner: Runner, file: &Source, told: &str, test: &str) -> bool {
    let is_python = matches!(runner, Runner::Pytest | Runner::Unittest);
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let module = name.strip_suffix(".py").unwrap_or(name);
    let is_qualified = told.contains(['.', '/', ':']);
    is_called(told, test)
        && (!is_python || !is_qualified || told.split(['.', '/', ':', ' ']).any(|part| part == module))
}

/// The names that sources give their tests.
pub fn known(runner: Runner, files: &[Source]) -> HashSet<String> {
    let files = files.iter().filter(|file| runner.has_tests_in(&file.path));
    files.flat_map(|file| tests(runner, &file.text)).map(|test| test.name).collect()
}

/// Whether a runner's name is one of those, behind the names of modules or suites.
pub fn is_known(known: &HashSet<String>, told: &str) -> bool {
    let ends = |told: &'_ str| {
        let tails = told.match_indices(BEFORE_A_NAME).map(|(at, _)| &told[at + 1..]);
        std::iter::once(told).chain(tails).any(|name| known.contains(name))
    };
    ends(told) || ends(plain(told))
}

/// What a runner may write between a suite's name and a test's.
const BEFORE_A_NAME: [char; 5] = ['.', ':', ' ', '/', '>'];

/// A runner's name of a test without its parameters.
fn plain(told: &str) -> &str {
    told.split(['[', '(']).next().unwrap_or(told).trim_end()
}

/// Whether a runner's name of a test, `told`, is the one that a source gives it.
pub fn is_called(told: &str, name: &str) -> bool {
    let ends =
        |told: &str| told == name || told.strip_suffix(name).is_some_and(|before| before.ends_with(BEFORE_A_NAME));
    ends(told) || ends(plain(told))
}

/// The `type` of the nearest `package.json` above `path`.
fn package_type(files: &[Source], path: &str) -> Option<String> {
    let mut folder = path;
    loop {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let wanted = if folder.is_empty() { "package.json".to_owned() } else { format!("{folder}/package.json") };
        if let Some(file) = files.iter().find(|file| file.path == wanted) {
            let value: serde_json::Value = serde_json::from_str(&file.text).unwrap_or_default();
            return value.get("type").and_then(|kind| kind.as_str()).map(str::to_owned);
        }
        if folder.is_empty() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words<impl FnMut() -> [u8; 6]> {
        let mut n = 0u8;
        Words::new(move || {
            n = n.wrapping_add(16);
            [n; 6]
        })
    }

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    /// The file with all of its canaries, which say nothing of themselves in one piece.
    fn laid(runner: Runner, path: &str, text: &str, fate: Fate) -> String {
        let files = [source(path, text), source("package.json", r#"{ "type": "module" }"#)];
        let canaries = plan(runner, &files, "", None, &mut words());
        assert!(canaries.iter().all(|canary| canary.path == path), "{canaries:?}");
        let all: Vec<_> = canaries.iter().collect();
        let text = lay(runner, &files, &all, fate).remove(0).text;
        for canary in &canaries {
            assert!(!text.contains(&canary.word), "{text}");
            assert!(text.contains(&canary.name), "{text}");
        }
        text
    }

    #[test]
    fn python_tests_come_before_what_runs_the_file() {
        let text = "import unittest\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        pass\n\n\
                    if __name__ == '__main__':\n    unittest.main()\n";
        let laid = laid(Runner::Unittest, "tests/test_a.py", text, Fate::Fails);
        assert!(laid.contains("(\"test_a\", ") && laid.contains("raise AssertionError("), "{laid}");
        assert!(
            laid.contains("self.assertEqual(") && laid.contains("self.fail(") && laid.contains("raise RuntimeError(")
        );
        assert!(laid.trim_end().ends_with("if __name__ == '__main__':\n    unittest.main()"), "{laid}");
    }

    #[test]
    fn rust_tests_are_a_module_and_an_assertion() {
        let text = "use a::b;\n\n#[test]\nfn works() {\n    b();\n}\n\n#[test]\n#[ignore]\nfn never() {}\n";
        let laid = laid(Runner::CargoTest, "tests/a.rs", text, Fate::Fails);
        assert!(laid.contains("fn works() { struct ") && laid.contains("::std::thread::panicking()"), "{laid}");
        assert!(
            laid.contains("#[cfg(test)]\nmod ")
                && laid.contains("assert_eq!(concat!(")
                && laid.contains("Err(concat!(")
        );
        assert!(laid.contains("fn never() {}"), "{laid}");
    }

    #[test]
    fn javascript_tests_are_written_as_the_file_is() {
        let module = "import test from 'node:test';\ntest('works', async () => {\n});\n";
        let laid_module = laid(Runner::NodeTest, "tests/a.test.js", module, Fate::Fails);
        assert!(laid_module.contains("import { test as t_") && laid_module.contains(".strictEqual("), "{laid_module}");
        assert!(laid_module.contains("test('works', async () => { throw new Error("), "{laid_module}");
        let common = "const test = require('node:test');\ntest('works', { skip: true }, () => {\n});\n";
        let laid_common = laid(Runner::NodeTest, "tests/a.test.js", common, Fate::Fails);
        assert!(laid_common.contains("const { test: t_") && !laid_common.contains("skip: true }, () => { throw"));
        let jest = laid(Runner::Jest, "a.test.ts", "it('works', () => {\n});\n", Fate::Fails);
        assert!(jest.contains("\ntest('") && jest.contains(").toBe('');") && !jest.contains("import"), "{jest}");
        let vitest = "import { it } from 'vitest';\nit('works', () => {\n});\n";
        assert!(laid(Runner::Vitest, "a.spec.ts", vitest, Fate::Fails).contains("import { expect as a_"));
    }

    #[test]
    fn go_tests_are_named_as_go_wants_them() {
        let text = "package a\n\nimport \"testing\"\n\nfunc TestWorks(t *testing.T) {\n}\n";
        let files = [source("a_test.go", text)];
        let canaries = plan(Runner::GoTest, &files, "", None, &mut words());
        let laid = lay(Runner::GoTest, &files, &canaries.iter().collect::<Vec<_>>(), Fate::Fails).remove(0).text;
        assert!(laid.contains("func TestWorks(t *testing.T) { defer t.Error("), "{laid}");
        assert_eq!(laid.matches("\nfunc Test").count(), 3, "{laid}");
    }

    #[test]
    fn what_ran_comes_first_and_known_tests_are_those_that_passed() {
        let files: Vec<_> = (0..40)
            .map(|n| {
                source(
                    &format!("tests/test_{n}.py"),
                    &format!("def test_a{n}():\n    pass\n\ndef test_b{n}():\n    pass\n"),
                )
            })
            .collect();
        let output =
            "tests/test_7.py::test_a7 SKIPPED\ntests/test_7.py::test_b7 PASSED\n=== 1 passed, 1 skipped in 0.1s ===\n";
        let inventory = crate::inventory::parse(&[], output, None);
        let canaries = plan(Runner::Pytest, &files, output, inventory.as_ref(), &mut words());
        assert_eq!(canaries[0].path, "tests/test_7.py");
        let known: Vec<_> = canaries.iter().filter(|canary| canary.manner == Manner::Poison).collect();
        assert_eq!(known.iter().map(|canary| canary.name.as_str()).collect::<Vec<_>>(), ["test_b7"]);
    }

    #[test]
    fn a_package_is_no_test_and_a_test_is_known_behind_its_suites() {
        let files = [source("a_test.go", "package a\n\nfunc TestWorks(t *testing.T) {\n}\n")];
        let go = known(Runner::GoTest, &files);
        assert!(is_known(&go, "TestWorks") && is_known(&go, "example.com/a/TestWorks"));
        assert!(!is_known(&go, "example.com/a"));
        let output = "ok  \texample.com/a\t0.01s\n";
        let inventory = crate::inventory::parse(&["go".to_owned(), "test".to_owned()], output, None);
        let canaries = plan(Runner::GoTest, &files, output, inventory.as_ref(), &mut words());
        assert!(canaries.iter().any(|canary| canary.manner == Manner::Poison), "{canaries:?}");
        let jest = known(Runner::Jest, &[source("a.test.js", "test('reads a (part)', () => {\n});\n")]);
        assert!(is_known(&jest, "amounts > reads a (part)") && is_called("amounts reads a (part)", "reads a (part)"));
    }

    #[test]
    fn a_file_that_only_looks_like_one_that_ran_did_not() {
        let one = "     Running unittests src/lib.rs (target/debug/deps/wallet-566e1f0fe1a7c7d6)\n";
        assert!(was_told_of(one, "src/lib.rs") && was_told_of(one, "crates/wallet/src/lib.rs"));
        assert!(!was_told_of(one, "crates/digits/src/lib.rs") && !was_told_of(one, "src/main.rs"));
        let told = "tests.test_money.Money.test_reads";
        let of = |path: &str| is_test_of(Runner::Unittest, &source(path, ""), told, "test_reads");
        assert!(of("tests/test_money.py") && !of("tests/money.py"));
        assert!(is_test_of(Runner::Unittest, &source("tests/a.py", ""), "test_reads", "test_reads"));
    }

    #[test]
    fn harmless_ones_stand_in_the_same_places() {
        let text = "def test_a():\n    pass\n";
        let harmless = laid(Runner::Pytest, "test_a.py", text, Fate::Passes);
        assert!(
            !harmless.contains("raise")
                && harmless.contains("(\"test_a\", ")
                && harmless.matches("def test_").count() == 5,
            "{harmless}"
        );
    }
}
