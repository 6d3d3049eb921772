//! `files`: granted folders, and where they end.

use std::collections::BTreeMap;
use std::sync::Arc;

use goalpost_core::config::{FolderGrant, Grants};
use goalpost_core::evidence::Change;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{Entry, EntryKind, TreeError, TreeView};
use goalpost_core::redact::Redactor;
use goalpost_plugins::record::{Input, Recorder, Recording, replay};
use goalpost_plugins::{Admitted, CallContext, Kind, Problem};
use serde_json::{Value, json};

use crate::built::{built, map};
use crate::host::{admit, evidence, limits, load, trees};

/// A folder in memory.
struct Folder {
    id: TreeId,
    entries: BTreeMap<&'static str, (EntryKind, &'static str)>,
}

impl TreeView for Folder {
    fn id(&self) -> &TreeId {
        &self.id
    }

    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        let found = self
            .entries
            .iter()
            .filter(|(path, _)| path.starts_with(prefix) && after.is_none_or(|after| **path > after));
        let entry = |(path, (kind, content)): (&&str, &(EntryKind, &str))| Entry {
            path: (*path).to_owned(),
            kind: *kind,
            size: content.len() as u64,
            oid: "0".repeat(40),
        };
        Ok(found.take(limit).map(entry).collect())
    }

    fn stat(&self, path: &str) -> Result<Entry, TreeError> {
        let mut found = self.entries(path, None, 1)?;
        found.pop().filter(|entry| entry.path == path).ok_or(TreeError::NotFound)
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        let (_, content) = self.entries.get(path).ok_or(TreeError::NotFound)?;
        Ok(content.bytes().skip(offset as usize).take(max).collect())
    }

    fn diff(&self, _: &TreeId, _: &str) -> Result<Vec<Change>, TreeError> {
        unreachable!("a folder has no other side")
    }

    fn patch(&self, _: &TreeId, _: &str, _: usize) -> Result<String, TreeError> {
        unreachable!("a folder has no other side")
    }
}

fn granted(bytes: u64) -> Grants {
    let docs = FolderGrant { path: "docs".to_owned(), bytes };
    Grants { files: [("docs".to_owned(), docs)].into(), ..Grants::default() }
}

fn docs() -> CallContext {
    let entries = BTreeMap::from([
        ("api.md", (EntryKind::File, "# The API")),
        ("link", (EntryKind::Symlink, "/etc/passwd")),
        ("more/run.sh", (EntryKind::Executable, "true")),
        ("vendor", (EntryKind::Submodule, "")),
    ]);
    let folder = |name: &str| -> (String, Arc<dyn TreeView>) {
        (name.to_owned(), Arc::new(Folder { id: trees().baseline, entries: entries.clone() }))
    };
    // One that was not granted is there all the same: the grant decides.
    CallContext { folders: [folder("docs"), folder("others")].into(), ..CallContext::default() }
}

async fn admitted(grants: &Grants, config: Value) -> Option<Admitted> {
    let plugin = load(built("reads-files")?, Kind::Evaluator);
    Some(plugin.admit(grants, &limits(), &map(config)).await.unwrap())
}

async fn told(grants: &Grants, context: CallContext, config: Value) -> Option<String> {
    let plugin = admitted(grants, config).await?;
    Some(plugin.evaluate(context, &evidence()).await.unwrap().0.reason)
}

#[tokio::test]
async fn a_plugin_without_the_grant_is_not_admitted() {
    let Some(bytes) = built("reads-files") else { return };
    let error = admit(bytes, Kind::Evaluator, &Grants::default(), &limits()).await.unwrap_err();
    assert!(matches!(&error.problems[..], [Problem::Ungranted { .. }]), "{error}");
    assert!(error.to_string().contains("files = { NAME = \"FOLDER\" }"), "{error}");
}

#[tokio::test]
async fn plain_files_are_listed_and_read_and_nothing_else_is() {
    let Some(told) = told(&granted(1 << 20), docs(), json!({ "paths": ["link", "vendor", "nowhere"] })).await else {
        return;
    };
    assert_eq!(
        told,
        "folders: docs; api.md has 9 bytes: Ok(\"# The API\"); more/run.sh has 4 bytes: Ok(\"true\"); \
         link is Err(FilesError::NotAFile); vendor is Err(FilesError::NotAFile); nowhere is Err(FilesError::NotFound)"
    );
}

#[tokio::test]
async fn a_folder_that_was_not_granted_is_unknown() {
    let Some(told) = told(&granted(1 << 20), docs(), json!({ "folder": "others" })).await else { return };
    assert!(told.contains("UnknownFolder(\"this plugin may read: docs\")"), "{told}");
}

#[tokio::test]
async fn no_more_of_a_folder_is_given_than_was_granted() {
    let Some(told) = told(&granted(24), docs(), json!({ "paths": ["api.md"] })).await else { return };
    // The names take 17 bytes: the first file does not fit, the second does.
    assert!(told.contains("api.md has 9 bytes: Err(FilesError::Limit("), "{told}");
    assert!(told.contains("more/run.sh has 4 bytes: Ok("), "{told}");
    assert!(told.contains("at most 24 bytes of the folder `docs`"), "{told}");
}

#[tokio::test]
async fn a_call_without_folders_says_so_to_the_plugin() {
    let Some(told) = told(&granted(24), CallContext::default(), json!({})).await else { return };
    assert!(told.contains("Unavailable(\"there are no folders in this call\")"), "{told}");
}

#[tokio::test]
async fn pages_are_of_plain_files_however_many_links_lie_between() {
    // Through the list of the SDK, which asks page by page.
    let names: Vec<&'static str> = (0..2_500).map(|n| &*format!("{n:04}").leak()).collect();
    let kind = |n: usize| if n.is_multiple_of(1_000) { EntryKind::File } else { EntryKind::Symlink };
    let entries = names.iter().enumerate().map(|(n, name)| (*name, (kind(n), "x"))).collect();
    let folder: Arc<dyn TreeView> = Arc::new(Folder { id: trees().baseline, entries });
    let context = CallContext { folders: [("docs".to_owned(), folder)].into(), ..CallContext::default() };
    let Some(told) = told(&granted(1 << 20), context, json!({})).await else { return };
    assert_eq!(told.matches("has 1 bytes").count(), 3, "{told}");
}

#[tokio::test]
async fn a_recording_answers_in_place_of_the_folder() {
    let Some(plugin) = admitted(&granted(1 << 20), json!({ "paths": ["nowhere"] })).await else { return };
    let input = Input::Evidence(Box::new(evidence()));
    let (recorder, context) = Recorder::begin(&plugin, docs(), input, Arc::new(Redactor::new([]))).unwrap();
    let ended = plugin.evaluate(context, &evidence()).await;
    let recording = Recording::parse(&recorder.end(&ended).unwrap().to_text()).unwrap();
    let again = replay(&load(built("reads-files").unwrap(), Kind::Evaluator), &recording).await.unwrap().unwrap();
    assert_eq!(again.outcome, recording.outcome);
    assert!(again.divergences.is_empty(), "{:?}", again.divergences);
    assert!(again.outcome.line().contains("# The API"), "{}", again.outcome.line());
}
