//! `goalpost verify`

use std::path::PathBuf;

use anyhow::Result;
use goalpost_core::evidence::GateStatus;
use goalpost_core::text::clip_middle;
use goalpost_core::verdict::Outcome;

use crate::exit::Exit;
use crate::goal_loop;
use crate::interrupt::Interrupt;
use crate::report::Reporter;

/// Bytes of a gate's output that an agent is shown: its start and its end.
const OUTPUT: usize = 8 << 10;

/// Seal the workspace as it is and run the gates and evaluators once, without a worker
///
/// Protected paths are taken from the baseline, and so is the goal itself where you name a baseline that holds one. Exit code 0 means satisfied, 2 not, 3 that nobody could tell; when it is not
/// 0, standard error says what is missing, in words that an agent can act on. That makes it a stop hook.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost verify --baseline origin/main")]
pub(crate) struct VerifyArgs {
    /// The folder of goalpost.toml, or one below it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The revision that protected paths, goalpost.toml and goalpost.lock are taken from [default: HEAD, with the goalpost.toml
    /// of the folder]
    #[arg(long, value_name = "REVISION")]
    baseline: Option<String>,
    /// Print one JSON object a line: what happens as it happens
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &VerifyArgs) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    let reporter = Reporter::new(args.json);
    let verified = goal_loop::verify_once(&args.dir, args.baseline.as_deref(), interrupt, reporter).await?;
    let verdict = &verified.verdict;
    match verdict.outcome {
        Outcome::Satisfied => return Ok(Exit::Achieved),
        Outcome::Inconclusive => eprintln!("Inconclusive: {}", verdict.reason),
        _ => {
            eprintln!("Not done yet: {}", verdict.reason);
            for gate in verified.gates.iter().filter(|gate| gate.status != GateStatus::Passed) {
                let (output, _) = clip_middle(gate.output.trim_end(), OUTPUT);
                if !output.is_empty() {
                    eprintln!("\nWhat `{}` printed:\n{output}", gate.name);
                }
            }
        }
    }
    Ok(if verdict.outcome == Outcome::Inconclusive { Exit::Waiting } else { Exit::NotAchieved })
}
