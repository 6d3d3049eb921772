//! A judge that sends a request: to `config.url` with `config.header` as the value of `authorization`. Imports `http`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::http::{self, Header, Request};

goalpost_sdk::evaluator!(
    judge,
    name = "wants-http",
    summary = "Sends a request",
    config_schema = r#"{
        "type": "object", "additionalProperties": false, "required": ["url"],
        "properties": { "url": { "type": "string" }, "header": { "type": "string" } }
    }"#,
);

#[derive(serde::Deserialize)]
struct Config {
    url: String,
    #[serde(default)]
    header: Option<String>,
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let headers = config.header.map(|value| Header { name: "authorization".into(), value }).into_iter().collect();
    let request = Request { method: "GET".into(), url: config.url, headers, body: None, timeout_ms: Some(5_000) };
    Ok(match http::send(&request) {
        Ok(response) => Verdict::satisfied(format!("{} {}", response.status, String::from_utf8_lossy(&response.body))),
        Err(error) => Verdict::unsatisfied(format!("{error:?}")),
    })
}
