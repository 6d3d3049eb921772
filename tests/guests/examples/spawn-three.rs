//! A workflow that starts three agents at once and says in which order they ended: `config.prompts` are their prompts
//! (`one`, `two`, `three`), their labels are `a`, `b`, `c`.

use goalpost_sdk::workflow::*;

goalpost_sdk::workflow!(
    run,
    name = "spawn-three",
    summary = "Three agents at once",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": { "prompts": { "type": "array", "items": { "type": "string" } } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default = "prompts")]
    prompts: Vec<String>,
}

fn prompts() -> Vec<String> {
    ["one", "two", "three"].map(str::to_owned).to_vec()
}

fn run(turn: Turn) -> Result<TurnSummary, String> {
    let config: Config = turn.config()?;
    phase("spawn");
    let mut running = Vec::new();
    for (label, prompt) in ["a", "b", "c"].into_iter().zip(config.prompts) {
        running.push(Agent::new(label, prompt).spawn().map_err(|error| explain(&error))?);
    }
    phase("wait");
    let mut order = Vec::new();
    while let Some(index) = wait_any(&running) {
        let run = running.remove(index);
        let end = match run.wait() {
            Ok(output) => output.text.trim().to_owned(),
            Err(error) => explain(&error),
        };
        order.push(format!("{}: {end}", run.label()));
    }
    let text = order.join("\n");
    set_result(&text);
    Ok(TurnSummary::finished(text))
}
