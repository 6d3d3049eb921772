//! A judge that asks a model: satisfied if the answer is `yes`. Imports `llm`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::llm;

goalpost_sdk::evaluator!(judge, name = "wants-llm", summary = "Asks a model");

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let answer = llm::ask("Answer yes or no.", &evidence.worker.final_text).map_err(|error| error.to_string())?;
    Ok(match answer.trim() {
        "yes" => Verdict::satisfied("the model says yes"),
        other => Verdict::unsatisfied(format!("the model says {other}")),
    })
}
