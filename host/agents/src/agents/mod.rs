//! One file an agent: its preset and its stream. Each flag was tried with the program itself; `tests/fixtures` holds what
//! it printed.

pub(crate) mod aider;
pub(crate) mod claude;
pub(crate) mod codex;
pub(crate) mod command;
pub(crate) mod gemini;
pub(crate) mod opencode;
pub(crate) mod pi;

use serde_json::Value;

use crate::preset::Request;

/// Arguments in order: the fixed ones, the model's, the user's.
fn arguments(fixed: &[&str], request: &Request<'_>) -> Vec<String> {
    let mut out: Vec<String> = fixed.iter().map(|&argument| argument.to_owned()).collect();
    if let Some(model) = request.model {
        out.extend(["--model".to_owned(), model.to_owned()]);
    }
    out.extend(request.args.iter().cloned());
    out
}

/// A text member, empty where there is none.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A count, 0 where there is none.
fn count(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or(0)
}

/// Dollars as millionths, where the amount is known: programs print 0 for a model that they have no price for.
fn micro_usd(value: &Value) -> Option<u64> {
    let dollars = value.as_f64().filter(|dollars| dollars.is_finite() && *dollars > 0.0)?;
    // Saturates; a cost beyond that is the worker's fantasy.
    Some((dollars * 1e6).round() as u64)
}

/// The texts of a list of content blocks, or the text itself.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}
