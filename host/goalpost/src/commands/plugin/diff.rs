//! `goalpost plugin diff`

use std::path::PathBuf;

use anyhow::Result;
use goalpost_plugins::Plugin;

use super::{replay, source};
use crate::commands::find::print;
use crate::exit::{Exit, UsageError};

/// Repeat recorded calls with another version of a plugin, and show the verdicts that flip
///
/// Exit code 0 when none flips, 2 when one does. A question that the old version never asked has no recorded answer: where
/// that makes a difference, it is said.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The version that was recorded: a file, or builtin:NAME
    old: String,
    /// The version to compare with it
    new: String,
    /// A folder of recordings; those of other plugins are left out
    #[arg(long, value_name = "DIR")]
    recordings: PathBuf,
}

#[derive(Default)]
struct Count {
    same: usize,
    reworded: usize,
    flipped: usize,
    unusable: usize,
}

pub(super) async fn run(args: &DiffArgs) -> Result<Exit> {
    let load = |name: &str| -> Result<Plugin> { source::load(name, source::read(name)?) };
    let (old, new) = (load(&args.old)?, load(&args.new)?);
    let folder = std::fs::read_dir(&args.recordings)
        .map_err(|error| UsageError(format!("{}: {error}", args.recordings.display())))?;
    let mut files: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let (mut count, mut others) = (Count::default(), 0);
    for path in files {
        let recording = replay::read(&path)?;
        if recording.header.digest != *old.digest() {
            others += 1;
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (before, after) = (replay::conclude(&old, &recording).await, replay::conclude(&new, &recording).await);
        let (before, after) = match (before, after) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(why), _) | (_, Err(why)) => {
                count.unusable += 1;
                print(&[format!("unusable  {name}"), format!("  {}", why.replace('\n', "\n  "))])?;
                continue;
            }
        };
        if before.outcome.conclusion() == after.outcome.conclusion() {
            let field = if before.outcome == after.outcome { &mut count.same } else { &mut count.reworded };
            *field += 1;
            continue;
        }
        count.flipped += 1;
        let mut lines = vec![format!("flips     {name}")];
        lines.push(format!("  - {}", before.outcome));
        lines.push(format!("  + {}", after.outcome));
        lines.extend(after.divergences.iter().map(|what| format!("  the new one: {what}")));
        print(&lines)?;
    }
    let Count { same, reworded, flipped, unusable } = count;
    if same + reworded + flipped + unusable == 0 {
        let message = format!("{} has no recording of `{}`", args.recordings.display(), args.old);
        return Err(UsageError(message).into());
    }
    print(&[format!(
        "{flipped} flip, {reworded} conclude the same in other words, {same} are the same, {unusable} can't be repeated \
         ({others} recordings are of other plugins)"
    )])?;
    Ok(if flipped + unusable == 0 { Exit::Achieved } else { Exit::NotAchieved })
}
