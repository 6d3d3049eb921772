//! `files`: reads folders that the user named for this plugin. Each is a tree that was taken when the goal started: nothing
//! here touches the file system, and no path leads out of a tree.

use goalpost_core::config::Grants;
use goalpost_core::ports::{Entry, EntryKind, TreeError, TreeView};
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::files::{self, File, FilesError, Page};

/// Bytes of content in one answer.
const READ_BYTES: u32 = 1 << 20;

/// Files in one page.
const PAGE_FILES: u32 = 10_000;

/// Entries that are looked at together, also for a page of few.
const LOOKED_AT: usize = 1_000;

pub(crate) struct Files;

impl Capability for Files {
    fn interface(&self) -> &'static str {
        "files"
    }

    fn granted(&self, grants: &Grants) -> bool {
        !grants.files.is_empty()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("files = { NAME = \"FOLDER\" }")
    }

    fn means(&self) -> &'static str {
        "read every file of the folders that you name, as they are when a goal starts"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        files::add_to_linker::<_, Host>(linker, |call| call)
    }
}

impl Call {
    /// Asks a granted folder, on a thread that may block: it reads an object store on disk.
    async fn folder<T: Send + 'static>(
        &mut self,
        name: &str,
        question: impl FnOnce(&dyn TreeView) -> Result<T, FilesError> + Send + 'static,
    ) -> wasmtime::Result<Result<T, FilesError>> {
        self.enter()?;
        if !self.grants.files.contains_key(name) {
            let names: Vec<_> = self.grants.files.keys().map(String::as_str).collect();
            return Ok(Err(FilesError::UnknownFolder(format!("this plugin may read: {}", names.join(", ")))));
        }
        let Some(folder) = self.context.folders.get(name).cloned() else {
            return Ok(Err(FilesError::Unavailable("there are no folders in this call".to_owned())));
        };
        let answer = tokio::task::spawn_blocking(move || question(&*folder)).await;
        Ok(answer.unwrap_or_else(|panic| Err(FilesError::Unavailable(panic.to_string()))))
    }

    /// Charges what is about to be given of a folder.
    fn give_of(&mut self, name: &str, bytes: u64) -> Result<(), FilesError> {
        let most = self.grants.files.get(name).map_or(0, |folder| folder.bytes);
        let given = self.folder_bytes.entry(name.to_owned()).or_default();
        if given.saturating_add(bytes) > most {
            let why = format!("one call is given at most {most} bytes of the folder `{name}` (`files`)");
            return Err(FilesError::Limit(why));
        }
        *given += bytes;
        self.give(bytes).map_err(FilesError::Limit)
    }
}

impl files::Host for Call {
    async fn folders(&mut self) -> wasmtime::Result<Vec<String>> {
        self.enter()?;
        Ok(self.grants.files.keys().cloned().collect())
    }

    async fn entries(
        &mut self,
        folder: String,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Page, FilesError>> {
        let limit = limit.clamp(1, PAGE_FILES) as usize;
        let found = self.folder(&folder, move |tree| page(tree, &prefix, after, limit)).await?;
        Ok(found.and_then(|page| {
            let bytes = page.files.iter().map(|file| file.path.len() as u64).sum();
            self.give_of(&folder, bytes).map(|()| page)
        }))
    }

    async fn read(
        &mut self,
        folder: String,
        path: String,
        offset: u64,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, FilesError>> {
        let max = max.min(READ_BYTES) as usize;
        let content = self
            .folder(&folder, move |tree| {
                if !is_file(&tree.stat(&path).map_err(error)?) {
                    return Err(FilesError::NotAFile);
                }
                tree.read(&path, offset, max).map_err(error)
            })
            .await?;
        Ok(content.and_then(|mut content| {
            content.truncate(max);
            self.give_of(&folder, content.len() as u64).map(|()| content)
        }))
    }
}

/// The next `limit` plain files. A tree may hold other entries between them.
fn page(tree: &dyn TreeView, prefix: &str, mut after: Option<String>, limit: usize) -> Result<Page, FilesError> {
    let asked = limit.max(LOOKED_AT) + 1;
    let mut files: Vec<File> = Vec::new();
    loop {
        // One more than asked tells whether there is another page.
        let entries = tree.entries(prefix, after.as_deref(), asked).map_err(error)?;
        let ended = entries.len() < asked;
        after = entries.last().map(|last| last.path.clone());
        let plain = entries.into_iter().filter(is_file);
        files.extend(plain.map(|entry| File { path: entry.path, size: entry.size }));
        if files.len() > limit {
            files.truncate(limit);
            let next = files.last().map(|last| last.path.clone());
            return Ok(Page { files, next });
        }
        if ended {
            return Ok(Page { files, next: None });
        }
    }
}

fn is_file(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::File | EntryKind::Executable)
}

fn error(error: TreeError) -> FilesError {
    match error {
        TreeError::NotFound => FilesError::NotFound,
        TreeError::NotAFile => FilesError::NotAFile,
        TreeError::InvalidPath(path) => FilesError::InvalidPath(path),
        TreeError::Unavailable(why) => FilesError::Unavailable(why),
    }
}
