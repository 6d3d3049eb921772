//! The paths that services of the machine listen on. A read-only file system does not keep anyone from connecting to them.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use crate::sandbox::spec::Spec;

/// Folders that a sandbox does not show anyway, where nearly all of them are.
const HIDDEN: [&str; 3] = ["/run/", "/var/run/", "/tmp/"];

/// Those that a sandbox of `spec` could see. A list that can't be read names nothing: the folders where services keep their
/// sockets are hidden without it.
pub(super) fn listening(spec: &Spec) -> Vec<PathBuf> {
    let shown: Vec<&PathBuf> = spec.readonly.iter().chain(&spec.writable).collect();
    let list = fs::read("/proc/net/unix").unwrap_or_default();
    let list = String::from_utf8_lossy(&list);
    let (absolute, relative): (Vec<&str>, Vec<&str>) =
        list.lines().skip(1).filter_map(name).partition(|n| n.starts_with('/'));
    absolute
        .into_iter()
        .map(PathBuf::from)
        .chain(bound_in_a_folder(&relative))
        .filter_map(|p| fs::canonicalize(p).ok())
        .filter(|p| !HIDDEN.iter().any(|h| p.starts_with(h)) || shown.iter().any(|s| p.starts_with(s)))
        .collect()
}

/// Column 8 of a line of `/proc/net/unix`: the name as it was bound. None for a nameless socket, or one of the abstract names,
/// which are not in the file system.
fn name(line: &str) -> Option<&str> {
    let mut rest = line;
    for _ in 0..7 {
        rest = rest.trim_start();
        rest = &rest[rest.find(' ')?..];
    }
    rest.strip_prefix(' ').filter(|name| !name.is_empty() && !name.starts_with('@'))
}

/// A service that was told a relative path bound it from where it stood, and mostly still stands there.
fn bound_in_a_folder(names: &[&str]) -> Vec<PathBuf> {
    if names.is_empty() {
        return Vec::new();
    }
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = processes.filter_map(|p| fs::read_link(p.path().join("cwd")).ok()).collect();
    folders.sort();
    folders.dedup();
    let is_socket = |path: &Path| path.symlink_metadata().is_ok_and(|m| m.file_type().is_socket());
    folders.iter().flat_map(|f| names.iter().map(|n| f.join(n))).filter(|p| is_socket(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_what_follows_the_inode_spaces_and_all() {
        let line = "0000000000000000: 00000002 00000000 00010000 0001 01 17443 /home/u/my agent.sock";
        assert_eq!(name(line), Some("/home/u/my agent.sock"));
        assert_eq!(name("0000000000000000: 00000002 00000000 00010000 0001 01 17443 agent.sock"), Some("agent.sock"));
        assert_eq!(name("0000000000000000: 00000002 00000000 00010000 0001 01 17443 @/tmp/.X11-unix/X0"), None);
        assert_eq!(name("0000000000000000: 00000003 00000000 00000000 0001 03 17443"), None);
    }
}
