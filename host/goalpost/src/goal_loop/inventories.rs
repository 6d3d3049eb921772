//! The tests of a gate's run: read from the report that it wrote, held against those of the baseline and of earlier turns.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use anyhow::Result;
use goalpost_core::config::NativeCommand;
use goalpost_core::evidence::{GateReport, GateStatus};
use goalpost_core::ids::TreeId;
use goalpost_core::inventory::{self, Examined, Inventory, Reference, Status, Test, definition_of};
use goalpost_core::ports::{Edit, TreeView as _};
use goalpost_core::text;
use goalpost_workspace::diff;
use goalpost_workspace::edit::edited;
use goalpost_workspace::tree::GitTree;

use super::baseline;
use super::boxes::SealedBox;
use super::frozen::{Frozen, ReadyGate};
use super::gates::Ran;
use super::host::Host;
use super::verification::Verification;

/// Bytes of the reports that a run writes.
const REPORT_BYTES: usize = 32 << 20;
/// Bytes of the baseline's files that are looked at for definitions of tests, and of one of them.
const SOURCE_BYTES: u64 = 64 << 20;
const FILE_BYTES: u64 = 1 << 20;

/// The tests that earlier turns ran, by gate.
pub(crate) type Seen = BTreeMap<String, Vec<Test>>;

/// The report of a run with what its tests say of it: a command that ended with exit code 0 fails all the same when tests
/// that ran before did not run.
pub(super) fn examined(
    verification: &Verification<'_>,
    gate: &ReadyGate,
    command: &NativeCommand,
    ran: Ran,
) -> GateReport {
    let Ran { mut report, inventory } = ran;
    let examined = match report.status {
        // What failed says so already; a run that stopped early lacks tests for that reason.
        GateStatus::Passed => {
            let reference = Reference {
                baseline: verification.baselines.of(&gate.name),
                seen: verification.seen.get(&gate.name).map_or(&[], Vec::as_slice),
                may_go: &|name| gate.tests.may_lose(name),
            };
            inventory::examine(&command.argv, inventory.as_ref(), &reference)
        }
        _ => Examined::default(),
    };
    if let Some(problem) = &examined.problem {
        report.status = GateStatus::Failed;
        report.summary = format!("exit code 0, but {problem}");
    }
    let report = told(report, inventory.as_ref(), &examined);
    if let Some(inventory) = inventory
        && baseline::is_open(verification.baselines, &gate.name)
    {
        verification.ran(&gate.name, inventory);
    }
    report
}

/// `report` with its tests.
pub(super) fn told(mut report: GateReport, inventory: Option<&Inventory>, examined: &Examined) -> GateReport {
    report.tests = inventory.map(|found| inventory::summarise(found, &examined.difference));
    if let Some(tests) = &report.tests {
        let counts = format!("{} tests passed, {} failed, {} skipped", tests.passed, tests.failed, tests.skipped);
        report.summary = text::one_line(&format!("{}; {counts}", report.summary), 400);
    }
    report.findings.extend(examined.findings.iter().cloned());
    report
}

/// The glob of a gate's reports, from the top of the workspace.
pub(super) fn report_glob(goal: &Frozen, gate: &ReadyGate) -> Option<String> {
    let glob = gate.tests.report.as_ref()?;
    Some(goal.prefix.join(glob).to_string_lossy().into_owned())
}

/// `tree` without the reports that lie there already: they are nobody's word on this run.
pub(super) async fn without_reports(goal: &Frozen, gate: &ReadyGate, tree: &TreeId) -> Result<TreeId> {
    let Some(glob) = report_glob(goal, gate) else { return Ok(tree.clone()) };
    let matcher = globset::GlobBuilder::new(&glob).literal_separator(true).build()?.compile_matcher();
    let (objects, tree) = (goal.objects.clone(), tree.clone());
    tokio::task::spawn_blocking(move || {
        let paths = diff::paths(&objects, &tree)?.into_iter().filter(|path| matcher.is_match(path));
        let edits: Vec<_> = paths.map(|path| Edit { path, content: None }).collect();
        Ok(if edits.is_empty() { tree } else { edited(&objects, &tree, &edits)? })
    })
    .await?
}

/// The tests that the reports of a run tell of.
pub(super) fn reported(sealed: &SealedBox, glob: &str) -> Result<Option<Inventory>> {
    let reports = sealed.collect(&[glob.to_owned()], REPORT_BYTES)?;
    let texts = reports.iter().map(|(_, content)| String::from_utf8_lossy(content));
    Ok(Inventory::joined(texts.filter_map(|text| inventory::parse(&[], &text, Some("junit")))))
}

/// The tests that earlier turns ran and that the baseline's own files define: a worker's own new tests may go again. Empty
/// where every gate's run on the baseline was whole.
pub(super) async fn seen(host: &Host, goal: &Frozen, turn: u32, baselines: &baseline::Baselines) -> Result<Seen> {
    let mut seen = Seen::new();
    for (gate, inventory) in host.store.inventories_before(&goal.id, turn)? {
        let before = baselines.of(&gate).and_then(|run| run.inventory.as_ref());
        let known: HashSet<&str> = before.iter().flat_map(|run| &run.tests).map(|test| test.name.as_str()).collect();
        let tests = seen.entry(gate).or_default();
        let listed: HashSet<String> = tests.iter().map(|test: &Test| test.name.clone()).collect();
        let is_new = |test: &Test| {
            let ran = matches!(test.status, Status::Passed | Status::Failed);
            ran && !known.contains(test.name.as_str()) && !listed.contains(&test.name)
        };
        tests.extend(inventory.tests.into_iter().filter(is_new));
    }
    if seen.values().all(Vec::is_empty) {
        return Ok(Seen::new());
    }
    let wanted: BTreeSet<String> = seen.values().flatten().map(|test| definition_of(&test.name).to_owned()).collect();
    let (objects, tree) = (goal.objects.clone(), goal.baseline.clone());
    let defined = tokio::task::spawn_blocking(move || -> Result<HashSet<String>> {
        let view = GitTree::open(objects.clone(), &tree)?;
        let mut left = SOURCE_BYTES;
        let mut defined = HashSet::new();
        for path in diff::paths(&objects, &tree)? {
            let Ok(entry) = view.stat(&path) else { continue };
            if entry.size > FILE_BYTES || entry.size > left {
                continue;
            }
            left -= entry.size;
            let Ok(content) = view.read(&path, 0, usize::try_from(entry.size).unwrap_or_default()) else { continue };
            let Ok(source) = std::str::from_utf8(&content) else { continue };
            defined.extend(inventory::defined(source).filter(|name| wanted.contains(*name)).map(str::to_owned));
        }
        Ok(defined)
    })
    .await??;
    for tests in seen.values_mut() {
        tests.retain(|test| defined.contains(definition_of(&test.name)));
    }
    Ok(seen)
}
