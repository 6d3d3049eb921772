//! A judge that opens trees without end and closes none. Imports `tree`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::tree;

goalpost_sdk::evaluator!(judge, name = "resource-flood", summary = "Opens trees without end");

fn judge(_: Evidence) -> Result<Verdict, String> {
    loop {
        std::mem::forget(tree::sealed());
    }
}
