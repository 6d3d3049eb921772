//! What reads text from outside and is nobody's to call: here for fuzzers alone, behind the feature `fuzzing`.

use serde_json::Value;

use crate::capabilities;
use crate::contract::types::{self, Misfit};
use crate::llm::settings::Api;
use crate::llm::{self, LlmCompletion, LlmFailure};
use crate::schema::{Schema, Violation};
use crate::surface::Kind;

/// What in `document` does not satisfy a plugin's schema, at most `most` places.
///
/// # Errors
/// The schema can't be used, and why.
pub fn violations(schema: &str, document: &Value, most: usize) -> Result<Vec<Violation>, String> {
    let schema = Schema::parse(schema).map_err(|error| error.to_string())?;
    Ok(schema.violations(document, most))
}

/// Where a component's types are not the contract's.
///
/// # Errors
/// It is not valid.
pub fn misfits(kind: Kind, component: &[u8]) -> Result<Vec<Misfit>, String> {
    types::misfits(kind, component)
}

/// What a service of language models answered.
///
/// # Errors
/// It is no answer.
pub fn completion(api: Api, body: &Value) -> Result<LlmCompletion, LlmFailure> {
    llm::completion(api, body)
}

/// Whether a reviewer that answers so accepts.
pub fn is_accepted(answer: &str) -> bool {
    capabilities::accepts(answer)
}
