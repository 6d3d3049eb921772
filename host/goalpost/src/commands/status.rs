//! `goalpost status`

use anyhow::Result;
use goalpost_core::config::TokenBudget;
use goalpost_core::state::GoalState;
use serde_json::{Value, json};

use super::find::{Here, print};
use crate::exit::Exit;
use crate::report::{Style, Tone, age, assurance_word, clean, count, cut, duration, state_tone};
use crate::store::{GoalRecord, Wanted, now_ms};

/// Rows that a table without `--all` has.
const ROWS: usize = 20;

/// List goals and where they stand, or say more of one
///
/// Works while a goal runs, and from any folder. A goal that is `ownerless` was running when its process died: `goalpost
/// resume` continues it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost status --json | jq '.[0].state'")]
pub(crate) struct StatusArgs {
    /// The goal's id, the start of it, or its last digits
    goal: Option<String>,
    /// List every goal, not only the newest 20
    #[arg(long, conflicts_with = "goal")]
    all: bool,
    /// Print JSON: an array of goals
    #[arg(long)]
    json: bool,
}

/// A goal, and whether anybody runs it.
pub(super) struct Standing {
    pub(super) goal: GoalRecord,
    /// The process that runs it.
    pub(super) pid: Option<u32>,
}

impl Standing {
    pub(super) fn of(here: &Here, goal: GoalRecord) -> Self {
        // Only a running goal has an owner: the others' workspaces need no look.
        let pid = (goal.state == GoalState::Running).then(|| here.owner(&goal)).flatten().map(|owner| owner.pid);
        Self { goal, pid }
    }

    fn is_ownerless(&self) -> bool {
        self.goal.state == GoalState::Running && self.pid.is_none()
    }

    fn word(&self) -> (Tone, String) {
        if self.is_ownerless() {
            return (Tone::Warn, "ownerless".to_owned());
        }
        let word = match self.goal.assurance {
            Some(_) => format!("{} {}", self.goal.state, assurance_word(self.goal.assurance)),
            None => self.goal.state.as_str().to_owned(),
        };
        (state_tone(self.goal.state, self.goal.assurance), word)
    }
}

pub(crate) fn run(args: &StatusArgs) -> Result<Exit> {
    let here = Here::open()?;
    let now = now_ms();
    if let Some(text) = &args.goal {
        let standing = Standing::of(&here, here.goal(Some(text))?);
        print(&if args.json { array(&[standing])? } else { one(&standing, here.style, now) })?;
        return Ok(Exit::Achieved);
    }
    let goals = here.store.goals()?;
    let total = goals.len();
    let shown = if args.all { total } else { ROWS };
    let standings: Vec<_> = goals.into_iter().take(shown).map(|goal| Standing::of(&here, goal)).collect();
    if args.json {
        print(&array(&standings)?)?;
        return Ok(Exit::Achieved);
    }
    let mut lines = table(&standings, here.style, now);
    if total > standings.len() {
        let rest = format!("and {} older: goalpost status --all", total - standings.len());
        lines.push(here.style.line(Tone::Plain, "", &[(Tone::Faint, &rest)]));
    }
    print(&lines)?;
    Ok(Exit::Achieved)
}

/// A row a goal.
fn table(standings: &[Standing], style: Style, now_ms: u64) -> Vec<String> {
    if standings.is_empty() {
        return vec!["No goals yet. `goalpost init` writes a goalpost.toml, `goalpost run` runs it.".to_owned()];
    }
    let wide = standings.iter().map(|standing| standing.word().1.len()).max().unwrap_or(0).max("STATE".len());
    let row = |state: &str, id: &str, turns: &str, tokens: &str, age: &str, objective: &str| {
        format!("{state:<wide$}  {id:<25}  {turns:>5}  {tokens:>6}  {age:>8}  {objective}").trim_end().to_owned()
    };
    let mut lines = vec![style.paint(Tone::Faint, &row("STATE", "GOAL", "TURNS", "TOKENS", "STARTED", "OBJECTIVE"))];
    lines.extend(standings.iter().map(|standing| {
        let goal = &standing.goal;
        let (tone, word) = standing.word();
        let limits = &goal.config.goal;
        let plain = row(
            &word,
            goal.id.as_str(),
            &format!("{}/{}", goal.turns, limits.max_turns),
            &count(goal.spent.billable_tokens()),
            &age(now_ms, goal.created_ms),
            &clean(&limits.objective),
        );
        // Cut first: colours have no width.
        let plain = cut(&plain, style.width);
        match plain.split_at_checked(word.len()) {
            Some((state, rest)) => style.paint(tone, state) + rest,
            None => plain,
        }
    }));
    lines
}

/// What there is to know of one goal at a glance.
pub(super) fn one(standing: &Standing, style: Style, now_ms: u64) -> Vec<String> {
    let goal = &standing.goal;
    let limits = &goal.config.goal;
    let line = |word: &str, text: &str| style.line(Tone::Faint, word, &[(Tone::Plain, text)]);
    let mut lines = vec![style.line(Tone::Strong, "goal", &[(Tone::Accent, goal.id.as_str())])];
    lines.extend(style.block(Tone::Plain, &clean(&limits.objective)));

    let (tone, _) = standing.word();
    let owner = match standing.pid {
        Some(pid) => format!("by process {pid}"),
        None if standing.is_ownerless() => "its process died: `goalpost resume` continues it".to_owned(),
        None => format!("{} · started {}", age(now_ms, goal.updated_ms), age(now_ms, goal.created_ms)),
    };
    let parts = [(tone, goal.state.as_str()), (tone, assurance_word(goal.assurance)), (Tone::Faint, &owner)];
    lines.push(style.line(Tone::Faint, "state", &parts));
    match goal.wanted {
        Some(Wanted::Pause) => lines.push(line("", "asked to pause")),
        Some(Wanted::Cancel) => lines.push(line("", "asked to cancel")),
        None => {}
    }
    lines.extend(style.block(Tone::Plain, &clean(&goal.reason)));

    let mut turns = format!("{} of {} finished", goal.turns, limits.max_turns);
    if let Some(open) = goal.open_turn {
        turns.push_str(&format!(", turn {open} begun"));
    }
    lines.push(line("turns", &turns));
    lines.push(line("time", &duration(goal.duration_ms)));
    let spent = goal.spent.billable_tokens();
    let budget = match limits.budget {
        TokenBudget::Tokens(total) => format!("{} of {}", count(spent), count(total)),
        TokenBudget::Unlimited => format!("{}, no limit", count(spent)),
    };
    let money = goal.spent.micro_usd.map_or(String::new(), |micro| format!(" · {:.2} USD", micro as f64 / 1e6));
    lines.push(line("tokens", &(budget + &money)));
    lines.push(line("workspace", &clean(&goal.workspace.display().to_string())));
    lines
}

fn array(standings: &[Standing]) -> Result<Vec<String>> {
    let goals: Vec<Value> = standings.iter().map(document).collect();
    Ok(vec![serde_json::to_string_pretty(&goals)?])
}

/// A goal for programs: what the table and `show` say.
pub(super) fn document(standing: &Standing) -> Value {
    let goal = &standing.goal;
    json!({
        "id": goal.id,
        "objective": goal.config.goal.objective,
        "workspace": goal.workspace.display().to_string(),
        "state": goal.state,
        "assurance": goal.assurance,
        "reason": goal.reason,
        "owner_pid": standing.pid,
        "turns": goal.turns,
        "open_turn": goal.open_turn,
        "max_turns": goal.config.goal.max_turns,
        "spent": goal.spent,
        "budget": match goal.config.goal.budget { TokenBudget::Tokens(n) => Some(n), TokenBudget::Unlimited => None },
        "created_ms": goal.created_ms,
        "updated_ms": goal.updated_ms,
        "duration_ms": goal.duration_ms,
        "baseline": goal.baseline,
        "config_digest": goal.config_digest,
        "plugins": goal.plugins,
        "signers": goal.signers,
        "isolation": goal.isolation,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::fixtures::{record, store};

    fn standing(pid: Option<u32>) -> Standing {
        let (store, _dir) = store();
        let mut goal = record(&store, "g20261122-203100-0000002a", "/home/me/parser");
        (goal.created_ms, goal.updated_ms) = (1_000_000, 1_060_000);
        Standing { goal, pid }
    }

    #[test]
    fn the_table_fits_the_width() {
        let style = Style { color: false, width: Some(72) };
        let lines = table(&[standing(Some(7))], style, 4_600_000);
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_running_goal_without_a_process_is_said_to_be_ownerless() {
        let lines = table(&[standing(None)], Style::PLAIN, 1_030_000);
        assert!(lines[1].starts_with("ownerless "), "{lines:?}");
        let detail = one(&standing(None), Style::PLAIN, 1_030_000).join("\n");
        assert!(detail.contains("goalpost resume"), "{detail}");
    }

    #[test]
    fn one_goal_at_a_glance() {
        let lines = one(&standing(Some(4711)), Style { color: false, width: Some(80) }, 1_120_000);
        insta::assert_snapshot!(lines.join("\n"));
    }
}
