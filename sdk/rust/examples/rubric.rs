//! A model judges the diff against the user's rubric. Needs the grant `llm`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::frame::Frame;
use goalpost_sdk::llm::Ask;

#[derive(serde::Deserialize)]
struct Config {
    rubric: String,
}

#[derive(serde::Deserialize)]
struct Answer {
    met: bool,
    missing: String,
}

const ANSWER: &str = r#"{
    "type": "object", "required": ["met", "missing"], "additionalProperties": false,
    "properties": { "met": { "type": "boolean" }, "missing": { "type": "string" } }
}"#;

/// The end of a gate's output is where it says what went wrong.
const OUTPUT: usize = 8_000;

goalpost_sdk::evaluator!(
    judge,
    name = "rubric",
    summary = "A model judges the diff against a rubric",
    config_schema = r#"{
        "type": "object", "required": ["rubric"], "additionalProperties": false,
        "properties": { "rubric": { "type": "string", "minLength": 1 } }
    }"#,
);

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let Config { rubric } = evidence.config()?;
    let mut frame = Frame::new(&evidence.digest);
    frame.add("diff", &evidence.diff);
    for gate in &evidence.gates {
        let end = gate.output.ceil_char_boundary(gate.output.len().saturating_sub(OUTPUT));
        frame.add(format!("gate {}, {}", gate.name, gate.status.as_str()), &gate.output[end..]);
    }
    let prompt = format!("Rubric: {rubric}\n\n{}\n\nIs the rubric met? If not, say what is missing.", frame.text());
    let answer: Answer = Ask::new(prompt)
        .system(format!("You judge a change against a rubric. {}", frame.rule()))
        .temperature(0.0)
        .json(ANSWER)
        .map_err(|error| error.to_string())?;
    Ok(if answer.met { Verdict::satisfied("the rubric is met") } else { Verdict::unsatisfied(answer.missing) })
}
