//! Mounts as descriptors: captured, changed, attached.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags, mount, move_mount, open_tree};

use crate::sandbox::launcher::sys::set_mount_attributes;

/// What is at `path`, unless a link is in the way, even as its last part: a worker could have put it there.
pub(super) fn open(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    Ok(openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?)
}

/// A detached copy of what is mounted at and below `path`, without set-user-id.
pub(super) fn capture(path: &Path) -> io::Result<OwnedFd> {
    let place = open(path)?;
    // Recursive, because the kernel does not let a part of a mount tree be shown without what covers it.
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_EMPTY_PATH;
    let tree = open_tree(place, "", flags)?;
    set_mount_attributes(tree.as_fd(), libc::MOUNT_ATTR_NOSUID, true)?;
    Ok(tree)
}

/// Puts a detached mount at `path`.
pub(super) fn attach(tree: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let place = open(path)?;
    attach_at(tree, place.as_fd())
}

/// Puts a detached mount on what `place` is.
pub(super) fn attach_at(tree: BorrowedFd<'_>, place: BorrowedFd<'_>) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(move_mount(tree, "", place, "", flags)?)
}

pub(super) fn make_read_only(tree: BorrowedFd<'_>, recursive: bool) -> io::Result<()> {
    set_mount_attributes(tree, libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID, recursive)
}

/// An empty file system of our own over `path`; gives its root.
pub(super) fn tmpfs(path: &Path, options: &CStr) -> io::Result<OwnedFd> {
    mount("tmpfs", path, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options)?;
    open(path)
}

/// Makes the place that `tree` is to be attached at, when a hidden folder took it away.
pub(super) fn mount_point(path: &Path, tree: BorrowedFd<'_>) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    let is_folder = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(tree.as_fd())?.st_mode).is_dir();
    if is_folder {
        return fs::create_dir_all(path);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::File::create_new(path).map(drop)
}
