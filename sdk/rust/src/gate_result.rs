//! Building a gate's answer.

use crate::types::{Finding, GateResult};

impl GateResult {
    /// The sealed tree is as it should be. The summary is one line.
    pub fn passed(summary: impl Into<String>) -> Self {
        Self { passed: true, summary: summary.into(), findings: Vec::new(), output: String::new(), tests: None }
    }

    /// It is not. The summary is one line.
    pub fn failed(summary: impl Into<String>) -> Self {
        Self { passed: false, ..Self::passed(summary) }
    }

    /// Adds a finding.
    #[must_use]
    pub fn finding(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    /// Adds findings.
    #[must_use]
    pub fn findings(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Longer text for people and for the worker.
    #[must_use]
    pub fn output(mut self, output: impl Into<String>) -> Self {
        self.output = output.into();
        self
    }
}
