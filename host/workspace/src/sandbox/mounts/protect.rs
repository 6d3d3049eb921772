//! Paths inside a writable folder that stay as they are.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use super::tree::{attach, capture, make_read_only as close};
use crate::sandbox::launcher::protocol::Failure;

/// Mounts each of `paths` over itself, read-only. `writable` are the roots of the writable views.
///
/// A mount point can't be removed or renamed, but the folder above it can, and then another file can take the old name. So
/// every folder between the writable root and the path is mounted over itself as well, which pins its name.
pub(super) fn make_read_only(paths: &[PathBuf], writable: &[&Path]) -> Result<(), Failure> {
    let present: BTreeSet<&Path> = paths.iter().map(PathBuf::as_path).filter(|p| is_there(p)).collect();
    for folder in pins(&present, writable) {
        mount_over_itself(folder, false)?;
    }
    for path in present {
        mount_over_itself(path, true)?;
    }
    Ok(())
}

/// A link can't be mounted over, and nothing is there to protect where a path leads through one.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|m| !m.is_symlink()) && super::tree::open(path).is_ok()
}

/// The folders between each path and the writable root that holds it, parents first.
fn pins<'a>(paths: &BTreeSet<&'a Path>, writable: &[&Path]) -> BTreeSet<&'a Path> {
    let mut pins = BTreeSet::new();
    for path in paths {
        let Some(root) = writable.iter().filter(|r| path.starts_with(r)).max_by_key(|r| r.components().count()) else {
            continue;
        };
        pins.extend(path.ancestors().skip(1).take_while(|a| a != root && a.starts_with(root)));
    }
    pins.retain(|p| !paths.contains(p));
    pins
}

fn mount_over_itself(path: &Path, read_only: bool) -> Result<(), Failure> {
    let mounted = || -> io::Result<()> {
        let tree = capture(path)?;
        if read_only {
            close(tree.as_fd(), true)?;
        }
        attach(tree.as_fd(), path)
    };
    mounted().map_err(|e| Failure::isolation(format!("protecting {}", path.display()), e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_between_the_root_and_a_protected_path_is_pinned_once() {
        let paths = ["/w/a/b/one.rs", "/w/a/b/two.rs", "/w/top.toml", "/elsewhere/x"].map(Path::new);
        let pins: Vec<_> = pins(&BTreeSet::from(paths), &[Path::new("/w")]).into_iter().collect();
        assert_eq!(pins, [Path::new("/w/a"), Path::new("/w/a/b")]);
    }
}
