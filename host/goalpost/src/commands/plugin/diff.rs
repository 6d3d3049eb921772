//! `goalpost plugin diff`

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::say::print;
use super::{replay, source};
use crate::exit::{Exit, UsageError};
use crate::goal_loop::Recordings;
use crate::paths::Places;

/// Repeat recorded calls with another version of a plugin, and show the verdicts that flip
///
/// Exit code 0 when none flips, 2 when one does. A question that the old version never asked has no recorded answer: where
/// that makes a difference, it is said.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin diff sha256:906c57 changelog-judge")]
pub(crate) struct DiffArgs {
    /// The version that was recorded: as NEW, or `sha256:` and the first digits, as `goalpost show` has them
    old: String,
    /// The version to compare with it: a component's file, builtin:NAME, or the folder of the project that it was built in
    new: String,
    /// A folder of recordings; those of all goals on this machine when not given. Those of other plugins are left out
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
}

#[derive(Default)]
struct Count {
    same: usize,
    reworded: usize,
    flipped: usize,
    unusable: usize,
}

pub(super) async fn run(args: &DiffArgs) -> Result<Exit> {
    let (old, new) = (source::open(&args.old)?, source::open(&args.new)?);
    let (files, place) = recordings(args.recordings.as_deref())?;
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
        let message = format!("{place} has no recording of `{}` (sha256 {})", args.old, old.digest());
        return Err(UsageError(message).into());
    }
    print(&[format!(
        "{flipped} flip, {reworded} conclude the same in other words, {same} are the same, {unusable} can't be repeated \
         ({others} recordings are of other plugins)"
    )])?;
    Ok(if flipped + unusable == 0 { Exit::Achieved } else { Exit::NotAchieved })
}

/// The recordings to repeat, and where they are, in words.
fn recordings(folder: Option<&Path>) -> Result<(Vec<PathBuf>, String)> {
    let Some(folder) = folder else {
        let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
        return Ok((Recordings::new(&places.state).list(None)?, "this machine".to_owned()));
    };
    let entries = std::fs::read_dir(folder).map_err(|error| UsageError(format!("{}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    Ok((files, folder.display().to_string()))
}
