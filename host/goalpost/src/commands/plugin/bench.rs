//! `goalpost plugin bench`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::case::{self, Came, Case, Played};
use super::project::Project;
use super::say::print;
use super::source;
use crate::exit::{Exit, UsageError};

/// Calls that are not counted: they fill caches.
const WARM_UP: u32 = 5;

/// Measure what a call of a plugin costs: a fresh instance, the call, and its end
///
/// It is put before one case again and again, with nothing real to wait for.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin bench changelog-judge")]
pub(crate) struct BenchArgs {
    #[arg(default_value = ".", help = source::PLUGIN)]
    plugin: String,
    /// A case file, with the plugin's grants and config; the first one in `cases` of its project when not given
    case: Option<PathBuf>,
    /// Calls that are measured
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    calls: u32,
}

pub(super) async fn run(args: &BenchArgs) -> Result<Exit> {
    let name = source::resolve(&args.plugin)?;
    let component = source::read(&name)?;
    let size = component.len();
    let path = args.case.clone().map_or_else(|| first_case(&args.plugin), Ok)?;
    let case = Case::read(&path)?;
    let begun = Instant::now();
    let plugin = source::load(&name, component)?;
    let admitted = case.admit(&path, &plugin).await?.map_err(UsageError)?;
    let admission = begun.elapsed();
    let scene = case.scene(admitted.kind())?;
    let (mut whole, mut memory, mut host_calls) = (Vec::new(), 0, 0);
    for call in 0..args.calls + WARM_UP {
        let begun = Instant::now();
        let Played { came, used, .. } = case.play_in(&scene, &admitted, None).await?;
        let took = begun.elapsed();
        if let Came::Broke(error) = came {
            return Err(UsageError(format!("it can't be measured on this case: {error}")).into());
        }
        if call >= WARM_UP {
            whole.push(took);
            memory = memory.max(used.peak_memory);
            host_calls = used.host_calls;
        }
    }
    whole.sort();
    let at = |part: f64| whole[((whole.len() - 1) as f64 * part) as usize];
    print(&[
        format!("{name}  {} calls on {}", args.calls, path.display()),
        format!("  component              {:>9} KiB", size.div_ceil(1024)),
        format!("  load and admit         {:>9} µs", micros(admission)),
        "  a call: evidence, instance, answer, drop".to_owned(),
        format!("    fastest              {:>9} µs", micros(at(0.0))),
        format!("    median               {:>9} µs", micros(at(0.5))),
        format!("    nine of ten within   {:>9} µs", micros(at(0.9))),
        format!("    slowest              {:>9} µs", micros(at(1.0))),
        format!("  memory, at most        {:>9} KiB", memory.div_ceil(1024)),
        format!("  calls of the host      {host_calls:>9}"),
    ])?;
    Ok(Exit::Achieved)
}

fn micros(duration: Duration) -> u128 {
    duration.as_micros()
}

/// The case of a project that comes first.
fn first_case(plugin: &str) -> Result<PathBuf> {
    let none = || UsageError(format!("name a case: `{plugin}` is not the folder of a project that has one"));
    if !Path::new(plugin).is_dir() {
        return Err(none().into());
    }
    let cases = case::files(&Project::find(Path::new(plugin))?.folder.join("cases"))?;
    Ok(cases.into_iter().next().ok_or_else(none)?)
}
