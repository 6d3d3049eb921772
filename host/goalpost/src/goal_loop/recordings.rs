//! Every call of a goal's plugins, recorded: what a surprising verdict was made from can be looked at afterwards.
//!
//! Recordings lie in Goalpost's state, out of the worker's reach, one file a call. The oldest make room for new ones. One
//! that can't be kept is told of in the program's own log, and changes nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use goalpost_core::ids::GoalId;
use goalpost_core::redact::Redactor;
use goalpost_plugins::CallContext;
use goalpost_plugins::record::{Input, Outcome, Recorder, Recording};
use goalpost_plugins::{CallError, CallStats};

use super::plugins::ReadyPlugin;

/// Bytes that all recordings take together.
const ROOM: u64 = 256 << 20;
/// Recordings that are kept.
const MOST: usize = 2_000;

/// The recordings of all goals on this machine.
pub(crate) struct Recordings {
    folder: PathBuf,
}

impl Recordings {
    pub(crate) fn new(state: &Path) -> Self {
        Self { folder: state.join("recordings") }
    }

    /// The files of a goal's recordings, or of all goals', oldest first.
    pub(crate) fn list(&self, goal: Option<&GoalId>) -> Result<Vec<PathBuf>> {
        let prefix = goal.map(|goal| format!("{goal}."));
        let mut files: Vec<PathBuf> = match fs::read_dir(&self.folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        files.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".jsonl") && prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
        });
        // A goal's id starts with the time it was made.
        files.sort();
        Ok(files)
    }

    /// Wraps what a call is given. It goes on without a recording where that can't be.
    pub(super) fn begin(
        plugin: &ReadyPlugin,
        context: CallContext,
        input: Input,
        redactor: &Arc<Redactor>,
    ) -> (Option<Recorder>, CallContext) {
        match Recorder::begin(&plugin.admitted, context.clone(), input, redactor.clone()) {
            Ok((recorder, context)) => (Some(recorder), context),
            Err(error) => {
                tracing::warn!("a call of `{}` is not recorded: {error}", plugin.name);
                (None, context)
            }
        }
    }

    /// Keeps the recording of a call that has ended.
    pub(super) fn end<T: Clone + Into<Outcome>>(
        &self,
        recorder: Option<Recorder>,
        call: (&GoalId, u32, &str),
        ended: &Result<(T, CallStats), CallError>,
    ) {
        let Some(recorder) = recorder else { return };
        let (goal, turn, plugin) = call;
        let recording = recorder.end(ended).map_err(anyhow::Error::from);
        if let Err(error) = recording.and_then(|recording| self.write(goal, turn, plugin, &recording)) {
            tracing::warn!("the recording of a call of `{plugin}` is lost: {error:#}");
        }
    }

    fn write(&self, goal: &GoalId, turn: u32, plugin: &str, recording: &Recording) -> Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.make_room()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let plugin: String = plugin.chars().map(|c| if fits(c) { c } else { '-' }).take(60).collect();
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        std::io::Write::write_all(&mut file, recording.to_text().as_bytes())?;
        for attempt in 1.. {
            let path = self.folder.join(format!("{goal}.turn-{turn:02}.{plugin}.{attempt:02}.jsonl"));
            match file.persist_noclobber(path) {
                Ok(_) => break,
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(error.error.into()),
            }
        }
        Ok(())
    }

    fn make_room(&self) -> Result<()> {
        let files = self.list(None)?;
        let sizes: Vec<u64> = files.iter().map(|path| fs::metadata(path).map_or(0, |found| found.len())).collect();
        let mut taken: u64 = sizes.iter().sum();
        let mut left = files.len();
        for (path, size) in files.iter().zip(sizes) {
            if taken <= ROOM && left < MOST {
                break;
            }
            // Another goal may have been quicker.
            drop(fs::remove_file(path));
            taken -= size;
            left -= 1;
        }
        Ok(())
    }
}
