//! A gate that panics.

use goalpost_sdk::gate::*;

goalpost_sdk::gate!(check, name = "gate-trap", summary = "Panics");

fn check(_: Subject) -> Result<GateResult, String> {
    panic!("the gate gave up")
}
