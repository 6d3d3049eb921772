//! The gates of a goal on the sealed tree: in order, each in a sandbox of its own, until a required one does not pass.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use goalpost_core::config::NativeCommand;
use goalpost_core::event::Event;
use goalpost_core::evidence::{Finding, GateReport, GateStatus, RunFacts, Severity, kept_fact};
use goalpost_core::inventory::{self, Examined, Inventory};
use goalpost_core::redact::RedactStream;
use goalpost_core::text;
use goalpost_core::text::HeadTail;
use goalpost_plugins::record::Input;
use goalpost_plugins::{GateAnswer, Subject};
use goalpost_workspace::diff;
use goalpost_workspace::process::{self, Command, Ended, How, OutputLimit, SpawnError};

use super::boxes::SealedBox;
use super::evidence::goal_text;
use super::frozen::{Frozen, ReadyGate, Runs};
use super::held_out;
use super::host::Host;
use super::inventories;
use super::plugins::ReadyPlugin;
use super::recordings::Recordings;
use super::tools;
use super::verification::{Verification, elapsed_ms};
use super::warm::Warm;

/// Bytes of a command's output that are kept: its start and its end.
const OUTPUT_BYTES: usize = 128 << 10;
/// Changed protected paths that are named.
const CHANGED: usize = 20;
/// Bytes of a command's output that tests are read from: names of some 40,000 tests.
const READ_BYTES: usize = 4 << 20;
/// Calls of a gate plugin that breaks.
const ATTEMPTS: u32 = 2;

/// Which gates to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    All,
    Required,
}

/// Runs gates in the order of the configuration.
pub(super) async fn run_all(verification: &Verification<'_>, which: Which) -> Result<Vec<GateReport>> {
    let turn = verification.turn;
    let mut reports: Vec<GateReport> = Vec::new();
    let mut stopped_by: Option<String> = None;
    if let Some(failed) = verification.set_up().await? {
        let failed = verification.host.redactor.report(failed);
        verification.journal.emit(finished(turn, &failed))?;
        stopped_by = Some(failed.name.clone());
        reports.push(failed);
    }
    for gate in verification.goal.gates.iter().filter(|gate| which == Which::All || gate.required) {
        if let Some(first) = &stopped_by {
            reports.push(blank(gate, GateStatus::NotRun, format!("not run: `{first}` did not pass")));
        } else {
            verification.journal.emit(Event::GateStarted { turn, gate: gate.name.clone() })?;
            let report = verification.host.redactor.report(run_one(verification, gate, which).await?);
            if gate.required && report.status != GateStatus::Passed {
                stopped_by = Some(gate.name.clone());
            }
            reports.push(report);
        }
        if let Some(report) = reports.last() {
            verification.journal.emit(finished(turn, &verification.goal.one_for_worker(report)))?;
        }
    }
    Ok(reports)
}

pub(super) async fn run_one(verification: &Verification<'_>, gate: &ReadyGate, which: Which) -> Result<GateReport> {
    let (host, goal) = (verification.host, verification.goal);
    match &gate.runs {
        Runs::Command(command) => {
            let sealed_tree = &verification.candidate.trees.sealed;
            let bare = inventories::without_reports(goal, gate, sealed_tree).await?;
            let tree = &held_out::laid(goal, &gate.name, &bare).await?;
            // A forged cache must not decide: the run that may end the goal has none, and what leaves no trace leaves no cache.
            // Nor may one carry away what a hidden gate showed to the code under test.
            let is_open = goal.held_out(&gate.name).is_none();
            let mut warm = match which {
                Which::All if is_open && verification.journal.is_kept() => Warm::find(host, goal, &gate.name, tree)?,
                _ => None,
            };
            let cached = warm.as_ref().map_or(&[][..], Warm::layers);
            let layers = [cached, verification.layers()].concat();
            let sealed = held_out::prepare(host, goal, &gate.name, tree, &layers).await?;
            if let Some(warm) = &warm {
                warm.freshen(goal, &sealed, tree)?;
            }
            let before = verification.baselines.of(&gate.name);
            let format = before.and_then(|run| run.inventory.as_ref()).map(|before| before.format.clone());
            let ran = run_gate(host, goal, &sealed, gate, command, format.as_deref()).await?;
            let mut report = inventories::examined(verification, gate, command, ran);
            if let Some(warm) = &mut warm {
                if let Some(run) = &mut report.run {
                    run.warm = warm.names();
                }
                warm.keep(&sealed, tree, &report);
            }
            Ok(report)
        }
        Runs::Plugin(plugin) => Ok(ask_plugin(verification, gate, plugin).await),
    }
}

/// A finished run, with the tests that it tells of.
pub(super) struct Ran {
    pub(super) report: GateReport,
    pub(super) inventory: Option<Inventory>,
}

/// Runs a gate; `format` is that of its run on the baseline, and no other is read then.
pub(super) async fn run_gate(
    host: &Host,
    goal: &Frozen,
    sealed: &SealedBox,
    gate: &ReadyGate,
    command: &NativeCommand,
    format: Option<&str>,
) -> Result<Ran> {
    let mut ran = run_counted(host, goal, sealed, &gate.name, gate.required, command, format, |_| {}).await?;
    if let Some(glob) = inventories::report_glob(goal, gate) {
        ran.inventory = inventories::reported(sealed, &glob)?;
    }
    Ok(ran)
}

/// Runs a command in a sandboxed tree.
pub(super) async fn run_command(
    host: &Host,
    goal: &Frozen,
    sealed: &SealedBox,
    name: &str,
    required: bool,
    command: &NativeCommand,
) -> Result<GateReport> {
    let ran = run_counted(host, goal, sealed, name, required, command, None, |_| {}).await?;
    Ok(inventories::told(ran.report, ran.inventory.as_ref(), &Examined::default()))
}

/// Runs a command in a sandboxed tree, and reads the tests that it ran. `hear` is told all of the output, also what is too much
/// to keep; `format` is as for [`run_gate`].
#[expect(clippy::too_many_arguments, reason = "what a run is made of")]
pub(super) async fn run_counted(
    host: &Host,
    goal: &Frozen,
    sealed: &SealedBox,
    name: &str,
    required: bool,
    command: &NativeCommand,
    format: Option<&str>,
    mut hear: impl FnMut(&str),
) -> Result<Ran> {
    let (mut spec, cwd) = sealed.walls(&goal.prefix, &command.dir);
    spec.network = command.network;
    let program = command.argv.first().context("a command without a program")?;
    let (pinned, path) = (goal.tools.clone(), program.clone());
    // Reads the file when it looks other than before: not for a thread that drives other things.
    if let Err(why) = tokio::task::spawn_blocking(move || pinned.check(&path)).await? {
        let report = GateReport { native: true, ..report(name, required, GateStatus::Refused, why) };
        return Ok(Ran { report, inventory: None });
    }
    let mut process = Command::new(program, spec, cwd);
    process.argv.clone_from(&command.argv);
    process.env = tools::environment(goal, command).into_iter().collect();
    process.timeout = command.timeout;
    // Redacted before it is cut: half a secret is recognised by nobody.
    let mut redacted = RedactStream::new(host.redactor.clone());
    let mut kept = HeadTail::new(OUTPUT_BYTES);
    let mut read = HeadTail::new(READ_BYTES);
    process.output = OutputLimit { head: 0, tail: 0 };
    let mut keep_all = |text: &str| {
        hear(text);
        kept.push(text.as_bytes());
        read.push(text.as_bytes());
    };
    let keep = |_, bytes: &[u8]| keep_all(&redacted.push(bytes));
    let ended = match process::run(process, std::future::pending(), keep).await {
        Ok(ended) => ended,
        Err(
            error @ (SpawnError::ProgramNotFound { .. }
            | SpawnError::NotExecutable { .. }
            | SpawnError::WorkingDirectory { .. }),
        ) => {
            // A program of the tree that is missing or broken is the work's fault.
            let report = report(name, required, GateStatus::Failed, error.to_string());
            return Ok(Ran { report: GateReport { native: true, ..report }, inventory: None });
        }
        Err(error) => {
            let report = report(name, required, GateStatus::Refused, format!("the sandbox refused: {error}"));
            return Ok(Ran { report: GateReport { native: true, ..report }, inventory: None });
        }
    };
    keep_all(&redacted.finish());
    let inventory = inventory::parse(&command.argv, &read.finish().0, format);
    let (output, truncated) = kept.finish();
    let mut report = of_command(name, required, command, &ended, &output, truncated);
    refuse_changed(&mut report, &sealed.changed());
    Ok(Ran { report, inventory })
}

/// A gate that rewrites what is protected has judged something else than the sealed tree.
fn refuse_changed(report: &mut GateReport, changed: &[PathBuf]) {
    let Some(first) = changed.first() else { return };
    let name = |path: &Path| text::one_line(&path.display().to_string(), 300);
    report.status = GateStatus::Failed;
    report.summary = match changed.len() - 1 {
        0 => format!("`{}` was changed while it ran", name(first)),
        more => format!("`{}` and {more} more protected paths were changed while it ran", name(first)),
    };
    report.findings.extend(changed.iter().take(CHANGED).map(|path| Finding {
        severity: Severity::Critical,
        code: Some("protected-path-written".to_owned()),
        path: Some(name(path)),
        line: None,
        message: "a protected path was changed while the gate ran, by the gate or the code that it tests".to_owned(),
        evidence: None,
    }));
}

fn of_command(
    name: &str,
    required: bool,
    command: &NativeCommand,
    ended: &Ended,
    output: &str,
    output_truncated: bool,
) -> GateReport {
    let output = text::strip_ansi(output).into_owned();
    let (status, how) = match ended.how {
        How::Exited(0) => (GateStatus::Passed, "passed".to_owned()),
        How::Exited(code) => (GateStatus::Failed, format!("exit code {code}")),
        How::Signalled(signal) => (GateStatus::Failed, format!("ended by signal {signal}")),
        How::TimedOut => (GateStatus::TimedOut, format!("no end within {} s", command.timeout.as_secs())),
        How::Cancelled => (GateStatus::NotRun, "cancelled".to_owned()),
    };
    let mut summary = how;
    if !ended.leftovers.is_empty() {
        summary = format!("{summary}; left running and killed: {}", ended.leftovers.join(", "));
    }
    GateReport {
        native: true,
        exit_code: match ended.how {
            How::Exited(code) => Some(code),
            _ => None,
        },
        output,
        output_truncated,
        duration_ms: u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
        run: Some(RunFacts { isolation: ended.level, warm: Vec::new() }),
        ..report(name, required, status, summary)
    }
}

/// What gate plugins are asked about.
pub(super) fn subject(verification: &Verification<'_>) -> Result<Subject> {
    let candidate = verification.candidate;
    let trees = &candidate.trees;
    Ok(Subject {
        goal: verification.host.redactor.goal(goal_text(verification.goal)),
        turn: verification.turn,
        trees: trees.clone(),
        changes: diff::changes(&verification.goal.objects, &trees.baseline, &trees.candidate)?,
        tampering: candidate.tampering.clone(),
        facts: kept_fact(&candidate.kept).into_iter().collect(),
    })
}

async fn ask_plugin(verification: &Verification<'_>, gate: &ReadyGate, plugin: &ReadyPlugin) -> GateReport {
    let begun = Instant::now();
    let subject = match subject(verification) {
        Ok(subject) => subject,
        Err(error) => return blank(gate, GateStatus::Inconclusive, error.to_string()),
    };
    let mut attempt = 1;
    let answer = loop {
        let context = match verification.context(plugin) {
            Ok(context) => context,
            Err(error) => return blank(gate, GateStatus::Inconclusive, error.to_string()),
        };
        let book = context.state.clone();
        let input = Input::Subject(Box::new(subject.clone()));
        let (recorder, context) = Recordings::begin(plugin, context, input, &verification.host.redactor);
        let ended = plugin.admitted.check(context, &subject).await;
        verification.keep(recorder, plugin, book.as_ref(), &ended);
        match ended {
            Err(error) if attempt < ATTEMPTS => {
                let error = verification.host.redactor.redact(&error.to_string()).into_owned();
                tracing::info!(gate = gate.name, attempt, error, "the gate is asked again");
                attempt += 1;
            }
            answer => break answer,
        }
    };
    let mut report = match answer {
        Ok((result, _)) => of_plugin(gate, result),
        Err(error) => blank(gate, GateStatus::Inconclusive, error.to_string()),
    };
    report.duration_ms = elapsed_ms(begun);
    report
}

fn of_plugin(gate: &ReadyGate, result: GateAnswer) -> GateReport {
    let status = if result.passed { GateStatus::Passed } else { GateStatus::Failed };
    GateReport {
        output: result.output,
        tests: result.tests,
        findings: result.findings,
        ..blank(gate, status, result.summary)
    }
}

fn blank(gate: &ReadyGate, status: GateStatus, summary: String) -> GateReport {
    let native = matches!(gate.runs, Runs::Command(_));
    GateReport { native, ..report(&gate.name, gate.required, status, summary) }
}

fn report(name: &str, required: bool, status: GateStatus, summary: String) -> GateReport {
    GateReport { required, native: false, summary: text::one_line(&summary, 300), ..GateReport::new(name, status) }
}

pub(super) fn finished(turn: u32, report: &GateReport) -> Event {
    Event::GateFinished {
        turn,
        gate: report.name.clone(),
        required: report.required,
        status: report.status,
        summary: report.summary.clone(),
        duration_ms: report.duration_ms,
    }
}
