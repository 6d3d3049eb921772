//! `goalpost plugin replay`

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::ids::Digest;
use goalpost_plugins::record::{self, Recording};
use goalpost_plugins::{Plugin, read_small_text};

use super::say::print;
use super::source;
use crate::builtin;
use crate::exit::{Exit, UsageError};
use crate::paths::Places;

/// Repeat a recorded call of a plugin, on any machine
///
/// What it asks is answered from the recording: trees, checks, models, agents, the time and random numbers. Exit code 0 when
/// it concludes the same, byte for byte, 2 when not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin replay \"$(goalpost plugin recordings | tail -1)\"")]
pub(crate) struct ReplayArgs {
    /// A recording; `goalpost plugin recordings` lists them
    recording: PathBuf,
    /// Ask this component, a file or builtin:NAME, instead of the one that was recorded
    #[arg(long)]
    plugin: Option<String>,
}

pub(super) async fn run(args: &ReplayArgs) -> Result<Exit> {
    let recording = read(&args.recording)?;
    let plugin = match &args.plugin {
        Some(name) => source::open(name)?,
        None => source::load(&recording.header.plugin, recorded_component(&recording)?)?,
    };
    let replayed = match record::replay(&plugin, &recording).await {
        Ok(Ok(replayed)) => replayed,
        Ok(Err(refused)) => return Err(UsageError(refused.to_string()).into()),
        Err(error) => return Err(UsageError(format!("{}: {error}", args.recording.display())).into()),
    };
    let mut lines: Vec<String> = replayed.divergences.iter().map(|what| format!("diverges  {what}")).collect();
    let (then, now) = (serde_json::to_string(&recording.outcome)?, serde_json::to_string(&replayed.outcome)?);
    let same = then == now;
    if same {
        lines.push(format!("the same, byte for byte  {}", replayed.outcome));
    } else {
        lines.push("differs".to_owned());
        lines.push(format!("  - {then}"));
        lines.push(format!("  + {now}"));
    }
    print(&lines)?;
    Ok(if same { Exit::Achieved } else { Exit::NotAchieved })
}

/// Reads a recording.
pub(super) fn read(path: &Path) -> Result<Recording> {
    let unusable = |why: &dyn fmt::Display| UsageError(format!("{}: {why}", path.display()));
    let text = read_small_text(path, record::TEXT_BYTES).map_err(|error| unusable(&error))?;
    Recording::parse(&text).map_err(|error| unusable(&error).into())
}

/// The component that was recorded, where this machine has it.
fn recorded_component(recording: &Recording) -> Result<Vec<u8>> {
    let wanted = &recording.header.digest;
    let built_in = builtin::names().filter_map(builtin::find).find(|component| Digest::of(component) == *wanted);
    if let Some(component) = built_in {
        return Ok(component.to_vec());
    }
    let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
    let kept = places.state.join("plugins").join(format!("{wanted}.wasm"));
    for path in [kept.as_path(), Path::new(&recording.header.plugin)] {
        if path.is_file() {
            let component = goalpost_plugins::read_component(path).with_context(|| format!("{}", path.display()))?;
            if Digest::of(&component) == *wanted {
                return Ok(component);
            }
        }
    }
    Err(UsageError(format!(
        "the component that was recorded, `{}` with SHA-256 {wanted}, is not on this machine: name it with --plugin",
        recording.header.plugin
    ))
    .into())
}

/// Concludes again, for `plugin diff`: none where the plugin is not admitted or the recording can't be used.
pub(super) async fn conclude(plugin: &Plugin, recording: &Recording) -> Result<record::Replayed, String> {
    match record::replay(plugin, recording).await {
        Ok(Ok(replayed)) => Ok(replayed),
        Ok(Err(refused)) => Err(refused.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
