//! Agent programs as workers: how each is started without a person at the terminal, and how the stream that it prints is
//! read while it runs.
//!
//! This crate starts nothing. It turns a request into an [`Invocation`] that the host confines and runs, and the bytes that
//! come out into [`Activity`] as they arrive and a [`Transcript`] at the end. All of it is the worker's own word: useful to
//! people, to budgets and to judges, never a reason to call work done.
//!
//! ```
//! use goalpost_agents::{Agent, Request};
//!
//! let agent = Agent::preset("codex")?;
//! let invocation = agent.invocation(&Request { prompt: "Fix the parser.", ..Request::default() });
//! assert_eq!(invocation.argv[0], "codex");
//! assert_eq!(invocation.stdin.as_deref(), Some("Fix the parser."));
//!
//! let mut stream = agent.stream();
//! stream.push(b"{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"Fixed.\"}}\n");
//! assert_eq!(stream.finish().final_text, "Fixed.");
//! # Ok::<(), goalpost_agents::UnknownAgent>(())
//! ```

mod agents;
mod collector;
mod environment;
mod lines;
mod preset;
mod stream;

pub use collector::{Activity, Transcript};
pub use preset::{Agent, Invocation, NotInstalled, Place, Preset, Request, UnknownAgent};
pub use stream::EventStream;
