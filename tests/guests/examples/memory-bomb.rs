//! A judge that allocates, and uses, all that it can get.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "memory-bomb", summary = "Allocates without end");

fn judge(_: Evidence) -> Result<Verdict, String> {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(vec![1u8; 1 << 20]));
    }
}
