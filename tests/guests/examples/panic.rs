//! A judge that panics: the text and the place must be in the log. `log` and the trap are all that is left of it.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "panic", summary = "Panics with a text");

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    panic!("the judge gave up in turn {}", evidence.turn);
}
