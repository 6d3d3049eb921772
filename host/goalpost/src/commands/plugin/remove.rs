//! `goalpost plugin remove`

use std::path::PathBuf;

use anyhow::Result;
use goalpost_core::config::{self, GateKind, GoalConfig};
use goalpost_core::lock_file;
use toml_edit::{ArrayOfTables, DocumentMut};

use super::say::print;
use super::{locking, uses};
use crate::exit::{Exit, UsageError};
use crate::goal_loop::{FILE, text_of};

/// Take a plugin out of goalpost.toml and goalpost.lock
///
/// Nothing is asked: a plugin less can do less. The component itself and its project stay where they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin remove security")]
pub(crate) struct RemoveArgs {
    /// The name of a gate or an evaluator, `workflow`, or the file as goalpost.toml names it
    name: String,
    /// The folder of goalpost.toml, or one below it
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(args: &RemoveArgs) -> Result<Exit> {
    let (folder, text) = text_of(&args.dir)?;
    let goal = config::parse(&text, FILE).map_err(|errors| UsageError(errors.to_string()))?;
    let chosen = uses::chosen(&goal, std::slice::from_ref(&args.name))?;
    let keys: Vec<_> = chosen.iter().map(|(key, _)| key.as_str()).collect();
    let [key] = keys.as_slice() else {
        let message = format!("`{}` is {}: say which one. Nothing was changed", args.name, keys.join(" and "));
        return Err(UsageError(message).into());
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error| UsageError(format!("{FILE} can't be edited: {error}")))?;
    take(&mut document, &goal, key)?;
    let text = document.to_string();
    // As it will be read: a panel that counts on it or a goal without any gate is found before anything is written.
    config::parse(&text, FILE).map_err(|errors| {
        UsageError(format!("without {key} {FILE} would not be right, and is left as it was: {errors}"))
    })?;
    let mut lock = locking::read_agreed(&folder)?;
    let was_locked = lock.plugins.remove(*key).is_some();
    // The configuration first: a plugin that is locked and not named does nothing.
    locking::replace(&folder.join(FILE), &text)?;
    if was_locked {
        locking::write(&folder, &lock)?;
    }
    let files = if was_locked { format!("{FILE} and {}: commit both", lock_file::FILE) } else { FILE.to_owned() };
    print(&[format!("took {key} out of {files}")])?;
    Ok(Exit::Achieved)
}

/// Takes the entry of one use out. Comments and order of the rest stay.
fn take(document: &mut DocumentMut, goal: &GoalConfig, key: &str) -> Result<(), UsageError> {
    let (list, index) = match key.split_once('/') {
        Some(("gate", name)) => {
            ("gate", goal.gates.iter().position(|gate| gate.name == name && matches!(gate.kind, GateKind::Plugin(_))))
        }
        Some((_, name)) => ("evaluator", goal.evaluators.iter().position(|evaluator| evaluator.name == name)),
        None => {
            let message = format!(
                "the workflow drives the goal's turns: put `agent` or `command` in its place under [worker] in {FILE}, then \
                 run `goalpost plugin update`"
            );
            return Err(UsageError(message));
        }
    };
    let entries = document.get_mut(list).and_then(|item| item.as_array_of_tables_mut());
    let (Some(entries), Some(index)) = (entries, index) else {
        return Err(UsageError(format!("`{list}` in {FILE} is no list of tables: write it as [[{list}]]")));
    };
    entries.remove(index);
    if ArrayOfTables::is_empty(entries) {
        document.remove(list);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_entry_goes_with_its_tables_and_the_rest_stays_as_it_was() {
        let before = "# mine\n[goal]\nobjective = \"o\" # this\nbudget = { unlimited = true }\n\n\
             [[evaluator]]\nplugin = \"builtin:checklist\" # first\n\n";
        let entry = "[[evaluator]]\nname = \"two\"\nplugin = \"./two.wasm\"\n[evaluator.grants]\ntree = true\n\n";
        let after = "# last\n[[evaluator]]\nplugin = \"./three.wasm\"\n";
        let text = [before, entry, after].concat();
        let goal = config::parse(&text, FILE).unwrap();
        let mut document: DocumentMut = text.parse().unwrap();
        take(&mut document, &goal, "evaluator/two").unwrap();
        assert_eq!(document.to_string(), [before, after].concat());
        let goal = config::parse(&document.to_string(), FILE).unwrap();
        take(&mut document, &goal, "evaluator/three").unwrap();
        assert_eq!(document.to_string(), before.trim_end().to_owned() + "\n");
    }
}
