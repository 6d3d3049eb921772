//! The sealed tree: the worker's candidate with every protected path as it was in the baseline.
//!
//! Gates run on the sealed tree, so that a worker's tests, test settings and scripts never decide over its own work.
//! Each change that was undone is reported as tampering. What is kept: everything that is not protected, and new files
//! that take part in no protected role, new tests among them. A file that holds both what decides and what is the worker's
//! to change, such as a manifest or a source file with tests in it, is merged by its meaning. What tools made by themselves,
//! and what git ignored when the goal started, is no part of the work and left out.
//!
//! Links are followed on paper, within the tree. Where the baseline has a link that is itself free, and protected paths
//! are reached through it (`tests -> suite`), what it leads to is protected too. A link inside a protected folder that leads
//! to free files (`tests/fixtures/src -> ../../src`) doesn't protect those: they are the work.

mod ignored;
mod inline;
mod links;
mod merge;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, WriteTo as _};
use goalpost_core::ecosystem::Protection;
use goalpost_core::evidence::{Kept, Tamper, TamperKind};
use goalpost_core::ids::TreeId;
use goalpost_core::merge::Merged;

use crate::entries::{Difference, Leaf, TreeReader};
use crate::path_text::to_text;
use crate::store::{Batch, ObjectStore, StoreError, tree_id};
use links::{Links, Suspects};

/// What is protected. Paths are as [`crate::path_text`] writes them.
pub trait ProtectRules {
    /// Whether a path of the baseline is out of the worker's reach.
    fn is_protected(&self, path: &str) -> bool;
    /// Whether a path that the baseline does not have would take part in a protected role.
    fn shadows(&self, path: &str) -> bool;
    /// Whether tools make a path by themselves, out of the files that are the work: it stays as it was, without a word.
    fn is_byproduct(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// Whether a new path is left out where the baseline's ignore rules leave it out, whatever the candidate's say.
    fn obeys_baseline_ignores(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// Whether a path that is not protected whole may only be changed by content, not deleted or turned into a link.
    fn is_manifest(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// Whether [`ProtectRules::merge`] has a say about a path.
    fn is_merged(&self, path: &str) -> bool {
        self.is_manifest(path)
    }
    /// Whether a path that is not protected whole is a source file in which tests of the baseline are to stay as they are.
    fn may_hold_tests(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// As [`goalpost_core::merge::merge`], for a path that is not protected whole.
    fn merge(&self, path: &str, baseline: Option<&[u8]>, candidate: &[u8]) -> Option<Merged> {
        let _ = (path, baseline, candidate);
        None
    }
}

impl ProtectRules for Protection {
    fn is_protected(&self, path: &str) -> bool {
        Protection::is_protected(self, path)
    }

    fn shadows(&self, path: &str) -> bool {
        self.is_shadowing(path)
    }

    fn is_byproduct(&self, path: &str) -> bool {
        Protection::is_byproduct(self, path)
    }

    fn obeys_baseline_ignores(&self, path: &str) -> bool {
        Protection::obeys_baseline_ignores(self, path)
    }

    fn is_manifest(&self, path: &str) -> bool {
        Protection::is_manifest(self, path)
    }

    fn is_merged(&self, path: &str) -> bool {
        Protection::is_merged(self, path)
    }

    fn may_hold_tests(&self, path: &str) -> bool {
        Protection::may_hold_tests(self, path)
    }

    fn merge(&self, path: &str, baseline: Option<&[u8]>, candidate: &[u8]) -> Option<Merged> {
        Protection::merge(self, path, baseline, candidate)
    }
}

/// The outcome of sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What is verified.
    pub tree: TreeId,
    /// What was undone, sorted by path.
    pub tampering: Vec<Tamper>,
    /// What the worker changed in merged files and keeps, sorted by path.
    pub kept: Vec<Kept>,
}

/// Seals `candidate` against `baseline`. Both are in the store; the sealed tree will be.
///
/// # Errors
/// The store fails, or lacks a tree.
pub fn seal(
    store: &ObjectStore,
    baseline: &TreeId,
    candidate: &TreeId,
    rules: &dyn ProtectRules,
) -> Result<Sealed, StoreError> {
    let reader = TreeReader::new(store);
    let (baseline, candidate) = (store.object_id(baseline)?, store.object_id(candidate)?);
    let differences = reader.differences(baseline, candidate)?;
    let mut plan = Plan::new(&reader, rules, candidate, &differences);
    plan.leave_out_ignored(baseline)?;
    plan.leave_out_byproducts();
    plan.restore(baseline)?;
    plan.remove_conflicts();
    plan.remove_shadows()?;
    let batch = Batch::new(store);
    plan.merge_files(&batch)?;
    plan.put_tests_back(baseline, &batch)?;
    let tree = plan.apply(&batch)?;
    batch.publish()?;
    let Plan { mut tampering, kept, .. } = plan;
    tampering.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Sealed { tree: tree_id(tree), tampering, kept })
}

struct Plan<'a> {
    reader: &'a TreeReader<'a>,
    rules: &'a dyn ProtectRules,
    candidate: ObjectId,
    differences: &'a [Difference],
    /// Of the baseline.
    links: Links,
    /// What stands in the sealed tree instead of the candidate's entry: the baseline's, or a merged file.
    restored: BTreeMap<&'a BStr, (EntryKind, ObjectId)>,
    removed: BTreeSet<&'a BStr>,
    tampering: Vec<Tamper>,
    kept: Vec<Kept>,
}

impl<'a> Plan<'a> {
    fn new(
        reader: &'a TreeReader<'a>,
        rules: &'a dyn ProtectRules,
        candidate: ObjectId,
        differences: &'a [Difference],
    ) -> Self {
        Self {
            reader,
            rules,
            candidate,
            differences,
            links: Links::default(),
            restored: BTreeMap::new(),
            removed: BTreeSet::new(),
            tampering: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Finds the protected paths of the baseline that were touched.
    fn restore(&mut self, baseline: ObjectId) -> Result<(), StoreError> {
        if self.differences.iter().all(|d| d.old.is_none()) {
            return Ok(());
        }
        let mut leaves = Vec::new();
        self.reader.leaves(baseline, BStr::new(""), &mut leaves)?;
        let links = Links::within(self.reader, &leaves, |link| !self.rules.is_protected(&to_text(link)))?;
        // Where each content is now, for protected files that were moved.
        let mut moved: HashMap<ObjectId, &BStr> = HashMap::new();
        for added in self.differences.iter().filter(|d| d.old.is_none()) {
            if let Some((_, id)) = added.new.filter(|(_, id)| !id.is_empty_blob()) {
                moved.entry(id).or_insert(added.path.as_ref());
            }
        }
        for change in self.differences {
            let Some(old) = change.old.filter(|_| !self.restored.contains_key(change.path.as_bstr())) else { continue };
            let text = to_text(change.path.as_ref());
            let (kind, detail) = if self.rules.is_protected(&text) || self.is_lost_manifest(&links, change) {
                self.describe(change, old, &moved)?
            } else if let Some(alias) = self.protected_alias(&links, change.path.as_ref()) {
                (TamperKind::Redirected, format!("the protected path `{alias}` leads here through a link"))
            } else if old.0 == EntryKind::Link && self.is_way_to_protected(&links, &leaves, change.path.as_ref()) {
                (TamperKind::Redirected, "protected paths are reached through this link".to_owned())
            } else {
                continue;
            };
            self.restored.insert(change.path.as_ref(), old);
            self.tampering.push(Tamper { path: text, kind, detail });
        }
        self.links = links;
        Ok(())
    }

    /// What in the candidate would stand in the way of a restored path.
    fn remove_conflicts(&mut self) {
        for path in self.restored.keys() {
            self.removed.extend(ancestors(path).filter(|folder| leaf_at(self.differences, folder).is_some()));
            self.removed.extend(below(self.differences, path).map(|d| d.path.as_bstr()));
        }
        let restored = &self.restored;
        self.removed.retain(|path| !restored.contains_key(path));
    }

    /// New paths that would take part in a protected role, by themselves or through a link.
    fn remove_shadows(&mut self) -> Result<(), StoreError> {
        let mut suspects = Suspects::new(self.reader, self.candidate, self.differences);
        for change in self.differences {
            let (None, Some((kind, id))) = (change.old, change.new) else { continue };
            let path = change.path.as_bstr();
            if self.removed.contains(path) {
                continue;
            }
            let text = to_text(path);
            let detail = if self.rules.shadows(&text) {
                "a new path in a protected role".to_owned()
            } else if kind == EntryKind::Link && self.rules.is_manifest(&text) {
                "a link in the place of a manifest".to_owned()
            } else if kind == EntryKind::Link {
                match suspects.shadow_behind(path, id, |alias| self.rules.shadows(alias))? {
                    Some(why) => why,
                    None => continue,
                }
            } else {
                continue;
            };
            self.removed.insert(path);
            self.tampering.push(Tamper { path: text, kind: TamperKind::Added, detail });
        }
        self.remove_shadows_behind_changed_links(&mut suspects)
    }

    /// A link of the baseline, or a file of it, that became a link to something in a protected role.
    fn remove_shadows_behind_changed_links(&mut self, suspects: &mut Suspects<'_>) -> Result<(), StoreError> {
        for change in self.differences {
            let (Some(old), Some((EntryKind::Link, id))) = (change.old, change.new) else { continue };
            let path = change.path.as_bstr();
            if self.restored.contains_key(path) {
                continue;
            }
            if let Some(detail) = suspects.shadow_behind(path, id, |alias| self.rules.shadows(alias))? {
                self.restored.insert(path, old);
                self.tampering.push(Tamper { path: to_text(path), kind: TamperKind::Redirected, detail });
            }
        }
        Ok(())
    }

    /// Writes the candidate with the changes.
    fn apply(&self, batch: &Batch<'_>) -> Result<ObjectId, StoreError> {
        if self.restored.is_empty() && self.removed.is_empty() {
            return Ok(self.candidate);
        }
        let (repo, store) = (self.reader.repo(), batch.store());
        let root = repo.find_tree(self.candidate).map_err(|e| store.damaged(e))?;
        let root = root.decode().map_err(|e| store.damaged(e))?.into_owned();
        let mut editor = gix::objs::tree::Editor::new(root, &repo.objects, store.hash());
        let names = |path: &BStr| path.split_str("/").map(BString::from).collect::<Vec<_>>();
        for path in self.removed.iter().chain(self.restored.keys()) {
            editor.remove(names(path)).map_err(|e| store.damaged(e))?;
        }
        for (path, (kind, id)) in &self.restored {
            editor.upsert(names(path), *kind, *id).map_err(|e| store.damaged(e))?;
        }
        let known = batch.known();
        editor.write(|tree| {
            let mut data = Vec::new();
            tree.write_to(&mut data).map_err(|e| store.damaged(e))?;
            batch.add(&known, Kind::Tree, &data)
        })
    }

    /// How a protected path was touched.
    fn describe(
        &self,
        change: &Difference,
        (old_kind, old_id): (EntryKind, ObjectId),
        moved: &HashMap<ObjectId, &BStr>,
    ) -> Result<(TamperKind, String), StoreError> {
        use EntryKind::{Blob, BlobExecutable, Link};
        let path = change.path.as_bstr();
        let Some((kind, id)) = change.new else {
            if let Some((folder, leaf)) =
                ancestors(path).find_map(|folder| Some((folder, leaf_at(self.differences, folder)?)))
            {
                let folder = to_text(folder);
                return Ok(match leaf {
                    (Link, id) => {
                        let target = self.target(id)?;
                        (TamperKind::Redirected, format!("its folder `{folder}` was replaced by a link to `{target}`"))
                    }
                    _ => (TamperKind::TypeChanged, format!("its folder `{folder}` was replaced by a file")),
                });
            }
            if below(self.differences, path).next().is_some() {
                return Ok((TamperKind::TypeChanged, "became a folder".into()));
            }
            return Ok(match moved.get(&old_id) {
                Some(to) => (TamperKind::Renamed, format!("moved to `{}`", to_text(to))),
                None => (TamperKind::Deleted, "deleted".into()),
            });
        };
        let is_file = |kind| matches!(kind, Blob | BlobExecutable);
        Ok(match (old_kind, kind) {
            (Link, Link) => {
                let (was, is) = (self.target(old_id)?, self.target(id)?);
                (TamperKind::Redirected, format!("a link to `{is}` now, to `{was}` before"))
            }
            (_, Link) => (TamperKind::Redirected, format!("replaced by a link to `{}`", self.target(id)?)),
            (old, new) if is_file(old) && is_file(new) => {
                let exec = if old == new {
                    None
                } else {
                    Some(if new == BlobExecutable { "its exec bit was set" } else { "its exec bit was cleared" })
                };
                match (old_id == id, exec) {
                    (true, exec) => (TamperKind::TypeChanged, exec.unwrap_or("its mode changed").into()),
                    (false, None) => (TamperKind::Edited, "edited".into()),
                    (false, Some(exec)) => (TamperKind::Edited, format!("edited, and {exec}")),
                }
            }
            (EntryKind::Commit, EntryKind::Commit) => (TamperKind::Edited, "another commit of the submodule".into()),
            (Link, _) => (TamperKind::TypeChanged, "a link before, a file now".into()),
            _ => (TamperKind::TypeChanged, "another kind of entry".into()),
        })
    }

    fn protected_alias(&self, links: &Links, path: &BStr) -> Option<String> {
        links
            .aliases(path)
            .into_iter()
            .map(|alias| to_text(alias.as_ref()))
            .find(|alias| self.rules.is_protected(alias))
    }

    fn is_way_to_protected(&self, links: &Links, leaves: &[Leaf], link: &BStr) -> bool {
        links.behind(link, leaves).any(|alias| self.rules.is_protected(&to_text(alias.as_ref())))
    }

    fn target(&self, link: ObjectId) -> Result<String, StoreError> {
        Ok(to_text(self.reader.blob(link)?.as_bstr()).chars().take(200).collect())
    }
}

/// The folders that `path` is in, the nearest first.
fn ancestors(path: &BStr) -> impl Iterator<Item = &BStr> {
    path.rfind_iter(b"/").map(|at| path[..at].as_bstr())
}

/// What the second tree has at a path where the first had a folder or nothing.
fn leaf_at(differences: &[Difference], path: &BStr) -> Option<(EntryKind, ObjectId)> {
    differences.binary_search_by(|d| d.path.as_bstr().cmp(path)).ok().and_then(|at| differences[at].new)
}

/// What came below a path.
fn below<'d>(differences: &'d [Difference], path: &BStr) -> impl Iterator<Item = &'d Difference> {
    let prefix = [path.as_bytes(), b"/"].concat();
    let first = differences.partition_point(|d| d.path.as_bytes() < prefix.as_slice());
    differences[first..].iter().take_while(move |d| d.path.starts_with(&prefix)).filter(|d| d.new.is_some())
}
