//! The work of a case: real git trees of its files, and what the host would say of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use goalpost_core::evidence::{Change, Evidence, GoalText, TreeIds, WorkerReport};
use goalpost_core::ids::{GoalId, TreeId};
use goalpost_core::ports::{Edit, TreeView, Trees};
use goalpost_plugins::{Kind, Subject, Turn};
use goalpost_workspace::diff;
use goalpost_workspace::edit::edited;
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::snapshot::snapshot;
use goalpost_workspace::store::ObjectStore;
use goalpost_workspace::tree::GitTree;
use tempfile::TempDir;

use super::Case;

/// Bytes of the unified diff, as in a goal.
const DIFF_BYTES: usize = 256 << 10;

/// Trees that a plugin can read, gone with this value.
pub(in super::super) struct Scene {
    ids: TreeIds,
    changes: Vec<Change>,
    /// Granted folders, by their names.
    folders: BTreeMap<String, TreeId>,
    store: Option<Store>,
}

struct Store {
    objects: Arc<ObjectStore>,
    /// Whether there is a turn with trees, or only folders.
    has_trees: bool,
    _folder: TempDir,
}

impl Scene {
    /// Writes the trees of a case. Those of a workflow are of the turn before; few read them, so a case need not have any.
    pub(super) fn build(case: &Case, kind: Kind) -> Result<Self> {
        let has_trees = kind != Kind::Workflow || !case.before.is_empty() || !case.after.is_empty();
        if !has_trees && case.files.is_empty() {
            return Ok(Self { ids: no_trees()?, changes: Vec::new(), folders: BTreeMap::new(), store: None });
        }
        let folder = TempDir::new()?;
        let work = folder.path().join("work");
        std::fs::create_dir(&work)?;
        let git = std::process::Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(&work)
            .output()
            .context("git could not be run")?;
        anyhow::ensure!(git.status.success(), "git init: {}", String::from_utf8_lossy(&git.stderr));
        let workspace = Workspace::open(&work)?;
        let objects = Arc::new(ObjectStore::open(&folder.path().join("objects"), &workspace)?);
        let nothing = snapshot(&workspace, &objects, None)?.tree;
        let baseline = edited(&objects, &nothing, &written(&case.before))?;
        let deleted = case.deleted.iter().map(|path| Edit { path: path.clone(), content: None });
        let edits: Vec<Edit> = deleted.chain(written(&case.after)).collect();
        let candidate = edited(&objects, &baseline, &edits)?;
        let changes = diff::changes(&objects, &baseline, &candidate)?;
        let ids = TreeIds { baseline, sealed: candidate.clone(), candidate };
        let taken = |(name, files): (&String, &BTreeMap<String, String>)| {
            Ok((name.clone(), edited(&objects, &nothing, &written(files))?))
        };
        let folders = case.files.iter().map(taken).collect::<Result<_>>()?;
        Ok(Self { ids, changes, folders, store: Some(Store { objects, _folder: folder, has_trees }) })
    }

    /// The granted folders, for a call.
    pub(super) fn folders(&self) -> Result<BTreeMap<String, Arc<dyn TreeView>>> {
        let Some(store) = &self.store else { return Ok(BTreeMap::new()) };
        let view = |(name, tree): (&String, &TreeId)| -> Result<(String, Arc<dyn TreeView>)> {
            Ok((name.clone(), Arc::new(GitTree::open(store.objects.clone(), tree)?)))
        };
        self.folders.iter().map(view).collect()
    }

    /// The trees, for a call.
    pub(super) fn trees(&self) -> Result<Option<Trees>> {
        let Some(store) = self.store.as_ref().filter(|store| store.has_trees) else { return Ok(None) };
        let view = |tree| -> Result<Arc<dyn TreeView>> { Ok(Arc::new(GitTree::open(store.objects.clone(), tree)?)) };
        Ok(Some(Trees {
            baseline: view(&self.ids.baseline)?,
            candidate: view(&self.ids.candidate)?,
            sealed: view(&self.ids.sealed)?,
        }))
    }

    /// What an evaluator reads.
    pub(in super::super) fn evidence(&self, case: &Case) -> Result<Evidence> {
        let (diff, diff_truncated) = match &self.store {
            Some(store) => diff::diff_text(&store.objects, &self.ids.baseline, &self.ids.candidate, DIFF_BYTES)?,
            None => (String::new(), false),
        };
        Ok(Evidence {
            goal: goal(case),
            turn: case.turn.number,
            max_turns: case.turn.max_turns,
            trees: self.ids.clone(),
            changes: self.changes.clone(),
            diff,
            diff_truncated,
            gates: case.gates.iter().map(super::Report::as_gate).collect(),
            tampering: case.tampering.iter().map(super::Touched::as_tamper).collect(),
            worker: WorkerReport {
                agent: "command".to_owned(),
                exit_code: Some(0),
                final_text: case.turn.final_text.clone(),
                transcript: case.turn.transcript.clone(),
                ..WorkerReport::default()
            },
            history: Vec::new(),
            facts: Vec::new(),
        })
    }

    /// What a gate reads.
    pub(super) fn subject(&self, case: &Case) -> Result<Subject> {
        Ok(Subject {
            goal: goal(case),
            turn: case.turn.number,
            trees: self.ids.clone(),
            changes: self.changes.clone(),
            tampering: case.tampering.iter().map(super::Touched::as_tamper).collect(),
            facts: Vec::new(),
        })
    }

    /// What a workflow reads.
    pub(super) fn turn(&self, case: &Case) -> Turn {
        let turn = &case.turn;
        Turn {
            goal: goal(case),
            turn: turn.number,
            max_turns: turn.max_turns,
            prompt: turn.prompt.clone().unwrap_or_else(|| turn.objective.clone()),
            feedback: turn.feedback.clone(),
            agents: turn.agents.clone(),
        }
    }
}

fn goal(case: &Case) -> GoalText {
    GoalText {
        // The same in every run: what a plugin concludes must not depend on it.
        id: GoalId::new(946_684_800, 0),
        objective: case.turn.objective.clone(),
        scope: case.turn.scope.clone(),
        criteria: case.turn.criteria.clone(),
    }
}

fn written(files: &BTreeMap<String, String>) -> Vec<Edit> {
    let edits = files.iter();
    edits.map(|(path, content)| Edit { path: path.clone(), content: Some(content.clone().into_bytes()) }).collect()
}

fn no_trees() -> Result<TreeIds> {
    let none: TreeId = "0".repeat(40).parse()?;
    Ok(TreeIds { baseline: none.clone(), candidate: none.clone(), sealed: none })
}
