//! Which goal the person means, and who runs it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::ids::GoalId;
use goalpost_core::state::GoalState;
use goalpost_workspace::lock::{self, Owner};
use goalpost_workspace::repository::Workspace;

use crate::exit::UsageError;
use crate::paths::Places;
use crate::report::{Style, clean};
use crate::store::{GoalRecord, Store};

/// How many ids an error suggests.
const SUGGESTIONS: usize = 3;

/// What the commands that look at goals start from.
pub(crate) struct Here {
    pub(crate) places: Places,
    pub(crate) store: Store,
    /// The top of the workspace that this is run in, if it is one.
    pub(crate) workspace: Option<PathBuf>,
    /// For standard output.
    pub(crate) style: Style,
}

impl Here {
    pub(crate) fn open() -> Result<Self> {
        let workspace = Workspace::open(".").ok().map(|workspace| workspace.root().to_owned());
        // Goals can be looked at from anywhere: where no worker is started, it does not matter what it could write.
        let places = Places::open(None).map_err(|error| UsageError(error.to_string()))?;
        let store = Store::open(&places)?;
        Ok(Self { places, store, workspace, style: Style::detect(&io::stdout()) })
    }

    /// The goal that `text` names: its id, the start of it, or its last digits; the latest of this workspace when there is
    /// no text.
    pub(crate) fn goal(&self, text: Option<&str>) -> Result<GoalRecord> {
        let goals = self.store.goals()?;
        let index = choose(&goals, text, self.workspace.as_deref())?;
        goals.into_iter().nth(index).context("no such goal")
    }

    /// The living process that runs the goal.
    pub(crate) fn owner(&self, goal: &GoalRecord) -> Option<Owner> {
        lock::peek(&goal.workspace, &self.places.owner_record(&goal.workspace))
            .filter(|owner| owner.goal == goal.id && owner.is_alive())
    }

    /// Whether the goal counts as running while nothing runs it: its process died.
    pub(crate) fn is_orphan(&self, goal: &GoalRecord) -> bool {
        goal.state == GoalState::Running && self.owner(goal).is_none()
    }
}

/// The goal that the person means.
pub(crate) fn find_goal(text: Option<&str>) -> Result<GoalRecord> {
    Here::open()?.goal(text)
}

/// The index of the goal that `text` names in `goals`, newest first.
fn choose(goals: &[GoalRecord], text: Option<&str>, workspace: Option<&Path>) -> Result<usize, UsageError> {
    let names = |goals: &mut dyn Iterator<Item = &GoalRecord>| {
        let lines: Vec<_> = goals.take(SUGGESTIONS).map(describe).collect();
        if lines.is_empty() { String::new() } else { format!(":{}", lines.concat()) }
    };
    let Some(text) = text else {
        let Some(workspace) = workspace else {
            let message = "this is not a repository: name a goal".to_owned();
            return Err(UsageError(message + &names(&mut goals.iter())));
        };
        return goals.iter().position(|goal| goal.workspace == workspace).ok_or_else(|| {
            let message = format!("no goal was run in {} yet: `goalpost run` starts one", workspace.display());
            UsageError(match names(&mut goals.iter()) {
                none if none.is_empty() => message,
                others => format!("{message}; elsewhere{others}"),
            })
        });
    };
    if let Some(exact) = goals.iter().position(|goal| goal.id.as_str() == text) {
        return Ok(exact);
    }
    let found: Vec<usize> = (0..goals.len()).filter(|i| !text.is_empty() && is_part(&goals[*i].id, text)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(UsageError(format!("no goal is called `{}`{}", clean(text), names(&mut goals.iter())))),
        several => {
            let names = names(&mut several.iter().map(|index| &goals[*index]));
            Err(UsageError(format!("`{}` names {} goals{names}", clean(text), several.len())))
        }
    }
}

/// Ids of one day start alike: the digits after the last `-` name them as well, from their start or to their end.
fn is_part(id: &GoalId, text: &str) -> bool {
    let (id, tail) = (id.as_str(), id.as_str().rsplit('-').next().unwrap_or_default());
    id.starts_with(text) || tail.starts_with(text) || tail.ends_with(text)
}

fn describe(goal: &GoalRecord) -> String {
    let objective = crate::report::cut(&clean(&goal.config.goal.objective), Some(60));
    format!("\n  {}  {}  {objective}", goal.id, goal.state)
}

/// Writes lines to standard output; a reader that has seen enough is no error.
pub(crate) fn print(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::fixtures::{record, store};

    fn goals() -> (Vec<GoalRecord>, tempfile::TempDir) {
        let (store, dir) = store();
        let ids = ["g20261122-203100-0000002a", "g20261122-203200-0000003b", "g20261123-080000-ffffffff"];
        let goals = ids.iter().map(|id| record(&store, id, "/w")).collect();
        (goals, dir)
    }

    #[test]
    fn a_goal_is_named_by_its_id_its_start_or_its_last_digits() {
        let (goals, _dir) = goals();
        assert_eq!(choose(&goals, Some("g20261122-203200-0000003b"), None).unwrap(), 1);
        assert_eq!(choose(&goals, Some("g20261123"), None).unwrap(), 2);
        assert_eq!(choose(&goals, Some("0000002a"), None).unwrap(), 0);
        assert_eq!(choose(&goals, Some("3b"), None).unwrap(), 1);
    }

    #[test]
    fn a_name_for_several_goals_lists_them_and_no_others() {
        let (goals, _dir) = goals();
        let error = choose(&goals, Some("g20261122"), None).unwrap_err().to_string();
        assert!(error.contains("0000002a") && error.contains("0000003b"), "{error}");
        assert!(!error.contains("ffffffff"), "{error}");
    }

    #[test]
    fn an_unknown_name_suggests_what_there_is() {
        let (goals, _dir) = goals();
        for unknown in ["nope", "", "g2026\u{1b}[31m"] {
            let error = choose(&goals, Some(unknown), None).unwrap_err().to_string();
            assert!(error.contains("g20261122-203100-0000002a"), "{error}");
            assert!(!error.contains('\u{1b}'), "{error:?}");
        }
    }

    #[test]
    fn without_a_name_the_latest_goal_of_the_workspace_is_meant() {
        let (goals, _dir) = goals();
        assert_eq!(choose(&goals, None, Some(Path::new("/w"))).unwrap(), 0);
        let error = choose(&goals, None, Some(Path::new("/other"))).unwrap_err().to_string();
        assert!(error.contains("goalpost run"), "{error}");
        assert!(choose(&goals, None, None).is_err());
    }
}
