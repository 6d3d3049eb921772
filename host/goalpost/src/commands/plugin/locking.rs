//! `goalpost.lock` on disk: reading it, making an entry of it, and writing it whole or not at all.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use goalpost_core::config::{Plugin as Configured, PluginSource};
use goalpost_core::lock_file::{self, LockFile, LockFileError, Locked};
use goalpost_plugins::{CONTRACT_VERSION, Kind};

use super::{say, source};
use crate::exit::UsageError;
use crate::goal_loop::{self, lock_of, replaced_at};
use crate::signature;

/// The lock beside the configuration. A damaged one counts as none: this is how it is mended.
pub(super) fn read(folder: &Path) -> Result<LockFile> {
    lock_of(folder).or_else(|error| match error.downcast_ref::<LockFileError>() {
        Some(LockFileError::Damaged(why)) => {
            say::note(&format!("{} is damaged ({why}) and is written again", lock_file::FILE));
            Ok(LockFile::default())
        }
        _ => Err(UsageError(error.to_string()).into()),
    })
}

/// The lock, for a change of one of its entries: the others are agreed to with it, and must not be a worker's word.
pub(super) fn read_agreed(folder: &Path) -> Result<LockFile> {
    let lock = read(folder)?;
    match replaced_at(folder, &lock)? {
        None => Ok(lock),
        Some(replaced) => Err(UsageError(format!("{replaced}. Nothing was written")).into()),
    }
}

/// What the plugin of a use has to be.
pub(super) fn kind(key: &str) -> Kind {
    match key.split('/').next() {
        Some("gate") => Kind::Gate,
        Some("evaluator") => Kind::Evaluator,
        _ => Kind::Workflow,
    }
}

/// What the lock is to say of one use of a plugin; none for a builtin. The component is looked at and not run.
pub(super) fn entry(folder: &Path, key: &str, plugin: &Configured) -> Result<Option<Locked>> {
    let PluginSource::File(path) = &plugin.source else { return Ok(None) };
    let kind = kind(key);
    let path = folder.join(path);
    let component =
        goalpost_plugins::read_component(&path).map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
    let loaded = source::load_as(&plugin.source.to_string(), component, kind)?;
    loaded.fits(&plugin.grants).map_err(|error| UsageError(format!("{key}: {error}")))?;
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    Ok(Some(Locked {
        source: plugin.source.to_string(),
        sha256: loaded.digest().clone(),
        world: kind.world().to_owned(),
        contract: CONTRACT_VERSION.to_owned(),
        imports: sorted(loaded.imports().map(str::to_owned).collect()),
        exports: sorted(loaded.exports().map(str::to_owned).collect()),
        signer: signature::signer(&path, loaded.digest()).map_err(|error| UsageError(format!("{key}: {error}")))?,
        config_sha256: lock_file::config_digest(plugin),
        limits: plugin.limits.clone(),
        grants: plugin.grants.clone(),
    }))
}

/// Writes the lock beside the configuration; one that would be empty is not made.
pub(super) fn write(folder: &Path, lock: &LockFile) -> Result<()> {
    let path = folder.join(lock_file::FILE);
    if lock.plugins.is_empty() && !path.exists() {
        return Ok(());
    }
    replace(&path, &lock.render()?)?;
    goal_loop::agree(folder, lock)
}

/// Puts a text in a file's place, whole or not at all; who may read it stays as it was.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // Through a link, so that the file is written that it leads to.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().context("a file lies in a folder")?;
    let mode = std::fs::metadata(&path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
    let mut file =
        tempfile::NamedTempFile::new_in(folder).with_context(|| format!("{} can't be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(&path).with_context(|| path.display().to_string())?;
    Ok(())
}
