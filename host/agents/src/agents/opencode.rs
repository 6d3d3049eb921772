//! OpenCode: `opencode run --format json`.

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::agents::{count, micro_usd, text};
use crate::collector::{Collector, Reader};
use crate::environment::provider_keys;
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "opencode",
    program: "opencode",
    install: "npm install -g opencode-ai",
    homepage: "https://opencode.ai",
    meters_live: true,
    arguments,
    env: &[("OPENCODE_DISABLE_AUTOUPDATE", "1")],
    env_allowed: provider_keys![
        "OPENCODE_CONFIG",
        "OPENCODE_CONFIG_DIR",
        "OPENCODE_CONFIG_CONTENT",
        "OPENCODE_DISABLE_MODELS_FETCH",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
    ],
    writable: &[
        Place::folder(".config/opencode").moved_by("XDG_CONFIG_HOME", "opencode"),
        Place::folder(".local/share/opencode").moved_by("XDG_DATA_HOME", "opencode"),
        Place::folder(".local/state/opencode").moved_by("XDG_STATE_HOME", "opencode"),
        Place::folder(".cache/opencode").moved_by("XDG_CACHE_HOME", "opencode"),
    ],
    guarded: &[
        Place::folder(".config/opencode/opencode.json").moved_by("XDG_CONFIG_HOME", "opencode/opencode.json"),
        Place::folder(".config/opencode/opencode.jsonc").moved_by("XDG_CONFIG_HOME", "opencode/opencode.jsonc"),
        Place::folder(".config/opencode/config.json").moved_by("XDG_CONFIG_HOME", "opencode/config.json"),
        Place::folder(".config/opencode/AGENTS.md").moved_by("XDG_CONFIG_HOME", "opencode/AGENTS.md"),
        Place::folder(".config/opencode/agent").moved_by("XDG_CONFIG_HOME", "opencode/agent"),
        Place::folder(".config/opencode/agents").moved_by("XDG_CONFIG_HOME", "opencode/agents"),
        Place::folder(".config/opencode/command").moved_by("XDG_CONFIG_HOME", "opencode/command"),
        Place::folder(".config/opencode/commands").moved_by("XDG_CONFIG_HOME", "opencode/commands"),
        Place::folder(".config/opencode/plugin").moved_by("XDG_CONFIG_HOME", "opencode/plugin"),
        Place::folder(".config/opencode/plugins").moved_by("XDG_CONFIG_HOME", "opencode/plugins"),
        Place::folder(".config/opencode/skill").moved_by("XDG_CONFIG_HOME", "opencode/skill"),
        Place::folder(".config/opencode/skills").moved_by("XDG_CONFIG_HOME", "opencode/skills"),
        Place::folder(".config/opencode/tool").moved_by("XDG_CONFIG_HOME", "opencode/tool"),
        Place::folder(".config/opencode/tools").moved_by("XDG_CONFIG_HOME", "opencode/tools"),
    ],
    litter: &[],
    reader: || Box::new(OpenCode),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    let mut fixed = vec!["run", "--format", "json", "--auto"];
    if request.read_only {
        fixed.extend(["--agent", "plan"]);
    }
    super::arguments(&fixed, request)
}

struct OpenCode;

impl Reader for OpenCode {
    fn event(&mut self, event: &Value, _line: &str, out: &mut Collector) {
        out.session(event["sessionID"].as_str());
        let part = &event["part"];
        match text(event, "type") {
            "text" => out.say(text(part, "text")),
            // Printed once, when the call has ended.
            "tool_use" => {
                let state = &part["state"];
                let id = text(part, "callID");
                let ok = match text(state, "status") {
                    "completed" => Some(true),
                    "error" => Some(false),
                    _ => None,
                };
                out.call(id, text(part, "tool"), &state["input"]);
                let output = if ok == Some(false) { text(state, "error") } else { text(state, "output") };
                out.called(id, ok, output);
            }
            "step_finish" => {
                let tokens = &part["tokens"];
                out.recovered();
                out.spend(Usage {
                    input_tokens: count(tokens, "input").saturating_add(count(&tokens["cache"], "write")),
                    // Reasoning is counted apart.
                    output_tokens: count(tokens, "output").saturating_add(count(tokens, "reasoning")),
                    cached_tokens: count(&tokens["cache"], "read"),
                    micro_usd: micro_usd(&part["cost"]),
                });
            }
            "error" => {
                let error = &event["error"];
                let why = [text(&error["data"], "message"), text(error, "message"), text(error, "name")];
                out.fail(why.into_iter().find(|why| !why.is_empty()).unwrap_or_default());
            }
            _ => {}
        }
    }
}
