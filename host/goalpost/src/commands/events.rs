//! `goalpost events`

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use goalpost_core::event::Stamped;
use goalpost_core::state::GoalState;

use super::find::Here;
use crate::exit::Exit;
use crate::report::{View, render};

/// How often a followed goal is looked at: often enough to feel live, a read of some microseconds each.
const POLL: Duration = Duration::from_millis(200);
/// A goal counts as running until its owner says otherwise; an owner that died never will.
const LOOK_FOR_OWNER: Duration = Duration::from_secs(2);

/// Print what happened to a goal, and with --follow what happens
///
/// The same lines as `goalpost run` prints. With --json one event a line, with its number (`seq`, from 1 without gaps) and
/// time (`time_ms`).
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost events --follow --json")]
pub(crate) struct EventsArgs {
    /// The goal's id, the start of it, or its last digits; the latest of this workspace when not given
    goal: Option<String>,
    /// Go on until the goal stops; exits as `goalpost run` does
    #[arg(long, short)]
    follow: bool,
    /// Only events after this number
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &EventsArgs) -> Result<Exit> {
    let here = Here::open()?;
    let goal = here.goal(args.goal.as_deref())?.id;
    let mut printer = Printer { view: View::default(), json: args.json, here: &here };
    let mut after = args.after;
    let mut owner_seen = Instant::now();
    loop {
        // The state first: with a state that has stopped, every event is there to be read.
        let record = here.store.goal(&goal)?;
        let events = here.store.events(&goal, after)?;
        if let Some(last) = events.last() {
            after = last.seq;
            owner_seen = Instant::now();
        }
        match printer.print(&events) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Achieved),
            other => other?,
        }
        if !args.follow {
            return Ok(Exit::Achieved);
        }
        if record.state != GoalState::Running {
            return Ok(record.state.into());
        }
        if owner_seen.elapsed() > LOOK_FOR_OWNER {
            if here.is_orphan(&record) {
                eprintln!("the process that ran goal {goal} is gone: `goalpost resume {goal}` continues it");
                return Ok(Exit::Waiting);
            }
            owner_seen = Instant::now();
        }
        std::thread::sleep(POLL);
    }
}

struct Printer<'a> {
    view: View,
    json: bool,
    here: &'a Here,
}

impl Printer<'_> {
    fn print(&mut self, events: &[Stamped]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for event in events {
            if self.json {
                serde_json::to_writer(&mut out, event)?;
                writeln!(out)?;
            } else {
                for line in render(event, &mut self.view, self.here.style) {
                    writeln!(out, "{line}")?;
                }
            }
        }
        out.flush()
    }
}
