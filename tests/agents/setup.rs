//! How each real agent is pointed at the scripted model: settings in its home folder, and environment. Keys are made up,
//! telemetry and updates are off.

use std::fs;
use std::path::Path;

use goalpost_scripted_model::{Call, Reply, Request, Step, Tokens};
use serde_json::{Value, json};

/// Writes the settings of `agent` below `home`, and returns its environment.
pub(crate) fn prepare(agent: &str, url: &str, home: &Path) -> Vec<(&'static str, String)> {
    let v1 = format!("{url}/v1");
    match agent {
        "claude" => vec![
            ("ANTHROPIC_API_KEY", "sk-ant-fake".into()),
            ("ANTHROPIC_BASE_URL", url.into()),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".into()),
        ],
        "codex" => {
            let config = format!(
                "model = \"scripted\"\nmodel_provider = \"scripted\"\ncheck_for_update_on_startup = false\n\
                 [analytics]\nenabled = false\n[model_providers.scripted]\nname = \"Scripted\"\nbase_url = \"{v1}\"\n\
                 env_key = \"OPENAI_API_KEY\"\nwire_api = \"responses\"\n"
            );
            write(home, ".codex/config.toml", &config);
            vec![("OPENAI_API_KEY", "sk-fake".into())]
        }
        "pi" => {
            let model = json!({
                "id": "scripted", "name": "Scripted", "reasoning": false, "input": ["text"],
                "contextWindow": 100_000, "maxTokens": 8_000,
                "cost": { "input": 1, "output": 1, "cacheRead": 0, "cacheWrite": 0 },
            });
            let models = json!({ "providers": { "scripted": {
                "baseUrl": v1, "api": "openai-completions", "apiKey": "sk-fake", "models": [model],
            }}});
            write(home, ".pi/agent/models.json", &models.to_string());
            vec![("PI_OFFLINE", "1".into()), ("PI_TELEMETRY", "0".into())]
        }
        "opencode" => {
            let config = json!({
                "model": "scripted/scripted", "autoupdate": false, "share": "disabled",
                "provider": { "scripted": {
                    "npm": "@ai-sdk/openai-compatible", "name": "Scripted",
                    "options": { "baseURL": v1, "apiKey": "sk-fake" },
                    "models": { "scripted": { "name": "Scripted", "limit": { "context": 100_000, "output": 8_000 } } },
                }},
            });
            write(home, ".config/opencode/opencode.json", &config.to_string());
            vec![("OPENCODE_DISABLE_MODELS_FETCH", "1".into())]
        }
        "gemini" => {
            let settings = json!({
                "general": { "enableAutoUpdate": false, "enableAutoUpdateNotification": false },
                "privacy": { "usageStatisticsEnabled": false },
                "telemetry": { "enabled": false },
                "security": { "auth": { "selectedType": "gemini-api-key" } },
            });
            write(home, ".gemini/settings.json", &settings.to_string());
            vec![("GEMINI_API_KEY", "fake".into()), ("GOOGLE_GEMINI_BASE_URL", url.into())]
        }
        "aider" => vec![("OPENAI_API_KEY", "sk-fake".into()), ("OPENAI_API_BASE", v1)],
        other => panic!("no settings for {other}"),
    }
}

/// The model that `agent` is to be asked for; none for its default.
pub(crate) fn model(agent: &str) -> Option<&'static str> {
    match agent {
        "pi" => Some("scripted/scripted"),
        "gemini" => Some("gemini-2.5-flash"),
        "aider" => Some("openai/scripted"),
        _ => None,
    }
}

fn write(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a settings folder");
    fs::write(path, text).expect("a settings file");
}

/// What each answer of [`edits`] costs.
pub(crate) const FIRST: Tokens = Tokens { input: 1200, output: 45, cached: 300 };
/// The second answer's.
pub(crate) const SECOND: Tokens = Tokens { input: 80, output: 12, cached: 1500 };

/// A model that writes `content` to `file` with whatever tool it is offered, then says `done`. It begins anew with every
/// conversation, so it serves any number of turns.
pub(crate) fn edits(file: &str, content: &str, done: &str) -> impl FnMut(&Request) -> Step + Send + 'static {
    let (file, content, done) = (file.to_owned(), content.to_owned(), done.to_owned());
    move |request| {
        let tools = request.tool_names();
        let call = ["Bash", "bash", "exec_command", "shell_command", "run_shell_command"]
            .into_iter()
            .find(|name| tools.iter().any(|tool| tool == name))
            .map(|name| Call { name: name.to_owned(), arguments: arguments(name, &file, &content) });
        let text = match &call {
            // A side question, such as a title; aider has no tools, and takes whole files in its answers.
            None if request.text().contains("SEARCH/REPLACE") || request.text().contains("file listing") => {
                let reply = Reply {
                    text: format!("I will edit the file.\n\n{file}\n```\n{content}\n```\n\n{done}\n"),
                    tokens: FIRST,
                    ..Reply::default()
                };
                return Step::Reply(reply);
            }
            None => return Step::say("Change the greeting").using(0, 0, 0),
            Some(_) if request.tool_results() > 0 => done.clone(),
            Some(_) => "I will edit the file.".to_owned(),
        };
        let first = request.tool_results() == 0;
        Step::Reply(Reply {
            text,
            calls: call.into_iter().filter(|_| first).collect(),
            tokens: if first { FIRST } else { SECOND },
            cut_short: false,
        })
    }
}

fn arguments(tool: &str, file: &str, content: &str) -> Value {
    let command = format!("echo {content} > {file}");
    match tool {
        "exec_command" => json!({ "cmd": command }),
        _ => json!({ "command": command, "description": "Change the greeting" }),
    }
}
