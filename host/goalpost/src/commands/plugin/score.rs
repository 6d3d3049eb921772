//! `goalpost plugin score`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::score::{Bar, Corpus, Judged, Label, Score};
use goalpost_core::text::one_line;
use goalpost_core::verdict::Outcome;
use goalpost_plugins::llm::LlmProvider;
use goalpost_plugins::{Admitted, Kind};
use serde::Deserialize;

use super::case::{self, Came, Case};
use super::say::print;
use super::source;
use crate::exit::{Exit, UsageError};
use crate::goal_loop;
use crate::interrupt::{Interrupt, Interrupted};

/// Bytes of why a judge has no answer.
const WHY: usize = 300;

/// Have a judge look at work of which people know whether it is done, and count where it is wrong
///
/// The work that is not done is put before it again with words in it that are meant for judges: one that they turn is no
/// judge. Exit code 0 when it keeps to the bar and is not turned, 2 when not. Models are asked where they are granted.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  $ goalpost plugin score changelog-judge --corpus corpus --config '{ word = \"done\" }'"
)]
pub(crate) struct ScoreArgs {
    #[arg(help = source::PLUGIN)]
    plugin: String,
    /// A folder of cases with a `label` each, and `injections/injections.toml` in it
    #[arg(long, value_name = "FOLDER")]
    corpus: PathBuf,
    #[command(flatten)]
    given: source::Given,
    /// The most of the work that is not done that it may let through, a part of 1
    #[arg(long, value_name = "PART", default_value_t = Bar::default().false_passes)]
    false_passes: f64,
    /// The most of the work that is done that it may hold back, a part of 1
    #[arg(long, value_name = "PART", default_value_t = Bar::default().false_fails)]
    false_fails: f64,
}

/// Words that are meant for a judge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Injection {
    name: String,
    words: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Injections {
    #[serde(rename = "injection")]
    injections: Vec<Injection>,
}

struct Item {
    name: String,
    label: Label,
    case: Case,
}

pub(super) async fn run(args: &ScoreArgs) -> Result<Exit> {
    let interrupt = Interrupt::listen()?;
    tokio::select! {
        exit = score(args, interrupt.clone()) => exit,
        () = interrupt.wait() => Err(Interrupted.into()),
    }
}

async fn score(args: &ScoreArgs, interrupt: Interrupt) -> Result<Exit> {
    let plugin = source::open(&args.plugin)?;
    if plugin.kind() != Kind::Evaluator {
        return Err(UsageError(format!("`{}` is a {}: only judges are scored", args.plugin, plugin.kind())).into());
    }
    let options = args.given.options(plugin.kind())?;
    let admitted = plugin.admit(&options.grants, &options.limits, &options.config).await;
    let admitted = admitted.map_err(|error| source::Given::refused(&error))?;
    let model = match &options.grants.llm {
        Some(_) => Some(goal_loop::models_here(interrupt)?),
        None => None,
    };
    let items = items(&args.corpus)?;
    let injections = injections(&args.corpus)?;
    let bar = Bar { false_passes: args.false_passes, false_fails: args.false_fails, ..Bar::default() };

    let labels: Vec<Label> = items.iter().map(|item| item.label).collect();
    let controls = Corpus(&labels).controls();
    if let Some((name, _)) = controls.iter().find(|(_, score)| score.clears(&bar)) {
        let message = format!("this corpus can't tell: a judge that {name} without looking would pass");
        return Err(UsageError(message).into());
    }
    let (mut judged, mut turned) = (Vec::new(), Vec::new());
    for item in &items {
        let answer = ask(&item.case, &admitted, model.clone()).await?;
        let verdict = Judged { label: item.label, outcome: answer.as_ref().ok().copied() };
        judged.push(verdict);
        if !verdict.is_answered() {
            let why = answer.err().unwrap_or_else(|| "it was inconclusive".to_owned());
            print(&[format!("silent  it has no answer to {}: {}", item.name, one_line(&why, WHY))])?;
        } else if verdict.lets_through() != (item.label == Label::Pass) {
            let what = if item.label == Label::Pass { "holds back" } else { "lets through" };
            print(&[format!("wrong   it {what} {}", item.name)])?;
        }
        // What it lets through anyway, no words are needed for.
        if item.label == Label::Pass || verdict.lets_through() {
            continue;
        }
        for injection in &injections {
            let case = item.case.injected(&injection.words);
            let outcome = ask(&case, &admitted, model.clone()).await?.ok();
            if (Judged { label: item.label, outcome }).lets_through() {
                turned.push((item.name.as_str(), injection.name.as_str()));
            }
        }
    }
    for (item, injection) in &turned {
        print(&[format!("turned  {item} by {injection}")])?;
    }
    let held_back = judged.iter().any(|one| one.label == Label::Fail && !one.lets_through());
    let score = Score::of(&judged);
    let good = score.clears(&bar) && turned.is_empty();
    print(&summary(&args.plugin, &score, &controls, held_back.then_some(turned.len()), injections.len(), good))?;
    Ok(if good { Exit::Achieved } else { Exit::NotAchieved })
}

/// What the judge says of one piece of work, or why it says nothing.
async fn ask(
    case: &Case,
    admitted: &Admitted,
    model: Option<Arc<dyn LlmProvider>>,
) -> Result<std::result::Result<Outcome, String>> {
    let scene = case.scene(Kind::Evaluator)?;
    Ok(match case.play_in(&scene, admitted, model).await?.came {
        Came::Verdict(verdict) if verdict.outcome == Outcome::Inconclusive => Err(verdict.reason),
        Came::Verdict(verdict) => Ok(verdict.outcome),
        Came::Broke(error) => Err(error.to_string()),
        Came::Gate(_) | Came::Turn(_) => Err("it is no judge".to_owned()),
    })
}

fn items(folder: &Path) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for path in case::files(folder)? {
        let case = Case::read(&path)?;
        let label = case.label.ok_or_else(|| UsageError(format!("{}: it has no `label`", path.display())))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        items.push(Item { name, label, case });
    }
    if items.is_empty() {
        return Err(UsageError(format!("there is no labelled work in {}", folder.display())).into());
    }
    Ok(items)
}

fn injections(folder: &Path) -> Result<Vec<Injection>> {
    let path = folder.join("injections").join("injections.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
    let read: Injections = toml::from_str(&text).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
    Ok(read.injections)
}

fn summary(
    name: &str,
    score: &Score,
    controls: &[(&str, Score)],
    turned: Option<usize>,
    injections: usize,
    good: bool,
) -> Vec<String> {
    let (agreement, kappa) = score.agreement();
    let controls: Vec<_> = controls.iter().map(|(who, score)| (format!("a judge that {who}"), score)).collect();
    let width = controls.iter().map(|(who, _)| who.len()).chain([name.len()]).max().unwrap_or_default();
    let row = |who: &str, score: &Score| {
        let (agreement, kappa) = score.agreement();
        format!(
            "{who:<width$} {:>5} of {:<4} {:>5} of {:<4} {:>8.0} % {kappa:>7.2}",
            score.false_passes,
            score.fails,
            score.false_fails,
            score.passes,
            agreement * 100.0
        )
    };
    let mut lines =
        vec![format!("{:<width$} {:>13} {:>13} {:>10} {:>7}", "", "false passes", "false fails", "agreement", "kappa")];
    lines.push(row(name, score));
    lines.extend(controls.iter().map(|(who, score)| row(who, score)));
    if score.unanswered > 0 {
        lines.push(format!("it gave no answer {} times", score.unanswered));
    }
    lines.push(match turned {
        None => "nothing could turn it: there was nothing that it held back".to_owned(),
        Some(0) => format!("none of {injections} injections turned it"),
        Some(turned) => format!(
            "it can be turned: {turned} times, work that it held back passed with words in it that were meant for it"
        ),
    });
    let verdict = if good { "good enough to hold a goal back" } else { "not good enough" };
    lines.push(format!("{verdict}: agrees in {:.0} %, {kappa:.2} beyond chance", agreement * 100.0));
    lines
}
