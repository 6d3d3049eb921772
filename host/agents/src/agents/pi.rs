//! pi: `pi --mode json -p`.

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::agents::{content, count, micro_usd, text};
use crate::collector::{Collector, Reader};
use crate::environment::provider_keys;
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "pi",
    program: "pi",
    install: "npm install -g @earendil-works/pi-coding-agent",
    homepage: "https://pi.dev",
    meters_live: true,
    arguments,
    env: &[],
    env_allowed: provider_keys![
        "ANTHROPIC_OAUTH_TOKEN",
        "PI_CODING_AGENT_DIR",
        "PI_CODING_AGENT_SESSION_DIR",
        "PI_PACKAGE_DIR",
        "PI_OFFLINE",
        "PI_TELEMETRY",
    ],
    writable: &[Place::folder(".pi").moved_by("PI_CODING_AGENT_DIR", "")],
    guarded: &[
        Place::folder(".pi/agent/settings.json").moved_by("PI_CODING_AGENT_DIR", "settings.json"),
        Place::folder(".pi/agent/models.json").moved_by("PI_CODING_AGENT_DIR", "models.json"),
        Place::folder(".pi/agent/AGENTS.md").moved_by("PI_CODING_AGENT_DIR", "AGENTS.md"),
        Place::folder(".pi/agent/SYSTEM.md").moved_by("PI_CODING_AGENT_DIR", "SYSTEM.md"),
        Place::folder(".pi/agent/APPEND_SYSTEM.md").moved_by("PI_CODING_AGENT_DIR", "APPEND_SYSTEM.md"),
        Place::folder(".pi/agent/extensions").moved_by("PI_CODING_AGENT_DIR", "extensions"),
        Place::folder(".pi/agent/prompts").moved_by("PI_CODING_AGENT_DIR", "prompts"),
        Place::folder(".pi/agent/skills").moved_by("PI_CODING_AGENT_DIR", "skills"),
    ],
    litter: &[],
    reader: || Box::new(Pi),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    let mut fixed = vec!["--mode", "json", "-p"];
    if request.read_only {
        fixed.extend(["--tools", "read,grep,find,ls"]);
    }
    super::arguments(&fixed, request)
}

struct Pi;

impl Reader for Pi {
    // Every word is printed with the whole message so far, twice: most of the stream, and nothing new in it.
    fn ignores(&self, line: &str) -> bool {
        line.starts_with(r#"{"type":"message_update""#) || line.starts_with(r#"{"type":"tool_execution_update""#)
    }

    fn event(&mut self, event: &Value, _line: &str, out: &mut Collector) {
        match text(event, "type") {
            "session" => out.session(event["id"].as_str()),
            "message_end" if event["message"]["role"] == "assistant" => message(&event["message"], out),
            "tool_execution_end" => {
                let ok = !event["isError"].as_bool().unwrap_or(false);
                out.called(text(event, "toolCallId"), Some(ok), &content(&event["result"]["content"]));
            }
            "auto_retry_start" => out.note(&format!(
                "the model's provider refused ({}): attempt {} of {}",
                text(event, "errorMessage"),
                event["attempt"],
                event["maxAttempts"]
            )),
            _ => {}
        }
    }
}

fn message(message: &Value, out: &mut Collector) {
    for block in message["content"].as_array().into_iter().flatten() {
        match text(block, "type") {
            "text" => out.say(text(block, "text")),
            "toolCall" => out.call(text(block, "id"), text(block, "name"), &block["arguments"]),
            _ => {}
        }
    }
    let usage = &message["usage"];
    if usage.is_object() {
        out.spend(Usage {
            input_tokens: count(usage, "input").saturating_add(count(usage, "cacheWrite")),
            output_tokens: count(usage, "output"),
            cached_tokens: count(usage, "cacheRead"),
            micro_usd: micro_usd(&usage["cost"]["total"]),
        });
    }
    // The program exits with 0 after an error.
    match text(message, "stopReason") {
        "error" | "aborted" => out.fail(text(message, "errorMessage")),
        _ => out.recovered(),
    }
}
