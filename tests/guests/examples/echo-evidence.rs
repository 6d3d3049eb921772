//! A judge whose reason is all that it was shown, so that a test sees what a judge sees.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "echo-evidence", summary = "Says what it was shown");

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    Ok(Verdict::unsatisfied(format!("{evidence:#?}")))
}
