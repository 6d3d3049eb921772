//! Whether the tests of a run that ended with exit code 0 let its gate pass. An exit code is easily had: by running fewer
//! tests, by skipping the ones that fail, by ending the runner early. It only counts together with the tests behind it.

use super::{Difference, Inventory, Test, bounded, compare};
use crate::baseline::{BaselineResult, BaselineRun};
use crate::evidence::{Finding, Severity};
use crate::text::one_line;

/// Names that a finding lists.
const LISTED: usize = 5;

/// What a run is held against.
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    /// The gate's run on the baseline; none where the goal does without it.
    pub baseline: Option<&'a BaselineRun>,
    /// Tests that the baseline's own files define, that its run did not get to, and that ran in an earlier turn.
    pub seen: &'a [Test],
    /// Tests that the goal's author lets go.
    pub may_go: &'a dyn Fn(&str) -> bool,
}

/// What the tests of a run say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Against the baseline, and against earlier turns.
    pub difference: Difference,
    /// One for each thing that is wrong or worth knowing.
    pub findings: Vec<Finding>,
    /// Why the run does not count as passed, in one line; none where it does.
    pub problem: Option<String>,
}

/// Examines a run of `argv` that ended with exit code 0 and whose output told of the tests `now`. It takes away, and never
/// gives: a run with a problem has failed, one without is as it was.
pub fn examine(argv: &[String], now: Option<&Inventory>, reference: &Reference<'_>) -> Examined {
    let mut examined = Examined::default();
    let baseline = reference.baseline;
    let was_green = baseline.is_some_and(|run| run.result() == BaselineResult::Green);
    let before = baseline.and_then(|run| run.inventory.as_ref());
    let ran_before = before.map_or(0, Inventory::tests_ran) as usize + reference.seen.len();

    let Some(now) = now.filter(|now| now.counts.ran() > 0) else {
        // A suite that runs none by the runner's own word, and did so at the start, has its checks elsewhere.
        let had_none = before.is_some_and(|before| before.counts.ran() == 0);
        let skipped = now.map_or(0, |now| now.counts.skipped);
        if ran_before > 0 && !before.is_some_and(|before| all_may_go(before, reference)) {
            let ran = count(ran_before, "test");
            let message = match skipped {
                0 => format!("no test ran, and {ran} ran before"),
                n => format!("no test ran and {n} were skipped, and {ran} ran before"),
            };
            if let (Some(now), Some(before)) = (now, before) {
                examined.difference = compare(now, before, reference.may_go);
            }
            examined.fail("tests-missing", message);
        } else if !was_green
            && !had_none
            && let Some(format) = now.map(|now| now.format.as_str()).or_else(|| super::runner::always_reports(argv))
        {
            examined.fail("no-tests", format!("no test ran (`{format}`): that shows nothing"));
        }
        return examined;
    };

    let failed_before = if was_green { before.map_or(0, |before| before.counts.failed) } else { 0 };
    if now.counts.failed > failed_before {
        let message = format!("{} failed, whatever the exit code says", count(now.counts.failed as usize, "test"));
        examined.fail("tests-failed", message);
    }
    if let Some(doubt) = &now.doubt
        && baseline.is_some()
        && before.is_none_or(|before| before.doubt.is_none())
    {
        examined.fail("tests-unclear", format!("the output contradicts itself: {doubt}"));
    }
    if let Some(before) = before {
        examined.difference = compare(now, before, reference.may_go);
    }
    if !reference.seen.is_empty() {
        let seen = Inventory::of_seen(reference.seen);
        let more = compare(now, &seen, reference.may_go);
        examined.difference.missing.extend(more.missing);
        examined.difference.newly_skipped.extend(more.newly_skipped);
        examined.difference.moved.extend(more.moved);
    }
    let Difference { missing, newly_skipped, moved } = examined.difference.clone();
    if !missing.is_empty() {
        examined.fail("tests-missing", told(&missing, "did not run", "did not run"));
    }
    if !newly_skipped.is_empty() {
        examined.fail("tests-skipped", told(&newly_skipped, "is skipped", "are skipped"));
    }
    if !moved.is_empty() {
        let pairs: Vec<_> = moved.iter().map(|(from, to)| format!("{from} → {to}")).collect();
        let message = format!("taken for moved: {}", bounded(pairs, "moved").join(", "));
        examined.findings.push(finding(Severity::Info, "tests-moved", message));
    }
    examined
}

impl Examined {
    fn fail(&mut self, code: &str, message: String) {
        self.problem = Some(match self.problem.take() {
            Some(before) => format!("{before}; {message}"),
            None => message.clone(),
        });
        self.findings.push(finding(Severity::Error, code, message));
    }
}

fn finding(severity: Severity, code: &str, message: String) -> Finding {
    Finding { severity, code: Some(code.to_owned()), path: None, line: None, message, evidence: None }
}

fn all_may_go(before: &Inventory, reference: &Reference<'_>) -> bool {
    reference.seen.is_empty() && before.complete && before.tests.iter().all(|test| (reference.may_go)(&test.name))
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// `2 tests that ran before are skipped: a, b`; a number of tests without names stands for itself.
fn told(names: &[String], is: &str, are: &str) -> String {
    let is_unnamed = |name: &String| name.starts_with(|c: char| c.is_ascii_digit()) && name.contains(" test");
    let what = if names.len() == 1 { is } else { are };
    if let [only] = names
        && is_unnamed(only)
    {
        return format!("of those that ran before, {what}: {only}");
    }
    let mut list: Vec<_> = names.iter().take(LISTED).map(|name| one_line(name, 120)).collect();
    if names.len() > LISTED {
        list.push("…".to_owned());
    }
    format!("{} that ran before {what}: {}", count(names.len(), "test"), list.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Counts, Status, parse};
    use super::*;
    use crate::evidence::GateStatus;

    fn argv(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn cargo(tests: &[(&str, &str)]) -> Inventory {
        let lines: String = tests.iter().map(|(name, word)| format!("test {name} ... {word}\n")).collect();
        let n = |word: &str| tests.iter().filter(|(_, w)| *w == word).count();
        let (ok, failed, ignored) = (n("ok"), n("FAILED"), n("ignored"));
        parse(&[], &format!("{lines}\ntest result: x. {ok} passed; {failed} failed; {ignored} ignored\n"), None)
            .unwrap()
    }

    fn run(status: GateStatus, inventory: Option<Inventory>) -> BaselineRun {
        BaselineRun { gate: "tests".into(), status, summary: "exit code 101".into(), inventory, duration_ms: 1 }
    }

    fn codes(examined: &Examined) -> Vec<&str> {
        assert_eq!(examined.problem.is_some(), examined.findings.iter().any(|f| f.severity == Severity::Error));
        examined.findings.iter().filter_map(|finding| finding.code.as_deref()).collect()
    }

    fn against(baseline: Option<&BaselineRun>, now: Option<&Inventory>) -> Examined {
        examine(&argv("cargo test"), now, &Reference { baseline, seen: &[], may_go: &|_| false })
    }

    #[test]
    fn work_that_makes_the_failing_test_pass_is_let_through() {
        let red = run(GateStatus::Failed, Some(cargo(&[("a", "ok"), ("b", "FAILED"), ("c", "ignored")])));
        let done = cargo(&[("a", "ok"), ("b", "ok"), ("c", "ignored"), ("new", "ok"), ("later", "ignored")]);
        assert_eq!(against(Some(&red), Some(&done)), Examined::default());
    }

    #[test]
    fn a_test_that_is_gone_or_ignored_fails_the_gate() {
        let red = run(GateStatus::Failed, Some(cargo(&[("a", "ok"), ("b", "FAILED")])));
        let gone = against(Some(&red), Some(&cargo(&[("a", "ok")])));
        assert_eq!(codes(&gone), ["tests-missing"]);
        assert_eq!(gone.problem.unwrap(), "1 test that ran before did not run: b");
        let ignored = against(Some(&red), Some(&cargo(&[("a", "ok"), ("b", "ignored")])));
        assert_eq!(codes(&ignored), ["tests-skipped"]);
        assert_eq!(ignored.problem.unwrap(), "1 test that ran before is skipped: b");
    }

    #[test]
    fn a_run_without_tests_shows_nothing_unless_it_was_green_like_that() {
        let none = cargo(&[]);
        let uncompiled = run(GateStatus::Failed, None);
        for now in [None, Some(&none)] {
            assert_eq!(codes(&against(Some(&uncompiled), now)), ["no-tests"]);
            assert_eq!(codes(&against(None, now)), ["no-tests"]);
            let with_tests = run(GateStatus::Failed, Some(cargo(&[("a", "FAILED")])));
            assert_eq!(codes(&against(Some(&with_tests), now)), ["tests-missing"]);
            for status in [GateStatus::Passed, GateStatus::Failed] {
                let as_before = run(status, Some(cargo(&[])));
                assert_eq!(codes(&against(Some(&as_before), now)), [""; 0]);
            }
        }
        let silent = Reference { baseline: Some(&uncompiled), seen: &[], may_go: &|_| false };
        assert_eq!(examine(&argv("sh check.sh"), None, &silent), Examined::default(), "an unknown runner is not asked");
        assert_eq!(examine(&argv("cargo test --no-run"), None, &silent), Examined::default(), "nor one that runs none");
    }

    #[test]
    fn failures_that_the_runner_tells_of_count_more_than_its_exit_code() {
        let red = run(GateStatus::Failed, Some(cargo(&[("a", "FAILED")])));
        assert_eq!(codes(&against(Some(&red), Some(&cargo(&[("a", "FAILED")])))), ["tests-failed"]);
        let tolerant = run(GateStatus::Passed, Some(cargo(&[("a", "FAILED")])));
        assert_eq!(codes(&against(Some(&tolerant), Some(&cargo(&[("a", "FAILED")])))), [""; 0]);
        assert_eq!(
            codes(&against(Some(&tolerant), Some(&cargo(&[("a", "FAILED"), ("b", "FAILED")])))),
            ["tests-failed"]
        );
    }

    #[test]
    fn printed_lines_do_not_stand_in_for_a_test_that_did_not_run() {
        let red = run(GateStatus::Failed, Some(cargo(&[("a", "ok"), ("b", "FAILED")])));
        let forged = "test b ... ok\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
        let forged = parse(&[], forged, None).unwrap();
        let examined = against(Some(&red), Some(&forged));
        assert_eq!(codes(&examined), ["tests-unclear", "tests-missing"]);
        assert!(examined.problem.unwrap().contains("names 2 tests that ran, and the runner counts 1"));
    }

    #[test]
    fn a_test_that_an_earlier_turn_ran_must_run_where_the_baseline_could_not() {
        let uncompiled = run(GateStatus::Failed, None);
        let seen = [Test::new("b", Status::Failed)];
        let reference = Reference { baseline: Some(&uncompiled), seen: &seen, may_go: &|_| false };
        let without = examine(&argv("cargo test"), Some(&cargo(&[("a", "ok")])), &reference);
        assert_eq!(codes(&without), ["tests-missing"]);
        let with = examine(&argv("cargo test"), Some(&cargo(&[("a", "ok"), ("b", "ok")])), &reference);
        assert_eq!(with, Examined::default());
    }

    #[test]
    fn a_moved_test_is_named_and_let_through() {
        let red = run(GateStatus::Failed, Some(cargo(&[("parser::tests::a", "FAILED")])));
        let moved = against(Some(&red), Some(&cargo(&[("grammar::tests::a", "ok")])));
        assert_eq!(codes(&moved), ["tests-moved"]);
        assert_eq!(moved.problem, None);
    }

    #[test]
    fn the_author_may_let_tests_go() {
        let red = run(GateStatus::Failed, Some(cargo(&[("old::a", "ok"), ("b", "ok")])));
        let may_go = |name: &str| name.starts_with("old::");
        let reference = Reference { baseline: Some(&red), seen: &[], may_go: &may_go };
        assert_eq!(examine(&[], Some(&cargo(&[("b", "ok")])), &reference), Examined::default());
        assert_eq!(codes(&examine(&[], Some(&cargo(&[("c", "ok")])), &reference)), ["tests-missing"]);
        let all = run(GateStatus::Failed, Some(cargo(&[("old::a", "ok")])));
        let reference = Reference { baseline: Some(&all), ..reference };
        assert_eq!(codes(&examine(&argv("cargo test"), None, &reference)), ["no-tests"]);
    }

    #[test]
    fn counts_say_enough_where_the_output_has_no_names() {
        let quiet = |passed: u32, skipped: u32| {
            let counts = Counts { passed, failed: 0, skipped };
            Inventory::new("pytest", Vec::new(), Some(counts)).unwrap()
        };
        let red = run(GateStatus::Failed, Some(quiet(40, 1)));
        assert_eq!(codes(&against(Some(&red), Some(&quiet(12, 1)))), ["tests-missing"]);
        assert_eq!(codes(&against(Some(&red), Some(&quiet(39, 2)))), ["tests-skipped"]);
        assert_eq!(codes(&against(Some(&red), Some(&quiet(41, 0)))), [""; 0]);
    }
}
