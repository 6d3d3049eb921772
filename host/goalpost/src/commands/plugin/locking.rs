//! `goalpost.lock` on disk: reading it, making an entry of it, and writing it whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use goalpost_core::config::{Plugin as Configured, PluginSource};
use goalpost_core::lock_file::{self, LockFile, LockFileError, Locked};
use goalpost_plugins::{CONTRACT_VERSION, Kind};
use goalpost_workspace::repository::Workspace;

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

/// Puts a content in a file's place, whole or not at all; who may read it stays as it was.
pub(super) fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = led_to(path)?;
    let folder = path.parent().context("a file lies in a folder")?;
    let mode = std::fs::metadata(&path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
    let mut file =
        tempfile::NamedTempFile::new_in(folder).with_context(|| format!("{} can't be written", path.display()))?;
    file.write_all(content.as_ref())?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(&path).with_context(|| path.display().to_string())?;
    Ok(())
}

/// The file that is written in the place of `path`: the one that a link leads to, as long as it stays in the workspace. A worker
/// can write links, and one of them must not lead what a person writes to their other files.
fn led_to(path: &Path) -> Result<PathBuf> {
    if !path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        return Ok(path.to_owned());
    }
    // One that leads nowhere is replaced itself.
    let Ok(real) = path.canonicalize() else { return Ok(path.to_owned()) };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = parent.canonicalize()?;
    let top = Workspace::open(&folder).map_or_else(|_| folder.clone(), |workspace| workspace.root().to_owned());
    if real.starts_with(&top) {
        return Ok(real);
    }
    let (path, real) = (path.display(), real.display());
    Err(UsageError(format!(
        "{path} is a link to {real}, out of the workspace, and is not written through: put a file there"
    ))
    .into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_is_written_through_a_link_that_leads_out_of_the_workspace() {
        let home = tempfile::tempdir().unwrap();
        let (workspace, outside) = (home.path().join("workspace"), home.path().join("mine"));
        std::fs::create_dir(&workspace).unwrap();
        std::fs::write(&outside, "mine").unwrap();
        std::fs::write(workspace.join("inside"), "old").unwrap();
        let linked = |to: &Path| {
            let path = workspace.join("goalpost.lock");
            drop(std::fs::remove_file(&path));
            symlink(to, &path).unwrap();
            replace(&path, "new").map(|()| std::fs::read_to_string(&path).unwrap())
        };
        assert!(linked(&outside).unwrap_err().to_string().contains("out of the workspace"));
        assert!(linked(Path::new("../mine")).is_err());
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "mine");
        assert_eq!(linked(Path::new("inside")).unwrap(), "new", "the control");
        assert_eq!(std::fs::read_to_string(workspace.join("inside")).unwrap(), "new");
        assert_eq!(linked(&home.path().join("nothing")).unwrap(), "new", "the link itself is replaced");
        assert!(!home.path().join("nothing").exists());
    }
}
