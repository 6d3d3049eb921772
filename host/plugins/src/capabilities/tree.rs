//! `tree`: read access to the trees of the turn.

use std::sync::Arc;

use goalpost_core::config::Grants;
use goalpost_core::ports::{self, Entry, EntryKind, TreeView, Trees};
use wasmtime::component::{Linker, Resource};

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::tree::{self, TreeError};
use crate::contract::v0_1::bindings::types::Change;
use crate::contract::v0_1::to_guest;

/// Bytes of content in one answer.
const READ_BYTES: u32 = 1 << 20;

/// Entries in one page.
const PAGE_ENTRIES: u32 = 10_000;

pub(crate) struct TreeAccess;

impl Capability for TreeAccess {
    fn interface(&self) -> &'static str {
        "tree"
    }

    fn granted(&self, grants: &Grants) -> bool {
        grants.tree
    }

    fn fix(&self) -> Option<&'static str> {
        Some("tree = true")
    }

    fn means(&self) -> &'static str {
        "read every file of the workspace, as it was at the start and as the worker left it"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        tree::add_to_linker::<_, Host>(linker, |call| call)
    }
}

/// A guest's handle to one of the trees.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct TreeHandle(Arc<dyn TreeView>);

impl Call {
    fn tree(&mut self, pick: fn(&Trees) -> &Arc<dyn TreeView>) -> wasmtime::Result<Resource<TreeHandle>> {
        self.enter()?;
        // The contract has no error here: a tree is only ever missing while a plugin describes itself.
        let trees =
            self.context.trees.as_ref().ok_or_else(|| wasmtime::Error::msg("there are no trees in this call"))?;
        Ok(self.table.push(TreeHandle(pick(trees).clone()))?)
    }

    /// Runs `question` on a thread that may block: it reads an object store on disk.
    async fn ask<T: Send + 'static>(
        &mut self,
        tree: &Resource<TreeHandle>,
        question: impl FnOnce(&dyn TreeView) -> Result<T, ports::TreeError> + Send + 'static,
    ) -> wasmtime::Result<Result<T, TreeError>> {
        self.enter()?;
        let view = self.table.get(tree)?.0.clone();
        let answer = tokio::task::spawn_blocking(move || question(&*view)).await;
        Ok(match answer {
            Ok(answer) => answer.map_err(error),
            Err(panic) => Err(TreeError::Unavailable(panic.to_string())),
        })
    }

    fn charge<T>(&mut self, answer: T, bytes: u64) -> Result<T, TreeError> {
        self.give(bytes).map(|()| answer).map_err(TreeError::Limit)
    }
}

impl tree::Host for Call {
    async fn baseline(&mut self) -> wasmtime::Result<Resource<TreeHandle>> {
        self.tree(|trees| &trees.baseline)
    }

    async fn candidate(&mut self) -> wasmtime::Result<Resource<TreeHandle>> {
        self.tree(|trees| &trees.candidate)
    }

    async fn sealed(&mut self) -> wasmtime::Result<Resource<TreeHandle>> {
        self.tree(|trees| &trees.sealed)
    }
}

impl tree::HostTree for Call {
    async fn id(&mut self, tree: Resource<TreeHandle>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&tree)?.0.id().to_string())
    }

    async fn entries(
        &mut self,
        tree: Resource<TreeHandle>,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<tree::Page, TreeError>> {
        let limit = limit.clamp(1, PAGE_ENTRIES) as usize;
        // One more than asked tells whether there is another page.
        let found = self.ask(&tree, move |view| view.entries(&prefix, after.as_deref(), limit + 1)).await?;
        Ok(found.and_then(|mut entries| {
            let more = entries.len() > limit;
            entries.truncate(limit);
            let next = if more { entries.last().map(|last| last.path.clone()) } else { None };
            let bytes = entries.iter().map(|entry| entry.path.len() as u64 + 64).sum();
            self.charge(tree::Page { entries: entries.into_iter().map(entry).collect(), next }, bytes)
        }))
    }

    async fn stat(
        &mut self,
        tree: Resource<TreeHandle>,
        path: String,
    ) -> wasmtime::Result<Result<tree::Entry, TreeError>> {
        Ok(self.ask(&tree, move |view| view.stat(&path)).await?.map(entry))
    }

    async fn read(
        &mut self,
        tree: Resource<TreeHandle>,
        path: String,
        offset: u64,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, TreeError>> {
        let max = max.min(READ_BYTES) as usize;
        let content = self.ask(&tree, move |view| view.read(&path, offset, max)).await?;
        Ok(content.and_then(|mut content| {
            content.truncate(max);
            let bytes = content.len() as u64;
            self.charge(content, bytes)
        }))
    }

    async fn diff(
        &mut self,
        tree: Resource<TreeHandle>,
        base: Resource<TreeHandle>,
        prefix: String,
    ) -> wasmtime::Result<Result<Vec<Change>, TreeError>> {
        let base = self.table.get(&base)?.0.id().clone();
        let changes = self.ask(&tree, move |view| view.diff(&base, &prefix)).await?;
        Ok(changes.and_then(|changes| {
            let bytes = changes.iter().map(|change| change.path.len() as u64 + 64).sum();
            self.charge(changes.iter().map(to_guest::change).collect(), bytes)
        }))
    }

    async fn patch(
        &mut self,
        tree: Resource<TreeHandle>,
        base: Resource<TreeHandle>,
        path: String,
        max: u32,
    ) -> wasmtime::Result<Result<String, TreeError>> {
        let max = max.min(READ_BYTES) as usize;
        let base = self.table.get(&base)?.0.id().clone();
        let patch = self.ask(&tree, move |view| view.patch(&base, &path, max)).await?;
        Ok(patch.and_then(|patch| {
            let bytes = patch.len() as u64;
            self.charge(patch, bytes)
        }))
    }

    async fn drop(&mut self, tree: Resource<TreeHandle>) -> wasmtime::Result<()> {
        self.table.delete(tree)?;
        Ok(())
    }
}

fn entry(entry: Entry) -> tree::Entry {
    let kind = match entry.kind {
        EntryKind::File => tree::EntryKind::File,
        EntryKind::Executable => tree::EntryKind::Executable,
        EntryKind::Symlink => tree::EntryKind::Symlink,
        EntryKind::Submodule => tree::EntryKind::Submodule,
    };
    tree::Entry { path: entry.path, kind, size: entry.size, oid: entry.oid }
}

fn error(error: ports::TreeError) -> TreeError {
    match error {
        ports::TreeError::NotFound => TreeError::NotFound,
        ports::TreeError::NotAFile => TreeError::NotAFile,
        ports::TreeError::InvalidPath(path) => TreeError::InvalidPath(path),
        ports::TreeError::Unavailable(why) => TreeError::Unavailable(why),
    }
}
