//! A workflow that spawns nobody, and says how often it was run before. Imports `state`.

use goalpost_sdk::state;
use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(run, name = "workflow-remembers", summary = "Counts its runs");

fn run(_: Turn) -> Result<TurnSummary, String> {
    let before: u32 = state::get_json("run").map_err(|error| format!("{error:?}"))?.unwrap_or(0);
    state::set_json("run", &(before + 1)).map_err(|error| format!("{error:?}"))?;
    Ok(TurnSummary::finished(format!("run {before} times before")))
}
