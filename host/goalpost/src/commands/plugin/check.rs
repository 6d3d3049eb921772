//! `goalpost plugin check`

use anyhow::Result;
use goalpost_core::config::Limits;
use goalpost_plugins::{COMPONENT_BYTES, Examination, Plugin};
use serde_json::json;

use super::say::{print, print_json};
use super::source;
use crate::exit::Exit;

/// Say everything that would keep a component from being used
///
/// Its world, its imports, its size, what it says of itself and the schema of its config, as if all that it asks for were
/// granted. Exit code 0 when a goal could use it, 2 when not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin check changelog-judge")]
pub(crate) struct CheckArgs {
    #[arg(default_value = ".", help = source::PLUGIN)]
    plugin: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &CheckArgs) -> Result<Exit> {
    let name = source::resolve(&args.plugin)?;
    let component = source::read(&name)?;
    let bytes = component.len();
    let plugin = match source::try_load(&name, component)? {
        Ok(plugin) => plugin,
        Err(why) => return refused(&name, &why, args.json),
    };
    let limits = source::limits(plugin.kind());
    let found = plugin.examine(&limits).await;
    match args.json {
        true => print_json(&as_json(&plugin, bytes, &found))?,
        false => print(&lines(&plugin, bytes, &limits, &found))?,
    }
    Ok(if found.problems.is_empty() { Exit::Achieved } else { Exit::NotAchieved })
}

/// What is no component, or too large a one, has nothing else to be told of.
fn refused(name: &str, why: &str, json: bool) -> Result<Exit> {
    match json {
        true => print_json(&json!({ "plugin": name, "problems": [why] }))?,
        false => print(&[name.to_owned(), format!("  wrong  {why}")])?,
    }
    Ok(Exit::NotAchieved)
}

fn lines(plugin: &Plugin, bytes: usize, limits: &Limits, found: &Examination) -> Vec<String> {
    let mut lines = vec![
        plugin.source().to_owned(),
        format!("  world    {}", plugin.kind()),
        format!("  size     {} KiB of at most {} MiB", bytes.div_ceil(1024), COMPONENT_BYTES >> 20),
        format!("  imports  {}", plugin.imports().count()),
    ];
    if let Some(description) = &found.description {
        lines.push(format!("  is       {} {}", description.name, description.version));
        lines.push(match description.config_schema.trim() {
            "" => "  config   takes none".to_owned(),
            schema => format!("  config   has a schema of {} bytes", schema.len()),
        });
    }
    if let Some(used) = &found.used {
        lines.push(format!(
            "  limits   describing itself took {:.1} ms and {} KiB of at most {} MiB",
            used.duration.as_secs_f64() * 1e3,
            used.peak_memory.div_ceil(1024),
            limits.memory >> 20,
        ));
    }
    lines.extend(found.problems.iter().map(|problem| format!("  wrong    {problem}")));
    if found.problems.is_empty() {
        lines.push("  nothing is wrong with it".to_owned());
    }
    lines
}

fn as_json(plugin: &Plugin, bytes: usize, found: &Examination) -> serde_json::Value {
    json!({
        "plugin": plugin.source(),
        "world": plugin.kind().world(),
        "sha256": plugin.digest().as_str(),
        "bytes": bytes,
        "imports": plugin.imports().collect::<Vec<_>>(),
        "name": found.description.as_ref().map(|d| &d.name),
        "version": found.description.as_ref().map(|d| &d.version),
        "problems": found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
