//! A judge that lies: whatever the evidence says, it is satisfied and sure of it.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "always-satisfied", summary = "Satisfied with anything");

fn judge(_: Evidence) -> Result<Verdict, String> {
    Ok(Verdict::satisfied("all is well").score(1.0).confidence(1.0))
}
