//! What the server was asked.

use std::collections::BTreeMap;

use serde_json::Value;

/// The protocol of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// OpenAI `POST /chat/completions`.
    ChatCompletions,
    /// OpenAI `POST /responses`.
    Responses,
    /// Anthropic `POST /messages`.
    Messages,
    /// Gemini `POST /models/MODEL:generateContent` and `:streamGenerateContent`.
    Gemini,
    /// Anything that asks no model: a list of models, a count of tokens, an unknown path.
    Other,
}

/// One request, as received.
#[derive(Debug, Clone)]
pub struct Request {
    /// By its path.
    pub api: Api,
    /// HTTP method.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `Null` where it was not JSON.
    pub body: Value,
}

impl Request {
    /// The model that is asked.
    pub fn model(&self) -> &str {
        if self.api == Api::Gemini {
            let end = self.path.split('?').next().unwrap_or_default();
            return end.rsplit('/').next().and_then(|last| last.split(':').next()).unwrap_or_default();
        }
        self.body["model"].as_str().unwrap_or_default()
    }

    /// Whether the answer is to come as events.
    pub fn streams(&self) -> bool {
        match self.api {
            Api::Gemini => self.path.contains(":streamGenerateContent"),
            _ => self.body["stream"].as_bool().unwrap_or(false),
        }
    }

    /// The key it came with, wherever the protocol puts it.
    pub fn key(&self) -> Option<&str> {
        let header = |name: &str| self.headers.get(name).map(String::as_str);
        header("x-api-key")
            .or_else(|| header("x-goog-api-key"))
            .or_else(|| header("authorization").map(|value| value.strip_prefix("Bearer ").unwrap_or(value)))
    }

    /// The tools that the model may call.
    pub fn tool_names(&self) -> Vec<String> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut names = Vec::new();
        for tool in list(&self.body["tools"]) {
            let declared = list(&tool["functionDeclarations"]);
            let nested = if declared.is_empty() { vec![tool] } else { declared };
            for one in nested {
                let name = one["name"].as_str().or_else(|| one["function"]["name"].as_str());
                names.extend(name.map(str::to_owned));
            }
        }
        names
    }

    /// Whether `name` is an OpenAI custom tool, whose argument is plain text.
    pub fn is_custom_tool(&self, name: &str) -> bool {
        self.body["tools"]
            .as_array()
            .is_some_and(|tools| tools.iter().any(|tool| tool["type"] == "custom" && tool["name"] == name))
    }

    /// Every text in the request's instructions and messages, a line each: what the model would read.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for key in ["instructions", "system", "systemInstruction", "messages", "input", "contents"] {
            collect(&self.body[key], &mut out);
        }
        out
    }

    /// How many results of tools the conversation already holds. A closure can use it to tell the first question from those
    /// that follow its own calls.
    pub fn tool_results(&self) -> usize {
        let items = |key: &str| self.body[key].as_array().cloned().unwrap_or_default();
        let parts = |item: &Value, key: &str| item[key].as_array().cloned().unwrap_or_default();
        match self.api {
            Api::ChatCompletions => items("messages").iter().filter(|m| m["role"] == "tool").count(),
            Api::Responses => items("input")
                .iter()
                .filter(|i| i["type"].as_str().is_some_and(|kind| kind.ends_with("_call_output")))
                .count(),
            Api::Messages => items("messages")
                .iter()
                .flat_map(|m| parts(m, "content"))
                .filter(|block| block["type"] == "tool_result")
                .count(),
            Api::Gemini => items("contents")
                .iter()
                .flat_map(|c| parts(c, "parts"))
                .filter(|part| part.get("functionResponse").is_some())
                .count(),
            Api::Other => 0,
        }
    }
}

fn collect(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
        Value::Object(fields) => {
            let texts = ["text", "content", "parts", "output", "response"];
            fields.iter().filter(|(key, _)| texts.contains(&key.as_str())).for_each(|(_, v)| collect(v, out));
        }
        _ => {}
    }
}
