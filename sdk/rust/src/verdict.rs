//! Building a verdict.

use crate::types::{Finding, Outcome, Verdict};

impl Verdict {
    /// A verdict with a reason, and nothing else yet.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), findings: Vec::new(), score: None, confidence: None }
    }

    /// Nothing to object to.
    pub fn satisfied(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Satisfied, reason)
    }

    /// Not there yet. The reason is what the worker is told: what is missing, and how one would see that it is there.
    pub fn unsatisfied(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Unsatisfied, reason)
    }

    /// The goal can't be reached as it stands: a person must act.
    pub fn blocked(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Blocked, reason)
    }

    /// The judge could not tell, for a reason that is not the work's.
    pub fn inconclusive(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Inconclusive, reason)
    }

    /// Not this judge's business: counts for nothing.
    pub fn abstain(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Abstain, reason)
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

    /// How good the work is, 0 to 1. Brought into that range; what is no number is left out.
    #[must_use]
    pub fn score(mut self, score: f64) -> Self {
        self.score = unit(score);
        self
    }

    /// How sure the judge is, 0 to 1. Brought into that range; what is no number is left out.
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = unit(confidence);
        self
    }
}

/// The host takes a number outside 0 to 1 for a malformed verdict.
fn unit(number: f64) -> Option<f64> {
    (!number.is_nan()).then(|| number.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_brought_into_its_range() {
        assert_eq!(Verdict::satisfied("").score(1.5).score, Some(1.0));
        assert_eq!(Verdict::satisfied("").score(f64::NAN).score, None);
    }
}
