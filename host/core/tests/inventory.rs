//! What real test runners print, and what is read from it. The outputs in `inventory/` were written by the runners
//! themselves.
#![allow(clippy::unwrap_used)]

use goalpost_core::baseline::BaselineRun;
use goalpost_core::evidence::{GateStatus, Severity};
use goalpost_core::inventory::{
    Counts, Difference, Inventory, Reference, Status, Test, compare, examine, parse, summarise,
};
use proptest::prelude::*;

macro_rules! read {
    ($file:literal, $($arg:literal)*) => {{
        let argv: &[&str] = &[$($arg),*];
        let argv: Vec<String> = argv.iter().map(|arg| (*arg).to_owned()).collect();
        parse(&argv, include_str!(concat!("inventory/", $file)), None).expect($file)
    }};
}

fn counts(inventory: &Inventory) -> (u32, u32, u32) {
    (inventory.counts.passed, inventory.counts.failed, inventory.counts.skipped)
}

fn names(inventory: &Inventory, status: Status) -> Vec<&str> {
    let mut names: Vec<_> = inventory.tests.iter().filter(|t| t.status == status).map(|t| t.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn message<'a>(inventory: &'a Inventory, name: &str) -> &'a str {
    &inventory.tests.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("{name} in {inventory:?}")).message
}

#[test]
fn cargo_test_names_unit_integration_and_documentation_tests() {
    let found = read!("cargo-test.txt", "cargo" "test");
    assert_eq!((found.format.as_str(), counts(&found), found.complete), ("cargo-test", (6, 1, 1), true));
    assert_eq!(
        names(&found, Status::Passed),
        ["adds", "src/lib.rs -", "src/lib.rs - two - compile", "tests::adds", "tests::panics", "tests::prints"]
    );
    assert_eq!(names(&found, Status::Skipped), ["tests::skipped"]);
    assert!(message(&found, "tests::fails").contains("two is not three"));
}

#[test]
fn cargo_test_is_read_through_what_tests_print() {
    let found = read!("cargo-test-nocapture.txt", "cargo" "test");
    assert_eq!((counts(&found), found.complete), ((3, 1, 1), true));
    assert_eq!(names(&found, Status::Passed), ["tests::adds", "tests::panics", "tests::prints"]);
    assert_eq!(names(&found, Status::Failed), ["tests::fails"]);
}

#[test]
fn a_quiet_cargo_test_is_counted_without_names() {
    let found = read!("cargo-test-quiet.txt", "cargo" "test");
    assert_eq!((counts(&found), found.complete), ((3, 1, 1), false));
}

#[test]
fn nextest_is_read_up_to_its_summary() {
    let found = read!("nextest.txt", "cargo" "nextest" "run");
    assert_eq!((found.format.as_str(), counts(&found), found.complete), ("nextest", (4, 1, 1), true));
    assert_eq!(names(&found, Status::Failed), ["demo tests::fails"]);
    assert_eq!(
        names(&found, Status::Passed),
        ["demo tests::adds", "demo tests::panics", "demo tests::prints", "demo::whole adds"]
    );
}

#[test]
fn pytest_is_read_in_three_reporters_and_as_junit() {
    let verbose = read!("pytest-verbose.txt", "pytest" "-v");
    assert_eq!((verbose.format.as_str(), counts(&verbose), verbose.complete), ("pytest", (4, 2, 2), true));
    let passed = [
        "test_a.py::TestGroup::test_in_class",
        "test_a.py::test_one",
        "test_a.py::test_param[a b]",
        "test_a.py::test_param[c - d]",
    ];
    assert_eq!(names(&verbose, Status::Passed), passed);
    assert_eq!(names(&verbose, Status::Failed), ["test_a.py::test_bad", "test_a.py::test_error"]);
    assert_eq!(names(&verbose, Status::Skipped), ["test_a.py::test_expected", "test_a.py::test_skipped"]);
    assert_eq!(message(&verbose, "test_a.py::test_bad"), "AssertionError: one is two");

    let report = read!("pytest-ra.txt", "python3" "-m" "pytest" "-rA");
    assert_eq!((counts(&report), report.complete), ((4, 2, 2), true));
    assert_eq!(names(&report, Status::Failed), names(&verbose, Status::Failed));

    let quiet = read!("pytest-quiet.txt", "pytest" "-q");
    assert_eq!((counts(&quiet), quiet.complete), ((4, 2, 2), false));
    assert_eq!(names(&quiet, Status::Failed), names(&verbose, Status::Failed));

    let junit = read!("pytest.xml", "cat");
    assert_eq!((junit.format.as_str(), counts(&junit), junit.complete), ("junit", (4, 2, 2), true));
    assert!(
        message(&junit, "test_a::test_bad")
            .starts_with("AssertionError: one is two\nassert 1 == 2\n>   def test_bad()")
    );
    assert!(message(&junit, "test_a::test_error").contains("\"RuntimeError: no fixture\""));
}

#[test]
fn node_is_read_in_three_reporters() {
    for found in [read!("node-spec.txt", "node" "--test"), read!("node-tap.txt", "node" "--test")] {
        assert_eq!((found.format.as_str(), counts(&found), found.complete), ("node-test", (4, 2, 2), true));
        assert_eq!(
            names(&found, Status::Passed),
            ["adds", "green group > deep > er", "green group > inner", "group > inner one"]
        );
        assert_eq!(names(&found, Status::Failed), ["fails", "group > inner bad"]);
        assert_eq!(names(&found, Status::Skipped), ["later", "skipped"]);
    }
    assert!(message(&read!("node-tap.txt", "npm" "test"), "group > inner bad").contains("error: 'boom'"));
    let junit = read!("node.xml", "npm" "test");
    assert_eq!((junit.format.as_str(), counts(&junit)), ("junit", (4, 2, 2)));
}

#[test]
fn jest_is_read_in_three_reporters() {
    let verbose = read!("jest-verbose.txt", "npx" "jest" "--verbose");
    assert_eq!((verbose.format.as_str(), counts(&verbose), verbose.complete), ("jest", (4, 1, 2), true));
    let passed = [
        "./a.test.js > adds",
        "./a.test.js > group > deep > er",
        "./a.test.js > group > inner (with brackets)",
        "./b.test.js > second > works",
    ];
    assert_eq!(names(&verbose, Status::Passed), passed);
    assert!(message(&verbose, "./a.test.js > fails").contains("Expected: 2"));

    let brief = read!("jest-brief.txt", "npm" "test");
    assert_eq!((counts(&brief), brief.complete), ((4, 1, 2), false));
    assert_eq!(names(&brief, Status::Failed), ["./a.test.js > fails"]);

    let json = read!("jest.json", "npm" "test");
    assert_eq!((counts(&json), json.complete), ((4, 1, 2), true));
    assert_eq!(names(&json, Status::Failed), ["a.test.js > fails"]);
}

#[test]
fn vitest_is_read_in_three_reporters() {
    let verbose = read!("vitest-verbose.txt", "npx" "vitest");
    assert_eq!((verbose.format.as_str(), counts(&verbose), verbose.complete), ("vitest", (3, 1, 2), true));
    let passed = ["a.test.mjs > adds", "a.test.mjs > group > deep > er", "a.test.mjs > group > inner > odd"];
    assert_eq!(names(&verbose, Status::Passed), passed);
    assert!(message(&verbose, "a.test.mjs > fails").contains("expected 1 to be 2"));

    let brief = read!("vitest-default.txt", "npm" "test");
    assert_eq!((brief.format.as_str(), counts(&brief), brief.complete), ("vitest", (3, 1, 2), false));
    assert_eq!(names(&brief, Status::Failed), ["a.test.mjs > fails"]);

    assert_eq!(counts(&read!("vitest.json", "npm" "test")), (3, 1, 2));
}

#[test]
fn go_is_read_as_text_and_as_json() {
    let failed = ["example.com/demo.TestFails", "example.com/demo.TestTable", "example.com/demo.TestTable/second"];
    for found in [read!("go-verbose.txt", "go" "test" "-v"), read!("go.json", "go" "test" "-json")] {
        assert_eq!((found.format.as_str(), counts(&found), found.complete), ("go-test", (3, 4, 1), true));
        assert_eq!(names(&found, Status::Failed), failed);
        assert_eq!(names(&found, Status::Broken), ["example.com/demo/broken"]);
        let passed =
            ["example.com/demo.TestAdds", "example.com/demo.TestTable/first_case", "example.com/demo/sub.TestAdds"];
        assert_eq!(names(&found, Status::Passed), passed);
        assert!(message(&found, "example.com/demo.TestFails").contains("one is not 2"));
        assert!(message(&found, "example.com/demo.TestTable/second").contains("boom"));
    }
}

#[test]
fn plain_go_stands_for_its_packages() {
    let found = read!("go-brief.txt", "go" "test");
    assert_eq!((found.format.as_str(), found.complete), ("go-test", true));
    assert_eq!(names(&found, Status::Passed), ["example.com/demo/sub"]);
    assert_eq!(names(&found, Status::Failed), ["example.com/demo"]);
    assert_eq!((names(&found, Status::Broken), found.tests_ran()), (vec!["example.com/demo/broken"], 2));
    assert!(message(&found, "example.com/demo").contains("one is not 2"));
}

#[test]
fn unittest_is_read_in_both_reporters() {
    let verbose = read!("unittest-verbose.txt", "python3" "-m" "unittest" "-v");
    assert_eq!((verbose.format.as_str(), counts(&verbose), verbose.complete), ("unittest", (3, 4, 2), true));
    let case = |test: &str| format!("test_u.Case.{test}");
    assert_eq!(names(&verbose, Status::Passed), [case("test_doc"), case("test_ok"), case("test_prints")]);
    let failed = ["test_bad", "test_err", "test_sub", "test_xpass"].map(case);
    assert_eq!(names(&verbose, Status::Failed), failed);
    assert_eq!(names(&verbose, Status::Skipped), [case("test_skip"), case("test_xfail")]);
    let brief = read!("unittest-brief.txt", "python3" "-m" "unittest");
    assert_eq!((counts(&brief), brief.complete, brief.counted), ((3, 4, 2), false, true));
    assert_eq!(counts(&read!("unittest-green.txt", "make" "check")), (1, 0, 1));
    assert_eq!(counts(&read!("unittest-empty.txt", "make" "check")), (0, 0, 0));
    let unloaded = read!("unittest-import.txt", "make" "check");
    assert_eq!((counts(&unloaded), unloaded.tests_ran()), ((0, 1, 0), 0));
}

#[test]
fn mocha_is_read_in_two_reporters() {
    let spec = read!("mocha-spec.txt", "npx" "mocha");
    assert_eq!((spec.format.as_str(), counts(&spec), spec.complete), ("mocha", (6, 1, 2), true));
    let passed = ["group > adds", "group > deep > er", "group > deep > slow", "group > same", "group > same", "top"];
    assert_eq!(names(&spec, Status::Passed), passed);
    assert!(message(&spec, "group > fails").contains("Expected values to be strictly equal"));
    let dot = read!("mocha-dot.txt", "npm" "test");
    assert_eq!((counts(&dot), dot.complete, dot.counted), ((6, 1, 2), false, true));
}

#[test]
fn tests_with_subtests_are_counted_by_node_and_named_by_their_subtests() {
    let leaves = ["leaf", "only-run", "parent > child", "parent > child2"];
    let tap = read!("node-nested-tap.txt", "node" "--test");
    assert_eq!((counts(&tap), tap.complete, names(&tap, Status::Passed)), ((4, 0, 2), true, leaves.to_vec()));
    // A test printed `✔ fake (0.1ms)`.
    let spec = read!("node-nested-spec.txt", "node" "--test");
    assert_eq!((counts(&spec), spec.complete), ((4, 0, 2), false));
    assert_eq!(spec.doubt.as_deref(), Some("it names 5 tests that ran, and the runner counts 4"));
}

#[test]
fn repeated_attempts_and_errors_after_a_test_are_no_tests_of_their_own() {
    let passed = [
        "test_a.py::test_flaky",
        "test_a.py::test_ok",
        "test_a.py::test_p[1]",
        "test_a.py::test_p[a b]",
        "test_a.py::test_p[a::b]",
        "test_a.py::test_xp",
    ];
    for found in [read!("pytest-reruns.txt", "pytest"), read!("pytest-xdist.txt", "pytest")] {
        assert_eq!((names(&found, Status::Passed), found.tests_ran()), (passed.to_vec(), 9));
        assert_eq!((names(&found, Status::Failed), found.doubt.as_deref()), (vec!["test_a.py::test_teardown"], None));
    }
    for found in [read!("pytest-plain.txt", "pytest"), read!("pytest-qq.txt", "pytest")] {
        assert_eq!(names(&found, Status::Failed), ["test_a.py::test_flaky", "test_a.py::test_teardown"]);
        assert!(found.counted && !found.complete);
    }
}

#[test]
fn the_format_of_an_earlier_run_is_the_only_one_that_is_read() {
    let forged = "<?xml version=\"1.0\"?><testsuite><testcase name=\"a\"/></testsuite>";
    assert_eq!(parse(&["npm".into(), "test".into()], forged, Some("jest")), None);
    assert!(parse(&["npm".into(), "test".into()], forged, None).is_some());
}

#[test]
fn a_stream_of_tap_that_ends_early_is_doubted() {
    for (text, is_whole) in [
        ("1..2\nok 1 - a\nok 2 - b\n", true),
        ("1..2\nok 1 - a\n", false),
        ("TAP version 13\nok 1 - a\n", false),
        ("ok 1 - a\n1..1\n", true),
    ] {
        assert_eq!(parse(&[], text, None).unwrap().doubt.is_none(), is_whole, "{text}");
    }
}

#[test]
fn tap_is_read_with_directives_and_subtests() {
    let tap = "TAP version 14\n1..5\nok 1 - one\nnot ok 2 - two\n  ---\n  message: 'bad'\n  ...\nok 3 - three # SKIP no network\n\
               not ok 4 - four # TODO later\n# Subtest: five\n    ok 1 - in\n    ok 2 - side\n    1..2\nok 5 - five\n";
    let found = parse(&["prove".into()], tap, None).unwrap();
    assert_eq!((found.format.as_str(), counts(&found), found.complete), ("tap", (3, 1, 2), true));
    assert_eq!(names(&found, Status::Passed), ["five > in", "five > side", "one"]);
    assert_eq!(message(&found, "two"), "message: 'bad'");
}

#[test]
fn colours_and_carriage_returns_are_no_hindrance() {
    let output = "running 1 test\r\ntest a ... \u{1b}[32mok\u{1b}[m\r\n\r\ntest result: \u{1b}[32mok\u{1b}[m. 1 passed; 0 failed; 0 ignored\r\n";
    assert_eq!(counts(&parse(&[], output, None).unwrap()), (1, 0, 0));
}

#[test]
fn output_of_something_else_has_no_inventory() {
    for output in [
        "",
        "ok",
        "all good\nok then\n",
        "test",
        "1..",
        "<html></html>",
        "{\"num\": 1}",
        "error[E0308]: mismatched types",
    ] {
        assert_eq!(parse(&["cargo".into(), "test".into()], output, None), None, "{output:?}");
    }
}

fn inventory(tests: &[(&str, Status)]) -> Inventory {
    let tests: Vec<_> = tests
        .iter()
        .map(|(name, status)| Test { name: (*name).into(), status: *status, message: String::new() })
        .collect();
    let count = |status| u32::try_from(tests.iter().filter(|t| t.status == status).count()).unwrap();
    let counts =
        Counts { passed: count(Status::Passed), failed: count(Status::Failed), skipped: count(Status::Skipped) };
    Inventory { format: "x".into(), tests, counts, complete: true, counted: true, broken: 0, doubt: None }
}

/// What `now` lacks of `baseline` where nothing may go.
fn lacks(now: &Inventory, baseline: &Inventory) -> Difference {
    compare(now, baseline, &|_| false)
}

use Status::{Failed, Passed, Skipped};

#[test]
fn a_shrunken_and_a_newly_skipped_test_are_found() {
    let baseline =
        inventory(&[("a", Passed), ("b", Failed), ("c", Passed), ("d", Skipped), ("twice", Passed), ("twice", Passed)]);
    let now = inventory(&[("a", Passed), ("c", Skipped), ("e", Passed), ("d", Skipped), ("twice", Passed)]);
    let summary = lacks(&now, &baseline);
    assert_eq!(summary.missing, ["b", "twice"]);
    assert_eq!(summary.newly_skipped, ["c"]);
    let summary = summarise(&now, &summary);
    assert_eq!((summary.passed, summary.failed, summary.skipped), (3, 0, 2));
    assert_eq!(
        (summary.missing, summary.newly_skipped),
        (vec!["b".to_owned(), "twice".to_owned()], vec!["c".to_owned()])
    );
}

#[test]
fn new_tests_and_tests_that_run_at_last_are_no_finding() {
    let baseline = inventory(&[("a", Failed), ("d", Skipped), ("x", Skipped), ("x", Passed)]);
    let now =
        inventory(&[("a", Passed), ("d", Passed), ("new", Passed), ("x", Passed), ("x", Skipped), ("later", Skipped)]);
    let summary = lacks(&now, &baseline);
    assert!(summary.missing.is_empty() && summary.newly_skipped.is_empty(), "{summary:?}");
}

#[test]
fn fewer_tests_are_found_without_names_too() {
    let baseline = parse(&[], "40 passed in 0.10s\n", None).unwrap();
    let now = parse(&[], "12 passed, 1 skipped in 0.05s\n", None).unwrap();
    assert_eq!(lacks(&now, &baseline).missing, ["27 tests that the output does not name"]);
    assert_eq!(lacks(&now, &baseline).newly_skipped, ["1 test more than at the start"]);
    assert!(lacks(&baseline, &now).missing.is_empty());
}

#[test]
fn an_output_that_lost_its_middle_accuses_nobody() {
    let whole = "test a ... ok\ntest b ... ok\ntest c ... ok\n\ntest result: ok. 3 passed; 0 failed; 0 ignored\n";
    let cut =
        "test a ... ok\n[... 14 bytes left out ...]\ntest c ... ok\n\ntest result: ok. 3 passed; 0 failed; 0 ignored\n";
    let (whole, cut) = (parse(&[], whole, None).unwrap(), parse(&[], cut, None).unwrap());
    assert!(whole.complete && !cut.complete);
    assert!(lacks(&cut, &whole).missing.is_empty());
    let whole = parse(&[], "TAP version 13\nok 1 - a\nok 2 - b\n1..2\n", None).unwrap();
    let cut = parse(&[], "TAP version 13\nok 1 - a\n[9 bytes left out]\n1..2\n", None).unwrap();
    assert!(whole.complete && !cut.complete);
    assert!(lacks(&cut, &whole).missing.is_empty());
}

#[test]
fn a_summary_is_bounded() {
    let names: Vec<_> = (0..10_000).map(|i| format!("test {i}")).collect();
    let tests: Vec<_> = names.iter().map(|name| (name.as_str(), Failed)).collect();
    let summary = summarise(&inventory(&tests), &Difference::default());
    assert_eq!(summary.failures.len(), 20);
    let summary = summarise(&inventory(&[]), &lacks(&inventory(&[]), &inventory(&tests)));
    assert_eq!(summary.missing.len(), 51);
    assert_eq!(summary.missing[50], "and 9950 more missing");
    let long =
        format!("test {} ... FAILED\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored\n", "x".repeat(10_000));
    assert!(parse(&[], &long, None).unwrap().tests[0].name.len() <= 300);
}

fn any_inventory() -> impl Strategy<Value = Inventory> {
    let test = ("(a|b)::[xyz]{1,2}", prop_oneof![Just(Passed), Just(Failed), Just(Skipped)]);
    proptest::collection::vec(test, 0..12)
        .prop_map(|tests| inventory(&tests.iter().map(|(name, status)| (name.as_str(), *status)).collect::<Vec<_>>()))
}

proptest! {
    #[test]
    fn an_inventory_lacks_nothing_of_itself_in_any_order(before in any_inventory(), seed in any::<u64>()) {
        let mut now = before.clone();
        now.tests.sort_by_key(|test| (seed ^ u64::from(test.name.len() as u32)).rotate_left(7) ^ test.name.bytes().map(u64::from).sum::<u64>());
        prop_assert_eq!(lacks(&now, &before), Difference::default());
    }

    #[test]
    fn a_part_lacks_exactly_the_rest(before in any_inventory(), keep in proptest::collection::vec(any::<bool>(), 12)) {
        let kept: Vec<_> = before.tests.iter().zip(&keep).map(|(test, keep)| (test.clone(), *keep)).collect();
        let tests: Vec<_> = kept.iter().filter(|(_, keep)| *keep).map(|(t, _)| (t.name.as_str(), t.status)).collect();
        let found = lacks(&inventory(&tests), &before);
        let ran = |inventory: &Inventory| inventory.tests.iter().filter(|t| t.status != Skipped).count();
        let lost = found.missing.len() + found.newly_skipped.len();
        prop_assert!(found.moved.is_empty());
        // A test of the same name that was skipped and is kept may stand for one that ran: found all the same.
        prop_assert_eq!(lost, ran(&before) - ran(&inventory(&tests)));
    }

    #[test]
    fn what_is_added_hides_nothing(before in any_inventory(), more in any_inventory()) {
        let mut now: Vec<_> = before.tests.iter().map(|t| (t.name.as_str(), t.status)).collect();
        now.extend(more.tests.iter().map(|t| (t.name.as_str(), t.status)));
        prop_assert_eq!(lacks(&inventory(&now), &before), Difference::default());
    }

    #[test]
    fn a_run_is_never_better_than_its_tests(now in any_inventory(), before in any_inventory(), green in any::<bool>()) {
        let status = if green { GateStatus::Passed } else { GateStatus::Failed };
        let run = BaselineRun {
            gate: "g".into(), status, summary: String::new(), inventory: Some(before.clone()), duration_ms: 0,
        };
        let examined = examine(&[], Some(&now), &Reference { baseline: Some(&run), seen: &[], may_go: &|_| false });
        let lacks = lacks(&now, &before);
        if !lacks.is_none() {
            prop_assert!(examined.problem.is_some());
        }
        if examined.problem.is_some() {
            prop_assert!(examined.findings.iter().any(|f| f.severity == Severity::Error));
        }
    }
}
