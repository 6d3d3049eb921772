//! Any program. What it prints is text, except for lines of a small protocol, so that a script can report tokens too.

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::agents::{count, micro_usd, text};
use crate::collector::{Collector, Reader};
use crate::environment::NETWORK;
use crate::preset::{Invocation, Request};

/// The user's own command line, and what it is told by its environment.
pub(crate) fn invocation(argv: &[String], request: &Request<'_>) -> Invocation {
    let mut env = Vec::new();
    if let Some(model) = request.model {
        env.push(("GOALPOST_MODEL".to_owned(), model.to_owned()));
    }
    if request.read_only {
        env.push(("GOALPOST_READ_ONLY".to_owned(), "1".to_owned()));
    }
    Invocation {
        argv: argv.iter().chain(request.args).cloned().collect(),
        stdin: Some(request.prompt.to_owned()),
        env,
        env_allowed: NETWORK.to_vec(),
        writable: Vec::new(),
        guarded: Vec::new(),
        litter: &[],
    }
}

pub(crate) fn reader() -> Box<dyn Reader> {
    Box::new(Command::default())
}

#[derive(Default)]
struct Command {
    calls: u64,
}

impl Reader for Command {
    fn event(&mut self, event: &Value, line: &str, out: &mut Collector) {
        match text(event, "type") {
            "usage" => out.spend(Usage {
                input_tokens: count(event, "input_tokens"),
                output_tokens: count(event, "output_tokens"),
                cached_tokens: count(event, "cached_tokens"),
                micro_usd: micro_usd(&event["usd"]),
            }),
            "message" if event["text"].is_string() => out.say(text(event, "text")),
            "tool" if event["name"].is_string() => {
                self.calls += 1;
                let id = self.calls.to_string();
                out.call(&id, text(event, "name"), &event["arguments"]);
                out.called(&id, event["ok"].as_bool(), text(event, "output"));
            }
            "error" => out.fail(text(event, "message")),
            "session" => out.session(event["id"].as_str()),
            // Somebody else's JSON is text like any other.
            _ => out.plain(line),
        }
    }
}
