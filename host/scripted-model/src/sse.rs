//! Server-sent events, as every provider frames its streams.

use serde_json::Value;

/// Splits a text as a model would stream it. Joined again, the pieces are the text.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive(' ').collect()
}

/// An event without a name.
pub(crate) fn data(document: &Value) -> String {
    format!("data: {document}\n\n")
}

/// An event whose name is its document's `type`.
pub(crate) fn named(document: &Value) -> String {
    format!("event: {}\ndata: {document}\n\n", document["type"].as_str().unwrap_or("message"))
}
