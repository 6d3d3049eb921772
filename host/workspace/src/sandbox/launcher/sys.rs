//! The system calls that no crate offers, each behind a function that can't be misused from here.

#![allow(unsafe_code)]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};

use rustix::process::Pid;

use crate::sandbox::landlock::SignalsScoped;

/// A new process in the namespaces of `flags` (`CLONE_NEW*`): none for the parent's own. Gives the child's pid in the
/// parent, nothing in the child.
pub(super) fn fork(flags: libc::c_int) -> io::Result<Option<Pid>> {
    let flags = libc::c_long::from(flags | libc::SIGCHLD);
    let none: libc::c_long = 0;
    // SAFETY: without CLONE_VM this is fork: the child runs on its own copy of the stack. The launcher is single-threaded
    // from `main` on, so the copy of the heap and of every lock is consistent.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, none, none, none, none) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(i32::try_from(pid).ok().and_then(Pid::from_raw)),
    }
}

/// Attributes of every mount at and below `mount`.
pub(in crate::sandbox) fn set_mount_attributes(
    mount: BorrowedFd<'_>,
    attributes: u64,
    recursive: bool,
) -> io::Result<()> {
    let attr = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is a constant C string and `attr` outlives the call; the kernel reads `size` bytes of it.
    let r = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of::<libc::mount_attr>(),
        )
    };
    if r == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Brings up the loopback interface of this network namespace.
pub(super) fn loopback_up() -> io::Result<()> {
    // SAFETY: plain call; the result is checked.
    let fd = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` was just opened and nobody else has it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: `ifreq` is plain data, for which all zeroes is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name[0] = b'l'.cast_signed() as libc::c_char;
    request.ifr_name[1] = b'o'.cast_signed() as libc::c_char;
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: SIOCSIFFLAGS reads an `ifreq`, which outlives the call.
    let r = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    if r == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Puts `fd` at the place of descriptor `number`, inherited by the program.
pub(super) fn place(fd: BorrowedFd<'_>, number: i32) -> io::Result<()> {
    // SAFETY: plain call on open descriptors; nobody in the child relies on what was at `number`.
    let r = unsafe { libc::dup2(fd.as_raw_fd(), number) };
    if r < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Descriptor `number` as this process was started with it.
pub(super) fn inherited(number: i32) -> BorrowedFd<'static> {
    // SAFETY: 0, 1 and 2 are open in the launcher (the host gives all three) and are never closed before the end.
    unsafe { BorrowedFd::borrow_raw(number) }
}

/// Closes every descriptor from `first` on when the program is executed: nothing but the three standard ones is inherited,
/// whatever the host had open.
pub(super) fn close_on_exec_from(first: u32) {
    // SAFETY: only marks descriptors. A kernel without CLOSE_RANGE_CLOEXEC (before 5.11) has no mount_setattr either.
    unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

/// Signals as a fresh program expects them: nothing ignored, nothing blocked. Rust ignores SIGPIPE, and a host may have
/// been started with more.
pub(super) fn reset_signals() {
    // The kernel's `struct sigaction`: handler, flags, restorer, mask. All zeroes is SIG_DFL. The C library's own function
    // refuses the two signals that it keeps for itself.
    let default = [0_u64; 4];
    let mask = 0_u64;
    let null = std::ptr::null_mut::<u64>();
    // SAFETY: the structures are as large as the kernel's and outlive the calls; SIG_DFL is always a valid disposition, and
    // no handler of ours is needed, since the next step is execve.
    unsafe {
        for signal in 1..=64 {
            libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), null, size_of_val(&mask));
        }
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const mask, null, size_of_val(&mask));
    }
}

/// A descriptor that becomes readable when a child ends.
pub(super) fn child_events() -> io::Result<OwnedFd> {
    // SAFETY: the mask is initialised by sigemptyset before it is used, and outlives the calls.
    let fd = unsafe {
        let mut mask: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut mask);
        libc::sigaddset(&raw mut mask, libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const mask, std::ptr::null_mut());
        libc::signalfd(-1, &raw const mask, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` was just opened and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Takes what [`child_events`] has collected.
pub(super) fn drain(events: &OwnedFd) {
    let mut buffer = [0_u8; 8 * size_of::<libc::signalfd_siginfo>()];
    while rustix::io::read(events, &mut buffer).is_ok_and(|n| n > 0) {}
}

/// Replaces this process. Returns only when that fails.
pub(super) fn execute(program: &CString, argv: &[CString], env: &[CString]) -> io::Error {
    let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
        list.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: both arrays end with a null pointer, and the strings outlive the call.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}

/// SIGKILL to everyone whom this process may signal, but itself: one call that no fork can slip past. The proof says that
/// those are its own descendants.
pub(super) fn kill_everyone(_: &SignalsScoped) {
    // SAFETY: plain call. That it reaches nobody else is what the proof is for.
    unsafe { libc::kill(-1, libc::SIGKILL) };
}

/// Ends this process without running the destructors and exit handlers that belong to its parent.
pub(super) fn end(code: i32) -> ! {
    // SAFETY: never returns and touches nothing.
    unsafe { libc::_exit(code) }
}
