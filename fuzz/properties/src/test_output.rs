//! What test runners print, as far as it tells which tests ran.

use goalpost_core::baseline::BaselineRun;
use goalpost_core::evidence::{GateStatus, Severity};
use goalpost_core::inventory::{Difference, Inventory, Reference, compare, examine, parse, summarise};

use crate::input::{choice, moves_the_cursor, survives_json, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "test_output",
    check,
    seeds: || {
        let outputs = seeds::files("host/core/tests/inventory", "");
        let pairs: Vec<_> = outputs.iter().zip(outputs.iter().skip(1)).map(|(a, b)| seeds::joined(a, b)).collect();
        seeds::choosing(0, outputs).chain(seeds::choosing(1, pairs)).collect()
    },
    words: &[
        "test a ... ok\n",
        "test a ... ",
        "test result: ok. 1 passed; 9 failed",
        "---- a stdout ----",
        "failures:",
        "a.py::b PASSED [ 5%]",
        "FAILED a.py::b - x",
        "1 passed in 0.1s",
        "=== RUN   TestX",
        "--- FAIL: TestX (0.00s)",
        "ok\tpkg\t0.1s",
        "FAIL\tpkg [x",
        "TAP version 13\n",
        "# Subtest: x",
        "    ok 1 - y",
        "not ok 2",
        "1..2",
        "ℹ tests 1",
        "# tests 1",
        "✔ é (1ms)",
        "▶ x",
        "﹣ y # z",
        "PASS ./a (1 s)",
        "● é › x",
        "Tests:       1 failed, 1 total",
        "Tests  1 failed (1)",
        "Test Files  1 (1)",
        " FAIL  a.x > y",
        "  ✓ z",
        "<testsuite><testcase name='é",
        "</testcase>",
        "<failure message=\"&#x110000;&amp;&bad",
        "<![CDATA[",
        "<testsuite>",
        "{\"Action\":\"fail\",\"Package\":\"p\"}",
        "{\"numX\":1,\"testResults\":[]}",
        "        PASS [   0.1s] (1/2) é x",
        "     Summary [ 1s] 2 tests run: 1 passed",
        "        FAIL [",
        "\u{1b}[32m",
        "\r\n",
        "4294967295 passed",
        "[... 9 bytes left out ...]",
    ],
};

const COMMANDS: [&[&str]; 8] = [
    &[],
    &["cargo", "test"],
    &["pytest", "-v"],
    &["npm", "test"],
    &["go", "test", "-json"],
    &["npx", "vitest"],
    &["cargo", "nextest", "run"],
    &["prove"],
];

/// What is read of an output is bounded, the same however its lines end, and lacks nothing of itself; and a run never passes
/// with fewer tests than before.
pub fn check(data: &[u8]) {
    let Some((which, data)) = choice(data) else { return };
    let Some((now, before)) = texts(data) else { return };
    let argv: Vec<String> = COMMANDS[which % COMMANDS.len()].iter().map(|word| (*word).to_owned()).collect();
    let before = read(&argv, before);
    let Some(now) = read(&argv, now) else { return };
    let Some(before) = before else { return };
    let lacks = compare(&now, &before, &|_| false);
    for status in [GateStatus::Passed, GateStatus::Failed] {
        let inventory = Some(before.clone());
        let run = BaselineRun { gate: "g".into(), status, summary: String::new(), inventory, duration_ms: 0 };
        let examined = examine(&argv, Some(&now), &Reference { baseline: Some(&run), seen: &[], may_go: &|_| false });
        // A suite that runs none, and did so before, has its checks elsewhere.
        let has_none = now.counts.ran() == 0 && before.counts.ran() == 0;
        assert!(lacks.is_none() || examined.problem.is_some() || has_none, "{lacks:?} is no problem");
        let is_told = examined.findings.iter().any(|finding| finding.severity == Severity::Error);
        assert!(examined.problem.is_none() || is_told, "a problem that no finding tells of");
        for finding in &examined.findings {
            assert!(finding.message.len() < 4_000 && !moves_the_cursor(&finding.message), "{:?}", finding.message);
        }
    }
    let summary = summarise(&now, &lacks);
    assert!(summary.missing.len() <= 51 && summary.newly_skipped.len() <= 51 && summary.failures.len() <= 20);
}

fn read(argv: &[String], output: &str) -> Option<Inventory> {
    let found = parse(argv, output, None)?;
    assert_eq!(parse(argv, output, Some(&found.format)).as_ref(), Some(&found), "not what its own format reads");
    if !output.contains('\r') {
        assert_eq!(parse(argv, &output.replace('\n', "\r\n"), None).as_ref(), Some(&found), "line ends tell");
    }
    assert!(survives_json(&found));
    for test in &found.tests {
        assert!(test.name.len() <= 300 && !test.name.contains(char::is_control), "{:?}", test.name);
        assert!(test.message.len() <= 1_100, "{} bytes of a message", test.message.len());
    }
    assert_eq!(compare(&found, &found, &|_| false), Difference::default());
    let twice = Inventory::joined([found.clone(), found.clone()])?;
    assert!(twice.counts.ran() >= found.counts.ran());
    assert!(compare(&twice, &found, &|_| false).missing.is_empty());
    Some(found)
}
