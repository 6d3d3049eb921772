//! A plugin that never ends already when it is asked what it is.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "spin-describe", summary = forever());

fn forever() -> &'static str {
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

fn judge(_: Evidence) -> Result<Verdict, String> {
    Ok(Verdict::satisfied(""))
}
