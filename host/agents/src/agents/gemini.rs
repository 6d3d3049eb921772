//! Gemini CLI: `gemini --output-format stream-json`.

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::agents::{count, text};
use crate::collector::{Collector, Reader};
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "gemini",
    program: "gemini",
    install: "npm install -g @google/gemini-cli",
    homepage: "https://geminicli.com",
    // Its stream gives a sum with the result, and nothing before.
    meters_live: false,
    arguments,
    env: &[],
    env_allowed: &[
        "GEMINI_API_KEY",
        "GEMINI_MODEL",
        "GOOGLE_API_KEY",
        "GOOGLE_GEMINI_BASE_URL",
        "GOOGLE_VERTEX_BASE_URL",
        "GOOGLE_GENAI_USE_VERTEXAI",
        "GOOGLE_GENAI_USE_GCA",
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_CLOUD_LOCATION",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GEMINI_CLI_HOME",
        "GEMINI_TELEMETRY_ENABLED",
    ],
    writable: &[Place::folder(".gemini").moved_by("GEMINI_CLI_HOME", ".gemini")],
    guarded: &[
        Place::folder(".gemini/settings.json").moved_by("GEMINI_CLI_HOME", ".gemini/settings.json"),
        Place::folder(".gemini/GEMINI.md").moved_by("GEMINI_CLI_HOME", ".gemini/GEMINI.md"),
        Place::folder(".gemini/.env").moved_by("GEMINI_CLI_HOME", ".gemini/.env"),
        Place::folder(".gemini/trustedFolders.json").moved_by("GEMINI_CLI_HOME", ".gemini/trustedFolders.json"),
        Place::folder(".gemini/commands").moved_by("GEMINI_CLI_HOME", ".gemini/commands"),
        Place::folder(".gemini/extensions").moved_by("GEMINI_CLI_HOME", ".gemini/extensions"),
        Place::folder(".gemini/hooks").moved_by("GEMINI_CLI_HOME", ".gemini/hooks"),
        Place::folder(".gemini/policies").moved_by("GEMINI_CLI_HOME", ".gemini/policies"),
        Place::folder(".gemini/skills").moved_by("GEMINI_CLI_HOME", ".gemini/skills"),
    ],
    litter: &[],
    reader: || Box::new(Gemini::default()),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    // With its standard input not a terminal it takes the prompt from there, and asks nothing.
    let approval = if request.read_only { "plan" } else { "yolo" };
    let fixed = ["--output-format", "stream-json", "--approval-mode", approval, "--skip-trust"];
    super::arguments(&fixed, request)
}

/// Of a message that comes in pieces; the rest is passed over.
const MAX_PENDING: usize = 256 << 10;

#[derive(Default)]
struct Gemini {
    /// The pieces so far of the message that is being written.
    pending: String,
}

impl Reader for Gemini {
    fn event(&mut self, event: &Value, _line: &str, out: &mut Collector) {
        let kind = text(event, "type");
        if kind == "message" && event["role"] == "assistant" && event["delta"].as_bool().unwrap_or(false) {
            if self.pending.len() < MAX_PENDING {
                self.pending.push_str(text(event, "content"));
            }
            return;
        }
        self.finish(out);
        match kind {
            "init" => out.session(event["session_id"].as_str()),
            "message" if event["role"] == "assistant" => out.say(text(event, "content")),
            "tool_use" => out.call(text(event, "tool_id"), text(event, "tool_name"), &event["parameters"]),
            "tool_result" => {
                let ok = match text(event, "status") {
                    "success" => Some(true),
                    "error" => Some(false),
                    _ => None,
                };
                let output = [text(event, "output"), text(&event["error"], "message")];
                out.called(text(event, "tool_id"), ok, output.into_iter().find(|o| !o.is_empty()).unwrap_or_default());
            }
            "error" if event["severity"] == "warning" => out.note(text(event, "message")),
            "error" => out.fail(text(event, "message")),
            "result" => {
                if event["stats"].is_object() {
                    out.spent(tokens(&event["stats"]));
                }
                match text(event, "status") {
                    "error" => out.fail(text(&event["error"], "message")),
                    _ => out.recovered(),
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, out: &mut Collector) {
        out.say(&std::mem::take(&mut self.pending));
    }
}

fn tokens(stats: &Value) -> Usage {
    // `input_tokens` counts what came from the cache too; thoughts are only in the total.
    let (prompt, cached) = (count(stats, "input_tokens"), count(stats, "cached"));
    Usage {
        input_tokens: prompt.saturating_sub(cached),
        output_tokens: count(stats, "output_tokens").max(count(stats, "total_tokens").saturating_sub(prompt)),
        cached_tokens: cached,
        micro_usd: None,
    }
}
