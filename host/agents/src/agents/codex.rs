//! Codex: `codex exec --json`.

use goalpost_core::usage::Usage;
use serde_json::{Value, json};

use crate::agents::{count, text};
use crate::collector::{Collector, Reader};
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "codex",
    program: "codex",
    install: "npm install -g @openai/codex",
    homepage: "https://developers.openai.com/codex/cli",
    // Its stream gives a sum when the turn is completed, and nothing before.
    meters_live: false,
    arguments,
    env: &[],
    env_allowed: &[
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_ORGANIZATION",
        "OPENAI_PROJECT",
        "CODEX_API_KEY",
        "CODEX_HOME",
        "AZURE_OPENAI_API_KEY",
        "OPENROUTER_API_KEY",
    ],
    writable: &[Place::folder(".codex").moved_by("CODEX_HOME", "")],
    guarded: &[
        Place::folder(".codex/config.toml").moved_by("CODEX_HOME", "config.toml"),
        Place::folder(".codex/hooks.json").moved_by("CODEX_HOME", "hooks.json"),
        Place::folder(".codex/hooks").moved_by("CODEX_HOME", "hooks"),
        Place::folder(".codex/AGENTS.md").moved_by("CODEX_HOME", "AGENTS.md"),
        Place::folder(".codex/AGENTS.override.md").moved_by("CODEX_HOME", "AGENTS.override.md"),
        Place::folder(".codex/prompts").moved_by("CODEX_HOME", "prompts"),
        Place::folder(".codex/rules").moved_by("CODEX_HOME", "rules"),
    ],
    litter: &[],
    reader: || Box::new(Codex),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    // Its own sandbox can't be nested in ours, which is stricter. Read-only is the host's to enforce for the same reason.
    let fixed = ["exec", "--json", "--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check"];
    let mut arguments = super::arguments(&fixed, request);
    arguments.push("-".to_owned());
    arguments
}

struct Codex;

impl Reader for Codex {
    fn event(&mut self, event: &Value, _line: &str, out: &mut Collector) {
        match text(event, "type") {
            "thread.started" => out.session(event["thread_id"].as_str()),
            "item.started" => item(&event["item"], false, out),
            "item.completed" => item(&event["item"], true, out),
            "turn.completed" => {
                out.recovered();
                out.spent(tokens(&event["usage"]));
            }
            // Also printed before it tries again: a turn that is completed takes it back.
            "error" => out.fail(text(event, "message")),
            "turn.failed" => out.fail(text(&event["error"], "message")),
            _ => {}
        }
    }
}

/// The sum of the whole run. The input counts what came from the cache too.
fn tokens(usage: &Value) -> Usage {
    let cached = count(usage, "cached_input_tokens");
    Usage {
        input_tokens: count(usage, "input_tokens").saturating_sub(cached),
        output_tokens: count(usage, "output_tokens"),
        cached_tokens: cached,
        micro_usd: None,
    }
}

fn item(item: &Value, completed: bool, out: &mut Collector) {
    let id = text(item, "id");
    let (name, arguments, output) = match text(item, "type") {
        "agent_message" if completed => return out.say(text(item, "text")),
        "reasoning" if completed => return out.aside(text(item, "text")),
        "error" if completed => return out.note(text(item, "message")),
        "command_execution" => ("shell".to_owned(), item["command"].clone(), text(item, "aggregated_output")),
        "file_change" => ("apply_patch".to_owned(), item["changes"].clone(), ""),
        "web_search" => ("web_search".to_owned(), item["query"].clone(), ""),
        "mcp_tool_call" => {
            let name = format!("{}.{}", text(item, "server"), text(item, "tool"));
            (name, item["arguments"].clone(), text(&item["error"], "message"))
        }
        "todo_list" if completed => ("todo_list".to_owned(), json!(item["items"]), ""),
        _ => return,
    };
    if !out.has_call(id) {
        out.call(id, &name, &arguments);
    }
    if completed {
        let ok = match text(item, "status") {
            "completed" => Some(true),
            "failed" | "declined" => Some(false),
            _ => None,
        };
        out.called(id, ok, output);
    }
}
