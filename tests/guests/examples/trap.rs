//! A judge that traps without a word.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "trap", summary = "Traps");

fn judge(_: Evidence) -> Result<Verdict, String> {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}
