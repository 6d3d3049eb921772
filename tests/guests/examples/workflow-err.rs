//! A workflow that fails after one agent. `config.panic` has it panic; `config.blocked` has it give up.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(
    run,
    name = "workflow-err",
    summary = "Fails after one agent",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "panic": { "type": "boolean" }, "blocked": { "type": "string" } }
    }"#,
);

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Config {
    panic: bool,
    blocked: Option<String>,
}

fn run(turn: Turn) -> Result<TurnSummary, String> {
    let config: Config = turn.config()?;
    let output = Agent::new("first", &turn.prompt).run().map_err(|error| explain(&error))?;
    if config.panic {
        panic!("the workflow gave up");
    }
    match config.blocked {
        Some(why) => Ok(TurnSummary::blocked(why, output.text)),
        None => Err("the workflow broke after its first agent".into()),
    }
}
