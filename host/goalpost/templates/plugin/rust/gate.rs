//! The gate `{{name}}`: a check on the sealed tree.

use goalpost_sdk::gate::*;

/// What `config` in goalpost.toml may hold.
#[derive(serde::Deserialize)]
struct Config {
    /// The most bytes that a changed file may have.
    most: u64,
}

goalpost_sdk::gate!(
    check,
    summary = "Changed files stay small",
    config_schema = r#"{
        "type": "object", "required": ["most"], "additionalProperties": false,
        "properties": { "most": { "type": "integer", "minimum": 1 } }
    }"#,
);

fn check(subject: Subject) -> Result<GateResult, String> {
    let Config { most } = subject.config()?;
    let sealed = tree::sealed();
    let mut findings = Vec::new();
    for change in &subject.changes {
        let size = match sealed.stat(&change.path) {
            Ok(entry) => entry.size,
            // It was deleted.
            Err(TreeError::NotFound) => continue,
            Err(error) => return Err(format!("{}: {error}", change.path)),
        };
        if size > most {
            let finding = Finding::error(format!("it has {size} bytes"));
            findings.push(finding.code("large-file").path(&change.path));
        }
    }
    Ok(match findings.len() {
        0 => GateResult::passed("every changed file is small"),
        n => GateResult::failed(format!("{n} files have more than {most} bytes")).findings(findings),
    })
}
