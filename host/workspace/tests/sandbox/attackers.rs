//! What a hostile program does, executed inside the walls. Each is a test that passes when its attack *fails*; the tests
//! in the other files run them, and run the harmless ones without walls too, to see them succeed.

#![allow(unsafe_code)]

use std::env::var;
use std::ffi::CString;
use std::fs;
use std::io::{self, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};

/// Ends the attack where it could hurt: a filter of system calls is the one wall that every level with walls has.
fn only_behind_walls() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    assert!(status.contains("Seccomp:\t2") && status.contains("CapEff:\t0000000000000000"), "there are no walls here");
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(var(name).unwrap())
}

/// A raw system call.
fn call(number: libc::c_long, arguments: [libc::c_long; 5]) -> io::Result<libc::c_long> {
    let [a, b, c, d, e] = arguments;
    // SAFETY: whatever the kernel is asked here only ends this process when it goes wrong; pointers are valid or null.
    match unsafe { libc::syscall(number, a, b, c, d, e) } {
        -1 => Err(io::Error::last_os_error()),
        value => Ok(value),
    }
}

fn pointer(text: &CString) -> libc::c_long {
    text.as_ptr() as libc::c_long
}

#[track_caller]
fn refused(what: &str, result: io::Result<libc::c_long>) {
    assert!(result.is_err(), "{what} was allowed");
}

#[test]
#[ignore = "an attack"]
fn read_secret() {
    let secret = path("TARGET");
    for way in [secret.clone(), Path::new("/proc/self/root").join(secret.strip_prefix("/").unwrap())] {
        let read = fs::read(&way);
        assert!(read.as_ref().map_or(true, Vec::is_empty), "{} was read", way.display());
    }
    let copy = path("WORKSPACE").join("copy");
    assert!(fs::hard_link(&secret, copy).is_err(), "a hard link to the secret was made");
}

#[test]
#[ignore = "an attack"]
fn write_outside() {
    let target = path("TARGET");
    let _ = fs::write(target.join("new"), "x");
    let _ = fs::write(target.join("file"), "x");
    let _ = fs::remove_file(target.join("file"));
    let _ = fs::rename(target.join("file"), target.join("renamed"));
    let _ = fs::rename(&target, target.with_extension("moved"));
    let _ = fs::set_permissions(target.join("file"), std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let truncated = CString::new(target.join("file").to_str().unwrap()).unwrap();
    let _ = call(libc::SYS_truncate, [pointer(&truncated), 0, 0, 0, 0]);
    let _ = fs::hard_link(path("WORKSPACE").join("mine"), target.join("linked"));
    let link = path("WORKSPACE").join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let _ = fs::write(link.join("through"), "x");
}

#[test]
#[ignore = "an attack"]
fn reach_the_host() {
    let port: u16 = var("TCP").unwrap().parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "TCP");
    let port: u16 = var("UDP").unwrap().parse().unwrap();
    if let Ok(socket) = UdpSocket::bind("127.0.0.1:0") {
        // That a datagram was taken says nothing: the host looks whether it came.
        let _ = socket.send_to(b"attack", ("127.0.0.1", port));
    }
}

#[test]
#[ignore = "an attack"]
fn reach_a_service() {
    let mut reached = Vec::new();
    for target in var("SOCKETS").unwrap().split(':').filter(|t| !t.is_empty()) {
        if UnixStream::connect(target).is_ok() {
            reached.push(target.to_owned());
        }
    }
    let name = var("ABSTRACT").unwrap();
    if UnixStream::connect_addr(&SocketAddr::from_abstract_name(&name).unwrap()).is_ok() {
        reached.push(name);
    }
    assert!(reached.is_empty(), "reached {reached:?}");
}

#[test]
#[ignore = "an attack"]
fn touch_processes() {
    let mut victims: Vec<i32> = vec![var("VICTIM").unwrap().parse().unwrap(), var("HOST").unwrap().parse().unwrap()];
    if var("NAMESPACE").is_ok() {
        victims.push(1);
    }
    for pid in victims {
        let attach = call(libc::SYS_ptrace, [libc::PTRACE_SEIZE as libc::c_long, pid.into(), 0, 0, 0]);
        refused(&format!("tracing {pid}"), attach);
        for file in ["environ", "mem", "maps", "fd/0", "exe", "cwd", "root/etc/passwd"] {
            let open = fs::File::open(format!("/proc/{pid}/{file}")).map(|_| 0);
            refused(&format!("opening /proc/{pid}/{file}"), open);
        }
        for link in ["fd/0", "fd/1", "ns/mnt", "exe"] {
            let read = fs::read_link(format!("/proc/{pid}/{link}")).map(|_| 0);
            refused(&format!("reading the link /proc/{pid}/{link}"), read);
        }
        let descriptor = call(libc::SYS_pidfd_open, [pid.into(), 0, 0, 0, 0]);
        if let Ok(descriptor) = descriptor {
            refused("taking a descriptor", call(libc::SYS_pidfd_getfd, [descriptor, 0, 0, 0, 0]));
        }
        // Without walls this would only take from a process that sleeps.
        let nothing = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
        let limit = [pid.into(), libc::RLIMIT_FSIZE.into(), &raw const nothing as libc::c_long, 0, 0];
        refused(&format!("limiting {pid}"), call(libc::SYS_prlimit64, limit));
        if pid != 1 {
            refused(&format!("stopping {pid}"), call(libc::SYS_kill, [pid.into(), libc::SIGSTOP.into(), 0, 0, 0]));
        } else {
            // The kernel accepts it, and the first process of a namespace never gets it.
            for signal in [libc::SIGKILL, libc::SIGSTOP, libc::SIGTERM, libc::SIGCHLD] {
                let _ = call(libc::SYS_kill, [1, signal.into(), 0, 0, 0]);
            }
        }
    }
}

/// Never run without walls: for root it would succeed, on the machine itself.
#[test]
#[ignore = "an attack"]
fn break_the_walls() {
    only_behind_walls();
    let (none, root, tmp) = (CString::new("none").unwrap(), CString::new("/").unwrap(), CString::new("/tmp").unwrap());
    let (tmpfs, proc_fs) = (CString::new("tmpfs").unwrap(), CString::new("/proc").unwrap());
    let remount = (libc::MS_REMOUNT | libc::MS_BIND) as libc::c_long;
    refused("mount", call(libc::SYS_mount, [pointer(&none), pointer(&tmp), pointer(&tmpfs), 0, 0]));
    refused("bind", call(libc::SYS_mount, [pointer(&root), pointer(&tmp), 0, libc::MS_BIND as libc::c_long, 0]));
    refused("remount", call(libc::SYS_mount, [pointer(&none), pointer(&root), 0, remount, 0]));
    refused("umount /tmp", call(libc::SYS_umount2, [pointer(&tmp), libc::MNT_DETACH.into(), 0, 0, 0]));
    refused("umount /proc", call(libc::SYS_umount2, [pointer(&proc_fs), libc::MNT_DETACH.into(), 0, 0, 0]));
    refused("pivot_root", call(libc::SYS_pivot_root, [pointer(&tmp), pointer(&tmp), 0, 0, 0]));
    refused("chroot", call(libc::SYS_chroot, [pointer(&tmp), 0, 0, 0, 0]));
    let here: libc::c_long = libc::AT_FDCWD.into();
    refused("open_tree", call(libc::SYS_open_tree, [here, pointer(&root), 1, 0, 0]));
    refused("open_tree_attr", call(467, [here, pointer(&root), 1, 0, 0]));
    refused("fsopen", call(libc::SYS_fsopen, [pointer(&tmpfs), 0, 0, 0, 0]));
    let clear = libc::mount_attr { attr_set: 0, attr_clr: libc::MOUNT_ATTR_RDONLY, propagation: 0, userns_fd: 0 };
    let attributes = &raw const clear as libc::c_long;
    let recursive: libc::c_long = libc::AT_RECURSIVE.into();
    refused("mount_setattr", call(libc::SYS_mount_setattr, [here, pointer(&root), recursive, attributes, 32]));
    if let Ok(namespace) = fs::File::open("/proc/1/ns/mnt").or_else(|_| fs::File::open("/proc/self/ns/user")) {
        let fd: libc::c_long = std::os::fd::AsRawFd::as_raw_fd(&namespace).into();
        refused("setns", call(libc::SYS_setns, [fd, 0, 0, 0, 0]));
    }
}

/// Touches nothing but this process, so it may also run without walls.
#[test]
#[ignore = "an attack"]
fn nest_namespaces() {
    for (name, flag) in [
        ("user", libc::CLONE_NEWUSER),
        ("mount", libc::CLONE_NEWNS),
        ("pid", libc::CLONE_NEWPID),
        ("network", libc::CLONE_NEWNET),
        ("ipc", libc::CLONE_NEWIPC),
        ("uts", libc::CLONE_NEWUTS),
        ("cgroup", libc::CLONE_NEWCGROUP),
        ("time", 0x80),
    ] {
        // The upper half of the register means nothing to the kernel's 32-bit flags.
        for bits in [flag.into(), (1 << 40) | libc::c_long::from(flag)] {
            // In a child: a process with threads may not leave its user namespace in any case.
            let child = call(libc::SYS_clone, [libc::SIGCHLD.into(), 0, 0, 0, 0]).unwrap();
            if child == 0 {
                let left = call(libc::SYS_unshare, [bits, 0, 0, 0, 0]).is_ok();
                // SAFETY: ends the child at once.
                unsafe { libc::_exit(i32::from(left)) };
            }
            let mut status = 0;
            // SAFETY: the child is ours, and the status outlives the call.
            unsafe { libc::waitpid(i32::try_from(child).unwrap(), &raw mut status, 0) };
            assert_eq!(status, 0, "unshare of the {name} namespace was allowed ({bits:#x})");
        }
        if flag != 0x80 {
            let child = call(libc::SYS_clone, [(flag | libc::SIGCHLD).into(), 0, 0, 0, 0]);
            if matches!(child, Ok(0)) {
                std::process::abort();
            }
            refused(&format!("clone of the {name} namespace"), child);
        }
    }
    let clone3 = call(libc::SYS_clone3, [0, 0, 0, 0, 0]).unwrap_err();
    assert_eq!(clone3.raw_os_error(), Some(libc::ENOSYS), "programs fall back to clone");
}

/// Never run without walls.
#[test]
#[ignore = "an attack"]
fn poke_the_kernel() {
    only_behind_walls();
    let mut buffer = [0_u8; 256];
    let buffer = buffer.as_mut_ptr() as libc::c_long;
    for (name, number) in [
        ("keyctl", libc::SYS_keyctl),
        ("add_key", libc::SYS_add_key),
        ("bpf", libc::SYS_bpf),
        ("userfaultfd", libc::SYS_userfaultfd),
        ("perf_event_open", libc::SYS_perf_event_open),
        ("kexec_load", libc::SYS_kexec_load),
        ("init_module", libc::SYS_init_module),
        ("reboot", libc::SYS_reboot),
        ("syslog", libc::SYS_syslog),
        ("swapoff", libc::SYS_swapoff),
        ("open_by_handle_at", libc::SYS_open_by_handle_at),
        ("settimeofday", libc::SYS_settimeofday),
    ] {
        let error = call(number, [0, 0, 0, 0, 0]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPERM), "{name}: {error}");
    }
    for number in [libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register] {
        assert_eq!(call(number, [1, buffer, 0, 0, 0]).unwrap_err().raw_os_error(), Some(libc::ENOSYS));
    }
    for family in [libc::AF_VSOCK, libc::AF_ALG, libc::AF_PACKET, libc::AF_BLUETOOTH, libc::AF_XDP, libc::AF_TIPC] {
        let socket = call(libc::SYS_socket, [family.into(), libc::SOCK_DGRAM.into(), 0, 0, 0]);
        assert_eq!(socket.unwrap_err().raw_os_error(), Some(libc::EPERM), "a socket of family {family}");
    }
    #[cfg(target_arch = "x86_64")]
    {
        let x32_mount = 0x4000_0000 | libc::SYS_mount;
        assert_eq!(call(x32_mount, [0, 0, 0, 0, 0]).unwrap_err().raw_os_error(), Some(libc::ENOSYS), "x32");
    }
    for request in [libc::TIOCSTI as libc::c_long, (1 << 32) | libc::TIOCSTI as libc::c_long, libc::TIOCLINUX as _] {
        let error = call(libc::SYS_ioctl, [0, request, buffer, 0, 0]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPERM), "terminal request {request:#x}");
    }
}

/// Memory, semaphores and queues that other programs of the user have under a number or a name, not a path.
#[test]
#[ignore = "an attack"]
fn reach_shared_objects() {
    let key: libc::c_long = var("KEY").unwrap().parse().unwrap();
    let name = CString::new(var("QUEUE").unwrap()).unwrap();
    refused("shared memory", call(libc::SYS_shmget, [key, 0, 0, 0, 0]));
    refused("a semaphore", call(libc::SYS_semget, [key, 0, 0, 0, 0]));
    refused("a message queue", call(libc::SYS_msgget, [key, 0, 0, 0, 0]));
    refused("a queue by name", call(libc::SYS_mq_open, [pointer(&name), libc::O_RDONLY.into(), 0, 0, 0]));
}

/// Never run without walls.
#[test]
#[ignore = "an attack"]
fn turn_knobs() {
    only_behind_walls();
    for file in [
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/pid_max",
        "/proc/sys/kernel/hostname",
        "/proc/sys/vm/drop_caches",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sys/fs/binfmt_misc/register",
        "/sys/kernel/uevent_helper",
        "/sys/power/state",
        "/dev/kmsg",
        "/dev/mem",
        "/dev/vda",
        "/dev/sda",
    ] {
        let open = fs::OpenOptions::new().write(true).open(file).map(|_| 0);
        refused(&format!("opening {file} for writing"), open);
    }
    let masked: &[&str] =
        if var("NAMESPACE").is_ok() { &["/proc/kcore", "/proc/keys", "/proc/kallsyms"] } else { &["/proc/kcore"] };
    for file in masked {
        let read = fs::File::open(file).and_then(|mut f| io::Read::read(&mut f, &mut [0; 16]));
        assert!(read.as_ref().map_or(true, |n| *n == 0), "{file} was read");
    }
    let node = CString::new(path("WORKSPACE").join("disk").to_str().unwrap()).unwrap();
    let number = libc::makedev(254, 0) as libc::c_long;
    refused(
        "mknod",
        call(libc::SYS_mknodat, [libc::AT_FDCWD.into(), pointer(&node), (libc::S_IFBLK | 0o600).into(), number, 0]),
    );
    let status = fs::read_to_string("/proc/self/status").unwrap();
    for line in [
        "CapInh:\t0000000000000000",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
    ] {
        assert!(status.contains(line), "{line} is not in\n{status}");
    }
}

#[test]
#[ignore = "an attack"]
fn replace_protected() {
    let tree = path("WORKSPACE");
    let file = tree.join("tests/unit/check.rs");
    let _ = fs::write(&file, "evil");
    let _ = fs::OpenOptions::new().append(true).open(&file).and_then(|mut f| f.write_all(b"evil"));
    let _ = fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let _ = fs::remove_file(&file);
    fs::write(tree.join("evil.rs"), "evil").unwrap();
    let _ = fs::rename(tree.join("evil.rs"), &file);
    // The folder above it, moved away, and another one in its place: at each height.
    for above in ["tests/unit", "tests"] {
        let above = tree.join(above);
        let _ = fs::rename(&above, above.with_extension("old"));
        let _ = fs::remove_dir_all(&above);
        let _ = std::os::unix::fs::symlink("/tmp", &above);
        if fs::create_dir_all(file.parent().unwrap()).is_ok() {
            let _ = fs::write(&file, "evil");
        }
    }
    let exchange = CString::new(tree.join("evil.rs").to_str().unwrap()).unwrap();
    fs::write(tree.join("evil.rs"), "evil").unwrap();
    let target = CString::new(file.to_str().unwrap()).unwrap();
    let here: libc::c_long = libc::AT_FDCWD.into();
    let _ = call(libc::SYS_renameat2, [here, pointer(&exchange), here, pointer(&target), 2]);
    let _ = fs::write(tree.join("config/deep/new"), "evil");
    let _ = fs::remove_dir_all(tree.join("config"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "check", "the protected file was changed");
    assert_eq!(fs::read_to_string(tree.join("config/a")).unwrap(), "a", "the protected folder was changed");
    assert!(!tree.join("config/deep/new").exists(), "a file appeared in the protected folder");
}

#[test]
#[ignore = "an attack"]
fn fork_bomb() {
    only_behind_walls();
    let most: usize = var("MOST").unwrap().parse().unwrap();
    let mut forked = 0;
    // SAFETY: the children do nothing but sleep.
    while forked <= most + 100 {
        match unsafe { libc::fork() } {
            -1 => break,
            0 => loop {
                // SAFETY: plain call.
                unsafe { libc::pause() };
            },
            _ => forked += 1,
        }
    }
    println!("forked {forked}");
    assert!(forked <= most, "{forked} processes");
    assert!(forked > 100, "only {forked} processes: the limit is not the one that was set");
}

#[test]
#[ignore = "an attack"]
fn use_everything() {
    only_behind_walls();
    let much = vec![0_u8; 1 << 20];
    let file = fs::File::create("/tmp/large").and_then(|mut f| (0..64).try_for_each(|_| f.write_all(&much)));
    assert_eq!(file.unwrap_err().kind(), io::ErrorKind::StorageFull, "/tmp");
    let file = fs::File::create("/dev/shm/large").and_then(|mut f| (0..64).try_for_each(|_| f.write_all(&much)));
    assert_eq!(file.unwrap_err().kind(), io::ErrorKind::StorageFull, "/dev/shm");
    // SAFETY: an anonymous private mapping, never touched.
    let map = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        libc::mmap(std::ptr::null_mut(), 1 << 30, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    assert_eq!(map, libc::MAP_FAILED, "1 GiB of memory");
    // SAFETY: as above; it can't be written, so it is not data.
    let reserved = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        libc::mmap(std::ptr::null_mut(), 1 << 36, libc::PROT_NONE, flags, -1, 0)
    };
    assert_ne!(reserved, libc::MAP_FAILED, "address space is not limited");
    let file = fs::File::create(path("WORKSPACE").join("large"));
    // SAFETY: plain call; otherwise SIGXFSZ ends this process.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let wrote = file.and_then(|mut f| (0..32).try_for_each(|_| f.write_all(&much)));
    assert_eq!(wrote.unwrap_err().kind(), io::ErrorKind::FileTooLarge, "a large file");
}
