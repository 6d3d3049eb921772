//! A gate that passes when it was asked exactly once before. Imports `state`.

use goalpost_sdk::gate::*;
use goalpost_sdk::state;

goalpost_sdk::gate!(check, name = "gate-remembers", summary = "Passes when it was asked once before");

fn check(_: Subject) -> Result<GateResult, String> {
    let before: u32 = state::get_json("asked").map_err(|error| format!("{error:?}"))?.unwrap_or(0);
    state::set_json("asked", &(before + 1)).map_err(|error| format!("{error:?}"))?;
    let summary = format!("asked {before} times before");
    Ok(if before == 1 { GateResult::passed(summary) } else { GateResult::failed(summary) })
}
