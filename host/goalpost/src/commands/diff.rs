//! `goalpost diff`

use std::io::{self, IsTerminal, Write};

use anyhow::{Context as _, Result};
use goalpost_core::ids::TreeId;
use goalpost_core::text;
use goalpost_workspace::diff::diff_text;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::store::ObjectStore;

use super::find::Here;
use crate::exit::{Exit, UsageError};
use crate::report::{Style, Tone};
use crate::store::TurnRecord;

/// The most of a diff that is shown: enough for any change that a person reads.
const MAX: usize = 64 << 20;

/// Show what a goal changed, as a unified diff
///
/// Trees are named `baseline`, `N` (the workspace as the worker of turn N left it) or `N:sealed` (what was verified in turn
/// N). Two of them make a range, `A..B`; one turn alone is what that turn changed; nothing is everything since the baseline.
/// Piped, it is plain, as `git apply` takes it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost diff | git apply --stat")]
pub(crate) struct DiffArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// `baseline..2`, `1..2`, `2..2:sealed`, `2`
    range: Option<String>,
}

/// A name for a tree of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Baseline,
    Candidate(u32),
    Sealed(u32),
}

pub(crate) fn run(args: &DiffArgs) -> Result<Exit> {
    let here = Here::open()?;
    let (goal, range) = match (&args.goal, &args.range) {
        // `goalpost diff 1..2` means this workspace's latest goal: no goal is called so.
        (Some(range), None) if parse(range).is_some() => (None, Some(range.as_str())),
        (goal, range) => (goal.as_deref(), range.as_deref()),
    };
    let goal = here.goal(goal)?;
    let turns = here.store.turns(&goal.id)?;
    let (from, to) = match range {
        Some(range) => parse(range).ok_or_else(|| {
            let message = format!("`{}` names no trees: try baseline..1, 1..2 or 2:sealed", range.escape_debug());
            UsageError(message)
        })?,
        None => (Point::Baseline, Point::Candidate(last_taken(&turns)?)),
    };
    let (from, to) = (tree(from, &goal.baseline, &turns)?, tree(to, &goal.baseline, &turns)?);

    let workspace = Workspace::open(&goal.workspace).map_err(|error| UsageError(error.to_string()))?;
    let objects = ObjectStore::open_existing(&here.places.objects(workspace.common_dir()))?;
    let (diff, cut) = diff_text(&objects, &from, &to, MAX).context("the trees could not be compared")?;
    show(&diff, here.style)?;
    if cut {
        eprintln!("the diff is longer than {} MiB: the rest is left out", MAX >> 20);
    }
    Ok(Exit::Achieved)
}

fn parse(range: &str) -> Option<(Point, Point)> {
    if let Some((from, to)) = range.split_once("..") {
        return Some((point(from)?, point(to)?));
    }
    let to = point(range)?;
    Some(match to {
        Point::Baseline => return None,
        Point::Candidate(1) => (Point::Baseline, to),
        Point::Candidate(turn) => (Point::Candidate(turn - 1), to),
        Point::Sealed(_) => (Point::Baseline, to),
    })
}

fn point(text: &str) -> Option<Point> {
    let turn = |text: &str| text.parse().ok().filter(|turn| *turn >= 1);
    match text.strip_suffix(":sealed") {
        Some(number) => turn(number).map(Point::Sealed),
        None if text == "baseline" => Some(Point::Baseline),
        None => turn(text).map(Point::Candidate),
    }
}

fn last_taken(turns: &[TurnRecord]) -> Result<u32, UsageError> {
    let taken = turns.iter().rfind(|turn| turn.candidate.is_some());
    taken.map(|turn| turn.turn).ok_or_else(|| UsageError("no turn of this goal has ended yet".to_owned()))
}

fn tree(point: Point, baseline: &TreeId, turns: &[TurnRecord]) -> Result<TreeId, UsageError> {
    let (Point::Candidate(turn) | Point::Sealed(turn)) = point else { return Ok(baseline.clone()) };
    let last = last_taken(turns)?;
    let trees = turns
        .iter()
        .find(|record| record.turn == turn)
        .and_then(|record| record.candidate.as_ref())
        .map(|candidate| &candidate.trees)
        .ok_or_else(|| UsageError(format!("turn {turn} has no tree: this goal's turns are 1 to {last}")))?;
    Ok(if matches!(point, Point::Sealed(_)) { trees.sealed.clone() } else { trees.candidate.clone() })
}

/// Coloured and without control characters on a terminal; byte for byte for a program.
fn show(diff: &str, style: Style) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = if out.is_terminal() {
        text::visible(diff).lines().try_for_each(|line| writeln!(out, "{}", style.paint(tone(line), line)))
    } else {
        out.write_all(diff.as_bytes())
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn tone(line: &str) -> Tone {
    match line.as_bytes() {
        [b'd', b'i', b'f', b'f', ..] | [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Tone::Strong,
        [b'@', b'@', ..] => Tone::Accent,
        [b'+', ..] => Tone::Good,
        [b'-', ..] => Tone::Bad,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use Point::{Baseline, Candidate, Sealed};

    #[test]
    fn ranges_name_two_trees_or_what_one_turn_changed() {
        assert_eq!(parse("baseline..3"), Some((Baseline, Candidate(3))));
        assert_eq!(parse("2..2:sealed"), Some((Candidate(2), Sealed(2))));
        assert_eq!(parse("1"), Some((Baseline, Candidate(1))));
        assert_eq!(parse("4"), Some((Candidate(3), Candidate(4))));
        assert_eq!(parse("4:sealed"), Some((Baseline, Sealed(4))));
        for bad in ["", "..", "0", "0..1", "1..", "baseline", "g1", "1..2..3", "-1", "HEAD"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_turn_without_a_tree_is_named_with_those_that_have_one() {
        let baseline: TreeId = "a".repeat(40).parse().unwrap();
        let (store, _dir) = crate::store::fixtures::store();
        let goal = crate::store::fixtures::finished(&store, "g1", 2);
        let turns = store.turns(&goal.id).unwrap();
        assert_eq!(tree(Baseline, &baseline, &turns).unwrap(), baseline);
        assert!(tree(Candidate(2), &baseline, &turns).is_ok());
        let error = tree(Candidate(3), &baseline, &turns).unwrap_err().to_string();
        assert!(error.contains("turn 3") && error.contains("1 to 2"), "{error}");
    }
}
