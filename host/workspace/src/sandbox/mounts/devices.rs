//! A `/dev` with the devices that programs need and none that reach the machine.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::mount::{MountFlags, mount as mount_file_system};

use super::tree::{attach, capture, tmpfs};
use crate::sandbox::launcher::protocol::Failure;

/// Bound from the machine: a user namespace can't make device nodes.
const NODES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: [(&str, &str); 5] = [
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
    ("pts/ptmx", "/dev/ptmx"),
];

/// The machine's nodes, before `/dev` is covered.
pub(super) fn capture_nodes() -> Result<Vec<(&'static str, OwnedFd)>, Failure> {
    let mut nodes = Vec::with_capacity(NODES.len());
    for name in NODES {
        match capture(&Path::new("/dev").join(name)) {
            Ok(node) => nodes.push((name, node)),
            // A container without terminals has no tty.
            Err(e) if name == "tty" && e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(Failure::isolation(format!("keeping /dev/{name}"), e)),
        }
    }
    Ok(nodes)
}

/// Covers `/dev`. Gives its root, which is still writable.
pub(super) fn mount(nodes: Vec<(&'static str, OwnedFd)>, shared_memory_bytes: u64) -> Result<OwnedFd, Failure> {
    fill(nodes, shared_memory_bytes).map_err(|e| Failure::isolation("a private /dev", e))
}

fn fill(nodes: Vec<(&'static str, OwnedFd)>, shared_memory_bytes: u64) -> io::Result<OwnedFd> {
    let root = tmpfs(Path::new("/dev"), c"mode=755,size=1m")?;
    for (name, node) in nodes {
        let path = Path::new("/dev").join(name);
        fs::File::create_new(&path)?;
        attach(node.as_fd(), &path)?;
    }
    for (target, link) in LINKS {
        symlink(target, link)?;
    }
    fs::create_dir("/dev/pts")?;
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount_file_system("devpts", "/dev/pts", "devpts", flags, c"newinstance,ptmxmode=0666,mode=620")?;
    fs::create_dir("/dev/shm")?;
    let options = std::ffi::CString::new(format!("mode=1777,size={shared_memory_bytes}"))?;
    tmpfs(Path::new("/dev/shm"), &options)?;
    Ok(root)
}
