//! A judge that reads granted folders: it lists `config.folder`, then says of each of `config.paths` what it got. Imports
//! `files`.

use goalpost_sdk::evaluator::*;
use goalpost_sdk::files;

goalpost_sdk::evaluator!(
    judge,
    name = "reads-files",
    summary = "Reads granted folders",
    config_schema = r#"{
        "type": "object", "additionalProperties": false,
        "properties": {
            "folder": { "type": "string" },
            "paths": { "type": "array", "items": { "type": "string" } },
            "expects": { "type": "string" }
        }
    }"#,
);

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    folder: String,
    paths: Vec<String>,
    /// It is content when its report holds this.
    expects: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { folder: "docs".into(), paths: Vec::new(), expects: String::new() }
    }
}

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let config: Config = evidence.config()?;
    let mut report = format!("folders: {}", files::folders().join(" "));
    match files::list(&config.folder, "") {
        Ok(found) => {
            for file in found {
                let text = files::read_text(&config.folder, &file.path, 1 << 20);
                report.push_str(&format!("; {} has {} bytes: {text:?}", file.path, file.size));
            }
        }
        Err(error) => report.push_str(&format!("; {error:?}")),
    }
    for path in &config.paths {
        report.push_str(&format!("; {path} is {:?}", files::read_text(&config.folder, path, 1 << 20)));
    }
    Ok(if report.contains(&config.expects) { Verdict::satisfied(report) } else { Verdict::unsatisfied(report) })
}
