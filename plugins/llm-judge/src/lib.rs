//! `builtin:llm-judge`: a model judges the evidence against a rubric. Needs the grant `llm`.
//!
//! Everything that the worker could have written is framed with a nonce and is data. The verdict is read from the model's
//! whole answer, strictly: text that looks like a verdict, wherever it is, is none. An answer that can't be read and a model
//! that fails are a broken judge, so the verdict is inconclusive and the host asks again.

mod answer;
mod prompt;

use goalpost_sdk::evaluator::*;
use goalpost_sdk::llm::Ask;

goalpost_sdk::evaluator!(
    judge,
    summary = "A model judges the evidence against a rubric",
    config_schema = include_str!("../config.schema.json"),
);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    rubric: String,
    model: Option<String>,
    #[serde(default = "Config::show")]
    show: Vec<Part>,
    #[serde(default = "Config::max_bytes")]
    max_bytes: usize,
    #[serde(default = "Config::max_tokens")]
    max_tokens: u32,
    #[serde(default)]
    min_confidence: f64,
}

/// A part of the evidence.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Part {
    Changes,
    Diff,
    Gates,
    Tampering,
    Facts,
    FinalText,
    Transcript,
    ToolCalls,
    History,
}

impl Config {
    fn show() -> Vec<Part> {
        vec![Part::Changes, Part::Diff, Part::Gates, Part::Tampering, Part::Facts, Part::FinalText]
    }

    /// About 6,000 tokens a part: five of them, which is what all parts may have, fit the smallest context windows in use.
    fn max_bytes() -> usize {
        24_000
    }

    fn max_tokens() -> u32 {
        1_500
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let prompt = prompt::compose(&evidence, &config);
    let completion = Ask::new(prompt.user)
        .system(prompt.system)
        .model(config.model)
        .max_tokens(config.max_tokens)
        .temperature(0.0)
        .schema(answer::SCHEMA)
        .send()
        .map_err(|error| error.to_string())?;
    log::debug!("{} answered with {} tokens", completion.model, completion.usage.output_tokens);
    answer::verdict(&completion.text, config.min_confidence)
}
