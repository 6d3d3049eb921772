//! A judge that has nothing to say.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "abstain", summary = "Has nothing to say");

fn judge(_: Evidence) -> Result<Verdict, String> {
    Ok(Verdict::abstain("not my business"))
}
