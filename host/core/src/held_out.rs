//! What may be known of a gate that is hidden from the worker.

use crate::config::HeldOut;
use crate::evidence::{GateReport, GateStatus};
use crate::text::one_line;

/// Bytes of the author's words in a report.
const MAX_TOLD: usize = 2_000;

/// A hidden gate's report without anything that its run could have put there: for the worker, for judges, whose reasons the
/// worker reads, and for everything printed where a worker may look.
///
/// The code under test sees the held-out files while it runs, and could spell them out in whatever is passed on: so an exit
/// code, a duration, a time-out and a test's name are left out like the output itself. What is left is whether it passed.
pub fn veil(report: &GateReport, held_out: &HeldOut) -> GateReport {
    let (status, told) = match report.status {
        GateStatus::Passed => (GateStatus::Passed, "passed".to_owned()),
        GateStatus::Failed | GateStatus::TimedOut => (GateStatus::Failed, one_line(held_out.told(), MAX_TOLD)),
        // These are the host's own words, about a gate that did not judge the work.
        GateStatus::NotRun => (GateStatus::NotRun, report.summary.clone()),
        GateStatus::Refused => (GateStatus::Refused, "the host would not run it".to_owned()),
        GateStatus::Inconclusive => (GateStatus::Inconclusive, "it broke".to_owned()),
    };
    GateReport {
        required: report.required,
        native: report.native,
        summary: told,
        ..GateReport::new(&report.name, status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Finding, Severity, TestFailure, TestSummary};

    fn telling(status: GateStatus) -> GateReport {
        let secret = || "SECRET".to_owned();
        GateReport {
            summary: if status == GateStatus::NotRun { "not run: `x` did not pass".into() } else { secret() },
            exit_code: Some(77),
            output: secret(),
            output_truncated: true,
            duration_ms: 77_777,
            tests: Some(TestSummary {
                format: "pytest".into(),
                passed: 77,
                failed: 77,
                skipped: 77,
                failures: vec![TestFailure { name: secret(), message: secret() }],
                missing: vec![secret()],
                newly_skipped: vec![secret()],
            }),
            findings: vec![Finding {
                severity: Severity::Error,
                code: None,
                path: Some(secret()),
                line: Some(77),
                message: secret(),
                evidence: None,
            }],
            ..GateReport::new("held out", status)
        }
    }

    #[test]
    fn nothing_of_a_run_is_left_but_whether_it_passed() {
        let words = HeldOut {
            files: None,
            at: ".".into(),
            requirement: Some("Lists may end in a comma.".into()),
            tree: None,
            folder: None,
        };
        for status in [
            GateStatus::Passed,
            GateStatus::Failed,
            GateStatus::TimedOut,
            GateStatus::Refused,
            GateStatus::NotRun,
            GateStatus::Inconclusive,
        ] {
            let veiled = veil(&telling(status), &words);
            let all = serde_json::to_string(&veiled).unwrap_or_default();
            assert!(!all.contains("SECRET") && !all.contains("77"), "{all}");
            assert_eq!(veiled.status == GateStatus::Passed, status == GateStatus::Passed);
        }
        assert_eq!(veil(&telling(GateStatus::TimedOut), &words), veil(&telling(GateStatus::Failed), &words));
        assert_eq!(veil(&telling(GateStatus::Failed), &words).summary, "Lists may end in a comma.");
    }
}
