//! A judge that never ends.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "spin", summary = "Never ends");

fn judge(_: Evidence) -> Result<Verdict, String> {
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}
