//! Canaries: gates that passed are run once more with tests that must fail. `goalpost_core::canary` says which and what an
//! answer means; here they are laid and run.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use goalpost_core::canary::{
    Canary, Inquiry, Lay, Manner, Outcome, Runner, Source, Step, Trial, Where, Words, is_called, is_candidate,
    is_known, known, lay, plan, recognise, select,
};
use goalpost_core::config::NativeCommand;
use goalpost_core::evidence::{Finding, GateReport, GateStatus, Severity};
use goalpost_core::ids::TreeId;
use goalpost_core::inventory::{self, Inventory, Status};
use goalpost_core::ports::{Edit, EntryKind, TreeView as _};
use goalpost_workspace::edit::edited;
use goalpost_workspace::tree::GitTree;
use serde::{Deserialize, Serialize};

use super::frozen::{ReadyGate, Runs};
use super::verification::Verification;
use super::{entropy, gates, held_out};

/// A gate that took longer is asked for its canaries alone.
const WHOLE: Duration = Duration::from_secs(30);
/// Known tests that are made to fail in such a gate.
const KNOWN_WHEN_SLOW: usize = 16;
/// Time that a run with canaries has beyond three times the one that passed: files are compiled anew.
const MORE: Duration = Duration::from_secs(60);
/// Files that are read in search of tests.
const MAX_FILES: usize = 400;
/// Bytes of one of them.
const MAX_BYTES: u64 = 256 << 10;
/// Entries that a tree is asked for at a time.
const PAGE: usize = 10_000;

/// What became of one gate's canaries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CanaryRecord {
    pub(crate) gate: String,
    pub(crate) outcome: Outcome,
    /// For people.
    pub(crate) detail: String,
    /// How often the gate was run for it.
    pub(crate) runs: u32,
}

/// Asks each native gate of `reports`, which passed, whether it can fail on this work. A gate that hides failures does not
/// pass any more.
pub(super) async fn ask_all(verification: &Verification<'_>, reports: &mut [GateReport]) -> Result<Vec<CanaryRecord>> {
    let mut records = Vec::new();
    for report in reports {
        let gate = verification.goal.gates.iter().find(|gate| gate.name == report.name);
        let Some((gate, command)) = gate.and_then(|gate| match &gate.runs {
            Runs::Command(command) => Some((gate, command)),
            Runs::Plugin(_) => None,
        }) else {
            continue;
        };
        let wanted = verification.goal.config.gates.iter().find(|known| known.name == gate.name).and_then(|g| g.canary);
        let record = match wanted {
            Some(false) => CanaryRecord {
                gate: gate.name.clone(),
                outcome: Outcome::Off,
                detail: "the goal's author wants none".to_owned(),
                runs: 0,
            },
            _ => ask(verification, gate, command, report).await?,
        };
        match record.outcome {
            Outcome::Missed => {
                report.status = GateStatus::Failed;
                report.summary = record.detail.clone();
                report.findings.push(finding(&record));
            }
            Outcome::UnknownRunner | Outcome::NotPossible if wanted == Some(true) => {
                report.status = GateStatus::Inconclusive;
                report.summary = format!("`canary = true` could not be kept: {}", record.detail);
            }
            _ => {}
        }
        records.push(record);
    }
    Ok(records)
}

fn finding(record: &CanaryRecord) -> Finding {
    Finding {
        severity: Severity::Critical,
        code: Some("canary-passed".to_owned()),
        path: None,
        line: None,
        message: format!("{}: something in the work hides failures from this gate", record.detail),
        evidence: None,
    }
}

/// Asks one gate, whose run that passed is `report`.
pub(super) async fn ask(
    verification: &Verification<'_>,
    gate: &ReadyGate,
    command: &NativeCommand,
    report: &GateReport,
) -> Result<CanaryRecord> {
    let record = |outcome, detail: &str, runs| {
        Ok(CanaryRecord { gate: gate.name.clone(), outcome, detail: detail.to_owned(), runs })
    };
    let format = report.tests.as_ref().map(|tests| tests.format.as_str());
    let Some(runner) = recognise(&command.argv, &report.output, format) else {
        return record(Outcome::UnknownRunner, "no known test runner was seen", 0);
    };
    let sealed = Laid::read(verification, gate, runner, &verification.candidate.trees.sealed).await?;
    let found = inventory::parse(&command.argv, &report.output, format.filter(|format| *format != "junit"));
    let mut failed = None;
    let mut words = Words::new(|| {
        entropy().unwrap_or_else(|error| {
            failed = Some(error);
            [0; 6]
        })
    });
    let mut canaries = plan(runner, &sealed.files, &report.output, found.as_ref(), &mut words);
    if let Some(error) = failed {
        return Err(error);
    }
    let known = known(runner, &sealed.files);
    let own = |inventory: Option<&Inventory>| {
        let mut names = inventory.map(passed_in).unwrap_or_default();
        names.retain(|name| is_known(&known, name));
        names
    };
    let before = verification.baselines.of(&gate.name).and_then(|run| run.inventory.as_ref());
    let passed = [(Where::Sealed, own(found.as_ref())), (Where::Baseline, own(before))];
    if Duration::from_millis(report.duration_ms) > WHOLE {
        thin_out(&mut canaries, own(before));
    }
    let mut baseline = None;
    let mut inquiry = Inquiry::new(&canaries);
    let mut runs = 0;
    loop {
        let next = match inquiry.step() {
            Step::Done(outcome, why) => return record(outcome, &why, runs),
            Step::Run(next) => next,
        };
        let laid = match next.tree {
            Where::Sealed => &sealed,
            Where::Baseline => match &baseline {
                Some(laid) => laid,
                None => {
                    let tree = &verification.candidate.trees.baseline;
                    baseline.insert(Laid::read(verification, gate, runner, tree).await?)
                }
            },
        };
        runs += 1;
        let passed = passed.iter().find(|(tree, _)| *tree == next.tree).map(|(_, names)| names);
        let trial = try_once(verification, gate, command, report, laid, runner, &canaries, &next, passed).await?;
        tracing::info!(gate = gate.name, ?next, ?trial, "canaries were laid");
        inquiry.told(&trial);
    }
}

/// A gate's tree, and the files of it that may hold tests.
struct Laid {
    tree: TreeId,
    files: Vec<Source>,
}

impl Laid {
    async fn read(verification: &Verification<'_>, gate: &ReadyGate, runner: Runner, tree: &TreeId) -> Result<Self> {
        let tree = held_out::laid(verification.goal, &gate.name, tree).await?;
        let (objects, goal, top) = (verification.goal.objects.clone(), verification.goal.clone(), tree.clone());
        let files = tokio::task::spawn_blocking(move || -> Result<Vec<Source>> {
            let view = GitTree::open(objects, &top)?;
            let prefix = goal.prefix.to_string_lossy().into_owned();
            let (mut files, mut after): (Vec<Source>, Option<String>) = (Vec::new(), None);
            loop {
                let page = view.entries(&prefix, after.as_deref(), PAGE)?;
                for entry in &page {
                    let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
                    if !is_file || entry.size > MAX_BYTES || !is_candidate(runner, &entry.path) {
                        continue;
                    }
                    let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
                    if let Ok(text) = String::from_utf8(view.read(&entry.path, 0, size)?) {
                        files.push(Source { path: entry.path.clone(), text });
                    }
                }
                if page.len() < PAGE || files.len() > MAX_FILES {
                    return Ok(files);
                }
                after = page.into_iter().next_back().map(|entry| entry.path);
            }
        })
        .await??;
        Ok(Self { tree, files })
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, one place")]
async fn try_once(
    verification: &Verification<'_>,
    gate: &ReadyGate,
    command: &NativeCommand,
    passed: &GateReport,
    laid: &Laid,
    runner: Runner,
    canaries: &[Canary],
    next: &Lay,
    before: Option<&BTreeSet<String>>,
) -> Result<Trial> {
    let chosen: Vec<&Canary> = next.canaries.iter().filter_map(|n| canaries.get(*n)).collect();
    let edits: Vec<Edit> = lay(runner, &laid.files, &chosen, next.fate)
        .into_iter()
        .map(|file| Edit { path: file.path, content: Some(file.text.into_bytes()) })
        .collect();
    let (objects, tree) = (verification.goal.objects.clone(), laid.tree.clone());
    let tree = tokio::task::spawn_blocking(move || edited(&objects, &tree, &edits)).await??;
    let (host, goal) = (verification.host, verification.goal);
    let sealed = held_out::prepare(host, goal, &gate.name, &tree, verification.layers()).await?;

    let mut command = command.clone();
    let took = Duration::from_millis(passed.duration_ms);
    command.timeout = command.timeout.min(took * 3 + MORE);
    if took > WHOLE {
        // With known tests, whose code could be what hides failures.
        let known = canaries.iter().filter(|canary| canary.manner == Manner::Poison);
        let mut names: Vec<&str> = chosen.iter().copied().chain(known).map(|canary| canary.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        command.argv = select(&command.argv, &names).unwrap_or(command.argv);
    }
    let mut watch = Watch { words: chosen.iter().map(|canary| canary.word.clone()).collect(), ..Watch::default() };
    let hear = |text: &str| watch.push(text);
    let ran = gates::run_counted(host, goal, &sealed, &gate.name, gate.required, &command, None, hear).await?;
    let had_passed = |name: &str| before.is_some_and(|names| names.contains(name));
    let heard = watch.seen;
    let mut trial = Trial {
        green: ran.report.status == GateStatus::Passed,
        speaks: !heard.is_empty(),
        seen: heard.clone(),
        turned: BTreeSet::new(),
        wordless: BTreeSet::new(),
    };
    for test in ran.inventory.iter().flat_map(|found| &found.tests).filter(|test| test.status == Status::Failed) {
        let meant: Vec<_> = chosen.iter().filter(|canary| is_called(&test.name, &canary.name)).collect();
        if had_passed(&test.name) && !meant.iter().any(|canary| heard.contains(&canary.word)) {
            let failed_of_itself = if meant.is_empty() { &mut trial.turned } else { &mut trial.wordless };
            failed_of_itself.insert(test.name.clone());
        }
        // Some settings show no message of a failure: its name will do, which is as random.
        trial.seen.extend(meant.iter().map(|canary| canary.word.clone()));
    }
    Ok(trial)
}

/// Leaves the known tests that a worker had most to gain from: those that did not pass on the baseline.
fn thin_out(canaries: &mut Vec<Canary>, passed_before: BTreeSet<String>) {
    let (mut known, new): (Vec<Canary>, Vec<Canary>) =
        canaries.drain(..).partition(|canary| canary.manner == Manner::Poison);
    known.sort_by_key(|canary| passed_before.iter().any(|told| is_called(told, &canary.name)));
    known.truncate(KNOWN_WHEN_SLOW);
    canaries.extend(new);
    canaries.extend(known);
}

/// The names of tests that passed, and that none failed by.
fn passed_in(found: &Inventory) -> BTreeSet<String> {
    let named = |status| found.tests.iter().filter(move |test| test.status == status).map(|test| test.name.clone());
    let failed: BTreeSet<String> = named(Status::Failed).collect();
    named(Status::Passed).filter(|name| !failed.contains(name)).collect()
}

/// Looks for words in a stream of text, however long it is.
#[derive(Default)]
struct Watch {
    words: Vec<String>,
    seen: BTreeSet<String>,
    /// The end of what was heard: a word may come in two parts.
    end: String,
}

impl Watch {
    fn push(&mut self, text: &str) {
        self.end.push_str(text);
        for word in self.words.iter().filter(|word| self.end.contains(word.as_str())) {
            self.seen.insert(word.clone());
        }
        let longest = self.words.iter().map(String::len).max().unwrap_or_default();
        let mut cut = self.end.len().saturating_sub(longest);
        while !self.end.is_char_boundary(cut) {
            cut -= 1;
        }
        self.end.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_heard_across_two_parts_of_an_output() {
        let mut watch = Watch { words: vec!["harumovi".to_owned(), "never".to_owned()], ..Watch::default() };
        for part in ["…é ", "E   RuntimeError: haru", "movi\n", "and more é", "nev"] {
            watch.push(part);
        }
        assert_eq!(watch.seen, ["harumovi".to_owned()].into());
    }
}
