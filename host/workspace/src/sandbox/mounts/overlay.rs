//! The tree, copy-on-write.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, openat2, unlinkat};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen,
};

use super::tree::open;
use crate::sandbox::launcher::protocol::{Failure, FailureKind};
use crate::sandbox::spec::Overlay;

/// A detached mount of the tree.
pub(super) fn mount(overlay: &Overlay) -> Result<OwnedFd, Failure> {
    let folder = |path: &Path| {
        open(path).map_err(|e| Failure::new(FailureKind::Path, format!("the overlay's folder {}", path.display()), e))
    };
    clear_work(&overlay.work)
        .map_err(|e| Failure::new(FailureKind::Path, format!("clearing {}", overlay.work.display()), e))?;
    let lowers = overlay.lowers.iter().map(|p| folder(p)).collect::<Result<Vec<_>, _>>()?;
    let (upper, work) = (folder(&overlay.upper)?, folder(&overlay.work)?);
    // By descriptor: a path may be longer than the 255 bytes that the kernel takes, or hold its separators.
    let name = |fd: &OwnedFd| format!("/proc/self/fd/{}", fd.as_raw_fd());
    let lower = lowers.iter().map(name).collect::<Vec<_>>().join(":");
    configure(&lower, &name(&upper), &name(&work)).map_err(|e| Failure::isolation("mounting an overlay", e))
}

fn configure(lower: &str, upper: &str, work: &str) -> io::Result<OwnedFd> {
    let context = fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
    let context = context.as_fd();
    fsconfig_set_string(context, "lowerdir", lower)?;
    fsconfig_set_string(context, "upperdir", upper)?;
    fsconfig_set_string(context, "workdir", work)?;
    // Without it a user namespace can't mark a folder as opaque: `rm -r` of a lower folder would fail.
    fsconfig_set_flag(context, "userxattr")?;
    // The upper folder is thrown away: without this the end of the sandbox waits for the whole file system to be synced.
    fsconfig_set_flag(context, "volatile")?;
    fsconfig_create(context)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    Ok(fsmount(context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// Empties the kernel's folder: after a crash it holds the mark of a volatile overlay, which would refuse the next one.
pub(in crate::sandbox) fn clear_work(work: &Path) -> io::Result<()> {
    let inner = work.join("work");
    match fs::symlink_metadata(&inner) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
        Ok(_) => open_up(&inner)?,
    }
    fs::remove_dir_all(&inner)
}

/// The kernel makes its folders without any permission, which their owner has to give first.
fn open_up(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

/// Takes away the entries that the tree does not have.
pub(super) fn delete(overlay: &Overlay) -> Result<(), Failure> {
    let failed =
        |path: &Path, e: io::Error| Failure::new(FailureKind::Path, format!("leaving out {}", path.display()), e);
    let root = open(&overlay.target).map_err(|e| failed(Path::new("."), e))?;
    for path in &overlay.deletions {
        if path.components().any(|c| !matches!(c, Component::Normal(_))) || path.as_os_str().is_empty() {
            return Err(failed(path, io::Error::from_raw_os_error(libc::EINVAL)));
        }
        match remove(&root, path) {
            Err(e) if matches!(e.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR)) => {}
            other => other.map_err(|e| failed(path, e))?,
        }
    }
    Ok(())
}

/// Never through a link of the tree.
fn remove(root: &OwnedFd, path: &Path) -> io::Result<()> {
    let Some(name) = path.file_name() else { return Ok(()) };
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let parent = openat2(root, parent, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS)?;
    match unlinkat(&parent, name, AtFlags::empty()) {
        // The kernel says EISDIR for a folder; `remove_dir_all` follows no link on its way down.
        Err(rustix::io::Errno::ISDIR) => {
            fs::remove_dir_all(Path::new(&format!("/proc/self/fd/{}", parent.as_raw_fd())).join(name))
        }
        other => Ok(other?),
    }
}
