//! `goalpost plugin list`

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config::{self, Plugin as Configured, PluginSource, canonical_json};
use goalpost_core::ids::Digest;
use goalpost_core::lock_file::{self, LockFile, Locked};
use goalpost_core::signer::Signer;
use serde_json::{Value, json};

use super::say::print_json;
use super::{locking, source, uses};
use crate::commands::find::print;
use crate::exit::{Exit, UsageError};
use crate::goal_loop::{FILE, lock_of, replaced_at, text_of};
use crate::report::{Style, Tone, clean};
use crate::signature;

/// Show what each plugin of goalpost.toml is, what exactly it may do, and whether you agreed to that
///
/// No component is compiled or run. Exit code 0 when goalpost.lock agrees with all that is shown, 2 when `goalpost run` would
/// refuse one of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin list")]
pub(crate) struct ListArgs {
    /// Only these: the name of a gate or an evaluator, `workflow`, or the file as goalpost.toml names it
    names: Vec<String>,
    /// The folder of goalpost.toml, or one below it
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ListArgs) -> Result<Exit> {
    let (folder, text) = text_of(&args.dir)?;
    let goal = config::parse(&text, FILE).map_err(|errors| UsageError(errors.to_string()))?;
    let lock = lock_of(&folder).map_err(|error| UsageError(error.to_string()))?;
    let uses = uses::chosen(&goal, &args.names)?;
    let listed: Vec<_> = uses.iter().map(|(key, plugin)| Listed::look(&folder, &lock, key, plugin)).collect();
    let every_use = lock_file::uses(&goal);
    let replaced = replaced_at(&folder, &lock)?;
    let left: Vec<_> = match args.names.as_slice() {
        [] => lock.plugins.keys().filter(|key| !every_use.iter().any(|(used, _)| used == *key)).collect(),
        _ => Vec::new(),
    };
    if args.json {
        print_json(&listed.iter().map(Listed::document).collect::<Vec<_>>())?;
    } else {
        let style = Style::detect(&std::io::stdout());
        let shown: Vec<_> = listed.iter().map(|listed| listed.lines(style)).collect();
        let mut lines = shown.join(&String::new());
        if listed.is_empty() {
            lines.push(format!("{FILE} names no plugin: `goalpost plugin add` adds one."));
        }
        lines.extend(left.iter().map(|key| {
            format!(
                "{} still has {key}, which {FILE} does not name: `goalpost plugin update` takes it out.",
                lock_file::FILE
            )
        }));
        lines.extend(replaced.iter().map(ToString::to_string));
        print(&lines)?;
    }
    let would_run = replaced.is_none() && listed.iter().all(|listed| listed.problems.is_empty());
    Ok(if would_run { Exit::Achieved } else { Exit::NotAchieved })
}

/// One use of a plugin: as it is configured, as it lies there, and what keeps it from being run.
struct Listed<'c> {
    key: &'c str,
    plugin: &'c Configured,
    /// As it was agreed to.
    locked: Option<&'c Locked>,
    /// Of what lies there; none where nothing can be read.
    digest: Option<Digest>,
    /// Who signed what lies there.
    signer: Option<Signer>,
    problems: Vec<String>,
}

impl<'c> Listed<'c> {
    fn look(folder: &Path, lock: &'c LockFile, key: &'c str, plugin: &'c Configured) -> Self {
        let locked = lock.plugins.get(key);
        let mut listed = Self { key, plugin, locked, digest: None, signer: None, problems: Vec::new() };
        if let Err(why) = listed.examine(folder, lock) {
            listed.problems.push(format!("{why:#}"));
        }
        listed
    }

    /// What a goal that starts looks at before it compiles anything, with every problem instead of the first.
    fn examine(&mut self, folder: &Path, lock: &LockFile) -> Result<()> {
        let named = self.plugin.source.to_string();
        let file = match &self.plugin.source {
            PluginSource::Builtin(_) => None,
            PluginSource::File(path) => Some(folder.join(path)),
        };
        let place = file.as_ref().map_or(Ok(named.as_str()), |path| {
            path.to_str().ok_or_else(|| UsageError(format!("the path of {} is not UTF-8", path.display())))
        })?;
        let component = source::read(place)?;
        let digest = self.digest.insert(Digest::of(&component)).clone();
        let mut problems = Vec::new();
        match source::load_as(&named, component, locking::kind(self.key)) {
            Ok(loaded) => problems.extend(loaded.fits(&self.plugin.grants).err().map(|error| error.to_string())),
            Err(error) => problems.push(error.to_string()),
        }
        problems.extend(lock.check(self.key, self.plugin, &digest).err().map(|error| error.to_string()));
        if let Some(path) = file {
            problems.extend(
                signature::check(&path, &digest, lock.signer(self.key), signature::read)
                    .err()
                    .map(|error| error.to_string()),
            );
            self.signer = signature::signer(&path, &digest).ok().flatten();
        }
        self.problems = problems;
        Ok(())
    }

    /// In a word, whether it runs.
    fn standing(&self) -> (Tone, &'static str) {
        match (self.problems.as_slice(), &self.plugin.source) {
            ([], PluginSource::Builtin(_)) => (Tone::Good, "a part of goalpost"),
            ([], PluginSource::File(_)) => (Tone::Good, "agreed to"),
            _ => (Tone::Bad, "would not run"),
        }
    }

    fn lines(&self, style: Style) -> Vec<String> {
        let (tone, standing) = self.standing();
        let (kind, name) = self.key.split_once('/').unwrap_or(("", self.key));
        let mut lines = vec![style.line(Tone::Strong, kind, &[(Tone::Accent, &clean(name)), (tone, standing)])];
        let mut tell = |tone, word: &str, text: &str| lines.extend(style.paragraph(tone, word, &clean(text)));
        tell(Tone::Plain, "component", &self.plugin.source.to_string());
        if let Some(digest) = &self.digest {
            tell(Tone::Plain, "sha256", digest.as_str());
            if matches!(self.plugin.source, PluginSource::File(_)) {
                tell(Tone::Plain, "signed by", &self.signer.as_ref().map_or("nobody".to_owned(), ToString::to_string));
            }
        }
        let may = match self.plugin.grants.words() {
            words if words.is_empty() => vec!["do nothing but answer".to_owned()],
            words => words,
        };
        for (words, word) in may.iter().zip(std::iter::once("may").chain(std::iter::repeat(""))) {
            tell(Tone::Plain, word, words);
        }
        tell(Tone::Plain, "a call has", &self.plugin.limits.words());
        if !self.plugin.config.is_empty() {
            tell(Tone::Plain, "config", &canonical_json(&Value::Object(self.plugin.config.clone())));
        }
        for problem in &self.problems {
            tell(Tone::Bad, "", problem);
        }
        lines
    }

    fn document(&self) -> Value {
        json!({
            "use": self.key,
            "source": self.plugin.source.to_string(),
            "sha256": self.digest,
            "signer": self.signer,
            "grants": self.plugin.grants,
            "may": self.plugin.grants.words(),
            "limits": self.plugin.limits,
            "config": self.plugin.config,
            "locked": self.locked,
            "problems": self.problems,
        })
    }
}
