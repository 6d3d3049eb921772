//! `goalpost plugin update`

use std::path::PathBuf;

use anyhow::Result;
use goalpost_core::config;
use goalpost_core::lock_file::{self, Locked};

use super::say::print;
use super::{agree, locking, uses};
use crate::exit::{Exit, UsageError};
use crate::goal_loop::{FILE, Replaced, replaced_at, text_of};

/// Take the plugins of goalpost.toml as they are now into goalpost.lock, and show what is different
///
/// Asks only where a plugin got wider: it is new, imports more, or may use more. Goals that run already are not touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin update security")]
pub(crate) struct UpdateArgs {
    /// Only these: the name of a gate or an evaluator, `workflow`, or the file as goalpost.toml names it
    names: Vec<String>,
    /// The folder of goalpost.toml, or one below it
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Agree to what got wider, without being asked
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &UpdateArgs) -> Result<Exit> {
    let (folder, text) = text_of(&args.dir)?;
    let goal = config::parse(&text, FILE).map_err(|errors| UsageError(errors.to_string()))?;
    let mut lock = locking::read(&folder)?;
    let replaced = replaced_at(&folder, &lock)?;
    // A worker's word is nobody's: what was agreed to before is what all of it is compared with, and what stays of it.
    let mut widened = replaced.is_some();
    if let Some(replaced) = &replaced {
        lock = replaced.before.clone();
    }
    let before = lock.clone();
    let uses = lock_file::uses(&goal);
    let meant = uses::chosen(&goal, &args.names)?;
    // What the configuration names no more, nobody agrees to any more.
    lock.plugins.retain(|key, _| uses.iter().any(|(used, _)| used == key));
    let mut said = Vec::new();
    if let Some(Replaced { goal, .. }) = &replaced {
        said.push(format!("{} was changed while the goal {goal} ran, whose worker could write it", lock_file::FILE));
    }
    for (key, plugin) in &meant {
        let Some(new) = locking::entry(&folder, key, plugin)? else {
            lock.plugins.remove(key);
            continue;
        };
        let difference = Difference::between(before.plugins.get(key), &new);
        widened |= difference.wider;
        if !difference.lines.is_empty() {
            said.push(format!("{key}  {}", new.source));
            said.extend(difference.lines.into_iter().map(|line| format!("  {line}")));
        }
        lock.plugins.insert(key.clone(), new);
    }
    if said.is_empty() && lock == before {
        print(&["Nothing is different.".to_owned()])?;
        return Ok(Exit::Achieved);
    }
    print(&said)?;
    if widened && !args.yes {
        if !agree::anybody() {
            let message = "it needs your word, and there is nobody to ask: `--yes` agrees to what stands above";
            return Err(UsageError(message.to_owned()).into());
        }
        if !agree::yes("Agree?")? {
            return Err(UsageError("nothing was changed".to_owned()).into());
        }
    }
    locking::write(&folder, &lock)?;
    print(&[format!("{} is up to date: commit it", lock_file::FILE)])?;
    Ok(Exit::Achieved)
}

/// What is different about a plugin, in words.
struct Difference {
    lines: Vec<String>,
    /// Whether a person must agree.
    wider: bool,
}

impl Difference {
    fn between(old: Option<&Locked>, new: &Locked) -> Self {
        let Some(old) = old else {
            let mut lines = vec![format!("+ new: sha256 {}", new.sha256)];
            lines.extend(new.imports.iter().map(|name| format!("+ imports {name}")));
            lines
                .extend(new.grants.wider_than(&Default::default()).into_iter().map(|more| format!("+ may use {more}")));
            lines.extend(new.signer.iter().map(|signer| format!("+ signed by {signer}")));
            return Self { lines, wider: true };
        };
        let mut lines = Vec::new();
        let mut wider = false;
        if old.source != new.source {
            lines.push(format!("~ comes from {}, was {}", new.source, old.source));
            wider = true;
        }
        if old.sha256 != new.sha256 {
            lines.push(format!("~ sha256 {}, was {}", new.sha256, old.sha256));
        }
        for (what, old, new, widens) in
            [("imports", &old.imports, &new.imports, true), ("exports", &old.exports, &new.exports, false)]
        {
            let more = new.iter().filter(|name| !old.contains(name));
            let less = old.iter().filter(|name| !new.contains(name)).map(|name| format!("- {what} {name}"));
            let before = lines.len();
            lines.extend(more.map(|name| format!("+ {what} {name}")));
            wider |= widens && lines.len() > before;
            lines.extend(less);
        }
        match (&old.signer, &new.signer) {
            (old, new) if old == new => {}
            (Some(old), Some(new)) => {
                lines.push(format!("~ signed by {new}, was {old}"));
                wider = true;
            }
            (Some(old), None) => {
                lines.push(format!("- signed by {old}: it comes without a signature"));
                wider = true;
            }
            (None, new) => lines.extend(new.iter().map(|signer| format!("+ signed by {signer}"))),
        }
        let more = new.grants.wider_than(&old.grants);
        wider |= !more.is_empty();
        if more.is_empty() && old.grants != new.grants {
            lines.push("~ may do less".to_owned());
        }
        lines.extend(more.into_iter().map(|more| format!("+ may use {more}")));
        let raised = new.limits.raised(&old.limits);
        wider |= !raised.is_empty();
        if raised.is_empty() && old.limits != new.limits {
            lines.push("~ lower limits".to_owned());
        }
        lines.extend(raised.into_iter().map(|more| format!("+ may use {more}")));
        if old.config_sha256 != new.config_sha256 {
            lines.push("~ another config".to_owned());
        }
        if (&old.world, &old.contract) != (&new.world, &new.contract) {
            lines.push(format!("~ {} of goalpost:plugin@{}", new.world, new.contract));
        }
        Self { lines, wider }
    }
}
