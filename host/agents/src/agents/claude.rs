//! Claude Code: `claude -p --output-format stream-json`.

use std::collections::BTreeMap;

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::agents::{content, count, micro_usd, text};
use crate::collector::{Collector, MAX_SHOWN, Reader, cut};
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "claude",
    program: "claude",
    install: "npm install -g @anthropic-ai/claude-code",
    homepage: "https://docs.claude.com/en/docs/claude-code",
    meters_live: true,
    arguments,
    env: &[
        // Without it the program refuses to skip its own questions as root, which it may be in our user namespace. It is
        // true: the host confines it.
        ("IS_SANDBOX", "1"),
        ("DISABLE_AUTOUPDATER", "1"),
    ],
    env_allowed: &[
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_CUSTOM_HEADERS",
        "ANTHROPIC_MODEL",
        "ANTHROPIC_SMALL_FAST_MODEL",
        "ANTHROPIC_DEFAULT_OPUS_MODEL",
        "ANTHROPIC_DEFAULT_SONNET_MODEL",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL",
        "ANTHROPIC_BEDROCK_BASE_URL",
        "ANTHROPIC_VERTEX_BASE_URL",
        "ANTHROPIC_VERTEX_PROJECT_ID",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_USE_BEDROCK",
        "CLAUDE_CODE_USE_VERTEX",
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "CLAUDE_CONFIG_DIR",
        "DISABLE_TELEMETRY",
        "MAX_THINKING_TOKENS",
        "CLOUD_ML_REGION",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ],
    writable: &[
        Place::folder(".claude").moved_by("CLAUDE_CONFIG_DIR", ""),
        Place { file: Some("{}"), ..Place::folder(".claude.json").moved_by("CLAUDE_CONFIG_DIR", ".claude.json") },
    ],
    guarded: &[
        Place::folder(".claude/settings.json").moved_by("CLAUDE_CONFIG_DIR", "settings.json"),
        Place::folder(".claude/settings.local.json").moved_by("CLAUDE_CONFIG_DIR", "settings.local.json"),
        Place::folder(".claude/CLAUDE.md").moved_by("CLAUDE_CONFIG_DIR", "CLAUDE.md"),
        Place::folder(".claude/agents").moved_by("CLAUDE_CONFIG_DIR", "agents"),
        Place::folder(".claude/commands").moved_by("CLAUDE_CONFIG_DIR", "commands"),
        Place::folder(".claude/hooks").moved_by("CLAUDE_CONFIG_DIR", "hooks"),
        Place::folder(".claude/output-styles").moved_by("CLAUDE_CONFIG_DIR", "output-styles"),
        Place::folder(".claude/rules").moved_by("CLAUDE_CONFIG_DIR", "rules"),
        Place::folder(".claude/skills").moved_by("CLAUDE_CONFIG_DIR", "skills"),
    ],
    litter: &[],
    reader: || Box::new(Claude::default()),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    let mut fixed = vec![
        "-p",
        "--output-format",
        "stream-json",
        "--verbose",
        // The count of output tokens is only in these while a message is written.
        "--include-partial-messages",
        "--dangerously-skip-permissions",
    ];
    if request.read_only {
        fixed.push("--disallowedTools=Edit,Write,NotebookEdit");
    }
    super::arguments(&fixed, request)
}

/// How many conversations (its own, and one for each agent that it spawned) are counted apart.
const MAX_CONVERSATIONS: usize = 256;

#[derive(Default)]
struct Claude {
    /// Messages that are complete.
    before: Usage,
    /// The message that each conversation is at. A message comes in several events, each with its usage so far.
    current: BTreeMap<String, (String, Usage)>,
    /// The program's own sum, which it prints when it is done.
    total: Usage,
}

impl Reader for Claude {
    fn event(&mut self, event: &Value, _line: &str, out: &mut Collector) {
        // Set in the events of an agent that this one spawned.
        let conversation = text(event, "parent_tool_use_id");
        match text(event, "type") {
            "system" => system(event, out),
            "stream_event" => self.partial(conversation, &event["event"], out),
            "assistant" => {
                let message = &event["message"];
                self.count(conversation, text(message, "id"), &message["usage"], out);
                for block in message["content"].as_array().into_iter().flatten() {
                    match text(block, "type") {
                        "text" if conversation.is_empty() => out.say(text(block, "text")),
                        "text" => out.aside(text(block, "text")),
                        "tool_use" => out.call(text(block, "id"), text(block, "name"), &block["input"]),
                        _ => {}
                    }
                }
            }
            "user" => {
                for block in event["message"]["content"].as_array().into_iter().flatten() {
                    if block["type"] == "tool_result" {
                        let ok = !block["is_error"].as_bool().unwrap_or(false);
                        out.called(text(block, "tool_use_id"), Some(ok), &content(&block["content"]));
                    }
                }
            }
            "result" => self.result(event, out),
            _ => {}
        }
    }
}

fn system(event: &Value, out: &mut Collector) {
    match text(event, "subtype") {
        "init" => out.session(event["session_id"].as_str()),
        "api_retry" => out.note(&format!(
            "the model's provider refused ({}, {}): attempt {} of {}",
            event["error_status"],
            text(event, "error"),
            event["attempt"],
            event["max_retries"]
        )),
        _ => {}
    }
}

impl Claude {
    fn partial(&mut self, conversation: &str, event: &Value, out: &mut Collector) {
        match text(event, "type") {
            "message_start" => {
                let message = &event["message"];
                self.count(conversation, text(message, "id"), &message["usage"], out);
            }
            "message_delta" => {
                let id = self.current.get(conversation).map(|(id, _)| id.clone()).unwrap_or_default();
                self.count(conversation, &id, &event["usage"], out);
            }
            _ => {}
        }
    }

    fn count(&mut self, conversation: &str, message: &str, usage: &Value, out: &mut Collector) {
        if !usage.is_object() {
            return;
        }
        // The program names them: never let a name be as long as it likes.
        let (conversation, message) = (cut(conversation, MAX_SHOWN), cut(message, MAX_SHOWN));
        if self.current.len() >= MAX_CONVERSATIONS && !self.current.contains_key(&conversation) {
            self.before += std::mem::take(&mut self.current).into_values().map(|(_, usage)| usage).sum();
        }
        let (id, so_far) = self.current.entry(conversation).or_default();
        if *id != message {
            self.before += *so_far;
            (*id, *so_far) = (message, Usage::default());
        }
        *so_far = higher(*so_far, tokens(usage));
        self.report(out);
    }

    fn result(&mut self, event: &Value, out: &mut Collector) {
        // By model, because `usage` leaves out the models of side questions and of spawned agents.
        let by_model = event["modelUsage"].as_object().filter(|models| !models.is_empty());
        let mut total = by_model.map_or_else(
            || tokens(&event["usage"]),
            |models| {
                models
                    .values()
                    .map(|model| Usage {
                        input_tokens: count(model, "inputTokens")
                            .saturating_add(count(model, "cacheCreationInputTokens")),
                        output_tokens: count(model, "outputTokens"),
                        cached_tokens: count(model, "cacheReadInputTokens"),
                        micro_usd: None,
                    })
                    .sum()
            },
        );
        total.micro_usd = micro_usd(&event["total_cost_usd"]);
        self.total = higher(self.total, total);
        out.session(event["session_id"].as_str());
        self.report(out);

        let said = text(event, "result");
        // The subtype may be `success` all the same.
        if event["is_error"].as_bool().unwrap_or(false) {
            let errors = event["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let why = [said].into_iter().chain(errors).find(|why| !why.is_empty());
            out.fail(why.unwrap_or(text(event, "subtype")));
        } else {
            out.recovered();
            if !out.has_message() {
                out.say(said);
            }
        }
    }

    fn report(&self, out: &mut Collector) {
        let live = self.current.values().map(|(_, usage)| *usage).chain([self.before]).sum();
        out.spent(higher(self.total, live));
    }
}

fn tokens(usage: &Value) -> Usage {
    Usage {
        // What is written to the cache was read anew, and costs more than what is not.
        input_tokens: count(usage, "input_tokens").saturating_add(count(usage, "cache_creation_input_tokens")),
        output_tokens: count(usage, "output_tokens"),
        cached_tokens: count(usage, "cache_read_input_tokens"),
        micro_usd: None,
    }
}

/// Each number's greater one: later reports of the same thing never take anything back.
fn higher(a: Usage, b: Usage) -> Usage {
    Usage {
        input_tokens: a.input_tokens.max(b.input_tokens),
        output_tokens: a.output_tokens.max(b.output_tokens),
        cached_tokens: a.cached_tokens.max(b.cached_tokens),
        micro_usd: a.micro_usd.max(b.micro_usd),
    }
}
