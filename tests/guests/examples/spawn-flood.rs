//! A workflow that starts agents until it is stopped, and says how many there were.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(run, name = "spawn-flood", summary = "Starts agents without end");

fn run(_: Turn) -> Result<TurnSummary, String> {
    let mut running = Vec::new();
    for n in 0..10_000 {
        match Agent::new(format!("agent-{n}"), "work").spawn() {
            Ok(run) => running.push(run),
            Err(error) => return Ok(TurnSummary::finished(format!("{n} agents, then {}", explain(&error)))),
        }
    }
    Ok(TurnSummary::finished(format!("{} agents", running.len())))
}
