//! The file system of a sandbox: a private copy of the machine's mount table, edited until only the spec is left.
//!
//! ```text
//! 1. capture     the folders that stay writable, tool chains, device nodes, the overlay: detached mounts
//! 2. read-only   one call for everything that is mounted
//! 3. views       most general path first, so that the most specific one wins:
//!                  /home/u                 hidden
//!                  /home/u/.cargo          captured, read-only
//!                  /home/u/project         captured, or the overlay
//! 4. protect     paths inside a writable view
//! ```
//!
//! Nothing is undone here: when a step fails the process ends, and its mount namespace with it.

mod devices;
mod overlay;
mod process_files;
mod protect;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::mount::{MountPropagationFlags, mount_change};

pub(super) use self::overlay::clear_work;
use self::tree::{attach, capture, make_read_only, mount_point, tmpfs};
use super::launcher::protocol::{Failure, FailureKind};
use super::spec::Spec;

/// The sandbox's own whatever the spec says: other users' files, and the sockets of the machine's services.
const SCRATCH: [&str; 2] = ["/tmp", "/var/tmp"];
const HIDDEN: [&str; 5] = ["/run", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security", "/sys/firmware"];

/// What a path shows. For one path named twice, the later of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum View {
    Hidden,
    Scratch,
    ReadOnly,
    Writable,
    Replaced,
    Overlay,
    Devices,
    Processes,
}

/// Every path with a view, a parent always before what it holds.
fn plan(spec: &Spec, sockets: &[PathBuf]) -> Vec<(PathBuf, View)> {
    let mut views: BTreeMap<PathBuf, View> = BTreeMap::new();
    let mut add = |path: &Path, view: View| {
        let known = views.entry(path.to_owned()).or_insert(view);
        *known = view.max(*known);
    };
    let fixed = |list: &[&str]| list.iter().filter_map(|p| fs::canonicalize(p).ok()).collect::<Vec<_>>();
    fixed(&HIDDEN).iter().chain(&spec.hide).chain(sockets).for_each(|p| add(p, View::Hidden));
    fixed(&SCRATCH).iter().chain(&spec.scratch).for_each(|p| add(p, View::Scratch));
    spec.readonly.iter().for_each(|p| add(p, View::ReadOnly));
    resolver(spec).iter().for_each(|p| add(p, View::ReadOnly));
    spec.writable.iter().for_each(|p| add(p, View::Writable));
    spec.replaced.iter().for_each(|r| add(&r.target, View::Replaced));
    spec.overlay.iter().for_each(|o| add(&o.target, View::Overlay));
    add(Path::new("/dev"), View::Devices);
    add(Path::new("/proc"), View::Processes);
    // Paths compare by component, so a map of them already has every parent first.
    views.into_iter().collect()
}

/// Where the addresses of the name servers really are: with systemd a file below `/run`, which is hidden.
pub(super) fn resolver(spec: &Spec) -> Option<PathBuf> {
    let path = fs::canonicalize("/etc/resolv.conf").ok()?;
    (spec.network && !path.starts_with("/etc")).then_some(path)
}

/// Edits this process's own mount namespace until it shows the spec. `sockets` are those that the machine's processes
/// listen on: a read-only file system does not keep anyone from connecting to them.
pub(super) fn build(spec: &Spec, sockets: &[PathBuf]) -> Result<(), Failure> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(|e| Failure::isolation("making the mounts private", e))?;

    let plan = plan(spec, sockets);
    let mut captured: BTreeMap<&Path, OwnedFd> = BTreeMap::new();
    for (path, view) in &plan {
        let mount = match view {
            View::ReadOnly => match capture(path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                other => other.and_then(|m| make_read_only(m.as_fd(), true).map(|()| m)),
            },
            View::Writable => capture(path),
            View::Replaced => match spec.replaced.iter().find(|r| r.target == *path) {
                Some(by) if by.writable => capture(&by.source),
                Some(by) => capture(&by.source).and_then(|m| make_read_only(m.as_fd(), true).map(|()| m)),
                None => continue,
            },
            View::Overlay => match &spec.overlay {
                Some(overlay) => overlay::mount(overlay).map(Ok)?,
                None => continue,
            },
            View::Hidden | View::Scratch | View::Devices | View::Processes => continue,
        };
        captured.insert(path, mount.map_err(|e| path_failure(path, e))?);
    }
    let devices = devices::capture_nodes()?;

    let root = tree::open(Path::new("/")).map_err(|e| Failure::isolation("opening /", e))?;
    make_read_only(root.as_fd(), true).map_err(|e| Failure::isolation("making the machine read-only", e))?;

    let mut closed = vec![devices::mount(devices, spec.limits.scratch_bytes)?];
    for (path, view) in &plan {
        match view {
            View::Hidden => closed.extend(hide(path)?),
            View::Scratch => scratch(path, spec.limits.scratch_bytes)?,
            View::Devices => {}
            View::Processes => process_files::mount(spec.limits.tasks)?,
            View::ReadOnly | View::Writable | View::Replaced | View::Overlay => {
                let Some(mount) = captured.get(path.as_path()) else { continue };
                mount_point(path, mount.as_fd()).map_err(|e| path_failure(path, e))?;
                attach(mount.as_fd(), path).map_err(|e| path_failure(path, e))?;
            }
        }
    }

    if let Some(overlay) = &spec.overlay {
        overlay::delete(overlay)?;
    }
    let writable: Vec<&Path> =
        spec.writable.iter().map(PathBuf::as_path).chain(spec.overlay.iter().map(|o| o.target.as_path())).collect();
    protect::make_read_only(&spec.readonly_paths, &writable)?;

    // Last, because the mount points above were made in these.
    for folder in closed {
        make_read_only(folder.as_fd(), false).map_err(|e| Failure::isolation("closing a hidden folder", e))?;
    }
    Ok(())
}

fn path_failure(path: &Path, error: impl Into<io::Error>) -> Failure {
    let error = error.into();
    let kind = match error.raw_os_error() {
        Some(libc::ENOENT | libc::ELOOP | libc::ENOTDIR | libc::EROFS) => FailureKind::Path,
        _ => FailureKind::Isolation,
    };
    Failure::new(kind, format!("showing {}", path.display()), error)
}

/// An empty folder or file in place of `path`; gives the folder, to be closed when every mount point in it is made.
fn hide(path: &Path) -> Result<Option<OwnedFd>, Failure> {
    let failed = |e: io::Error| Failure::isolation(format!("hiding {}", path.display()), e);
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        // Not there, or below another hidden folder.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    if kind.is_dir() {
        let links = if path == Path::new("/run") { links(path).map_err(failed)? } else { Vec::new() };
        let folder = tmpfs(path, c"mode=755,size=1m").map_err(failed)?;
        for (target, link) in links {
            symlink(target, link).map_err(failed)?;
        }
        return Ok(Some(folder));
    }
    if kind.is_symlink() {
        return Err(failed(io::Error::from_raw_os_error(libc::ELOOP)));
    }
    let nothing = capture(Path::new("/dev/null")).map_err(failed)?;
    attach(nothing.as_fd(), path).map_err(failed)?;
    Ok(None)
}

/// The links right in `/run`, target first. They give nothing by themselves, and on NixOS every program is found through
/// one of them.
fn links(folder: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let entries = fs::read_dir(folder)?.flatten();
    Ok(entries.filter_map(|e| fs::read_link(e.path()).ok().map(|target| (target, e.path()))).collect())
}

fn scratch(path: &Path, bytes: u64) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::isolation(format!("a private {}", path.display()), e);
    fs::create_dir_all(path).map_err(failed)?;
    let shared = SCRATCH.iter().any(|s| Path::new(s) == path);
    let options = std::ffi::CString::new(format!("mode={},size={bytes}", if shared { "1777" } else { "755" }))
        .map_err(|e| failed(e.into()))?;
    tmpfs(path, &options).map(drop).map_err(failed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use goalpost_core::isolation::IsolationLevel;

    #[test]
    fn a_parent_is_shown_before_what_it_holds_and_the_stronger_view_of_one_path_counts() {
        let mut spec = Spec::new(IsolationLevel::Full);
        spec.hide = vec!["/home/u".into(), "/home/u/project/state".into(), "/tmp".into()];
        spec.writable = vec!["/home/u/project".into()];
        spec.readonly = vec!["/home/u/.cargo".into(), "/home/u/project".into()];
        let plan = plan(&spec, &[]);
        let position = |p: &str| plan.iter().position(|(path, _)| path == Path::new(p)).unwrap();
        assert!(position("/home/u") < position("/home/u/.cargo"));
        assert!(position("/home/u/project") < position("/home/u/project/state"));
        assert_eq!(plan[position("/home/u/project")].1, View::Writable);
        assert_eq!(plan[position("/tmp")].1, View::Scratch, "a hidden /tmp is still one to write to");
    }
}
