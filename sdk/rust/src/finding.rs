//! Building a finding.

use crate::types::{Finding, Severity};

impl Finding {
    /// A finding with a text, and nothing else yet.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, code: None, path: None, line: None, message: message.into(), evidence: None }
    }

    /// Worth knowing; changes nothing.
    pub fn info(message: impl Into<String>) -> Self {
        Self::new(Severity::Info, message)
    }

    /// Should be looked at.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// The work should not count as done with it.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// Wrong and dangerous.
    pub fn critical(message: impl Into<String>) -> Self {
        Self::new(Severity::Critical, message)
    }

    /// The stable kebab-case name of the rule, which a user filters on.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The path that it is about.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The line of that path, counted from 1.
    #[must_use]
    pub fn line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// What in the evidence supports it: a gate's name, a path, or a digest.
    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }
}
