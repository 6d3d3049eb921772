//! A judge that calls itself without end.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "stack-bomb", summary = "Calls itself without end");

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    Ok(Verdict::satisfied(deeper(u64::from(evidence.turn)).to_string()))
}

#[allow(unconditional_recursion)]
fn deeper(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 16]);
    deeper(frame[3].wrapping_add(1)).wrapping_add(frame[5])
}
