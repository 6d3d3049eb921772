//! A local server that plays a language model from a script, so that clients and whole agent programs can be tested
//! without a model, a key or a network.
//!
//! It speaks OpenAI Chat Completions and Responses, Anthropic Messages and Gemini, streaming and not. Requests are routed
//! by the end of their path, so any base URL works: `http://127.0.0.1:PORT`, with `/v1`, or with `/v1beta`.
//!
//! ```
//! use goalpost_scripted_model::{ScriptedModel, Step};
//! use serde_json::json;
//!
//! let model = ScriptedModel::start(vec![
//!     Step::status(429, "slow down").retry_after(1),
//!     Step::tool("write_file", json!({ "path": "a.txt", "content": "hello" })),
//!     Step::say("Done.").using(120, 8, 40),
//! ])?;
//! assert!(model.url().starts_with("http://127.0.0.1:"));
//! assert!(model.requests().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod anthropic;
mod body;
mod gemini;
mod openai_chat;
mod openai_responses;
mod request;
mod script;
mod server;
mod sse;

pub use request::{Api, Request};
pub use script::{Call, Reply, Script, Source, Step, Tokens};
pub use server::ScriptedModel;
