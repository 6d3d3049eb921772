//! `goalpost plugin inspect`

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use goalpost_core::text;
use goalpost_plugins::{CONTRACT_VERSION, Description, Import, Plugin, Standing};
use serde_json::{Value, json};

use super::say::print_json;
use super::source;
use crate::commands::find;
use crate::exit::{Exit, UsageError};
use crate::report::{GUTTER, Style, Tone, clean};
use crate::signature;

/// Show what a component is, what it imports, and what it would have to be granted
///
/// Nothing is granted by looking: the component runs only to describe itself, with nothing behind its imports.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin inspect ~/Downloads/judge.wasm")]
pub(crate) struct InspectArgs {
    #[arg(default_value = ".", help = source::PLUGIN)]
    plugin: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &InspectArgs) -> Result<Exit> {
    let name = source::resolve(&args.plugin)?;
    let component = source::read(&name)?;
    let bytes = component.len();
    let plugin = source::load(&name, component)?;
    if !args.json {
        return show(&plugin, bytes).await;
    }
    let wants = plugin.wants();
    // One that is refused has been told why; it is still shown as far as it can be.
    let described = plugin.describe(&source::limits(plugin.kind())).await;
    let description = described.as_ref().ok();
    print_json(&as_json(&plugin, bytes, &wants, description))?;
    match described {
        Ok(_) => Ok(Exit::Achieved),
        Err(error) => Err(UsageError(error.to_string()).into()),
    }
}

/// Prints what there is to say of a plugin.
pub(super) async fn show(plugin: &Plugin, bytes: usize) -> Result<Exit> {
    let wants = plugin.wants();
    let described = plugin.describe(&source::limits(plugin.kind())).await;
    print_all(plugin, bytes, &wants, described.as_ref().ok())?;
    match described {
        Ok(_) => Ok(Exit::Achieved),
        Err(error) => Err(UsageError(error.to_string()).into()),
    }
}

/// Prints what is known of a plugin, laid out to the terminal.
pub(super) fn print_all(
    plugin: &Plugin,
    bytes: usize,
    wants: &[Import],
    description: Option<&Description>,
) -> std::io::Result<()> {
    find::print(&lines(plugin, bytes, wants, description, Style::detect(&std::io::stdout())))
}

/// What is known of a plugin. All that it says itself is cleaned: a person is about to decide by it.
fn lines(
    plugin: &Plugin,
    bytes: usize,
    wants: &[Import],
    description: Option<&Description>,
    style: Style,
) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = description {
        let name = clean(&format!("{} {}", description.name, description.version));
        let parts = [(Tone::Accent, name.as_str()), (Tone::Plain, &clean(&description.summary))];
        lines.push(style.line(Tone::Strong, "plugin", &parts));
    }
    let mut tell = |word: &str, text: &str| lines.extend(style.paragraph(Tone::Plain, word, &clean(text)));
    tell("world", &format!("{} of goalpost:plugin@{}", plugin.kind(), contract(plugin)));
    tell("sha256", plugin.digest().as_str());
    if let Some(signer) = signed(plugin) {
        tell("signed by", &signer);
    }
    tell("size", &format!("{} KiB", bytes.div_ceil(1024)));
    tell("exports", &plugin.exports().collect::<Vec<_>>().join(", "));
    for (word, import) in headed("imports", imports(wants)) {
        tell(word, &import);
    }
    let grants: Vec<_> = wants
        .iter()
        .filter_map(|import| match &import.standing {
            Standing::Grant { fix, means, .. } => Some((*fix, *means)),
            _ => None,
        })
        .collect();
    for (word, means) in headed("wants to", grants.iter().map(|(_, means)| (*means).to_owned()).collect()) {
        tell(word, &means);
    }
    if !grants.is_empty() {
        let fixes: Vec<_> = grants.iter().map(|(fix, _)| *fix).collect();
        tell("granted by", &format!("grants = {{ {} }}", fixes.join(", ")));
    }
    if let Some(description) = description.filter(|description| !description.config_schema.trim().is_empty()) {
        let schema = description.config_schema.trim();
        // Words of another kind are not for whoever is about to be asked.
        if serde_json::from_str::<Value>(schema).is_ok() {
            tell("config", "satisfies");
            lines.extend(outdented(&text::visible(schema)).map(|line| format!("{:GUTTER$} {line}", "")));
        } else {
            tell("config", "has a schema that is no JSON: it can't run");
        }
    }
    lines
}

/// Texts below each other, the first beside a word.
fn headed(word: &str, texts: Vec<String>) -> impl Iterator<Item = (&str, String)> {
    std::iter::once(word).chain(std::iter::repeat("")).zip(texts)
}

/// What it imports, and what stands in the way of each.
fn imports(wants: &[Import]) -> Vec<String> {
    let mut imports: Vec<_> = wants
        .iter()
        .filter_map(|import| match &import.standing {
            Standing::Always => Some(format!("{}  (every plugin has it)", import.name)),
            Standing::Inert => None,
            Standing::Grant { capability, .. } => Some(format!("{}  (needs the grant `{capability}`)", import.name)),
            Standing::Refused(_) => Some(format!("{}  (never given)", import.name)),
        })
        .collect();
    // A language's runtime imports two dozen of them, and they all mean the same.
    let inert = wants.iter().filter(|import| import.standing == Standing::Inert).count();
    if inert > 0 {
        imports.push(format!("{inert} interfaces of WASI 0.2  (no files, sockets or environment behind them)"));
    }
    if imports.is_empty() {
        imports.push("nothing".to_owned());
    }
    imports
}

/// The version of the contract that the component was made for, by the names in it. One that names none fits this one.
fn contract(plugin: &Plugin) -> String {
    let named = plugin.imports().chain(plugin.exports());
    let versions: BTreeSet<_> = named
        .filter_map(|name| name.strip_prefix("goalpost:plugin/")?.split_once('@'))
        .map(|(_, version)| version)
        .collect();
    if versions.is_empty() { CONTRACT_VERSION.to_owned() } else { Vec::from_iter(versions).join(" and ") }
}

/// Who signed the component, in words; none for a builtin, which is a part of the program.
fn signed(plugin: &Plugin) -> Option<String> {
    if plugin.source().starts_with("builtin:") {
        return None;
    }
    Some(match signature::signer(Path::new(plugin.source()), plugin.digest()) {
        Ok(Some(signer)) => signer.to_string(),
        Ok(None) => "nobody".to_owned(),
        Err(error) => format!("nobody, and it can't be added: {}", text::one_line(&error.to_string(), 500)),
    })
}

/// The lines of a text without the indentation that they share: authors have theirs from where it stands in their sources.
fn outdented(text: &str) -> impl Iterator<Item = &str> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    // The first begins where the literal does.
    let shared = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or_default();
    text.lines().map(move |line| &line[shared.min(indent(line))..])
}

fn as_json(plugin: &Plugin, bytes: usize, wants: &[Import], description: Option<&Description>) -> Value {
    let imports: Vec<_> = wants
        .iter()
        .map(|import| match &import.standing {
            Standing::Always => json!({ "name": import.name, "standing": "always" }),
            Standing::Inert => json!({ "name": import.name, "standing": "inert" }),
            Standing::Grant { capability, fix, .. } => {
                json!({ "name": import.name, "standing": "grant", "capability": capability, "grants": fix })
            }
            Standing::Refused(problem) => {
                json!({ "name": import.name, "standing": "refused", "why": problem.to_string() })
            }
        })
        .collect();
    json!({
        "world": plugin.kind().world(),
        "contract": contract(plugin),
        "sha256": plugin.digest().as_str(),
        "signer": signature::signer(Path::new(plugin.source()), plugin.digest()).ok().flatten(),
        "bytes": bytes,
        "imports": imports,
        "exports": plugin.exports().collect::<Vec<_>>(),
        "name": description.map(|d| &d.name),
        "version": description.map(|d| &d.version),
        "summary": description.map(|d| &d.summary),
        "config_schema": description.map(|d| &d.config_schema),
    })
}
